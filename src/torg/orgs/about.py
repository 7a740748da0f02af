"""What a network says about itself: how many it has, its rules, its terms, its week by week."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from torg.engine.postgres import Tx
from torg.kernel.clock import now
from torg.kernel.ids import id_at

WEEKS = 12
ACTIVE_DAYS = 30


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of a network: local accounts, their posts, other servers, and who was here within a month."""

    users: int = 0
    posts: int = 0
    domains: int = 0
    active_month: int = 0


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """A week from its Monday (UTC): local posts, accounts that were here, new accounts."""

    monday: datetime
    posts: int = 0
    logins: int = 0
    registrations: int = 0


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A rule in another language."""

    text: str = ""
    hint: str = ""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of the house, with translations by language code."""

    id: int
    text: str
    hint: str
    translations: dict[str, Words] = {}


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the terms of service; `succeeded_by` is the day on which the next one holds."""

    effective_date: date
    content: str
    succeeded_by: date | None = None


class TextVersion(msgspec.Struct, frozen=True, kw_only=True):
    """What a text of the network said from a moment on, Markdown as typed."""

    id: int
    content: str
    created_at: datetime


class BlockedDomain(msgspec.Struct, frozen=True, kw_only=True):
    """A server that is kept out, as visitors may know it."""

    domain: str
    severity: str
    public_comment: str | None = None
    obfuscate: bool = False


NUMBERS = """
SELECT (SELECT count(*) FROM accounts a WHERE a.org_id = %(org)s AND a.network_id = %(network)s
        AND a.host = '' AND a.kind <> 'group' AND a.state = 'active' AND a.suspended_at IS NULL)::int AS users,
    (SELECT coalesce(sum(a.posts_count), 0) FROM accounts a WHERE a.org_id = %(org)s AND a.network_id = %(network)s
        AND a.host = '')::int AS posts,
    (SELECT count(DISTINCT a.host) FROM accounts a WHERE a.org_id = %(org)s AND a.network_id = %(network)s
        AND a.host <> '')::int AS domains,
    (SELECT count(*) FROM accounts a WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.host = ''
        AND a.kind <> 'group' AND a.state = 'active' AND a.suspended_at IS NULL
        AND (a.last_post_at >= %(since)s OR EXISTS (SELECT FROM tokens t
            WHERE t.org_id = a.org_id AND t.account_id = a.id
            AND greatest(t.last_used_at, t.created_at) >= %(since)s)))::int AS active_month
"""

WEEKS_OF = """
WITH weeks AS (SELECT w AS monday, w + interval '7 days' AS next
    FROM generate_series(%(first)s::timestamptz, %(last)s::timestamptz, interval '7 days') AS w),
posted AS (SELECT date_trunc('week', p.created_at, 'UTC') AS monday, p.account_id, count(*) AS posts
    FROM posts p JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id AND a.host = ''
    WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.id >= %(first_id)s GROUP BY 1, 2),
seen AS (SELECT monday, account_id FROM posted
    UNION SELECT date_trunc('week', t.created_at, 'UTC'), t.account_id FROM tokens t WHERE t.org_id = %(org)s
        AND t.network_id = %(network)s AND t.account_id IS NOT NULL AND t.created_at >= %(first)s
    UNION SELECT date_trunc('week', t.last_used_at, 'UTC'), t.account_id FROM tokens t WHERE t.org_id = %(org)s
        AND t.network_id = %(network)s AND t.account_id IS NOT NULL AND t.last_used_at >= %(first)s
    UNION SELECT date_trunc('week', d.day::timestamp AT TIME ZONE 'UTC', 'UTC'), d.account_id FROM account_days d
        WHERE d.org_id = %(org)s AND d.network_id = %(network)s AND d.day >= %(first)s::date)
SELECT w.monday,
    (SELECT coalesce(sum(p.posts), 0) FROM posted p WHERE p.monday = w.monday)::int AS posts,
    (SELECT count(*) FROM seen s WHERE s.monday = w.monday)::int AS logins,
    (SELECT count(*) FROM accounts a WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.host = ''
        AND a.kind <> 'group' AND a.created_at >= w.monday AND a.created_at < w.next)::int AS registrations
FROM weeks w ORDER BY w.monday DESC
"""


def tenant(tx: Tx) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}


async def numbers(tx: Tx) -> Numbers:
    """The network's counts; for those who may read it."""
    found = await tx.one(NUMBERS, {**tenant(tx), "since": now() - timedelta(days=ACTIVE_DAYS)}, as_=Numbers)
    return found or Numbers()


async def weeks(tx: Tx) -> list[Week]:
    """The last twelve weeks, this one first."""
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    last = today - timedelta(days=today.weekday())
    first = last - timedelta(weeks=WEEKS - 1)
    return await tx.all(WEEKS_OF, {**tenant(tx), "first": first, "last": last, "first_id": id_at(first)}, as_=Week)


async def peers(tx: Tx) -> list[str]:
    """Other servers that the network has met, but those that it shuts out (as Mastodon)."""
    return await tx.column(
        """SELECT host FROM (
             SELECT host FROM peers WHERE org_id = %(org)s AND network_id = %(network)s
             UNION SELECT host FROM accounts WHERE org_id = %(org)s AND network_id = %(network)s AND host <> '') h
           WHERE NOT EXISTS (SELECT FROM blocked_domains b WHERE b.org_id = %(org)s AND b.network_id = %(network)s
               AND b.severity = 'suspend' AND (b.domain = h.host OR right(split_part(h.host, ':', 1),
                   length(b.domain) + 1) = '.' || b.domain OR split_part(h.host, ':', 1) = b.domain))
           ORDER BY host""",
        tenant(tx),
    )


async def rules(tx: Tx) -> list[Rule]:
    """The rules of the house in their order."""
    return await tx.all(
        """SELECT id, text, hint, translations FROM rules WHERE org_id = %(org)s AND network_id = %(network)s
           AND deleted_at IS NULL ORDER BY position, id""",
        tenant(tx),
        as_=Rule,
    )


async def terms(tx: Tx, on: date | None = None) -> Terms | None:
    """The terms that hold today, or those of exactly the day `on`."""
    return await tx.one(
        """SELECT effective_date, content, succeeded_by FROM (
             SELECT effective_date, content, lead(effective_date) OVER (ORDER BY effective_date) AS succeeded_by
             FROM terms WHERE org_id = %(org)s AND network_id = %(network)s) t
           WHERE CASE WHEN %(on)s::date IS NULL THEN effective_date <= %(today)s ELSE effective_date = %(on)s END
           ORDER BY effective_date DESC LIMIT 1""",
        {**tenant(tx), "on": on, "today": datetime.now(UTC).date()},
        as_=Terms,
    )


async def versions(tx: Tx, field: str, limit: int = 100) -> list[TextVersion]:
    """The versions of `description`, `privacy_policy` or `terms_of_service` in the settings, the newest first."""
    return await tx.all(
        """SELECT id, content, created_at FROM network_texts WHERE org_id = %(org)s AND network_id = %(network)s
           AND field = %(field)s ORDER BY id DESC LIMIT %(limit)s""",
        {**tenant(tx), "field": field, "limit": limit},
        as_=TextVersion,
    )


async def blocked_domains(tx: Tx) -> list[BlockedDomain]:
    """Servers that a moderator limited or keeps out, the kept out first."""
    return await tx.all(
        """SELECT domain, severity, public_comment, obfuscate FROM blocked_domains
           WHERE org_id = %(org)s AND network_id = %(network)s AND severity <> 'noop' ORDER BY severity DESC, domain""",
        tenant(tx),
        as_=BlockedDomain,
    )
