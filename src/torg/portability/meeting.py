"""Getting to know the accounts that somebody names as his or her own, before the act and outside its transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from torg.kernel.errors import TorgError
from torg.orgs.model import Network
from torg.peers.rules import federates
from torg.portability import rules
from torg.remote import actors
from torg.remote.as2 import is_web

SECONDS = 15.0
FILE_SECONDS = 30.0
"""For the accounts that a batch of a file names, all together."""
TOGETHER = 8


async def meet(services: Any, network: Network, texts: Iterable[str]) -> None:
    """Fetch the actors of addresses and handles anew: an alias may have been set a moment ago.

    Whoever cannot be had is left out; the act then says that it does not know the account.
    """
    if not federates(network):
        return
    wanted = [text for one in texts if (text := one.strip())][: rules.MOST_ALIASES]
    await asyncio.gather(*(_one(services, network, text) for text in dict.fromkeys(wanted)))


async def meet_named(services: Any, network: Network, accts: Iterable[str]) -> None:
    """Look up the accounts of other servers that are not known yet, as far as they answer in time.

    Whoever cannot be had is left out; the line that names it then says that it is not known.
    """
    wanted = [text for acct in dict.fromkeys(accts) if "@" in (text := acct.strip().removeprefix("@"))]
    if not wanted or not federates(network):
        return
    gate = asyncio.Semaphore(TOGETHER)

    async def meet_one(acct: str) -> None:
        async with gate:
            try:
                async with asyncio.timeout(SECONDS):
                    await actors.resolve_acct(services, network, acct)
            except (TorgError, TimeoutError):
                return

    try:
        async with asyncio.timeout(FILE_SECONDS):
            await asyncio.gather(*(meet_one(acct) for acct in wanted))
    except TimeoutError:
        return


async def _one(services: Any, network: Network, text: str) -> None:
    try:
        async with asyncio.timeout(SECONDS):
            if is_web(text):
                await actors.resolve(services, network, text, refresh=True)
            elif "@" in text.removeprefix("@"):
                found = await actors.resolve_acct(services, network, text)
                if found.uri:
                    await actors.resolve(services, network, found.uri, refresh=True)
    except (TorgError, TimeoutError):
        return
