"""Browser sessions: a cookie's secret, kept as SHA-256, for one account in one network."""

from __future__ import annotations

import ipaddress
from datetime import timedelta

from torg.access.tokens import digest, new_secret
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


async def account_of(tx: Tx, secret: str | None) -> Account | None:
    """The account of a session of this network, if both are still good for use."""
    if not secret:
        return None
    account_id = await tx.value(
        f"""SELECT s.account_id FROM sessions s WHERE s.org_id = %(org)s AND s.network_id = %(network)s
            AND s.secret_hash = %(hash)s AND s.expires_at > now()
            AND EXISTS (SELECT FROM accounts a LEFT JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
                WHERE a.org_id = s.org_id AND a.id = s.account_id AND {USABLE})""",
        {**accounts.tenant(tx), "hash": digest(secret)},
    )
    return (await accounts.by_ids(tx, [account_id])).get(account_id) if account_id is not None else None


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
