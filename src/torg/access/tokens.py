"""Access tokens: made once and shown once, kept as SHA-256, bound to one network, app and account."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

import msgspec

from torg.access.events import TokensRevoked
from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.kernel.errors import Unauthorized
from torg.kernel.ids import new_id

LIVING = ("tokens", "refresh_tokens")


def digest(secret: str) -> bytes:
    """What is stored of a token or client secret: it has full entropy, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).digest()


def new_secret() -> str:
    """256 bits as text; never with a dash in front, which a command line would take for an option."""
    while (secret := secrets.token_urlsafe(32)).startswith("-"):
        continue
    return secret


async def issue(
    tx: Tx,
    *,
    app_id: int,
    account_id: int | None,
    scopes: list[str],
    expires_in: int | None = None,
    grant_id: int | None = None,
    delegation_id: int | None = None,
) -> str:
    """A new token for an account (or for the app by itself); returns the secret, which is not kept."""
    secret = new_secret()
    await tx.run(
        """INSERT INTO tokens (org_id, network_id, id, token_hash, app_id, account_id, scopes, grant_id,
                               delegation_id, expires_at)
           VALUES (%(org)s, %(network)s, %(id)s, %(hash)s, %(app)s, %(account)s, %(scopes)s, %(grant)s,
                   %(delegation)s, now() + make_interval(secs => %(expires)s::float8))""",
        {
            "org": tx.scope.org_id, "network": tx.scope.network_ids[0], "id": new_id(), "hash": digest(secret),
            "app": app_id, "account": account_id, "scopes": scopes, "expires": expires_in,
            "grant": grant_id, "delegation": delegation_id,
        },
    )  # fmt: skip
    return secret


async def revoke(tx: Tx, app_id: int, secret: str) -> bool:
    """Revoke a token of this app (RFC 7009); whether there is such a token, revoked before or now.

    A refresh token beside it ends too: whoever logs out does not mean to come back by it.
    """
    params = {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "app": app_id, "hash": digest(secret)}
    found = await tx.one(
        """UPDATE tokens SET revoked_at = coalesce(revoked_at, now()) WHERE org_id = %(org)s
           AND network_id = %(network)s AND app_id = %(app)s AND token_hash = %(hash)s
           RETURNING grant_id, account_id""",
        params,
    )
    if found is not None:
        await outbox.append(tx, TokensRevoked(found["account_id"]))
    if found is not None and found["grant_id"] is not None:
        await tx.run(
            """UPDATE refresh_tokens SET revoked_at = now() WHERE org_id = %(org)s AND network_id = %(network)s
               AND grant_id = %(grant)s AND revoked_at IS NULL""",
            {**params, "grant": found["grant_id"]},
        )
    return found is not None


async def revoke_of_grant(tx: Tx, grant_id: int) -> None:
    """Revoke all that came of an authorization code: somebody used it, or a refresh token of it, twice."""
    for table in LIVING:
        found = await tx.column(
            f"""UPDATE {table} SET revoked_at = now() WHERE org_id = %s AND network_id = %s AND grant_id = %s
                AND revoked_at IS NULL RETURNING account_id""",
            (tx.scope.org_id, tx.scope.network_ids[0], grant_id),
        )
        await outbox.append_all(tx, [TokensRevoked(account) for account in set(found)])


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """An app that holds tokens of an account: since when, and what for."""

    app_id: int
    name: str
    website: str | None
    scopes: list[str]
    since: datetime


async def apps_of(tx: Tx, account_id: int) -> list[Access]:
    """The apps that may act for an account, the latest first."""
    return await tx.all(
        """SELECT t.app_id, a.name, a.website, min(t.created_at) AS since,
                  array_agg(DISTINCT s.scope ORDER BY s.scope) AS scopes
           FROM (SELECT app_id, scopes, created_at, org_id, network_id FROM tokens WHERE org_id = %(org)s
                   AND account_id = %(account)s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
                 UNION ALL SELECT app_id, scopes, created_at, org_id, network_id FROM refresh_tokens
                   WHERE org_id = %(org)s AND account_id = %(account)s AND revoked_at IS NULL AND used_at IS NULL
                   AND expires_at > now()) t
           JOIN apps a ON a.org_id = t.org_id AND a.id = t.app_id
           CROSS JOIN LATERAL unnest(t.scopes) AS s(scope)
           WHERE t.org_id = %(org)s AND t.network_id = %(network)s
           GROUP BY t.app_id, a.name, a.website ORDER BY since DESC""",
        {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "account": account_id},
        as_=Access,
    )


async def revoke_of_account(tx: Tx, account_id: int) -> None:
    """Take back whatever apps and scripts an account has let in, in this network."""
    for table in LIVING:
        await tx.run(
            f"""UPDATE {table} SET revoked_at = now() WHERE org_id = %s AND network_id = %s AND account_id = %s
                AND revoked_at IS NULL""",
            (tx.scope.org_id, tx.scope.network_ids[0], account_id),
        )
    await outbox.append(tx, TokensRevoked(account_id))


async def revoke_of_app(tx: Tx, account_id: int, app_id: int) -> None:
    """Take back what an account gave to an app."""
    for table in LIVING:
        await tx.run(
            f"""UPDATE {table} SET revoked_at = now() WHERE org_id = %s AND network_id = %s AND account_id = %s
                AND app_id = %s AND revoked_at IS NULL""",
            (tx.scope.org_id, tx.scope.network_ids[0], account_id, app_id),
        )
    await outbox.append(tx, TokensRevoked(account_id))


async def shut_out(tx: Tx, app_id: int, account_id: int | None = None) -> int:
    """Take back all that an app holds, or what one account gave it; how many tokens there were."""
    gone: list[int | None] = []
    for table in LIVING:
        gone += await tx.column(
            f"""UPDATE {table} SET revoked_at = now() WHERE org_id = %(org)s AND network_id = %(network)s
                AND app_id = %(app)s AND (%(account)s::bigint IS NULL OR account_id = %(account)s)
                AND revoked_at IS NULL RETURNING account_id""",
            {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "app": app_id, "account": account_id},
        )
    await outbox.append_all(tx, [TokensRevoked(account) for account in set(gone)])
    return len(gone)


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a token is, whatever the state of the account: for the methods that the unconfirmed may call."""

    token_id: int
    app_id: int
    account_id: int | None
    person_id: int | None
    state: str | None
    registered_by_app_id: int | None


async def holder(tx: Tx, secret: str | None) -> Holder:
    """The holder of a valid token; Unauthorized else."""
    found = await tx.one(
        """SELECT t.id AS token_id, t.app_id, t.account_id, a.person_id, a.state, a.registered_by_app_id
           FROM tokens t LEFT JOIN accounts a ON a.org_id = t.org_id AND a.id = t.account_id
           WHERE t.org_id = %s AND t.network_id = %s AND t.token_hash = %s AND t.revoked_at IS NULL
           AND (t.expires_at IS NULL OR t.expires_at > now()) AND torg_delegation_holds(t.org_id, t.delegation_id)""",
        (tx.scope.org_id, tx.scope.network_ids[0], digest(secret or "")),
        as_=Holder,
    )
    if found is None:
        raise Unauthorized("The access token is invalid")
    return found
