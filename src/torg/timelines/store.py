"""SQL skeletons of timelines: ids in order, one query each, planned once (`Tx.steady`)."""

from __future__ import annotations

from typing import Any

from torg.engine.postgres import Tx
from torg.kernel.page import Page, in_order
from torg.posts.visibility import readable

# Whether the viewer's home is the feed of all colleagues: as he or she, the network or its kind says.
COMPANY = """(SELECT coalesce(me.settings ->> 'home_feed', n.settings ->> 'home_feed',
        CASE n.kind WHEN 'public' THEN 'followed' ELSE 'company' END) = 'company' AND NOT me.guest
    FROM accounts me JOIN networks n ON n.org_id = me.org_id AND n.id = me.network_id
    WHERE me.org_id = %(org)s AND me.network_id = %(network)s AND me.id = {viewer})"""

TENANT = "p.org_id = %(org)s AND p.network_id = %(network)s"


def of_several(statement: str) -> str:
    """A statement of what stands in one row for `viewer`, as a row for each of `viewers`: the same words for both.

    In one line, since psycopg remembers how it reads a query of up to 4096 characters.
    """
    of_each = statement.replace("SELECT", "SELECT v.id AS viewer,", 1).replace("%(viewer)s", "v.id")
    return " ".join(f"{of_each} FROM unnest(%(viewers)s::bigint[]) AS v (id)".split())


# Whom the viewer has muted or blocked, and who has blocked the viewer: lists that a query makes once. As anti-joins
# they took the order of the posts' index away from the planner, which then read and sorted all posts of a network.
HIDDEN = """ARRAY(SELECT x.target_id FROM mutes x WHERE x.org_id = %(org)s AND x.account_id = %(viewer)s
        AND (x.expires_at IS NULL OR x.expires_at > now())
    UNION ALL SELECT x.target_id FROM blocks x WHERE x.org_id = %(org)s AND x.account_id = %(viewer)s)"""
BLOCKERS = "ARRAY(SELECT x.account_id FROM blocks x WHERE x.org_id = %(org)s AND x.target_id = %(viewer)s)"
MENTIONS_HIDDEN = f"""ARRAY(SELECT pm.account_id FROM post_mentions pm
    WHERE pm.org_id = %(org)s AND pm.post_id = p.id) && {HIDDEN}"""

NOT_HIDDEN = f"""
    NOT (ARRAY[p.account_id, b.account_id, p.reply_to_account_id] && {HIDDEN})
    AND NOT (ARRAY[p.account_id, b.account_id] && {BLOCKERS})
    AND NOT ({MENTIONS_HIDDEN})
"""
# The same where no boosts are read.
NOT_HIDDEN_ORIGINAL = f"""
    NOT (ARRAY[p.account_id, p.reply_to_account_id] && {HIDDEN})
    AND NOT (ARRAY[p.account_id] && {BLOCKERS})
    AND NOT ({MENTIONS_HIDDEN})
"""

# Whether the author is heard beyond those who follow; a scalar, so that it is asked of the posts that are read only.
HEARD = """(SELECT author.silenced_at IS NULL {origin} FROM accounts author
    WHERE author.org_id = p.org_id AND author.id = p.account_id)"""

# Whether somebody lives on a server that the viewer has blocked, and is not followed all the same. Most block none, and
# pay for one look.
SERVER_BLOCKED = """(EXISTS (SELECT FROM domain_blocks d WHERE d.org_id = %(org)s AND d.account_id = %(viewer)s)
    AND EXISTS (SELECT FROM accounts xa JOIN domain_blocks x ON x.org_id = xa.org_id AND x.domain = xa.host
        WHERE xa.org_id = %(org)s AND xa.id = {account} AND x.account_id = %(viewer)s
        AND NOT EXISTS (SELECT FROM follows f WHERE f.org_id = xa.org_id AND f.account_id = %(viewer)s
            AND f.target_id = xa.id)))"""
OF_BLOCKED_SERVER = SERVER_BLOCKED.format(account="p.account_id")
BOOST_OF_BLOCKED_SERVER = f"(b.id IS NOT NULL AND {SERVER_BLOCKED.format(account='b.account_id')})"

REPLY_RULE = """(p.reply_to_account_id IS NULL AND p.thread_id = p.id
    OR p.reply_to_account_id IN (%(viewer)s, p.account_id)
    OR EXISTS (SELECT FROM follows r WHERE r.org_id = %(org)s AND r.account_id = %(viewer)s
               AND r.target_id = p.reply_to_account_id))"""

