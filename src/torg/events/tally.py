"""Numbers of event pages that thousands look at: counting everything costs more with each post, for each look.

Up to some thousand posts they are counted anew each time. Of a larger page the whole is counted the more rarely, the
larger it is; in between only what came since is counted, once a second, so that the number of posts goes on being true
to the post. Until the next whole count the number of authors and the curve stand, and what was hidden or deleted
meanwhile is still in them. Where posts are let in one by one all numbers stand till then.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from torg.engine.postgres import Tx
from torg.events import store
from torg.events.model import Counters, EventPage, Minute
from torg.kernel.clock import now

SMALL = 5_000
"""Posts up to which everything is counted each time."""
EACH_SECOND = 5_000
"""Of a larger page: so many posts for each second that a whole count holds."""
LONGEST = 30.0
GLANCE = 0.9
"""Seconds for which what came since is not counted anew."""
MOST_PAGES = 200


class Tally:
    """Of one page. `await tally.now(tx, page)` whenever a number is to be shown."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._whole: Counters | None = None
        self._seq = 0
        self._until = 0.0
        self._latest: Counters | None = None
        self._glance_until = 0.0
        self._curve: list[Minute] | None = None
        self._curve_until = 0.0

    async def now(self, tx: Tx, page: EventPage) -> Counters:
        """True posts, posts of the last minute and posts that wait; authors as of the last whole count."""
        at = self._clock()
        if self._whole is None or at >= self._until:
            self._whole, self._seq = await store.counted(tx, page.id, now())
            self._until, self._latest = at + held_for(self._whole.posts), None
            return self._whole
        if page.moderated:  # what is let in gets a new number, and would be counted again
            return self._whole
        if self._latest is None or at >= self._glance_until:
            whole, since = self._whole, await store.counted_since(tx, page.id, self._seq, now())
            self._glance_until = at + GLANCE
            self._latest = msgspec.structs.replace(
                whole,
                posts=whole.posts + since.posts,
                last_minute=since.last_minute,
                waiting=whole.waiting + since.waiting,
            )
        return self._latest

    async def curve(self, tx: Tx, page: EventPage) -> list[Minute]:
        """Posts per minute; of a large page as of its last whole count or later."""
        at = self._clock()
        if self._curve is None or at >= self._curve_until:
            self._curve = await store.curve(tx, page.id)
            self._curve_until = at + held_for(sum(minute.posts for minute in self._curve))
        return self._curve


_tallies: dict[tuple[str, int, int], Tally] = {}


def tally_of(tx: Tx, page: EventPage) -> Tally:
    """The page's, for all of its readers in this process. A guest, who may see less, gets one of his or her own."""
    if tx.scope.guest:
        return Tally()
    if len(_tallies) > MOST_PAGES:
        _tallies.clear()
    return _tallies.setdefault((tx.database, tx.scope.org_id, page.id), Tally())


def held_for(posts: int) -> float:
    """Seconds for which a whole count of so many posts holds."""
    return 0.0 if posts <= SMALL else min(LONGEST, posts / EACH_SECOND)
