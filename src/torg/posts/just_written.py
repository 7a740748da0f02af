"""Plain posts that a process of this machine has just written, for whoever would read them again a moment later."""

from __future__ import annotations

import struct
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from functools import cache
from typing import Any

import msgspec
from msgspec import structs

from torg.accounts.model import Account, AccountSettings, Picture, ProfileField
from torg.engine.changes import changes
from torg.engine.keys import IDS, Key, is_whole, tenant
from torg.posts.model import AppName, Audience, Counts, Flags, Post, PostView

FOR_FOLLOWERS = frozenset({Audience.EVERYONE, Audience.FOLLOWERS})
MOST = 5_000
SECONDS = 10.0
"""Older ones are read: somebody may have kept one for himself, of which nothing is told."""


class Published:
    """A post as news (`changes.news`) for whoever keeps a timeline. `made`: what readers made of it, for each other.

    `own`: no answer, and for all or for all who follow the author. `at`: when it was written (time.monotonic).
    """

    __slots__ = ("_packed", "at", "author", "id", "item", "look", "made", "own", "place", "shown", "view")
    _packed: bytes
    at: float

    def __init__(self, view: PostView) -> None:
        self._told(view)

    @classmethod
    def unpacked(cls, packed: bytes) -> Published | None:
        """What another process has written; what it is made of is looked at when somebody wants to know."""
        kept = HEAD.size
        if len(packed) < kept or HEAD.unpack_from(packed)[0] != _shape():
            return None
        one = cls.__new__(cls)
        one._packed, one.at = packed[kept:], HEAD.unpack_from(packed)[1]
        return one

    def packed(self) -> bytes:
        """For other processes."""
        view = self.view if self.view.look is None else structs.replace(self.view, look=None)
        return HEAD.pack(_shape(), self.at) + _encode(view)

    def __getattr__(self, name: str) -> Any:
        """Of one that another process has written, at the first question."""
        if name == "_packed":
            raise AttributeError(name)
        at = self.at
        self._told(_decode(self._packed))
        self.at = at
        del self._packed
        return getattr(self, name)

    def _told(self, view: PostView) -> None:
        post = view.post
        self.view = view
        self.id, self.author = post.id, post.account_id
        self.place = post.org_id, post.network_id
        self.own = post.reply_to_account_id is None and post.thread_id == post.id and post.audience in FOR_FOLLOWERS
        self.at = time.monotonic()
        self.made: dict[Hashable, Any] = {}
        self.look: Hashable = None
        """Of `made`, what nearly all who come ask for, and"""
        self.shown: Any = None
        """what that is."""
        self.item: Any = None


def expect(view: PostView, ticket: int) -> None:
    """A post is being written, of what was read since the ticket: once it is durable, it is news on this machine.

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
        made_of=[post.id & IDS, *(one.id & IDS for one in (view.account, *view.mentions)), *tenant(post.org_id)],
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

    def take(self, post_id: int, author: int) -> PostView | None:
        """The post as it was written, by this process (once) or another."""
        own = self._views.pop(post_id) if post_id in self._views else None
        at, ticket, view = own if own is not None else self._of_another(post_id, author)
        if view is None or self._clock() - at > SECONDS:
            return None
        # Late as it may be, nothing has happened to it but that it was written, and to its author but that he wrote
        shown = [one & IDS for one in (post_id, view.account.id, *(each.id for each in view.mentions))]
        return view if changes.steady(ticket, [*shown, *tenant(view.post.org_id)]) else None

    def _of_another(self, post_id: int, author: int) -> tuple[float, int, PostView | None]:
        """As `put` keeps it."""
        oldest = self._clock() - SECONDS
        for when, one in reversed(changes.news_by(author)):
            if not isinstance(one, Published) or one.at < oldest:
                break
            if one.id == post_id:
                return one.at, when, one.view if one.own and not one.view.mentions else None
        return 0.0, 0, None

    def _touched(self, keys: Sequence[Key]) -> None:
        if self._views and any(map(is_whole, keys)):
            self._views.clear()


HEAD = struct.Struct("=Id")
"""Of a packed post: the shape of what follows, and when it was written."""
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(PostView).decode


@cache
def _shape() -> int:
    """Of all that stands in a post: a process of another version may have others."""
    nouns = (PostView, Post, Account, AccountSettings, ProfileField, Picture, Counts, Flags, AppName)
    return zlib.crc32(repr([[field.name for field in structs.fields(noun)] for noun in nouns]).encode())


changes.unpack = Published.unpacked