MEMBER = """(p.audience = 'group' AND EXISTS (SELECT FROM follows gm WHERE gm.org_id = %(org)s
    AND gm.account_id = %(viewer)s AND gm.target_id = p.group_id))"""

BOOSTED = "LEFT JOIN posts b ON b.org_id = p.org_id AND b.id = p.boost_of_id"


def parameters(tx: Tx, viewer: int | None, page: Page, **more: Any) -> tuple[str, dict[str, Any]]:
    where, params = page.where("p.id")
    tenant = {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}
    return where, {**tenant, "viewer": viewer, **params, **more}


async def is_company(tx: Tx, viewer: int) -> bool:
    """Whether the account's home is the feed of all colleagues."""
    tenant = {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "viewer": viewer}
    return bool(await tx.value(f"SELECT {COMPANY.format(viewer='%(viewer)s')}", tenant))


async def public(tx: Tx, viewer: int | None, page: Page, *, only_media: bool, local: bool, remote: bool) -> list[int]:
    """Posts for everyone that are listed, no boosts, no replies to others (Mastodon: timelines/public)."""
    where, params = parameters(tx, viewer, page)
    origin = ""
    if local != remote:
        origin = f"AND author.host {'=' if local else '<>'} ''"
    await tx.steady()
    rows = await tx.column(
        f"""SELECT p.id FROM posts p
            WHERE {TENANT} AND {where} AND p.group_id IS NULL AND p.audience = 'everyone' AND p.listed
            AND p.boost_of_id IS NULL
            AND (p.reply_to_account_id IS NULL AND p.thread_id = p.id OR p.reply_to_account_id = p.account_id)
            AND {HEARD.format(origin=origin)} {"AND p.has_media" if only_media else ""}
            AND {NOT_HIDDEN_ORIGINAL} AND NOT {OF_BLOCKED_SERVER} AND {readable()}
            ORDER BY p.id {page.direction} LIMIT {page.limit}""",
        params,
    )
    return in_order(page, rows)


async def tagged(
    tx: Tx,
    viewer: int | None,
    page: Page,
    *,
    any_of: list[str],
    all_of: list[str],
    none_of: list[str],
    only_media: bool,
    local: bool,
    remote: bool,
) -> list[int]:
    """Posts with a tag, for everyone or in a group that the viewer is in (Mastodon: timelines/tag/:hashtag)."""
    where, params = parameters(tx, viewer, page, any=any_of, all=all_of, none=none_of)
    has = """SELECT {what} FROM post_tags pt JOIN tags t ON t.org_id = pt.org_id AND t.id = pt.tag_id
             WHERE pt.org_id = p.org_id AND pt.post_id = p.id AND t.name = ANY({names}::text[])"""
    origin = ""
    if local != remote:
        origin = f"AND author.host {'=' if local else '<>'} ''"
    await tx.steady()
    rows = await tx.column(
        f"""SELECT p.id FROM posts p
            WHERE {TENANT} AND {where} AND (p.audience = 'everyone' OR {MEMBER}) AND p.boost_of_id IS NULL
            AND p.id IN (SELECT pt.post_id FROM post_tags pt JOIN tags t ON t.org_id = pt.org_id AND t.id = pt.tag_id
                         WHERE t.org_id = %(org)s AND t.network_id = %(network)s AND t.name = ANY(%(any)s::text[]))
            AND (cardinality(%(all)s::text[]) = 0
                 OR ({has.format(what="count(DISTINCT t.name)", names="%(all)s")}) = cardinality(%(all)s::text[]))
            AND NOT EXISTS ({has.format(what="1", names="%(none)s")})
            AND {HEARD.format(origin=origin)} {"AND p.has_media" if only_media else ""}
            AND {NOT_HIDDEN_ORIGINAL} AND NOT {OF_BLOCKED_SERVER} AND {readable()}
            ORDER BY p.id {page.direction} LIMIT {page.limit}""",
        params,
    )
    return in_order(page, rows)


async def linked(tx: Tx, viewer: int | None, page: Page, url: str) -> list[int]:
    """Posts for everyone whose card is of this address (Mastodon: timelines/link)."""
    where, params = parameters(tx, viewer, page, url=url)
    await tx.steady()
    rows = await tx.column(
        f"""SELECT p.id FROM posts p {BOOSTED}
            JOIN post_cards pc ON pc.org_id = p.org_id AND pc.post_id = p.id
            JOIN cards c ON c.org_id = pc.org_id AND c.id = pc.card_id AND c.url = %(url)s
            WHERE {TENANT} AND {where} AND p.audience = 'everyone' AND p.listed AND {NOT_HIDDEN} AND {readable()}
            ORDER BY p.id {page.direction} LIMIT {page.limit}""",
        params,
    )
    return in_order(page, rows)


