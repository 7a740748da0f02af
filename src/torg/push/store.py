"""SQL of push subscriptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from torg.access.sessions import USABLE
from torg.engine.postgres import Row, Tx
from torg.push.model import Device, Subscription

FIELDS = ", ".join(f"s.{name}" for name in Subscription.__struct_fields__)
TENANT = "s.org_id = %(org)s AND s.network_id = %(network)s"
Login = Literal["token_id", "session_id"]
"""What a subscription belongs to; it has one of them."""


def tenant(tx: Tx) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}


async def of_login(tx: Tx, login: Login, id_: int) -> Subscription | None:
    return await tx.one(
        f"SELECT {FIELDS} FROM push_subscriptions s WHERE {TENANT} AND s.{login} = %(login)s",
        {**tenant(tx), "login": id_},
        as_=Subscription,
    )


async def replace(tx: Tx, login: Login, values: dict[str, Any]) -> Subscription:
    """The token's or session's only subscription from now on."""
    # Two requests at once must not insert two
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('push subscription', %s))", (values[login],))
    await remove_of_login(tx, login, values[login])
    names, places = ", ".join(values), ", ".join(f"%({name})s" for name in values)
    made = await tx.one(
        f"""INSERT INTO push_subscriptions AS s (org_id, network_id, {names})
            VALUES (%(org)s, %(network)s, {places}) RETURNING {FIELDS}""",
        {**tenant(tx), **values},
        as_=Subscription,
    )
    assert made is not None, "an insert returns its row"
    return made


async def update(tx: Tx, id_: int, alerts: list[str], policy: str) -> None:
    await tx.run(
        f"UPDATE push_subscriptions s SET alerts = %(alerts)s, policy = %(policy)s WHERE {TENANT} AND s.id = %(id)s",
        {**tenant(tx), "id": id_, "alerts": alerts, "policy": policy},
    )


async def remove_of_login(tx: Tx, login: Login, id_: int) -> None:
    await tx.run(
        f"DELETE FROM push_subscriptions s WHERE {TENANT} AND s.{login} = %(login)s", {**tenant(tx), "login": id_}
    )


async def remove_of_browser(tx: Tx, endpoint: str) -> None:
    """What was there of a browser under an earlier login: it tells one account's news, the one that is in now."""
    await tx.run(
        f"DELETE FROM push_subscriptions s WHERE {TENANT} AND s.session_id IS NOT NULL AND s.endpoint = %(endpoint)s",
        {**tenant(tx), "endpoint": endpoint},
    )


async def remove(tx: Tx, id_: int) -> None:
    await tx.run(f"DELETE FROM push_subscriptions s WHERE {TENANT} AND s.id = %(id)s", {**tenant(tx), "id": id_})


async def remove_of_account(tx: Tx, account_id: int, id_: int) -> bool:
    """One of an account's own; whether there was such."""
    return bool(
        await tx.run(
            f"DELETE FROM push_subscriptions s WHERE {TENANT} AND s.account_id = %(account)s AND s.id = %(id)s",
            {**tenant(tx), "account": account_id, "id": id_},
        )
    )


VALID = """
    LEFT JOIN tokens t ON t.org_id = s.org_id AND t.id = s.token_id AND t.revoked_at IS NULL
        AND (t.expires_at IS NULL OR t.expires_at > now())
    LEFT JOIN sessions b ON b.org_id = s.org_id AND b.id = s.session_id AND b.expires_at > now()
"""
GOOD = "(t.id IS NOT NULL OR b.id IS NOT NULL)"


async def get(tx: Tx, id_: int, *, longest: int | None = None, idle: int | None = None) -> Subscription | None:
    """A subscription whose token or session is still good for use, by the network's bounds (orgs/policies.py) too."""
    return await tx.one(
        f"""SELECT {FIELDS} FROM push_subscriptions s {VALID} WHERE {TENANT} AND s.id = %(id)s AND {GOOD}
            AND (%(longest)s::float8 IS NULL
                OR coalesce(t.created_at, b.created_at) > now() - make_interval(secs => %(longest)s::float8))
            AND (%(idle)s::float8 IS NULL OR coalesce(t.last_used_at, t.created_at, b.last_used_at, b.created_at)
                > now() - make_interval(secs => %(idle)s::float8))
            AND EXISTS (SELECT FROM accounts a LEFT JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
                WHERE a.org_id = s.org_id AND a.id = s.account_id AND {USABLE})""",
        {**tenant(tx), "id": id_, "longest": longest, "idle": idle},
        as_=Subscription,
    )


async def devices(tx: Tx, account_id: int) -> list[Device]:
    """What is woken for an account, the newest first."""
    return await tx.all(
        f"""SELECT s.id, s.session_id, s.created_at, s.alerts, s.policy, p.name AS app,
                coalesce(b.user_agent, '') AS user_agent
            FROM push_subscriptions s {VALID} LEFT JOIN apps p ON p.org_id = t.org_id AND p.id = t.app_id
            WHERE {TENANT} AND s.account_id = %(account)s AND {GOOD} ORDER BY s.id DESC""",
        {**tenant(tx), "account": account_id},
        as_=Device,
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
            WHERE {TENANT} AND {GOOD} AND c.type = ANY(s.alerts)
            AND (s.policy = 'all'
                 OR s.policy = 'followed' AND EXISTS (SELECT FROM follows f WHERE f.org_id = s.org_id
                        AND f.account_id = s.account_id AND f.target_id = c.doer)
                 OR s.policy = 'follower' AND EXISTS (SELECT FROM follows f WHERE f.org_id = s.org_id
                        AND f.account_id = c.doer AND f.target_id = s.account_id))
            ORDER BY c.id, s.id""",
        {**tenant(tx), "ids": list(ids), "readers": list(readers), "types": list(types), "doers": list(doers)},
    )
