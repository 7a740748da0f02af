"""What a member's page is told of a moment: new posts by place, changed and deleted ones, notifications, what waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from torg.engine.postgres import Tx
from torg.filters.model import Context
from torg.http import browser
from torg.http.pages import html
from torg.kernel.page import Page
from torg.live.model import HASHTAG, LIST, NOTIFICATION, READING, USER, Message, Topic
from torg.notices import reads as notices
from torg.notices import rules
from torg.notices.model import Wanted
from torg.posts import reads as posts
from torg.posts.model import PostView
from torg.web import filtering
from torg.web.filtering import Covers
from torg.web.notices import told_of
from torg.web.present import presenting
from torg.web.visitor import Visitor

MOST_TOLD = 20
WATCHED = frozenset({USER, "public", "public:local", "public:remote", HASHTAG, LIST, NOTIFICATION, READING})


class New(msgspec.Struct, frozen=True, kw_only=True):
    """A post and where on the page it belongs. `own`: the reader wrote it, so it need not wait."""

    id: str
    places: list[str]
    own: bool
    html: str


class Sampled(msgspec.Struct, frozen=True):
    """In a surge: how many of how many new posts were sent (live/sampling.py)."""

    shown: int
    came: int


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change of the page. `changed`: id → the post as it is now; `notices`: key of the group → its line."""

    new: list[New] = []
    changed: dict[str, str] = {}
    gone: list[str] = []
    notices: dict[str, str] = {}
    unread: dict[str, str] | None = None
    sample: Sampled | None = None
    read: dict[str, str] = {}


class Named(msgspec.Struct):
    """What is needed of what the hub sends: everything else is read anew, as the reader of this page may see it."""

    id: str | None = None
    place: str = ""
    last_read_id: str = ""


async def framed(visitor: Visitor, places: Sequence[str], path: str, messages: Sequence[Message]) -> Change:
    """The messages of the hub as one change, read and rendered for the member alone."""
    new: dict[int, set[str]] = {}
    changed: set[int] = set()
    gone: list[str] = []
    told: list[int] = []
    read: dict[str, str] = {}
    sampled: list[Sampled] = []
    for message in messages:
        frame = message.frame
        if frame.event == "delete":
            gone.append((frame.payload or b"").decode())
            continue
        if frame.payload is None or message.topic.name not in WATCHED:
            continue
        if frame.event == "sample":
            sampled.append(msgspec.json.decode(frame.payload, type=Sampled))
            continue
        named = msgspec.json.decode(frame.payload, type=Named)
        if frame.event == "update":
            new.setdefault(int(named.id or 0), set()).add(_place(message.topic))
        elif frame.event == "status.update":
            changed.add(int(named.id or 0))
        elif frame.event == "notification":
            told.append(int(named.id or 0))
        elif frame.event == "read" and not named.id:
            read[named.place] = named.last_read_id
    async with visitor.call.db.tx(visitor.actor.scope) as tx:
        change = await _change(tx, visitor, places, path, new, changed - set(new), gone, told, read)
    if not sampled:
        return change
    together = Sampled(sum(one.shown for one in sampled), sum(one.came for one in sampled))
    return msgspec.structs.replace(change, sample=together)


def _place(topic: Topic) -> str:
    if topic.name == USER:
        return "home"
    if topic.name == HASHTAG:
        return f"tag:{topic.key}"
    return f"list:{topic.key}" if topic.name == LIST else topic.name


async def _change(
    tx: Tx, visitor: Visitor, places: Sequence[str], path: str, new: Mapping[int, set[str]], changed: set[int],
    gone: list[str], told: list[int], read: dict[str, str],
) -> Change:  # fmt: skip
    views = await posts.hydrate(tx, visitor.actor, [*new, *changed])
    lines = await _notices(tx, visitor, told) if told and "notifications" in places else []
    about = [one.post for one in lines if one.post]
    found = await filtering.matching(tx, visitor, [*views, *about]) if views or about else {}
    seen, covers = filtering.sift(about, found, "notifications")
    lines = [one for one in lines if one.post is None or one.post in seen]
    at = await presenting(
        tx, visitor, [*views, *(one.post for one in lines if one.post)], *(a for one in lines for a in one.people)
    )
    values: dict[str, Any] = {
        "at": at, "me": visitor.account, "csrf": browser.mark(visitor.call), "path": browser.local(path),
        "network": visitor.call.network,
    }  # fmt: skip

    def shown(view: PostView, covers: Covers) -> str:
        return html("_one_post.html", visitor.language, view=view, covers=covers, **values)

    page = filtering.context_of(browser.local(path))
    here = {filtering.place_of(place) for place in places} | ({page} if page else set())
    told_as = {**values, "covers": covers}
    staying = await filtering.covered(tx, visitor, [v for v in views if v.post.id in changed], *sorted(here))
    return Change(
        new=[
            New(id=str(v.post.id), places=where, own=v.account.id == visitor.actor.me, html=shown(v, covers))
            for v in views
            if v.post.id in new
            for where, covers in _sifted(v, _where(v, new[v.post.id], places), found)
        ],
        changed={str(v.post.id): shown(v, staying) for v in views if v.post.id in changed},
        gone=gone,
        notices={one.group.key: html("_told.html", visitor.language, one=one, fresh=True, **told_as) for one in lines},
        unread=msgspec.to_builtins(at.unread),
        read=read,
    )


def _where(view: PostView, came: set[str], places: Sequence[str]) -> list[str]:
    """The places of the page where a post belongs; what stands in a group came with the home of its members."""
    group = f"group:{view.post.group_id}" if view.post.group_id else ""
    return [place for place in places if place in came or (place == group and "home" in came)]


def _sifted(view: PostView, where: Sequence[str], found: filtering.Matches) -> list[tuple[list[str], Covers]]:
    """The places in which a post is shown the same way, with what covers it there; those that hide it are left out."""
    alike: dict[Context, list[str]] = {}
    for place in where:
        alike.setdefault(filtering.place_of(place), []).append(place)
    sifted = [(these, *filtering.sift([view], found, context)) for context, these in alike.items()]
    return [(these, covers) for these, kept, covers in sifted if kept]


async def _notices(tx: Tx, visitor: Visitor, told: Sequence[int]) -> Sequence[Any]:
    page = Page(limit=MOST_TOLD, since_id=min(told) - 1)
    found = await notices.groups(tx, visitor.actor, Wanted(), page, rules.GROUPED)
    return await told_of(tx, visitor, found.groups)
