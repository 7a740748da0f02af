"""A home that is remembered takes in plain posts as they are written, and is not read again for them.

Whatever else happens to what it shows, or to its viewer, ends it: see `engine/changes.py` and docs/decisions/0012.
"""

from __future__ import annotations

import secrets
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from torg.engine.changes import changes
from torg.http import Call, Paged, asked, links
from torg.kernel.actor import Actor
from torg.mastodon_api.forms import PageParams, page
from torg.mastodon_api.present import statuses
from torg.mastodon_api.present.parts import Part, part
from torg.media import links as files
from torg.posts.just_written import Published
from torg.timelines.rules import Item
from torg.timelines.viewers import Known

OWN = 1_500
"""Bytes of a home beside its posts, roughly."""
NEWEST, OLDEST = secrets.token_hex(8), secrets.token_hex(8)
"""Stand where ids come, and in no address that anybody asks for."""
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
        self._parts = list(parts)
        self._link: bytes | None = None
        self._shown()
        self.weight = OWN + sum(one.weight for one in parts) // SHARED

    def advance(self, since: int) -> bool | None:
        """See `http.Growing`; to be asked after `changes.steady`."""
        if not changes.untouched(since, [key for one in self._parts for key in one.keys]):
            return None
        news = changes.news(since, None if self._wide else (self._follows.keys(), self._people))
        if not news:
            return None if news is None else False
        day = files.today()
        changed = False
        for when, one in news:
            if not isinstance(one, Published) or one.place != self._place or not self._concerns(one):
                continue
            taken = self._take(when, one, day)
            if taken is None:
                return None
            changed |= taken
        if changed:
            del self._parts[self._limit :]
            self._shown()
        return changed

    def answer(self) -> tuple[bytes, bytes]:
        """See `http.Growing`."""
        pieces: list[bytes] = []
        face = self._faces.get
        for one in self._parts:
            pieces += (b",", one.head, face(one.author, one.account), one.tail)
        pieces[:1] = [b"["]
        pieces.append(b"]")
        if self._link is None:
            self._link = _link(*self._asked, self._parts[0].id, self._parts[-1].id) if self._parts else b""
        return self._link, b"".join(pieces)

    def again(self, call: Call, params: PageParams) -> Home | None:
        """See `http.Growing`."""
        wanted = page(params)
        if not wanted.is_first or (wanted.limit > self._limit and len(self._parts) == self._limit):
            return None
        home = Home(call, self._known, self._follows, self._parts[: wanted.limit], wanted.limit)
        home._faces = dict(self._faces)
        return home

    def _concerns(self, one: Published) -> bool:
        author = one.author
        return self._wide or author in self._follows or author in self._people

    def _take(self, when: int, one: Published, day: int) -> bool | None:
        """As `advance`, for one post."""
        author, parts = one.author, self._parts
        place = 0 if not parts or one.id > parts[0].id else bisect_left(parts, -one.id, key=_newest_first)
        if place < len(parts) and parts[place].id == one.id:
            return False  # it was there when the home was read
        stands = self._known.sees(item_of(one)) and place < self._limit
        if not stands and author not in self._people:
            return False
        new = made(one, self._actor, self._origin, day)
        if new is None or author in self._others:
            return None
        if stands:
            if not changes.untouched(when, new.keys):
                return None
            parts.insert(place, new)
            self._people.add(author)
        self._faces[author] = new.account
        return True

    def _shown(self) -> None:
        """Know whom the page shows now."""
        self._others = frozenset[int]().union(*(one.others for one in self._parts))
        self._people = {one.author for one in self._parts} | self._others | {self._known.viewer.account_id}
        if len(self._faces) > self._limit:
            self._faces = {author: face for author, face in self._faces.items() if author in self._people}
        self._link = None


def made(one: Published, actor: Actor, origin: str, day: int) -> Part | None:
    """The post as its author sees it, or as all others do; None if it takes a look into the database.

    Signed links of files change by the day.
    """
    key = origin, day, actor.account_id == one.author
    try:
        found: Part | None = one.made[key]
    except KeyError:
        entity = statuses.bare(actor, origin, one.view)
        found = one.made[key] = part(entity) if entity is not None else None
    return found


def item_of(one: Published) -> Item:
    """What the rules of homes look at, of a plain post of this server."""
    found: Item | None = one.item
    if found is not None:
        return found
    view, post = one.view, one.view.post
    found = one.item = Item(
        id=post.id,
        author=post.account_id,
        audience=post.audience.value,
        reply_to_author=post.reply_to_account_id,
        is_reply=post.reply_to_account_id is not None or post.thread_id != post.id,
        mentions=frozenset(each.id for each in view.mentions),
        tags=frozenset(view.tags),
        language=post.language,
        is_listed=post.listed,
        is_silenced=view.account.silenced_at is not None,
    )
    return found


def _link(url: str, query: str, newest: int, oldest: int) -> bytes:
    return _pattern(url, query).replace(NEWEST.encode(), b"%d" % newest).replace(OLDEST.encode(), b"%d" % oldest)


@lru_cache(maxsize=1_000)
def _pattern(url: str, query: str) -> bytes:
    """The Link header with words where the ids come: the same for all who ask for it so."""
    return links(Paged([], NEWEST, OLDEST), url, query).encode()


def _newest_first(one: Part) -> int:
    return -one.id
