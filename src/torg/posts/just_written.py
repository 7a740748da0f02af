"""Plain posts that this process has just written, for whoever would read them again a moment later."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from torg.engine.changes import changes
from torg.engine.keys import IDS, Key, is_whole
from torg.posts.model import Audience, PostView

FOR_FOLLOWERS = frozenset({Audience.EVERYONE, Audience.FOLLOWERS})
MOST = 5_000
SECONDS = 10.0
"""Older ones are read: somebody may have kept one for himself, of which nothing is told."""


class Published:
    """A post as news (`changes.news`) for whoever keeps a timeline. `made`: what readers made of it, for each other.

    `own`: no answer, and for all or for all who follow the author.
    """

    __slots__ = ("author", "id", "item", "look", "made", "own", "place", "shown", "view")

    def __init__(self, view: PostView) -> None:
        post = view.post
        self.view = view
        self.id, self.author = post.id, post.account_id
        self.place = post.org_id, post.network_id
        self.own = post.reply_to_account_id is None and post.thread_id == post.id and post.audience in FOR_FOLLOWERS
        self.made: dict[Hashable, Any] = {}
        self.look: Hashable = None
        """Of `made`, what nearly all who come ask for, and"""
        self.shown: Any = None
        """what that is."""
        self.item: Any = None


def expect(view: PostView, ticket: int) -> None:
    """A post is being written, of what was read since the ticket: once it is durable, it is news of this process.

    So is only a text of the author's own, which looks the same to all others.
    """
    post = view.post
    more = post.has_media or view.poll or view.card or post.quote_of_account_id or post.boost_of_id or post.group_id
    if more or post.by_account_id or post.quote_policy == "followers":
        return
    answered = () if post.reply_to_id is None else (post.reply_to_id, post.thread_id)
    changes.expect(
        post.id,
        Published(view),
        author=post.account_id,
        made_of=[one.id & IDS for one in (view.account, *view.mentions)],
        ticket=ticket,
        but=[one & IDS for one in answered],
    )


class JustWritten:
    """Posts without reply, quote, group, mention or tag, by id. Gone when taken, soon, or when the network changes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._views: OrderedDict[int, tuple[float, int, PostView]] = OrderedDict()
        self.end = changes.listen(self._touched)

    def put(self, view: PostView, ticket: int) -> None:
        """Keep a post that is being written, of what was read since the ticket; the log says whether it comes about."""
        self._views[view.post.id] = (self._clock(), ticket, view)
        if len(self._views) > MOST:
            self._views.popitem(last=False)

    def look(self, post_id: int) -> PostView | None:
        """The post as it was written, for what does not mind that it may be another by now."""
        found = self._views.get(post_id)
        return None if found is None else found[2]

    def take(self, post_id: int) -> PostView | None:
        """The post as it was written, once."""
        at, ticket, view = self._views.pop(post_id, (0.0, 0, None))
        if view is None or self._clock() - at > SECONDS:
            return None
        # Late as it may be, nothing has happened to it but that it was written, and to its author but that he wrote
        shown = [one & IDS for one in (post_id, view.account.id, *(each.id for each in view.mentions))]
        return view if changes.steady(ticket, shown) else None

    def _touched(self, keys: Sequence[Key]) -> None:
        if self._views and any(map(is_whole, keys)):
            self._views.clear()
