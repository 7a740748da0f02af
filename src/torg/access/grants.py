"""Authorization codes: ten minutes, one use, bound to client, redirect URI and PKCE (RFC 6749 §4.1, RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import timedelta

from torg.access import refreshing, tokens
from torg.access.model import App, Grant, Issued
from torg.access.oauth_errors import InvalidGrant
from torg.engine.postgres import Tx
from torg.kernel.clock import now
from torg.kernel.ids import new_id

LIFETIME = timedelta(minutes=10)
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
COLUMNS = ", ".join(Grant.__struct_fields__)
TENANT = "org_id = %(org)s AND network_id = %(network)s"


async def give(
    tx: Tx, *, app: App, account_id: int, redirect_uri: str, scopes: Sequence[str], code_challenge: str | None
) -> str:
    """A new code for what the person consented to; returns the code, which is kept as a hash only."""
    code = tokens.new_secret()
    await tx.run(
        """INSERT INTO grants (org_id, network_id, id, code_hash, app_id, account_id, redirect_uri, scopes,
                               code_challenge, expires_at)
           VALUES (%(org)s, %(network)s, %(id)s, %(hash)s, %(app)s, %(account)s, %(uri)s, %(scopes)s,
                   %(challenge)s, %(expires)s)""",
        {
            **_tenant(tx), "id": new_id(), "hash": tokens.digest(code), "app": app.id, "account": account_id,
            "uri": redirect_uri, "scopes": list(scopes), "challenge": code_challenge, "expires": now() + LIFETIME,
        },
    )  # fmt: skip
    return code


async def redeem(tx: Tx, app: App, code: str, redirect_uri: str | None, verifier: str | None) -> Issued:
    """The access token of a code. InvalidGrant for any mismatch; a second use revokes the tokens of the first.

    What it writes before it raises must be committed (RFC 6749 §4.1.2), so the edge catches within the transaction.
    """
    found = await tx.one(
        f"SELECT {COLUMNS} FROM grants WHERE {TENANT} AND code_hash = %(hash)s FOR UPDATE",
        {**_tenant(tx), "hash": tokens.digest(code)},
        as_=Grant,
    )
    if found is None or found.app_id != app.id:
        raise InvalidGrant
    if found.used_at is not None:
        await tokens.revoke_of_grant(tx, found.id)
        raise InvalidGrant
    if found.expires_at <= now() or redirect_uri != found.redirect_uri:
        raise InvalidGrant
    if not proves(verifier, found.code_challenge):
        raise InvalidGrant
    await tx.run(
        f"UPDATE grants SET used_at = now() WHERE {TENANT} AND id = %(id)s", {**_tenant(tx), "id": found.id}
    )
    return await refreshing.pair(
        tx, app_id=app.id, account_id=found.account_id, scopes=found.scopes, grant_id=found.id
    )


def proves(verifier: str | None, challenge: str | None) -> bool:
    """Whether the verifier belongs to the S256 challenge. One without the other proves nothing (RFC 9700 §2.1.1)."""
    if challenge is None or verifier is None:
        return challenge is None and verifier is None
    if not VERIFIER.fullmatch(verifier):
        return False
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(made, challenge)


async def sweep(tx: Tx) -> int:
    """Remove codes, refresh tokens, logins and mailed proofs whose time is over (system transaction); how many."""
    count = 0
    for table in ("grants", "refresh_tokens", "sessions", "half_logins", "mailed_proofs"):
        count += await tx.run(f"DELETE FROM {table} WHERE expires_at < now() - interval '1 day'")
    return count


def _tenant(tx: Tx) -> dict[str, int]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}
