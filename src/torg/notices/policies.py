"""SQL of notice policies, of the requests that they hold back and of the accounts let through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.engine.postgres import Tx
from torg.kernel.ids import new_id
from torg.kernel.page import Page, in_order
from torg.notices.model import Pending, Policy, Request
from torg.notices.store import SHOWN, tenant

KINDS = Policy.__struct_fields__
MOST_COUNTED = 100
DEFAULTS = {"for_private_mentions": "d.held", "for_limited_accounts": "d.held"}
ACCEPT = "'accept'"
NAMES = ", ".join(KINDS)
VALUES = ", ".join(f"%({name})s" for name in KINDS)
CHANGES = ", ".join(f"{name} = excluded.{name}" for name in KINDS)


async def policy(tx: Tx, me: int) -> Policy:
    """The reader's policy, or what holds without one (as in `store.BETWEEN`)."""
    fields = ", ".join(f"coalesce(p.{name}, {DEFAULTS.get(name, ACCEPT)}) AS {name}" for name in KINDS)
    found = await tx.one(
        f"""SELECT {fields} FROM (SELECT CASE w.kind WHEN 'public' THEN 'filter' ELSE 'accept' END AS held
                FROM networks w WHERE w.org_id = %(org)s AND w.id = %(network)s) d
            LEFT JOIN notice_policies p
                ON p.org_id = %(org)s AND p.network_id = %(network)s AND p.account_id = %(me)s""",
        tenant(tx, me),
        as_=Policy,
    )
    assert found is not None, "the transaction's network exists"
    return found


async def set_policy(tx: Tx, me: int, wanted: Policy) -> None:
    await tx.run(
        f"""INSERT INTO notice_policies (org_id, network_id, account_id, {NAMES})
            VALUES (%(org)s, %(network)s, %(me)s, {VALUES})
            ON CONFLICT (org_id, account_id) DO UPDATE SET {CHANGES}""",
        {**tenant(tx, me), **{name: getattr(wanted, name) for name in KINDS}},
    )


async def pending(tx: Tx, me: int) -> Pending:
    """How much is held back and not dismissed."""
    found = await tx.one(
        f"""SELECT count(DISTINCT q.from_id) AS requests, count(n.id) AS notices FROM (
                SELECT from_id FROM notice_requests WHERE org_id = %(org)s AND network_id = %(network)s
                AND account_id = %(me)s ORDER BY id DESC LIMIT {MOST_COUNTED}) q
            JOIN notices n ON n.org_id = %(org)s AND n.network_id = %(network)s AND n.account_id = %(me)s
                AND n.from_id = q.from_id AND n.filtered AND {SHOWN}""",
        tenant(tx, me),
        as_=Pending,
    )
    return found or Pending(requests=0, notices=0)


REQUESTS = f"""
    SELECT q.id, q.from_id, q.created_at, q.updated_at, h.count, h.post_id, h.message_id FROM notice_requests q
    JOIN LATERAL (
        SELECT count(*) AS count,
            (array_agg(n.post_id ORDER BY n.id DESC) FILTER (WHERE coalesce(n.post_id, n.message_id) > 0))[1]
                AS post_id,
            (array_agg(n.message_id ORDER BY n.id DESC) FILTER (WHERE coalesce(n.post_id, n.message_id) > 0))[1]
                AS message_id
        FROM (SELECT n.* FROM notices n WHERE n.org_id = q.org_id AND n.account_id = q.account_id
              AND n.from_id = q.from_id AND n.filtered AND {SHOWN} ORDER BY n.id DESC LIMIT {MOST_COUNTED}) n
    ) h ON h.count > 0
    WHERE q.org_id = %(org)s AND q.network_id = %(network)s AND q.account_id = %(me)s
"""


async def page(tx: Tx, me: int, asked: Page) -> list[Request]:
    where, params = asked.where("q.id")
    rows = await tx.all(
        f"{REQUESTS} AND {where} ORDER BY q.id {asked.direction} LIMIT {asked.limit}",
        {**tenant(tx, me), **params},
        as_=Request,
    )
    return in_order(asked, rows)


async def by_ids(tx: Tx, me: int, ids: Sequence[int]) -> list[Request]:
    return await tx.all(
        f"{REQUESTS} AND q.id = ANY(%(ids)s) ORDER BY q.id DESC", {**tenant(tx, me), "ids": list(ids)}, as_=Request
    )


async def note(tx: Tx, pairs: Sequence[tuple[int, int]]) -> None:
    """For each (reader, doer) something is held back: a new request, or the one there is, as new."""
    if pairs:
        await tx.run(
            """INSERT INTO notice_requests (org_id, network_id, id, account_id, from_id)
               SELECT %(org)s, %(network)s, * FROM unnest(%(ids)s::bigint[], %(readers)s::bigint[], %(doers)s::bigint[])
               ON CONFLICT (org_id, account_id, from_id) DO UPDATE SET updated_at = now()""",
            {
                **tenant(tx),
                "ids": [new_id() for _ in pairs],
                "readers": [reader for reader, _ in pairs],
                "doers": [doer for _, doer in pairs],
            },
        )


def _of(tx: Tx, me: int, from_ids: Sequence[int]) -> dict[str, Any]:
    return {**tenant(tx, me), "from": list(from_ids)}


async def permit(tx: Tx, me: int, from_ids: Sequence[int]) -> None:
    """Let these accounts through from now on."""
    await tx.run(
        """INSERT INTO notice_permissions (org_id, network_id, account_id, from_id)
           SELECT %(org)s, %(network)s, %(me)s, unnest(%(from)s::bigint[]) ON CONFLICT DO NOTHING""",
        _of(tx, me, from_ids),
    )


async def release(tx: Tx, me: int, from_ids: Sequence[int]) -> None:
    """Put what was held back of these accounts into the list."""
    await tx.run(
        """UPDATE notices SET filtered = false WHERE org_id = %(org)s AND network_id = %(network)s
           AND account_id = %(me)s AND from_id = ANY(%(from)s) AND filtered""",
        _of(tx, me, from_ids),
    )


async def discard(tx: Tx, me: int, from_ids: Sequence[int]) -> None:
    """Delete what was held back of these accounts."""
    await tx.run(
        """DELETE FROM notices WHERE org_id = %(org)s AND network_id = %(network)s
           AND account_id = %(me)s AND from_id = ANY(%(from)s) AND filtered""",
        _of(tx, me, from_ids),
    )


async def settle(tx: Tx, me: int, from_ids: Sequence[int]) -> None:
    """The requests of these accounts are answered."""
    await tx.run(
        """DELETE FROM notice_requests WHERE org_id = %(org)s AND network_id = %(network)s
           AND account_id = %(me)s AND from_id = ANY(%(from)s)""",
        _of(tx, me, from_ids),
    )
