"""All SQL of trends: counting what was used, keeping what trends, moderators' words on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from torg.engine.postgres import Row, Tx, json
from torg.kernel.clock import now
from torg.kernel.ids import id_at, new_id
from torg.trends import rules
from torg.trends.model import Kind, Reviewed, Trend, Use

TENANT = "x.org_id = %(org)s AND x.network_id = %(network)s"

# Listed posts for everyone, of authors who are in good standing.
OPEN = """p.audience = 'everyone' AND p.listed AND a.state = 'active' AND a.suspended_at IS NULL
    AND a.silenced_at IS NULL"""
AGE = "extract(epoch FROM now() - {time}) / 3600.0"

# Each account counts once, by its last use, however often it used the thing; in the week before, once a day.
USES = f"""
WITH used AS (
    SELECT x.{{subject}} AS id, p.account_id, max(p.created_at) FILTER (WHERE p.id >= %(recent)s) AS last,
        count(*) FILTER (WHERE p.id >= %(recent)s) AS uses,
        count(DISTINCT p.created_at::date) FILTER (WHERE p.id < %(recent)s) AS days
    FROM {{table}} x JOIN posts p ON p.org_id = x.org_id AND p.id = x.post_id
    JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id {{join}}
    WHERE {TENANT} AND x.post_id >= %(first)s AND {OPEN} GROUP BY 1, 2)
SELECT id, count(last)::int AS accounts, sum(uses)::int AS uses,
    coalesce(sum(power(0.5, greatest(0, {AGE.format(time="last")}) / %(half)s)) FILTER (WHERE last IS NOT NULL), 0)
        ::double precision AS weight,
    (sum(days) * %(share)s)::double precision AS usual
FROM used GROUP BY id HAVING count(last) > 0 ORDER BY weight DESC LIMIT 500
"""
TAGS = USES.format(
    table="post_tags",
    subject="tag_id",
    join="JOIN tags t ON t.org_id = x.org_id AND t.id = x.tag_id AND t.usable AND t.listable",
)
LINKS = USES.format(
    table="post_cards",
    subject="card_id",
    join="JOIN cards c ON c.org_id = x.org_id AND c.id = x.card_id AND c.ready",
)

# Others than the author who favoured, boosted or answered; weighted by the age of the post.
POSTS = f"""
SELECT x.id, others.accounts, others.uses, 0.0::double precision AS usual,
    (others.accounts * power(0.5, greatest(0, {AGE.format(time="x.created_at")}) / %(half)s))::double precision
        AS weight
FROM posts x JOIN accounts a ON a.org_id = x.org_id AND a.id = x.account_id
CROSS JOIN LATERAL (
    SELECT count(DISTINCT account_id)::int AS accounts, count(*)::int AS uses FROM (
        SELECT f.account_id FROM favourites f WHERE f.org_id = x.org_id AND f.post_id = x.id
        UNION ALL SELECT b.account_id FROM posts b WHERE b.org_id = x.org_id AND b.boost_of_id = x.id
        UNION ALL SELECT r.account_id FROM posts r WHERE r.org_id = x.org_id AND r.reply_to_id = x.id
            AND r.audience = 'everyone') u
    WHERE u.account_id <> x.account_id) others
WHERE {TENANT} AND x.id >= %(recent)s AND {OPEN.replace("p.", "x.")} AND a.discoverable
    AND x.boost_of_id IS NULL AND x.reply_to_id IS NULL AND NOT x.sensitive AND x.spoiler = '' AND others.accounts > 0
ORDER BY weight DESC LIMIT 500
"""
COUNTING: dict[Kind, str] = {"tag": TAGS, "post": POSTS, "link": LINKS}

CLAIM = """
INSERT INTO trend_runs AS r (org_id, network_id, computed_at) VALUES (%(org)s, %(network)s, clock_timestamp())
ON CONFLICT (org_id, network_id) DO UPDATE SET computed_at = EXCLUDED.computed_at
WHERE r.computed_at <= clock_timestamp() - %(fresh)s::interval
"""

KEEP = """
INSERT INTO trends (org_id, network_id, kind, subject_id, score, reason)
VALUES (%(org)s, %(network)s, %(kind)s, %(id)s, %(score)s, %(reason)s)
"""

# What a moderator said decides; else whether the network shows what nobody has looked at.
_WORD = """coalesce((SELECT r.trendable FROM trend_reviews r WHERE r.org_id = x.org_id AND r.network_id = x.network_id
    AND r.kind = '{kind}' AND r.subject = {subject}), {otherwise})"""
_HOST = "split_part(regexp_replace(lower(c.url), '^https?://(www\\.)?', ''), '/', 1)"
ALLOWED: dict[Kind, str] = {
    "tag": "(SELECT coalesce(t.trendable, %(unseen)s) FROM tags t WHERE t.org_id = x.org_id AND t.id = x.subject_id)",
    "post": "(SELECT "
    + _WORD.format(
        kind="post",
        subject="p.id::text",
        otherwise=_WORD.format(kind="account", subject="p.account_id::text", otherwise="%(unseen)s"),
    )
    + " FROM posts p WHERE p.org_id = x.org_id AND p.id = x.subject_id)",
    "link": "(SELECT "
    + _WORD.format(
        kind="link",
        subject="c.id::text",
        otherwise=_WORD.format(kind="publisher", subject=_HOST, otherwise="%(unseen)s"),
    )
    + " FROM cards c WHERE c.org_id = x.org_id AND c.id = x.subject_id)",
}

LINK_DAYS = """
SELECT x.card_id, date_trunc('day', p.created_at AT TIME ZONE 'UTC') AS day, count(*) AS uses,
    count(DISTINCT p.account_id) AS accounts
