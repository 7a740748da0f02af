"""Answers about event pages: what to show of them, truly counted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from torg.engine.postgres import Tx
from torg.events import rules, store
from torg.events.model import Counters, Entry, EventPage, Minute, Sample
from torg.events.tally import tally_of
from torg.kernel.errors import NotFound

MOST_READ = 2_000
"""Entries of one look that a sample is made of; what is beyond is counted, not read."""


async def page(tx: Tx, slug: str) -> EventPage:
    """404 for one that is not there."""
    found = await store.by_slug(tx, slug)
    if found is None:
        raise NotFound
    return found


async def listed(tx: Tx) -> list[EventPage]:
    """All pages of the network, the latest first."""
    return await store.pages(tx)


async def newest(tx: Tx, page: EventPage, limit: int, *, below: int | None = None) -> list[Entry]:
    return await store.newest(tx, page.id, limit, below=below)


async def pinned(tx: Tx, page: EventPage) -> list[Entry]:
    return await store.pinned(tx, page.id)


async def out(tx: Tx, page: EventPage, post_ids: Collection[int]) -> set[int]:
    """Of these posts those that may be shown still: neither hidden nor deleted."""
    return await store.out(tx, page.id, post_ids) if post_ids else set()


async def waiting(tx: Tx, page: EventPage, limit: int = 40) -> list[Entry]:
    """For those who direct the page."""
    return await store.waiting(tx, page.id, limit)


async def since(tx: Tx, page: EventPage, after: int, seconds: float) -> tuple[Sample, int]:
    """What came after a number, as eyes can follow in this time, and the number to go on from."""
    found = await store.since(tx, page.id, after, MOST_READ)
    return rules.sample(found, seconds), found[-1].seq if found else after


async def between(tx: Tx, page: EventPage, start: datetime, end: datetime, seconds: float) -> Sample:
    """The programme clock (N31): what was said in a stretch of the programme, shown within `seconds`."""
    return rules.sample(await store.between(tx, page.id, start, end, MOST_READ), seconds)


async def counters(tx: Tx, page: EventPage, *, until: datetime | None = None) -> Counters:
    """True numbers, up to a moment or now; how true those of a large page are now is told in events/tally.py."""
    if until is None:
        return await tally_of(tx, page).now(tx, page)
    return await store.counters(tx, page.id, until, until)


async def curve(tx: Tx, page: EventPage) -> list[Minute]:
    """Posts per minute of all that is not hidden."""
    return await tally_of(tx, page).curve(tx, page)


async def steps(tx: Tx, page: EventPage, seconds: int) -> list[Minute]:
    """The same in steps of so many seconds: for an event that has only begun, where minutes are too few for a curve."""
    return await store.steps(tx, page.id, seconds)
