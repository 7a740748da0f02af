"""The counters of an event page that stays open: counting everything costs more with each post, each second.

Up to some thousand posts they are counted anew each time. Of a larger page the whole is counted the more rarely, the
larger it is; in between only what came since is counted, so that the number of posts goes on being true to the post.
Until the next whole count the number of authors stands, and what was hidden or deleted meanwhile is still in it. Where
posts are let in one by one all numbers stand till then.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from torg.engine.postgres import Tx
from torg.events import store
from torg.events.model import Counters, EventPage
from torg.kernel.clock import now

SMALL = 5_000
"""Posts up to which everything is counted each time."""
EACH_SECOND = 5_000
"""Of a larger page: so many posts for each second that a whole count holds."""
LONGEST = 30.0


class Tally:
    """Of one page and one kind of reader. `await tally.now(tx, page)` whenever a number is to be shown."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._whole: Counters | None = None
        self._seq = 0
        self._until = 0.0

    async def now(self, tx: Tx, page: EventPage) -> Counters:
        """True posts, posts of the last minute and posts that wait; authors as of the last whole count."""
        at = self._clock()
        if self._whole is None or at >= self._until:
            self._whole, self._seq = await store.counted(tx, page.id, now())
            self._until = at + held_for(self._whole.posts)
            return self._whole
        if page.moderated:  # what is let in gets a new number, and would be counted again
            return self._whole
        since = await store.counted_since(tx, page.id, self._seq, now())
        return msgspec.structs.replace(
            self._whole,
            posts=self._whole.posts + since.posts,
            last_minute=since.last_minute,
            waiting=self._whole.waiting + since.waiting,
        )


def held_for(posts: int) -> float:
    """Seconds for which a whole count of so many posts holds."""
    return 0.0 if posts <= SMALL else min(LONGEST, posts / EACH_SECOND)
