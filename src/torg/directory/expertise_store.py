"""SQL of expertise: what somebody knows, and who says so."""

from __future__ import annotations

from collections.abc import Iterable

from torg.directory.model import Skill
from torg.directory.profile_store import TENANT, params
from torg.engine.postgres import Tx
from torg.kernel.errors import invalid

MOST_SUGGESTED = 100
"""Suggestions that one colleague may have waiting."""


async def remove(tx: Tx, account_id: int, key: str) -> None:
    """Take something away with all that was said for it."""
    await tx.run(
        f"DELETE FROM expertise WHERE {TENANT} AND account_id = %(account)s AND key = %(key)s",
        params(tx, account=account_id, key=key),
    )


async def endorse(tx: Tx, me: int, account_id: int, key: str, name: str) -> None:
    """Say that somebody knows something; saying it again changes nothing."""
    waiting = await tx.value(
        f"SELECT count(*) FROM expertise WHERE {TENANT} AND account_id = %(account)s AND NOT listed AND key <> %(key)s",
        params(tx, account=account_id, key=key),
    )
    if waiting >= MOST_SUGGESTED:
        raise invalid("name", "ERR_TOO_LONG", "cannot be suggested: too many suggestions wait for an answer")
    await tx.run(
        """INSERT INTO expertise (org_id, network_id, account_id, key, name, listed)
           VALUES (%(org)s, %(network)s, %(account)s, %(key)s, %(name)s, false) ON CONFLICT DO NOTHING""",
        params(tx, account=account_id, key=key, name=name),
    )
    await tx.run(
        """INSERT INTO expertise_endorsements (org_id, network_id, account_id, key, by_id)
           VALUES (%(org)s, %(network)s, %(account)s, %(key)s, %(me)s) ON CONFLICT DO NOTHING""",
        params(tx, account=account_id, key=key, me=me),
    )


async def unendorse(tx: Tx, me: int, account_id: int, key: str) -> None:
    values = params(tx, account=account_id, key=key, me=me)
    await tx.run(
        f"""DELETE FROM expertise_endorsements WHERE {TENANT} AND account_id = %(account)s AND key = %(key)s
            AND by_id = %(me)s""",
        values,
    )
    await tx.run(
        f"""DELETE FROM expertise e WHERE e.{TENANT.replace("AND ", "AND e.")} AND e.account_id = %(account)s
            AND e.key = %(key)s AND NOT e.listed AND NOT EXISTS (SELECT FROM expertise_endorsements x
                WHERE x.org_id = e.org_id AND x.account_id = e.account_id AND x.key = e.key)""",
        values,
    )


async def of(tx: Tx, viewer: int, ids: Iterable[int]) -> list[Skill]:
    """What these people know, in their order; suggestions only to their owner and to who made them."""
    return await tx.all(
        """SELECT e.account_id, e.key, e.name, e.listed, count(x.by_id) AS endorsements,
               coalesce(bool_or(x.by_id = %(viewer)s), false) AS endorsed
           FROM expertise e
           LEFT JOIN (expertise_endorsements x JOIN accounts b ON b.org_id = x.org_id AND b.id = x.by_id
                   AND b.state = 'active' AND b.suspended_at IS NULL)
               ON x.org_id = e.org_id AND x.account_id = e.account_id AND x.key = e.key
           WHERE e.org_id = %(org)s AND e.network_id = %(network)s AND e.account_id = ANY(%(ids)s)
           GROUP BY e.account_id, e.key, e.name, e.listed, e.position
           HAVING e.listed OR e.account_id = %(viewer)s OR bool_or(x.by_id = %(viewer)s)
           ORDER BY e.account_id, e.listed DESC, e.position, e.key""",
        params(tx, viewer=viewer, ids=list(ids)),
        as_=Skill,
    )
