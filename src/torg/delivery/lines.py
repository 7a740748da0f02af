"""Connections to hosts: kept a while where a host answers, and never shared between hosts."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from torg.delivery.model import Kind
from torg.delivery.shift import WIDTH
from torg.engine.fetch import Fetcher
from torg.engine.resolver import ThreadedResolver

if TYPE_CHECKING:  # engine/fetch.py loads it late
    from torg.engine.line import Line

KEPT_SECONDS = 15.0
MOST_KEPT = 200
LOOKUPS = 16


class Lines:
    """The lines in use, and idle ones of the last seconds. Names of unknown hosts are looked up in other threads."""

    def __init__(self, fetch: Fetcher) -> None:
        self._fetch = fetch
        self._resolvers: dict[bool, ThreadedResolver] = {}
        self._used: dict[str, Line] = {}
        self._idle: OrderedDict[str, tuple[float, Line]] = OrderedDict()
        self._sure: set[str] = set()

    async def of(self, host: str, kind: Kind) -> Line:
        """The line to a host whose turn it is."""
        known = self._idle.pop(host, None)
        sure = kind is Kind.LIVE
        line = known[1] if known else await self._fetch.line(width=WIDTH, resolve=self._resolver(sure))
        self._used[host] = line
        if sure:
            self._sure.add(host)
        return line

    def _resolver(self, sure: bool) -> ThreadedResolver:
        resolver = self._resolvers.get(sure)
        if resolver is None:
            resolver = self._resolvers[sure] = ThreadedResolver(LOOKUPS)
        return resolver

    async def leave(self, host: str) -> None:
        """Its turn is over: the line is kept for a moment, unless it was the first try of an unknown host."""
        line = self._used.pop(host, None)
        if line is None:
            return
        if host in self._sure:
            self._sure.discard(host)
            self._idle[host] = (time.monotonic(), line)
            while len(self._idle) > MOST_KEPT:
                _, (_, old) = self._idle.popitem(last=False)
                await old.aclose()
        else:
            await line.aclose()

    async def tidy(self) -> None:
        """Close what was not used for a while."""
        while self._idle:
            host, (since, line) = next(iter(self._idle.items()))
            if time.monotonic() - since < KEPT_SECONDS:
                return
            del self._idle[host]
            await line.aclose()

    async def close(self) -> None:
        """Close everything."""
        for line in [*self._used.values(), *(line for _, line in self._idle.values())]:
            await line.aclose()
        self._used.clear()
        self._idle.clear()
        for resolver in self._resolvers.values():
            resolver.close()
        self._resolvers.clear()
