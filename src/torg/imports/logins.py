"""Access tokens for the authors of a replay: one account each, one application for all, valid for a day."""

from __future__ import annotations

from collections.abc import Mapping

from torg.access import apps
from torg.access.tokens import issue
from torg.engine.postgres import Tx
from torg.imports.store import tenant

APP = "torg replay"
SCOPES = ["read", "write"]
VALID_SECONDS = 86_400


async def tokens(tx: Tx, accounts: Mapping[str, int]) -> dict[str, str]:
    """Case-folded spelling → access token. Tokens of earlier replays that have expired are removed."""
    app = await apps.own(tx, APP)
    await tx.run(
        """DELETE FROM tokens WHERE org_id = %(org)s AND network_id = %(network)s AND app_id = %(app)s
           AND expires_at < now()""",
        {**tenant(tx), "app": app.id},
    )
    return {
        spelling: await issue(tx, app_id=app.id, account_id=account_id, scopes=SCOPES, expires_in=VALID_SECONDS)
        for spelling, account_id in accounts.items()
    }
