"""What a request needs of other servers, had before its transaction is opened: `before=` of routes."""

from __future__ import annotations

import asyncio
from typing import Protocol

import structlog

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.http import Call
from torg.kernel.errors import TorgError
from torg.peers.rules import federates
from torg.remote import lookup, mentions
from torg.remote.lookup import Found
from torg.search import addresses

log = structlog.get_logger(__name__)

PATIENCE = 15.0
"""Seconds that a search waits for other servers, all in all; what they answer later is kept for the next search."""


class WithText(Protocol):
    """A form with a text to be published."""

    status: str | None


class Wanted(Protocol):
    """Parameters of a search."""

    q: str
    resolve: bool


async def mentioned(call: Call, form: WithText) -> None:
    """Get to know the people elsewhere whom the text mentions."""
    if form.status:
        await mentions.prefetch(call.services, call.network, form.status)


async def found(call: Call, params: Wanted) -> Found | None:
    """What a search with `resolve` names elsewhere: an account by handle or address, or a post by address.

    Only for somebody who is logged in, or anybody could make us call whom he likes. Nothing found is no error.
    """
    text = params.q.strip()
    if not params.resolve or call.actor.account_id is None or not federates(call.network):
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            if addresses.is_address(text):
                ours = addresses.is_on(text, call.network.host)
                return None if ours else await lookup.address(call.services, call.network, text)
            text = text.lstrip("!@")  # a group or a person
            if text.count("@") == 1 and not any(c.isspace() for c in text):
                return await lookup.handle(call.services, call.network, text)
    except (TorgError, TimeoutError) as wrong:
        log.info("a search leads nowhere", text=text[:300], reason=str(wrong) or "took too long")
    return None


async def account(call: Call) -> Account | None:
    """The account that `found` has found, if it may be shown."""
    wanted: Found | None = call.prepared
    if wanted is None or wanted.account_id is None:
        return None
    known = (await accounts.by_ids(call.tx, [wanted.account_id])).get(wanted.account_id)
    return known if known is not None and known.visible else None
