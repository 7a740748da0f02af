"""Logins of which the password was right and the second factor is still to come: a cookie's secret, for ten minutes."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from torg.access.sessions import USABLE
from torg.access.tokens import digest, new_secret
from torg.accounts import store as accounts
from torg.engine.postgres import Tx
from torg.kernel.clock import now
from torg.kernel.ids import new_id

COOKIE = "torg_half_login"
LIFETIME = timedelta(minutes=10)


class HalfLogin(msgspec.Struct, frozen=True, kw_only=True):
    """Whose it is, and where the browser wanted to go."""

    id: int
    account_id: int
    person_id: int
    goal: str


async def begin(tx: Tx, account_id: int, goal: str) -> str:
    """Keep that the password was right; returns the cookie's value."""
    secret = new_secret()
    await tx.run(
        """INSERT INTO half_logins (org_id, network_id, id, secret_hash, account_id, goal, expires_at)
           VALUES (%(org)s, %(network)s, %(id)s, %(hash)s, %(account)s, %(goal)s, %(expires)s)""",
        {
            **accounts.tenant(tx), "id": new_id(), "hash": digest(secret), "account": account_id, "goal": goal,
            "expires": now() + LIFETIME,
        },
    )  # fmt: skip
    return secret


async def find(tx: Tx, secret: str | None) -> HalfLogin | None:
    """The login that this browser has begun, if its account may still be used."""
    if not secret:
        return None
    return await tx.one(
        f"""SELECT h.id, h.account_id, a.person_id, h.goal FROM half_logins h
            JOIN accounts a ON a.org_id = h.org_id AND a.id = h.account_id
            JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
            WHERE h.org_id = %(org)s AND h.network_id = %(network)s AND h.secret_hash = %(hash)s
            AND h.expires_at > now() AND {USABLE}""",
        {**accounts.tenant(tx), "hash": digest(secret)},
        as_=HalfLogin,
    )


async def end(tx: Tx, half: HalfLogin) -> bool:
    """It is done; False if it was done a moment ago."""
    sql = f"DELETE FROM half_logins WHERE {accounts.TENANT} AND id = %(id)s"
    return await tx.run(sql, {**accounts.tenant(tx), "id": half.id}) > 0
