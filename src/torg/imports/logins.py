"""Access tokens for the authors of a replay: one account each, one application for all, valid for a day."""

from __future__ import annotations

from collections.abc import Mapping

from torg.access.tokens import digest, issue, new_secret
from torg.engine.postgres import Tx
from torg.imports.store import tenant
from torg.kernel.ids import new_id

APP = "torg replay"
SCOPES = ["read", "write"]
VALID_SECONDS = 86_400


async def tokens(tx: Tx, accounts: Mapping[str, int]) -> dict[str, str]:
    """Case-folded spelling → access token. Tokens of earlier replays that have expired are removed."""
    app_id = await _app(tx)
    await tx.run(
        """DELETE FROM tokens WHERE org_id = %(org)s AND network_id = %(network)s AND app_id = %(app)s
           AND expires_at < now()""",
        {**tenant(tx), "app": app_id},
    )
    return {
        spelling: await issue(tx, app_id=app_id, account_id=account_id, scopes=SCOPES, expires_in=VALID_SECONDS)
        for spelling, account_id in accounts.items()
    }


async def _app(tx: Tx) -> int:
    found: int | None = await tx.value(
        """SELECT id FROM apps WHERE org_id = %(org)s AND network_id = %(network)s AND name = %(name)s
           ORDER BY id LIMIT 1""",
        {**tenant(tx), "name": APP},
    )
    if found is not None:
        return found
    made = new_id()
    await tx.run(
        """INSERT INTO apps (org_id, network_id, id, client_id, secret_hash, name, redirect_uris, scopes)
           VALUES (%(org)s, %(network)s, %(id)s, %(client)s, %(secret)s, %(name)s, %(uris)s, %(scopes)s)""",
        {
            **tenant(tx), "id": made, "client": new_secret(), "secret": digest(new_secret()), "name": APP,
            "uris": ["urn:ietf:wg:oauth:2.0:oob"], "scopes": SCOPES,
        },
    )  # fmt: skip
    return made
