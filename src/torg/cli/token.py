"""`torg token`: an access token of an account, for scripts and tests."""

from __future__ import annotations

import asyncio
import json as json_format

from torg.access import administration
from torg.access.model import Issued
from torg.cli.opening import opened
from torg.kernel.config import Settings, load
from torg.orgs.reads import network_named


def token(*, network: str, handle: str, scopes: str = "read write follow push", json: bool = False) -> None:
    """Print an access token of an account. It is shown this once and works until it is revoked.

    Parameters
    ----------
    network
        Host name of the network.
    handle
        Whose token, without @.
    scopes
        What it may be used for, separated by spaces: “read write follow push admin:read admin:write profile”.
    json
        Print one line of JSON, as POST /oauth/token answers.
    """
    issued = asyncio.run(_token(load(), network, handle, scopes))
    if json:
        shown = {
            "access_token": issued.secret, "token_type": "Bearer", "scope": " ".join(issued.scopes),
            "created_at": int(issued.created_at.timestamp()),
        }  # fmt: skip
        print(json_format.dumps(shown))
    else:
        print(issued.secret)


async def _token(settings: Settings, host: str, handle: str, scopes: str) -> Issued:
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await network_named(tx, host)
        return await administration.token_for(services.db, network, handle, scopes)
