"""Answers about ties: what two accounts are to each other, and lists of accounts in the order of their ties."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.engine.postgres import Row, Tx
from torg.graph.model import Ties
from torg.graph.store import TENANT, params
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound
from torg.kernel.page import Page, Slice, in_order

SEEN = "a.state = 'active' AND a.suspended_at IS NULL"
OWN = "t.org_id = %(org)s AND t.network_id = %(network)s"
NOT_EXCLUDED = """
    (%(me)s::bigint IS NULL OR (
        NOT EXISTS (SELECT FROM blocks x WHERE x.org_id = a.org_id AND x.account_id = %(me)s AND x.target_id = a.id)
        AND NOT EXISTS (SELECT FROM blocks x WHERE x.org_id = a.org_id AND x.account_id = a.id AND x.target_id = %(me)s)
        AND NOT EXISTS (SELECT FROM mutes x WHERE x.org_id = a.org_id AND x.account_id = %(me)s AND x.target_id = a.id
            AND (x.expires_at IS NULL OR x.expires_at > now()))
        AND NOT EXISTS (SELECT FROM domain_blocks x WHERE x.org_id = a.org_id AND x.account_id = %(me)s
            AND x.domain = a.host)))
"""
"""SQL condition on accounts `a`: neither blocked either way, nor muted, nor on a server that the viewer blocks."""

Listed = Literal["blocks", "follow_requests", "endorsements"]


async def many_ties(tx: Tx, actor: Actor, ids: Sequence[int], *, suspended: bool = False) -> list[Ties]:
    """Ties to several accounts in the order asked for; unknown ones are left out, suspended ones unless wanted."""
    rows = await tx.all(
        f"""SELECT a.id, f.id IS NOT NULL AS following, coalesce(f.show_boosts, q.show_boosts, false) AS show_boosts,
                coalesce(f.notify, q.notify, false) AS notify,
                CASE WHEN f.id IS NOT NULL THEN f.languages ELSE q.languages END AS languages,
                g.id IS NOT NULL AS followed_by, b.id IS NOT NULL AS blocking, c.id IS NOT NULL AS blocked_by,
                m.id IS NOT NULL AS muting, coalesce(m.notifications, false) AS muting_notifications,
                m.expires_at AS muting_expires_at, q.id IS NOT NULL AS requested, r.id IS NOT NULL AS requested_by,
                d.id IS NOT NULL AS domain_blocking, e.id IS NOT NULL AS endorsed, coalesce(n.comment, '') AS note
            FROM accounts a
            LEFT JOIN follows f ON f.org_id = a.org_id AND f.account_id = %(me)s AND f.target_id = a.id
            LEFT JOIN follows g ON g.org_id = a.org_id AND g.account_id = a.id AND g.target_id = %(me)s
            LEFT JOIN follow_requests q ON q.org_id = a.org_id AND q.account_id = %(me)s AND q.target_id = a.id
            LEFT JOIN follow_requests r ON r.org_id = a.org_id AND r.account_id = a.id AND r.target_id = %(me)s
            LEFT JOIN blocks b ON b.org_id = a.org_id AND b.account_id = %(me)s AND b.target_id = a.id
            LEFT JOIN blocks c ON c.org_id = a.org_id AND c.account_id = a.id AND c.target_id = %(me)s
            LEFT JOIN mutes m ON m.org_id = a.org_id AND m.account_id = %(me)s AND m.target_id = a.id
                AND (m.expires_at IS NULL OR m.expires_at > now())
            LEFT JOIN domain_blocks d ON d.org_id = a.org_id AND d.account_id = %(me)s AND d.domain = a.host
            LEFT JOIN endorsements e ON e.org_id = a.org_id AND e.account_id = %(me)s AND e.target_id = a.id
            LEFT JOIN account_notes n ON n.org_id = a.org_id AND n.account_id = %(me)s AND n.target_id = a.id
            WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = ANY(%(ids)s)
            AND a.state = 'active' {"" if suspended else "AND a.suspended_at IS NULL"}""",
        params(tx, actor.me, ids=list(ids)),
        as_=Ties,
    )
    found = {row.id: row for row in rows}
    return [found[id_] for id_ in dict.fromkeys(ids) if id_ in found]


async def ties(tx: Tx, actor: Actor, target_id: int) -> Ties:
    """Ties to one account, whether suspended or not; 404 if there is none."""
    found = await many_ties(tx, actor, [target_id], suspended=True)
    if not found:
        raise NotFound
    return found[0]


async def followers(tx: Tx, actor: Actor, account_id: int, page: Page) -> Slice[Account]:
    """Who follows an account, newest follow first; nothing if it hides this (docs: accounts/:id/followers)."""
    return await _follows(tx, actor, account_id, page, "target_id", "account_id")


async def following(tx: Tx, actor: Actor, account_id: int, page: Page) -> Slice[Account]:
    """Whom an account follows, newest follow first; nothing if it hides this."""
    return await _follows(tx, actor, account_id, page, "account_id", "target_id")


async def _follows(tx: Tx, actor: Actor, account_id: int, page: Page, whose: str, shown: str) -> Slice[Account]:
    account = await accounts.visible(tx, account_id)
    mine = account.id == actor.account_id
    if not account.visible or (account.hide_collections and not mine) or await blocked_by(tx, actor, account.id):
        return Slice([])
    where, values = page.where("t.id")
    excluded = "TRUE" if mine else NOT_EXCLUDED
    rows = await tx.all(
        f"""SELECT t.id, a.id AS account_id FROM follows t JOIN accounts a ON a.org_id = t.org_id AND a.id = t.{shown}
            WHERE {OWN} AND t.{whose} = %(account)s AND {SEEN} AND {excluded} AND {where}
            ORDER BY t.id {page.direction} LIMIT {page.limit}""",
        params(tx, actor.account_id, account=account_id, **values),
    )
    return await people(tx, page, rows)


async def blocked_by(tx: Tx, actor: Actor, account_id: int) -> bool:
    """Whether an account blocks the actor."""
    return actor.account_id is not None and bool(
        await tx.value(
            f"SELECT true FROM blocks WHERE {TENANT} AND account_id = %(account)s AND target_id = %(me)s",
            params(tx, actor.me, account=account_id),
        )
    )


async def listed(tx: Tx, actor: Actor, table: Listed, page: Page, *, of: int | None = None) -> Slice[Account]:
    """Accounts that one blocks or endorses, or that ask to follow one, newest first."""
    whose, shown = ("target_id", "account_id") if table == "follow_requests" else ("account_id", "target_id")
    mine = f"t.{whose} = %(of)s"
    if table == "follow_requests":  # requests to the groups that one looks after are one's to answer, too
        mine = f"""({mine} OR t.target_id IN (SELECT g.group_id FROM group_roles g
            WHERE g.org_id = %(org)s AND g.network_id = %(network)s AND g.account_id = %(of)s))"""
    where, values = page.where("t.id")
    rows = await tx.all(
        f"""SELECT t.id, a.id AS account_id FROM {table} t JOIN accounts a ON a.org_id = t.org_id AND a.id = t.{shown}
            WHERE {OWN} AND {mine} AND {SEEN} AND {where}
            ORDER BY t.id {page.direction} LIMIT {page.limit}""",
        params(tx, None, of=actor.me if of is None else of, **values),
    )
    return await people(tx, page, rows)


async def endorsed(tx: Tx, actor: Actor, account_id: int, page: Page) -> Slice[Account]:
    """Accounts that somebody features on the profile; nothing for a profile that the actor may not see."""
    account = await accounts.visible(tx, account_id)
    if not account.visible or await blocked_by(tx, actor, account.id):
        return Slice([])
    return await listed(tx, actor, "endorsements", page, of=account.id)


async def muted(tx: Tx, actor: Actor, page: Page) -> tuple[Slice[Account], dict[int, datetime | None]]:
    """Accounts that one mutes, newest first, and when each mute ends."""
    where, values = page.where("t.id")
    rows = await tx.all(
        f"""SELECT t.id, a.id AS account_id, t.expires_at FROM mutes t
            JOIN accounts a ON a.org_id = t.org_id AND a.id = t.target_id
            WHERE {OWN} AND t.account_id = %(me)s AND (t.expires_at IS NULL OR t.expires_at > now())
            AND {SEEN} AND {where} ORDER BY t.id {page.direction} LIMIT {page.limit}""",
        params(tx, actor.me, **values),
    )
    return await people(tx, page, rows), {row["account_id"]: row["expires_at"] for row in rows}


async def blocked_domains(tx: Tx, actor: Actor, page: Page) -> Slice[str]:
    where, values = page.where("t.id")
    rows = in_order(
        page,
        await tx.all(
            f"""SELECT t.id, t.domain FROM domain_blocks t WHERE {OWN} AND t.account_id = %(me)s AND {where}
                ORDER BY t.id {page.direction} LIMIT {page.limit}""",
            params(tx, actor.me, **values),
        ),
    )
    return Slice([row["domain"] for row in rows], rows[0]["id"], rows[-1]["id"]) if rows else Slice([])


async def familiar(tx: Tx, actor: Actor, ids: Sequence[int]) -> dict[int, list[Account]]:
    """Of each account, those followers whom the actor follows. An account that hides its followers shows none."""
    rows = await tx.all(
        f"""SELECT t.target_id, t.account_id FROM follows t
            JOIN follows mine ON mine.org_id = t.org_id AND mine.account_id = %(me)s AND mine.target_id = t.account_id
            JOIN accounts a ON a.org_id = t.org_id AND a.id = t.account_id
            JOIN accounts o ON o.org_id = t.org_id AND o.id = t.target_id
            WHERE {OWN} AND t.target_id = ANY(%(ids)s) AND {SEEN} AND {NOT_EXCLUDED}
            AND NOT o.hide_collections AND NOT a.hide_collections AND o.suspended_at IS NULL AND o.state = 'active'
            ORDER BY t.id DESC""",
        params(tx, actor.me, ids=list(ids)),
    )
    known = await accounts.by_ids(tx, {row["account_id"] for row in rows})
    found: dict[int, list[Account]] = {}
    for row in rows:
        found.setdefault(row["target_id"], []).append(known[row["account_id"]])
    return found


async def people(tx: Tx, page: Page, rows: list[Row]) -> Slice[Account]:
    """Rows of (id of the tie, account_id) as a page of accounts whose cursors are the ties'."""
    rows = in_order(page, rows)
    if not rows:
        return Slice([])
    found: dict[int, Any] = await accounts.by_ids(tx, [row["account_id"] for row in rows])
    return Slice([found[row["account_id"]] for row in rows], rows[0]["id"], rows[-1]["id"])
