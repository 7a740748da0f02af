"""What all who look at one event page are sent: looked up and rendered once a second for everybody together."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
import structlog

from torg.access.bearer import anonymous
from torg.engine.postgres import Tx
from torg.events import reads
from torg.events.model import Counters, Entry, EventPage
from torg.http.pages import html
from torg.kernel.errors import TorgError
from torg.orgs.model import Network
from torg.posts import reads as posts
from torg.posts.public import NotPublic, PublicPost
from torg.surge.model import Rung
from torg.web.present import Present

log = structlog.get_logger(__name__)

TICK = 1.0
MOST_WAITING = 8
SLOW_TICK = 3.0
"""In a surge a frame comes so much later, with no more posts than else."""
ON_SCREENS = 150
"""Posts that somebody may be looking at: the newest ones, of which it is asked each tick whether they may stay."""
COUNTED_EVERY = 10.0
"""For so long counters hold while counts are shed: they are true, and late."""


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One tick. `shown` of `came` posts (N28); `counters` are true whatever is shown.

    `pinned`: all that is pinned, where that changed; `gone`: posts that must not be looked at any longer.
    """

    seq: int
    html: list[str]
    shown: int
    came: int
    counters: Counters
    pinned: list[str] | None = None
    gone: list[str] = []

    def sse(self) -> bytes:
        return f"id: {self.seq}\nevent: posts\ndata: {msgspec.json.encode(self).decode()}\n\n".encode()


def after_lost(lost: Frame, frame: Frame) -> Frame:
    """The frame with what a reader who was too slow for the one before must know all the same."""
    pinned = lost.pinned if frame.pinned is None else frame.pinned
    return msgspec.structs.replace(frame, pinned=pinned, gone=[*lost.gone, *frame.gone])


async def rendered(
    tx: Tx, at: Present, network: Network, entries: Sequence[Entry], language: str, *, pinned: bool = False
) -> list[str]:
    """Posts as a stranger sees them, through the type that only public posts have; others are left out."""
    views = await posts.hydrate(tx, anonymous(network), [one.post_id for one in entries])
    found = []
    for view in views:
        try:
            public = PublicPost(network, view)
        except NotPublic:
            continue
        values = {"at": at, "view": public.view, "me": None, "csrf": "", "path": "/", "pinned": pinned}
        found.append(html("_one_post.html", language, network=network, **values))
    return found


class Feed:
    """The readers of one page in one language; runs while there are any."""

    def __init__(self, services: Any, network: Network, page: EventPage, at: Present) -> None:
        self._services, self._network, self._page, self._at = services, network, page, at
        self._readers: set[asyncio.Queue[Frame]] = set()
        self._task: asyncio.Task[None] | None = None
        self._seq = 0
        self._counters: Counters | None = None
        self._counted_at = 0.0
        self._recent: deque[int] = deque(maxlen=ON_SCREENS)
        self._pins: tuple[int, ...] = ()
        self._pinned: list[str] = []

    async def listen(self, after: int) -> AsyncIterator[Frame]:
        """First what was missed since `after` (a sample of it, and how many that were), then tick by tick."""
        async with self._services.db.tx(anonymous(self._network).scope) as tx:
            missed = await self._frame(tx, after, seconds=7)
            if self._task is None or self._task.done():
                self._recent.extend(one.post_id for one in reversed(await reads.newest(tx, self._page, ON_SCREENS)))
            await self._pins_changed(tx)
            missed = msgspec.structs.replace(missed, pinned=self._pinned)
        yield missed
        queue: asyncio.Queue[Frame] = asyncio.Queue(MOST_WAITING)
        self._readers.add(queue)
        if self._task is None or self._task.done():
            self._seq = missed.seq
            self._task = asyncio.create_task(self._run(), name=f"event page {self._page.slug}")
        try:
            while True:
                frame = await queue.get()
                if frame.seq >= missed.seq:
                    yield frame
        finally:
            self._readers.discard(queue)

    async def _run(self) -> None:
        while self._readers:
            await asyncio.sleep(SLOW_TICK if self._services.surge.sheds(Rung.STREAMS) else TICK)
            try:
                async with self._services.db.tx(anonymous(self._network).scope) as tx:
                    frame = await self._directed(tx, await self._frame(tx, self._seq, seconds=TICK))
            except (TorgError, OSError) as wrong:
                log.warning("event page feed failed", page=self._page.slug, error=str(wrong))
                continue
            self._seq = frame.seq
            for queue in self._readers:
                # a slow reader loses pictures, never counts: each frame has them all
                queue.put_nowait(after_lost(queue.get_nowait(), frame) if queue.full() else frame)

    async def _frame(self, tx: Tx, after: int, *, seconds: float) -> Frame:
        sample, seq = await reads.since(tx, self._page, after, seconds)
        shown = await rendered(tx, self._at, self._network, sample.entries, self._at.language)
        self._recent.extend(one.post_id for one in sample.entries)
        return Frame(seq=seq, html=shown, shown=len(shown), came=sample.of, counters=await self._counted(tx))

    async def _directed(self, tx: Tx, frame: Frame) -> Frame:
        """The frame with what the direction has done meanwhile: pinned, hidden, deleted posts."""
        out = await reads.out(tx, self._page, self._recent)
        gone = [one for one in dict.fromkeys(self._recent) if one not in out]
        if gone:
            self._recent = deque((one for one in self._recent if one in out), ON_SCREENS)
        pinned = self._pinned if await self._pins_changed(tx) else None
        return msgspec.structs.replace(frame, pinned=pinned, gone=[str(one) for one in gone])

    async def _pins_changed(self, tx: Tx) -> bool:
        entries = await reads.pinned(tx, self._page)
        pins = tuple(one.post_id for one in entries)
        if pins == self._pins:
            return False
        self._pinned = await rendered(tx, self._at, self._network, entries, self._at.language, pinned=True)
        self._pins = pins
        return True

    async def _counted(self, tx: Tx) -> Counters:
        at = asyncio.get_running_loop().time()
        late = self._services.surge.sheds(Rung.COUNTS) and at - self._counted_at < COUNTED_EVERY
        if self._counters is None or not late:
            self._counters, self._counted_at = await reads.counters(tx, self._page), at
        return self._counters


class Feeds:
    """All feeds of a process."""

    def __init__(self) -> None:
        self._feeds: dict[tuple[int, int, str], Feed] = {}

    def of(self, services: Any, network: Network, page: EventPage, at: Present) -> Feed:
        key = (network.org_id, page.id, at.language)
        feed = self._feeds.get(key)
        if feed is None:
            feed = self._feeds[key] = Feed(services, network, page, at)
        return feed


feeds = Feeds()
