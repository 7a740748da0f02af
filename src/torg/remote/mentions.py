"""People elsewhere whom a text is about to mention: looked up before it is published."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from torg.accounts import store as accounts
from torg.kernel.errors import TorgError
from torg.orgs.model import Network
from torg.peers.rules import federates
from torg.remote import actors
from torg.text.render import scan

log = structlog.get_logger(__name__)

PATIENCE = 4.0
"""Seconds that a post waits for the servers of those whom it mentions, all together."""
MOST = 10
MOST_AT_ONCE = 300
"""What may be under way in a process for a post to look anybody up: servers that do not answer keep us for long."""
MOST_TEXT = 50_000
"""Characters; what is longer will be refused anyway."""


async def prefetch(services: Any, network: Network, text: str) -> None:
    """Get to know the `@user@host` of a text. Takes a few seconds at most, and never fails.

    Whoever is slower is looked up to the end behind the post, and known to the next one. Where too much is under way
    strangers are not looked up at all: posting goes before knowing them.
    """
    if not federates(network) or "@" not in text or len(text) > MOST_TEXT:
        return
    pairs = [(handle, host) for one in scan(text).handles for handle, _, host in [one.partition("@")] if host]
    wanted = {pair for pair in pairs if pair[1] != network.host}
    if not wanted:
        return
    async with services.db.tx(network.scope) as tx:
        wanted -= {(account.handle.lower(), account.host) for account in await accounts.by_handles(tx, wanted)}
    if wanted and services.flights.under_way >= MOST_AT_ONCE:
        log.warning("mentions are not looked up: too much is under way", mentions=len(wanted))
    elif wanted:
        looking = [asyncio.create_task(_look_up(services, network, f"{n}@{h}")) for n, h in sorted(wanted)[:MOST]]
        _, late = await asyncio.wait(looking, timeout=PATIENCE)
        for task in late:
            task.cancel()


async def _look_up(services: Any, network: Network, acct: str) -> None:
    try:
        await actors.resolve_acct(services, network, acct)
    except TorgError as wrong:
        log.info("a mention leads nowhere", acct=acct, reason=str(wrong))
