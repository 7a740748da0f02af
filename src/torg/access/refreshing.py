"""Refresh tokens: each works once and is replaced (RFC 6749 §6); a second use ends its family (RFC 9700 §4.14).

Only for who asked for `offline_access` (OpenID Connect Core §11): Mastodon's clients know no refresh tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from torg.access import scopes as scope_rules
from torg.access import sessions, tokens
from torg.access.model import App, Issued
from torg.access.oauth_errors import InvalidGrant, InvalidScope
from torg.engine.postgres import Tx
from torg.kernel.clock import now
from torg.kernel.ids import new_id

SCOPE = "offline_access"
ACCESS_SECONDS = 7200
UNUSED_FOR = timedelta(days=90)
TENANT = "org_id = %(org)s AND network_id = %(network)s"


class Refresh(msgspec.Struct, frozen=True, kw_only=True):
    """A refresh token as kept. `grant_id` names its family."""

    id: int
    grant_id: int
    app_id: int
    account_id: int
    scopes: list[str]
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


COLUMNS = ", ".join(Refresh.__struct_fields__)


async def issue(tx: Tx, *, app_id: int, account_id: int, scopes: Sequence[str], grant_id: int) -> str:
    """A new refresh token of a family; returns the secret, which is not kept."""
    secret = tokens.new_secret()
    await tx.run(
        """INSERT INTO refresh_tokens (org_id, network_id, id, secret_hash, grant_id, app_id, account_id, scopes,
                                       expires_at)
           VALUES (%(org)s, %(network)s, %(id)s, %(hash)s, %(grant)s, %(app)s, %(account)s, %(scopes)s, %(expires)s)""",
        {
            **_tenant(tx), "id": new_id(), "hash": tokens.digest(secret), "grant": grant_id, "app": app_id,
            "account": account_id, "scopes": list(scopes), "expires": now() + UNUSED_FOR,
        },
    )  # fmt: skip
    return secret


async def pair(
    tx: Tx, *, app_id: int, account_id: int, scopes: list[str], grant_id: int, narrowed: list[str] | None = None
) -> Issued:
    """The access token of a consent; with a refresh token beside it, and short-lived, if that was consented to.

    `narrowed`: the access token's own scopes; the refresh token keeps all that were consented to (RFC 6749 §6).
    """
    lasting = SCOPE in scopes
    held = scopes if narrowed is None else narrowed
    seconds = ACCESS_SECONDS if lasting else None
    secret = await tokens.issue(
        tx, app_id=app_id, account_id=account_id, scopes=held, grant_id=grant_id, expires_in=seconds
    )
    again = None
    if lasting:
        again = await issue(tx, app_id=app_id, account_id=account_id, scopes=scopes, grant_id=grant_id)
    return Issued(secret=secret, scopes=held, created_at=now(), expires_in=seconds, refresh_secret=again)


async def redeem(tx: Tx, app: App, secret: str, wanted: list[str], *, longest: int | None = None) -> Issued:
    """A new pair for a refresh token. InvalidGrant for one that is unknown, over, or used before.

    `longest`: seconds after the consent at which the network ends a login, however often it was renewed.

    What it writes before it raises must be committed, so the edge catches within the transaction.
    """
    found = await tx.one(
        f"SELECT {COLUMNS} FROM refresh_tokens WHERE {TENANT} AND secret_hash = %(hash)s FOR UPDATE",
        {**_tenant(tx), "hash": tokens.digest(secret)},
        as_=Refresh,
    )
    if found is None or found.app_id != app.id:
        raise InvalidGrant
    if found.used_at is not None:
        await tokens.revoke_of_grant(tx, found.grant_id)
        raise InvalidGrant
    if found.revoked_at is not None or found.expires_at <= now() or not await _usable(tx, found.account_id):
        raise InvalidGrant
    if longest is not None and await _over(tx, found.grant_id, longest):
        raise InvalidGrant
    if wanted and not scope_rules.covered(wanted, found.scopes):
        raise InvalidScope
    await tx.run(
        f"UPDATE refresh_tokens SET used_at = now() WHERE {TENANT} AND id = %(id)s", {**_tenant(tx), "id": found.id}
    )
    return await pair(
        tx,
        app_id=app.id,
        account_id=found.account_id,
        scopes=found.scopes,
        grant_id=found.grant_id,
        narrowed=wanted or None,
    )


async def revoke(tx: Tx, app_id: int, secret: str) -> bool:
    """End a refresh token of this app with all its family (RFC 7009 §2.1); whether there is such a token."""
    grant_id = await tx.value(
        f"SELECT grant_id FROM refresh_tokens WHERE {TENANT} AND app_id = %(app)s AND secret_hash = %(hash)s",
        {**_tenant(tx), "app": app_id, "hash": tokens.digest(secret)},
    )
    if grant_id is None:
        return False
    await tokens.revoke_of_grant(tx, grant_id)
    return True


async def _over(tx: Tx, grant_id: int, longest: int) -> bool:
    """Whether a family has grown older than this."""
    return bool(
        await tx.value(
            f"""SELECT min(created_at) <= now() - make_interval(secs => %(longest)s::float8) FROM refresh_tokens
                WHERE {TENANT} AND grant_id = %(grant)s""",
            {**_tenant(tx), "grant": grant_id, "longest": longest},
        )
    )


async def _usable(tx: Tx, account_id: int) -> bool:
    """Whether the account may still log in."""
    return bool(
        await tx.value(
            f"""SELECT true FROM accounts a LEFT JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
                WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = %(id)s AND {sessions.USABLE}""",
            {**_tenant(tx), "id": account_id},
        )
    )


def _tenant(tx: Tx) -> dict[str, int]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}