async def of_list(tx: Tx, viewer: int, list_id: int, page: Page) -> list[int]:
    """Posts of a list's members under its replies policy (Mastodon: timelines/list/:id)."""
    where, params = parameters(tx, viewer, page, list=list_id)
    await tx.steady()
    rows = await tx.column(
        f"""SELECT p.id FROM lists l JOIN list_members m ON m.org_id = l.org_id AND m.list_id = l.id
            CROSS JOIN LATERAL (
              SELECT p.id FROM posts p {BOOSTED}
              WHERE {TENANT} AND p.account_id = m.account_id AND {where}
              AND (p.reply_to_account_id IS NULL AND p.thread_id = p.id OR p.reply_to_account_id = p.account_id
                   OR (l.replies_policy = 'list' AND (p.reply_to_account_id = %(viewer)s OR EXISTS (
                        SELECT FROM list_members o WHERE o.org_id = l.org_id AND o.list_id = l.id
                        AND o.account_id = p.reply_to_account_id)))
                   OR (l.replies_policy = 'followed' AND (p.reply_to_account_id = %(viewer)s OR EXISTS (
                        SELECT FROM follows r WHERE r.org_id = l.org_id AND r.account_id = %(viewer)s
                        AND r.target_id = p.reply_to_account_id))))
              AND (p.boost_of_id IS NULL OR ({readable("b")} AND EXISTS (
                    SELECT FROM follows f WHERE f.org_id = %(org)s AND f.account_id = %(viewer)s
                    AND f.target_id = p.account_id AND f.show_boosts)))
              AND (p.audience <> 'group' OR {MEMBER})
              AND {NOT_HIDDEN} AND {readable()}
              ORDER BY p.id {page.direction} LIMIT {page.limit}) p
            WHERE l.org_id = %(org)s AND l.network_id = %(network)s AND l.id = %(list)s AND l.account_id = %(viewer)s
            ORDER BY p.id {page.direction} LIMIT {page.limit}""",
        params,
    )
    return in_order(page, rows)


async def of_account(
    tx: Tx,
    viewer: int | None,
    account_id: int,
    page: Page,
    *,
    only_media: bool,
    exclude_replies: bool,
    exclude_boosts: bool,
    pinned: bool,
    tag: str | None,
    of_group: bool = False,
) -> list[int]:
    """An account's posts; a group's are those that stand in it (Mastodon: accounts/:id/statuses)."""
    where, params = parameters(tx, viewer, page, account=account_id, tag=(tag or "").lower())
    conditions = ["TRUE"]
    if only_media:
        conditions.append("p.has_media")
    if exclude_replies:
        conditions.append(
            "(p.reply_to_account_id IS NULL AND p.thread_id = p.id OR p.boost_of_id IS NOT NULL"
            " OR p.reply_to_account_id = p.account_id)"
        )
    if exclude_boosts:
        conditions.append("p.boost_of_id IS NULL")
    if tag:
        conditions.append(
            "EXISTS (SELECT FROM post_tags pt JOIN tags t ON t.org_id = pt.org_id AND t.id = pt.tag_id"
            " WHERE pt.org_id = p.org_id AND pt.post_id = p.id AND t.name = %(tag)s)"
        )
    by = (
        "p.group_id = %(account)s"
        if of_group
        else f"p.account_id = %(account)s AND (p.audience <> 'group' OR p.account_id = %(viewer)s OR {MEMBER})"
    )
    pins = (
        "JOIN pins ON pins.org_id = p.org_id AND pins.account_id = %(account)s AND pins.post_id = p.id"
        if pinned
        else ""
    )
    order = f"pins.id {page.direction}" if pinned else f"p.id {page.direction}"
    await tx.steady()
    rows = await tx.column(
        f"""SELECT p.id FROM posts p {BOOSTED} {pins}
            WHERE {TENANT} AND {by} AND {where} AND {" AND ".join(conditions)}
            AND {readable()} AND (p.boost_of_id IS NULL OR {readable("b")})
            ORDER BY {order} LIMIT {page.limit}""",
        params,
    )
    return in_order(page, rows)
