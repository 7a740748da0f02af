"""With which servers a network speaks, and on which terms: its blocks, its allow-list, and whether it federates.

What is known is remembered per network for a few seconds: every activity, delivery and picture asks.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

import msgspec

from torg.engine.postgres import Tx
from torg.moderation import rules
from torg.orgs.model import Network

FRESH = 5.0
"""Seconds after which a change made by another process holds here too."""
MOST_NETWORKS = 10_000


class Policy(msgspec.Struct, frozen=True):
    """The terms of one server. `suspended`: neither heard nor spoken to, its accounts and posts are hidden."""

    suspended: bool = False
    silenced: bool = False
    reject_media: bool = False
    reject_reports: bool = False

    @property
    def limit(self) -> str:
        """The mark of its accounts (accounts.host_limit): `suspend`, `silence` or nothing."""
        return "suspend" if self.suspended else "silence" if self.silenced else ""


OPEN = Policy()
CLOSED = Policy(True, False, True, True)


class Block(msgspec.Struct, frozen=True):
    """A row of blocked_domains, as far as it decides."""

    domain: str
    severity: str
    reject_media: bool
    reject_reports: bool


class Book(msgspec.Struct, frozen=True):
    """All blocks of a network by domain, and its allow-list where it speaks with those on it only (else None)."""

    blocks: Mapping[str, Block]
    allowed: frozenset[str] | None

    def judge(self, host: str) -> Policy:
        """The terms of a server, by name or `name:port`. The block nearest to the name counts, as in Mastodon."""
        names = names_of(host)
        if self.allowed is not None and self.allowed.isdisjoint(names[:2] if ":" in host else names[:1]):
            return CLOSED
        block = next((self.blocks[name] for name in names if name in self.blocks), None)
        if block is None:
            return OPEN
        if block.severity == "suspend":
            return CLOSED
        return Policy(False, block.severity == "silence", block.reject_media, block.reject_reports)


def names_of(host: str) -> list[str]:
    """`A.b.example:8443` → itself, `a.b.example`, `b.example`, `example`."""
    whole = host.lower()
    bare = whole.partition(":")[0]
    return [*([whole] if whole != bare else []), *rules.parents(bare)]


async def of_host(tx: Tx, network: Network, host: str) -> Policy:
    """The terms of one server; those of a stranger where the network does not federate at all."""
    if network.settings.federation == "off":
        return CLOSED
    return (await book_of(tx, network)).judge(host)


async def refused(tx: Tx, network: Network, hosts: Iterable[str]) -> set[str]:
    """Those of the hosts that the network neither hears nor speaks to."""
    wanted = set(hosts)
    if network.settings.federation == "off":
        return wanted
    book = await book_of(tx, network)
    return {host for host in wanted if book.judge(host).suspended}


_known: dict[tuple[int, bool], tuple[float, Book]] = {}


async def book_of(tx: Tx, network: Network) -> Book:
    """The network's blocks and allow-list, as remembered."""
    listed = network.settings.federation == "allowed"
    key = (network.id, listed)
    until, book = _known.get(key, (0.0, None))
    if book is None or time.monotonic() >= until:
        book = await load(tx, network)
        if len(_known) >= MOST_NETWORKS:
            _known.clear()
        _known[key] = (time.monotonic() + FRESH, book)
    return book


async def load(tx: Tx, network: Network) -> Book:
    """The network's blocks as they are in this transaction, past what is remembered."""
    params = {"org": network.org_id, "network": network.id}
    blocks = await tx.all(
        """SELECT domain, severity, reject_media, reject_reports FROM blocked_domains
           WHERE org_id = %(org)s AND network_id = %(network)s""",
        params,
        as_=Block,
    )
    allowed = None
    if network.settings.federation == "allowed":
        allowed = frozenset(
            await tx.column(
                "SELECT domain FROM allowed_domains WHERE org_id = %(org)s AND network_id = %(network)s", params
            )
        )
    return Book({block.domain: block for block in blocks}, allowed)


def forget(network_id: int) -> None:
    """A block or the allow-list changed: ask anew."""
    for listed in (False, True):
        _known.pop((network_id, listed), None)
