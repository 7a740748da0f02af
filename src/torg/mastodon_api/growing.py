"""A home that is remembered takes in plain posts as they are written, and is not read again for them.

Whatever else happens to what it shows, or to its viewer, ends it: see `engine/changes.py` and docs/decisions/0012.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

from torg.engine.changes import changes
from torg.http import Call, Paged, asked, links
from torg.kernel.actor import Actor
from torg.mastodon_api.present import statuses
from torg.mastodon_api.present.parts import Part, part
from torg.media import links as files
from torg.posts.just_written import Published
from torg.posts.model import PostView
from torg.timelines.rules import Item
from torg.timelines.viewers import Known

OWN = 1_500
"""Bytes of a home beside its posts, roughly."""
SHARED = 32
"""In about how many remembered homes a post stands."""


class Home:
    """The newest `limit` posts of a viewer's home."""

    __slots__ = (
        "_actor", "_asked", "_faces", "_follows", "_known", "_limit", "_link", "_origin", "_others", "_parts",
        "_people", "_place", "_wide", "weight",
    )  # fmt: skip

    def __init__(self, call: Call, known: Known, follows: Mapping[int, Any], parts: Sequence[Part], limit: int) -> None:
        self._actor = call.actor
        self._origin = call.origin
        self._place = call.network.org_id, call.network.id
        self._asked = asked(call)
        self._known = known
        self._follows = follows
        self._wide = known.viewer.company or bool(known.viewer.tags)
        self._limit = limit
        self._faces: dict[int, bytes] = {}
        self._parts: list[Part] = []
        self._show(list(parts))
        self.weight = OWN + sum(one.weight for one in parts) // SHARED

    def advance(self, since: int) -> bool | None:
        """See `http.Growing`."""
        news = changes.news(since, None if self._wide else self._near()) if self._steady(since) else None
        if news is None:
            return None
        changed = False
        for when, one in news:
            if not isinstance(one, Published) or not self._concerns(one.view):
                continue
            taken = self._take(when, one)
            if taken is None:
                return None
            changed |= taken
        return changed

    def answer(self) -> tuple[bytes, bytes]:
        """See `http.Growing`."""
        pieces: list[bytes] = []
        face = self._faces.get
        for one in self._parts:
            pieces += (b",", one.head, face(one.author, one.account), one.tail)
        pieces[:1] = [b"["]
        pieces.append(b"]")
        return self._link, b"".join(pieces)

    def _concerns(self, view: PostView) -> bool:
        post = view.post
        if (post.org_id, post.network_id) != self._place:
            return False
        author = post.account_id
        return self._wide or author in self._follows or author in self._people or author == self._actor.account_id

    def _near(self) -> list[int]:
        """Those whose posts may change the page."""
        return [*self._follows, *self._people.difference(self._follows), self._known.viewer.account_id]

    def _steady(self, since: int) -> bool:
        return all(changes.steady(since, one.keys) for one in self._parts)

    def _take(self, when: int, one: Published) -> bool | None:
        """As `advance`, for one post."""
        post = one.view.post
        author, place = post.account_id, bisect_left(self._parts, -post.id, key=_newest_first)
        if place < len(self._parts) and self._parts[place].id == post.id:
            return False  # it was there when the home was read
        stands = self._known.sees(item_of(one.view))
        if not stands and author not in self._people:
            return False
        new = made(one, self._actor, self._origin)
        if new is None or author in self._others:
            return None
        if stands and place < self._limit:
            if not changes.steady(when, new.keys):
                return None
            self._parts.insert(place, new)
            self._show(self._parts[: self._limit])
        if author not in self._people:
            return False
        self._faces[author] = new.account
        return True

    def _show(self, parts: list[Part]) -> None:
        self._parts = parts
        self._others = frozenset[int]().union(*(one.others for one in parts))
        self._people = {one.author for one in parts} | self._others
        self._faces = {author: face for author, face in self._faces.items() if author in self._people}
        ends = (parts[0].id, parts[-1].id) if parts else (None, None)
        self._link = links(Paged([], *ends), *self._asked).encode()


def made(one: Published, actor: Actor, origin: str) -> Part | None:
    """The post as its author sees it, or as all others do; None if it takes a look into the database."""
    own = actor.account_id == one.view.post.account_id
    key = origin, actor.network_kind, files.today(), own
    if key not in one.made:
        entity = statuses.bare(actor, origin, one.view)
        one.made[key] = part(entity) if entity is not None else None
    found: Part | None = one.made[key]
    return found


def item_of(view: PostView) -> Item:
    """What the rules of homes look at, of a plain post of this server."""
    post = view.post
    return Item(
        id=post.id,
        author=post.account_id,
        audience=post.audience.value,
        reply_to_author=post.reply_to_account_id,
        is_reply=post.reply_to_account_id is not None or post.thread_id != post.id,
        mentions=frozenset(one.id for one in view.mentions),
        tags=frozenset(view.tags),
        language=post.language,
        is_listed=post.listed,
        is_silenced=view.account.silenced_at is not None,
    )


def _newest_first(one: Part) -> int:
    return -one.id
