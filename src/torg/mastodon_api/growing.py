"""A home that is remembered takes in plain posts as they are written, and is not read again for them.

Whatever else happens to what it shows, or to its viewer, ends it: see `engine/changes.py` and docs/decisions/0012.
"""

from __future__ import annotations

import secrets
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from operator import attrgetter

from torg.engine.changes import changes
from torg.http import Call, Paged, asked, links
from torg.kernel.actor import Actor
from torg.mastodon_api.forms import PageParams, page
from torg.mastodon_api.present import statuses
from torg.mastodon_api.present.parts import NOBODY, Part, part
from torg.media import links as files
from torg.posts.just_written import Published
from torg.timelines.rules import Item
from torg.timelines.viewers import PLAIN, Known

OWN = 1_500
"""Bytes of a home beside its posts, roughly."""
NEWEST, OLDEST = secrets.token_hex(8), secrets.token_hex(8)
"""Stand where ids come, and in no address that anybody asks for."""
_keys, _author = attrgetter("keys"), attrgetter("author")
SHARED = 32
"""In about how many remembered homes a post stands."""


class Home:
    """The newest `limit` posts of a viewer's home."""

    __slots__ = (
        "_actor", "_asked", "_faces", "_known", "_limit", "_link", "_origin", "_others", "_parts", "_people", "_place",
        "_plain", "_unfollowed", "_unknown", "_wide", "weight",
    )  # fmt: skip

    def __init__(self, call: Call, known: Known, parts: Sequence[Part], limit: int) -> None:
        self._actor = call.actor
        self._origin = call.origin
        self._place = call.network.org_id, call.network.id
        self._asked = asked(call)
        self._known = known
        self._plain = known.is_plain
        self._wide = known.viewer.company or bool(known.viewer.tags)
        self._limit = limit
        self._faces: dict[int, Part] = {}
        """Of those who have written since what stands here of them: a post that shows them as they are now."""
        self._parts = list(parts)
        self._link: bytes | None = None
        self._people: set[int] = set()
        """Whom the page shows, and some whom it has shown lately;"""
        self._unfollowed: set[int] = set()
        """of these, whom its viewer does not follow."""
        self._shown()
        self.weight = OWN + sum(one.weight for one in parts) // SHARED

    def advance(self, since: int) -> bool | None:
        """See `http.Growing`; to be asked after `changes.steady`."""
        calm = changes.calm(since)
        if not calm and not changes.untouched(since, list(chain.from_iterable(map(_keys, self._parts)))):
            return None
        follows = self._known.viewer.follows
        news = changes.news(since) if self._wide else changes.news(since, follows, self._unfollowed)
        if not news:
            return None if news is None else False
        look, me = _look(self._origin, files.today()), self._known.viewer.account_id
        place, people, parts = self._place, self._people, self._parts
        changed, came = False, 0
        for when, one in news:
            if type(one) is not Published or one.place != place:
                continue
            author = one.author
            at = 0 if not parts or one.id > parts[0].id else bisect_left(parts, -one.id, key=_newest_first)
            if at < len(parts) and parts[at].id == one.id:
                continue  # it was there when the home was read
            plain = self._plain and one.own and follows.get(author) is PLAIN
            stands = at < self._limit and (plain or self._known.sees(item_of(one)))
            if not stands and author not in people:
                continue
            new: Part | None = one.shown if one.look is look and author != me else made(one, self._actor, look)
            if new is None or author in self._others:
                return None
            if author in people:
                before = self._faces.get(author) or next((one for one in parts if one.author == author), None)
                if before is not None:
                    # What two processes wrote of somebody at once may come in another order than the database's
                    self._faces[author] = new if new.counted >= before.counted else before
            if stands:
                if not calm and not changes.untouched(when, new.keys):
                    return None
                parts.insert(at, new)
                people.add(author)
                came += 1
                if new.others or author not in follows:
                    self._unknown = self._limit  # seldom: it has to be known at once
            changed = True
        if came:
            self._cut(came)
        return changed

    def answer(self) -> tuple[bytes, bytes]:
        """See `http.Growing`."""
        faces, parts = self._faces, self._parts
        if not parts:
            return b"", b"[]"
        if self._link is None:
            self._link = _link(*self._asked, parts[0].id, parts[-1].id)
        shown = [one.whole for one in parts]
        if faces:
            for at, one in enumerate(parts):
                if one.author in faces:
                    shown[at] = one.with_account(faces[one.author].account)
        shown[0] = b"[" + shown[0]
        shown[-1] += b"]"
        return self._link, b",".join(shown)

    def again(self, call: Call, params: PageParams) -> Home | None:
        """See `http.Growing`."""
        wanted = page(params)
        if not wanted.is_first or (wanted.limit > self._limit and len(self._parts) == self._limit):
            return None
        home = Home(call, self._known, self._parts[: wanted.limit], wanted.limit)
        home._faces = _of_those(self._faces, set(map(_author, home._parts)))
        return home

    def _cut(self, came: int) -> None:
        """So many more stand in the page: what is too much goes. Whom it showed is known for a while longer."""
        gone = self._parts[self._limit :]
        del self._parts[self._limit :]
        self._link = None
        self._unknown += came
        if self._unknown >= self._limit:
            self._shown()
        elif self._faces and any(one.author in self._faces for one in gone):
            self._faces = _of_those(self._faces, set(map(_author, self._parts)))

    def _shown(self) -> None:
        """Know whom the page shows now."""
        people = set(map(_author, self._parts))
        others = [one.others for one in self._parts if one.others]
        self._others = NOBODY.union(*others) if others else NOBODY
        self._faces = _of_those(self._faces, people)
        self._unknown = 0
        people |= self._others
        people.add(self._known.viewer.account_id)
        self._people = people
        self._unfollowed = people - self._known.viewer.follows.keys()
        self._link = None


def _of_those(faces: dict[int, Part], people: set[int]) -> dict[int, Part]:
    return {author: face for author, face in faces.items() if author in people}


@lru_cache(maxsize=1_000)
def _look(origin: str, day: int) -> tuple[str, int]:
    """The same object for the same look. Signed links of files change by the day."""
    return origin, day


def made(one: Published, actor: Actor, look: tuple[str, int]) -> Part | None:
    """The post as its author sees it, or as all others do; None if it takes a look into the database."""
    key = look, actor.account_id == one.author
    try:
        found: Part | None = one.made[key]
    except KeyError:
        entity = statuses.bare(actor, look[0], one.view)
        found = one.made[key] = part(entity) if entity is not None else None
        if actor.account_id != one.author:
            one.look, one.shown = look, found
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
