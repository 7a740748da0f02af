"""Browser sessions: a cookie's secret, kept as SHA-256, for one account in one network."""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

import msgspec

from torg.access.tokens import digest, new_secret
from torg.accounts import activity
from torg.accounts import store as accounts
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.kernel.clock import now
from torg.kernel.ids import new_id

COOKIE = "torg_session"
LIFETIME = timedelta(days=30)
MOST_AGENT = 300


async def begin(tx: Tx, account_id: int, *, ip: str, user_agent: str) -> str:
    """A new session; returns the cookie's value."""
    secret = new_secret()
    await tx.run(
        """INSERT INTO sessions (org_id, network_id, id, secret_hash, account_id, expires_at, ip, user_agent)
           VALUES (%(org)s, %(network)s, %(id)s, %(hash)s, %(account)s, %(expires)s, %(ip)s::inet, %(agent)s)""",
        {
            **accounts.tenant(tx), "id": new_id(), "hash": digest(secret), "account": account_id,
            "expires": now() + LIFETIME, "ip": address(ip), "agent": user_agent[:MOST_AGENT],
        },
    )  # fmt: skip
    return secret


async def account_of(
    tx: Tx, secret: str | None, *, ip: str | None = None, longest: int | None = None, idle: int | None = None
) -> Account | None:
    """The account of a session of this network, if both are still good for use. `ip`: from where it is used now.

    `longest`, `idle`: how old a session may grow and how long it may lie unused, in seconds (orgs/policies.py).
    """
    if not secret:
        return None
    found = await tx.one(
        f"""SELECT s.id, s.account_id, s.last_used_at IS NULL OR s.last_used_at < now()
                - least(interval '10 minutes', make_interval(secs => %(idle)s::float8 / 4)) AS stale
            FROM sessions s WHERE s.org_id = %(org)s AND s.network_id = %(network)s
            AND s.secret_hash = %(hash)s AND s.expires_at > now()
            AND (%(longest)s::float8 IS NULL OR s.created_at > now() - make_interval(secs => %(longest)s::float8))
            AND (%(idle)s::float8 IS NULL OR coalesce(s.last_used_at, s.created_at)
                > now() - make_interval(secs => %(idle)s::float8))
            AND EXISTS (SELECT FROM accounts a LEFT JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
                WHERE a.org_id = s.org_id AND a.id = s.account_id AND {USABLE})""",
        {**accounts.tenant(tx), "hash": digest(secret), "longest": longest, "idle": idle},
    )
    if found is None:
        return None
    if ip is not None and found["stale"]:
        await tx.run(
            f"""UPDATE sessions SET last_used_at = now(), ip = coalesce(%(ip)s::inet, ip)
                WHERE {accounts.TENANT} AND id = %(id)s""",
            {**accounts.tenant(tx), "id": found["id"], "ip": address(ip)},
        )
        await activity.seen(tx, [found["account_id"]])
    return (await accounts.by_ids(tx, [found["account_id"]])).get(found["account_id"])


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A browser that is logged in. `current`: the one that asks."""

    id: int
    created_at: datetime
    last_used_at: datetime
    ip: str | None
    user_agent: str
    current: bool


async def of_account(tx: Tx, account_id: int, secret: str | None) -> list[Session]:
    """The browsers in which an account is logged in, the one that asks first, then the last used."""
    return await tx.all(
        f"""SELECT id, created_at, coalesce(last_used_at, created_at) AS last_used_at, host(ip) AS ip, user_agent,
                secret_hash = %(hash)s AS current
            FROM sessions WHERE {accounts.TENANT} AND account_id = %(account)s AND expires_at > now()
            ORDER BY current DESC, last_used_at DESC, id DESC""",
        {**accounts.tenant(tx), "account": account_id, "hash": digest(secret or "")},
        as_=Session,
    )


async def end_one(tx: Tx, account_id: int, session_id: int) -> None:
    """Log one browser of an account out."""
    await tx.run(
        f"DELETE FROM sessions WHERE {accounts.TENANT} AND account_id = %(account)s AND id = %(id)s",
        {**accounts.tenant(tx), "account": account_id, "id": session_id},
    )


async def end_others(tx: Tx, account_id: int, secret: str | None) -> None:
    """Log all browsers of an account out but the one that asks."""
    await tx.run(
        f"DELETE FROM sessions WHERE {accounts.TENANT} AND account_id = %(account)s AND secret_hash <> %(hash)s",
        {**accounts.tenant(tx), "account": account_id, "hash": digest(secret or "")},
    )


USABLE = "a.state = 'active' AND a.disabled_at IS NULL AND a.suspended_at IS NULL AND p.disabled_at IS NULL"


async def end(tx: Tx, secret: str | None) -> None:
    """Log this browser out."""
    await tx.run(
        f"DELETE FROM sessions WHERE {accounts.TENANT} AND secret_hash = %(hash)s",
        {**accounts.tenant(tx), "hash": digest(secret or "")},
    )


def address(text: str) -> str | None:
    """An IP address as the database takes it, None for anything else (a Unix socket's peer, say)."""
    try:
        return str(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        return None