FROM post_cards x JOIN posts p ON p.org_id = x.org_id AND p.id = x.post_id
WHERE x.org_id = %(org)s AND x.network_id = %(network)s AND x.card_id = ANY (%(ids)s) AND x.post_id >= %(first)s
    AND p.audience = 'everyone' AND p.listed
GROUP BY 1, 2
"""


def tenant(tx: Tx) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}


async def claim(tx: Tx, fresh: timedelta) -> bool:
    """Whether the network's trends are older than `fresh`, and now ours to compute."""
    return await tx.run(CLAIM, {**tenant(tx), "fresh": fresh}) > 0


async def uses(tx: Tx, kind: Kind) -> list[Use]:
    """What was used within the window, the most first."""
    hours = rules.WINDOW_HOURS[kind]
    recent = now() - timedelta(hours=hours)
    return await tx.all(
        COUNTING[kind],
        {
            **tenant(tx),
            "recent": id_at(recent),
            "first": id_at(recent - timedelta(days=rules.BASELINE_DAYS)),
            "half": rules.HALF_LIFE_HOURS,
            "share": hours / 24 / rules.BASELINE_DAYS,
        },
        as_=Use,
    )


async def replace(tx: Tx, kind: Kind, found: Sequence[Trend]) -> None:
    """Let these be what trends."""
    await tx.run(
        "DELETE FROM trends WHERE org_id = %(org)s AND network_id = %(network)s AND kind = %(kind)s",
        {**tenant(tx), "kind": kind},
    )
    rows = [{**tenant(tx), "kind": kind, "id": t.subject_id, "score": t.score, "reason": json(t.reason)} for t in found]
    await tx.many(KEEP, rows)


async def trending(
    tx: Tx, kind: Kind, viewer: int | None, *, limit: int, offset: int, unseen: bool, everything: bool
) -> list[Trend]:
    """What trends, the strongest first. `unseen`: also what no moderator looked at; `everything`: also the rejected."""
    hidden = ""
    if kind == "post":  # never of those whom the viewer keeps away
        hidden = """AND NOT EXISTS (SELECT FROM posts p WHERE p.org_id = x.org_id AND p.id = x.subject_id AND (
            EXISTS (SELECT FROM mutes m WHERE m.org_id = x.org_id AND m.account_id = %(viewer)s
                AND m.target_id = p.account_id AND (m.expires_at IS NULL OR m.expires_at > now()))
            OR EXISTS (SELECT FROM blocks b WHERE b.org_id = x.org_id AND b.account_id = %(viewer)s
                AND b.target_id = p.account_id)))"""
    return await tx.all(
        f"""SELECT x.subject_id, x.score, x.reason FROM trends x
            WHERE {TENANT} AND x.kind = %(kind)s {"" if everything else f"AND {ALLOWED[kind]}"} {hidden}
            ORDER BY x.score DESC, x.subject_id DESC LIMIT %(limit)s OFFSET %(offset)s""",
        {**tenant(tx), "kind": kind, "viewer": viewer, "limit": limit, "offset": offset, "unseen": unseen},
        as_=Trend,
    )


async def review(tx: Tx, kind: Reviewed, subject: str, trendable: bool, by: int) -> None:
    """Keep a moderator's word."""
    await tx.run(
        """INSERT INTO trend_reviews (org_id, network_id, id, kind, subject, trendable, reviewed_by)
           VALUES (%(org)s, %(network)s, %(id)s, %(kind)s, %(subject)s, %(trendable)s, %(by)s)
           ON CONFLICT (org_id, network_id, kind, subject) DO UPDATE
           SET trendable = EXCLUDED.trendable, reviewed_by = EXCLUDED.reviewed_by, reviewed_at = now()""",
        {**tenant(tx), "id": new_id(), "kind": kind, "subject": subject, "trendable": trendable, "by": by},
    )


async def review_tag(tx: Tx, tag_id: int, trendable: bool) -> bool:
    """Keep it with the tag; whether there is such a tag."""
    sql = """UPDATE tags x SET trendable = %(trendable)s, reviewed_at = now()
             WHERE x.org_id = %(org)s AND x.network_id = %(network)s AND x.id = %(id)s"""
    return await tx.run(sql, {**tenant(tx), "id": tag_id, "trendable": trendable}) > 0


async def exists(tx: Tx, table: str, id_: int) -> bool:
    """Whether the network has this row of accounts, posts or cards."""
    sql = f"SELECT 1 FROM {table} x WHERE {TENANT} AND x.id = %(id)s"
    return await tx.value(sql, {**tenant(tx), "id": id_}) is not None


async def link_days(tx: Tx, card_ids: Sequence[int], first: int) -> list[Row]:
    return await tx.all(LINK_DAYS, {**tenant(tx), "ids": list(card_ids), "first": first})
