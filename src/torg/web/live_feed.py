"""What all who look at one event page are sent: looked up and rendered once a second for everybody together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
import structlog

from torg.access.tokens import anonymous
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
COUNTED_EVERY = 10.0
"""For so long counters hold while counts are shed: they are true, and late."""


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One tick. `shown` of `came` posts (N28); `counters` are true whatever is shown."""

    seq: int
    html: list[str]
    shown: int
    came: int
    counters: Counters

    def sse(self) -> bytes:
        return f"id: {self.seq}\nevent: posts\ndata: {msgspec.json.encode(self).decode()}\n\n".encode()


async def rendered(tx: Tx, at: Present, network: Network, entries: Sequence[Entry], language: str) -> list[str]:
    """Posts as a stranger sees them, through the type that only public posts have; others are left out."""
    views = await posts.hydrate(tx, anonymous(network), [one.post_id for one in entries])
    found = []
    for view in views:
        try:
            public = PublicPost(network, view)
        except NotPublic:
            continue
        values: dict[str, Any] = {"at": at, "view": public.view, "me": None, "csrf": "", "path": "/"}
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

    async def listen(self, after: int) -> AsyncIterator[Frame]:
        """First what was missed since `after` (a sample of it, and how many that were), then tick by tick."""
        async with self._services.db.tx(anonymous(self._network).scope) as tx:
            missed = await self._frame(tx, after, seconds=7)
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
                    frame = await self._frame(tx, self._seq, seconds=TICK)
            except (TorgError, OSError) as wrong:
                log.warning("event page feed failed", page=self._page.slug, error=str(wrong))
                continue
            self._seq = frame.seq
            for queue in self._readers:
                if queue.full():
                    queue.get_nowait()  # a slow reader loses pictures, never counts: each frame has them all
                queue.put_nowait(frame)

    async def _frame(self, tx: Tx, after: int, *, seconds: float) -> Frame:
        sample, seq = await reads.since(tx, self._page, after, seconds)
        shown = await rendered(tx, self._at, self._network, sample.entries, self._at.language)
        return Frame(seq=seq, html=shown, shown=len(shown), came=sample.of, counters=await self._counted(tx))

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
