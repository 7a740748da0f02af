"""Plain posts that this process has just written, for whoever would read them again a moment later."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from torg.engine.changes import changes
from torg.engine.keys import Key, is_whole
from torg.posts.model import PostView

MOST = 5_000
SECONDS = 2.0
"""Older ones are read: the author may have been suspended, the text changed."""


class JustWritten:
    """Posts without reply, quote, group, mention or tag, by id. Gone when taken, soon, or when the network changes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._views: OrderedDict[int, tuple[float, PostView]] = OrderedDict()
        self.end = changes.listen(self._touched)

    def put(self, view: PostView) -> None:
        """Keep a post that is being written; whether it comes about is seen from the log."""
        self._views[view.post.id] = (self._clock(), view)
        if len(self._views) > MOST:
            self._views.popitem(last=False)

    def take(self, post_id: int) -> PostView | None:
        """The post as it was written, once."""
        at, view = self._views.pop(post_id, (0.0, None))
        return view if self._clock() - at < SECONDS else None

    def _touched(self, keys: Sequence[Key]) -> None:
        if self._views and any(map(is_whole, keys)):
            self._views.clear()
