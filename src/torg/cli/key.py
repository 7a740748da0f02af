"""`torg key`: the keys that accounts and networks sign with to other servers."""

from __future__ import annotations

import asyncio
import json as json_format

from torg.accounts import reads as accounts
from torg.cli.opening import opened
from torg.cli.operator import operator
from torg.kernel.config import Settings, load
from torg.kernel.errors import Misused
from torg.orgs.reads import network_named
from torg.peers.rules import federates
from torg.signing import office
from torg.signing.model import Key


def rotate(handle: str | None = None, /, *, network: str, json: bool = False) -> None:
    """Give an account, or without one the network itself, a new key; the old one signs no more from now on.

    Other servers are told of an account's new key, and fetch a new one when they meet it.

    Parameters
    ----------
    handle
        The account's name, without @. Left out, the network's own key is changed, which signs what it fetches.
    network
        Host name of the network.
    json
        Print one line of JSON: key_id, public_key.
    """
    key = asyncio.run(_rotate(load(), network, handle.lstrip("@") if handle else None))
    if json:
        print(json_format.dumps({"key_id": key.key_id, "public_key": key.public_pem}))
    else:
        print(f"The new key is {key.key_id}.")


async def _rotate(settings: Settings, host: str, handle: str | None) -> Key:
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await network_named(tx, host)
        if not federates(network):
            raise Misused(f"{host} does not speak with other servers (torg network set {host} federation=open).")
        account = None
        if handle is not None:
            async with services.db.tx(network.scope) as tx:
                account = await accounts.by_acct(tx, handle, network.host)
            if account is None or not account.is_local:
                raise Misused(f"There is no account @{handle} at {host}.")
        return await office.rotate(services, network, operator(network), account)
