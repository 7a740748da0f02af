"""Actors elsewhere as accounts here: resolved by address or handle, kept fresh, one row each."""

from __future__ import annotations

from typing import Any

from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.orgs.model import Network
from torg.remote.documents import Document


async def resolve(services: Any, network: Network, uri: str, *, refresh: bool = False) -> Account:
    """The account of an actor's id: the row that we know (a stale one is refreshed behind), else fetched and kept.

    Waits for the network and opens transactions of its own: call it outside yours. Many callers at once cause one
    fetch. Local actors are answered from the database. `refresh`: fetch it whatever we know. Raises remote.errors:
    Gone | Refused | Failed | Unreadable.
    """
    raise NotImplementedError


async def resolve_acct(services: Any, network: Network, acct: str) -> Account:
    """The account of `name@host` (or `@name@host`), known or found by WebFinger, confirmed in both directions."""
    raise NotImplementedError


async def known(tx: Tx, uri: str) -> Account | None:
    """The account of an actor's id as far as we know it, whatever its state; also local ones by their address."""
    raise NotImplementedError


async def receive(tx: Tx, network: Network, document: Document, *, fetched_from: str) -> Account:
    """Keep what an actor document says of its actor: a new row, or the known one changed (Update).

    `fetched_from`: the address that the document is believed for: where it was fetched, or the id of the actor that
    signed it. Raises remote.errors.Unreadable for what is no actor, or not of that origin.
    """
    raise NotImplementedError
