"""SQL of push subscriptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.engine.postgres import Row, Tx
from torg.push.model import Subscription

FIELDS = ", ".join(f"s.{name}" for name in Subscription.__struct_fields__)
TENANT = "s.org_id = %(org)s AND s.network_id = %(network)s"


def tenant(tx: Tx) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}


async def of_token(tx: Tx, token_id: int) -> Subscription | None:
    return await tx.one(
        f"SELECT {FIELDS} FROM push_subscriptions s WHERE {TENANT} AND s.token_id = %(token)s",
        {**tenant(tx), "token": token_id},
        as_=Subscription,
    )


async def replace(tx: Tx, values: dict[str, Any]) -> Subscription:
    """The token's only subscription from now on."""
    # Two requests at once must not insert two
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('push subscription', %s))", (values["token_id"],))
    await remove_of_token(tx, values["token_id"])
    names, places = ", ".join(values), ", ".join(f"%({name})s" for name in values)
    made = await tx.one(
        f"""INSERT INTO push_subscriptions AS s (org_id, network_id, {names})
            VALUES (%(org)s, %(network)s, {places}) RETURNING {FIELDS}""",
        {**tenant(tx), **values},
        as_=Subscription,
    )
    assert made is not None, "an insert returns its row"
    return made


async def update(tx: Tx, token_id: int, alerts: list[str], policy: str) -> None:
    await tx.run(
        f"""UPDATE push_subscriptions s SET alerts = %(alerts)s, policy = %(policy)s
            WHERE {TENANT} AND s.token_id = %(token)s""",
        {**tenant(tx), "token": token_id, "alerts": alerts, "policy": policy},
    )


async def remove_of_token(tx: Tx, token_id: int) -> None:
    await tx.run(
        f"DELETE FROM push_subscriptions s WHERE {TENANT} AND s.token_id = %(token)s", {**tenant(tx), "token": token_id}
    )


async def remove(tx: Tx, id_: int) -> None:
    await tx.run(f"DELETE FROM push_subscriptions s WHERE {TENANT} AND s.id = %(id)s", {**tenant(tx), "id": id_})


VALID = """
    JOIN tokens t ON t.org_id = s.org_id AND t.id = s.token_id AND t.revoked_at IS NULL
        AND (t.expires_at IS NULL OR t.expires_at > now())
"""


async def get(tx: Tx, id_: int) -> Subscription | None:
    """A subscription whose token is still good."""
    return await tx.one(
        f"SELECT {FIELDS} FROM push_subscriptions s {VALID} WHERE {TENANT} AND s.id = %(id)s",
        {**tenant(tx), "id": id_},
        as_=Subscription,
    )


async def wanting(tx: Tx, notices: Sequence[tuple[int, int, str, int]]) -> list[Row]:
    """(subscription_id, notice_id) to be woken for these notices, given as (id, reader, type, doer)."""
    ids, readers, types, doers = zip(*notices, strict=True)
    return await tx.all(
        f"""SELECT s.id AS subscription_id, c.id AS notice_id
            FROM unnest(%(ids)s::bigint[], %(readers)s::bigint[], %(types)s::text[], %(doers)s::bigint[])
                AS c (id, reader, type, doer)
            CROSS JOIN LATERAL (SELECT i.* FROM push_subscriptions i
                WHERE i.org_id = %(org)s AND i.account_id = c.reader OFFSET 0) s {VALID}
            WHERE {TENANT} AND c.type = ANY(s.alerts)
            AND (s.policy = 'all'
                 OR s.policy = 'followed' AND EXISTS (SELECT FROM follows f WHERE f.org_id = s.org_id
                        AND f.account_id = s.account_id AND f.target_id = c.doer)
                 OR s.policy = 'follower' AND EXISTS (SELECT FROM follows f WHERE f.org_id = s.org_id
                        AND f.account_id = c.doer AND f.target_id = s.account_id))
            ORDER BY c.id, s.id""",
        {**tenant(tx), "ids": list(ids), "readers": list(readers), "types": list(types), "doers": list(doers)},
    )
