"""A member's filters on a page of posts: some are left out, others covered, by where the page stands.

Mastodon's places: `home` (lists too), `notifications`, `public` (everybody's posts, tags, groups, what is explored,
event pages), `thread`, `account`. What one has looked for or kept oneself (search, bookmarks, favourites) is in none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from torg.engine.postgres import Tx
from torg.filters import reads
from torg.filters.model import Context, Match
from torg.posts.model import PostView
from torg.web.visitor import Visitor

Cover = Literal["warn", "blur", "hide"]
Covers = dict[int, tuple[Cover, str]]
"""What covers a post, by its id: how, and the titles of the filters. `hide`: of a quoted post, which is not shown."""
Matches = Mapping[int, Sequence[Match]]

PAGES: Sequence[tuple[re.Pattern[str], Context]] = (
    (re.compile(r"/(columns)?"), "home"),
    (re.compile(r"/lists/.*"), "home"),
    (re.compile(r"/notifications(/.*)?"), "notifications"),
    (re.compile(r"/(public|explore|questions|thanks|tags/.*|live/.*)"), "public"),
    (re.compile(r"/@[^/]+"), "account"),
    (re.compile(r"/@[^/]+/\d+"), "thread"),
)


async def filtered(
    tx: Tx, visitor: Visitor, views: Sequence[PostView], context: Context
) -> tuple[list[PostView], Covers]:
    """The posts that may be shown in such a place, and what covers some of them; a stranger has no filters."""
    return sift(views, await matching(tx, visitor, views), context)


async def covered(tx: Tx, visitor: Visitor, views: Sequence[PostView], *contexts: Context) -> Covers:
    """What covers posts that stay where they are: one that was opened, one whose button was pressed."""
    found = await matching(tx, visitor, views) if contexts else {}
    covers = {}
    for id_, matches in found.items():
        if here := _in(matches, contexts):
            inner = id_ in {view.quoted.post.id for view in views if view.quoted is not None}
            hides = inner and any(one.filter.action == "hide" for one in here)
            covers[id_] = _cover(here, "hide" if hides else _action(here))
    return covers


async def matching(tx: Tx, visitor: Visitor, views: Sequence[PostView]) -> Matches:
    """What of the member's filters applies, in whatever place."""
    return await reads.matches(tx, visitor.actor, views) if visitor.account is not None else {}


def sift(views: Sequence[PostView], found: Matches, context: Context) -> tuple[list[PostView], Covers]:
    """Of posts with what applies to them: those that may be shown in one place, and what covers some of them."""
    covers: Covers = {}
    hidden: set[int] = set()
    for id_, matches in found.items():
        here = _in(matches, (context,))
        if any(one.filter.action == "hide" for one in here):
            hidden.add(id_)
            covers[id_] = _cover(here, "hide")
        elif here:
            covers[id_] = _cover(here, _action(here))
    return [view for view in views if not hidden & _ids(view)], covers


def context_of(path: str, view: PostView | None = None) -> Context | None:
    """The place that a page is, by its path; None where no filter holds. What stands in a group is public there."""
    for pattern, context in PAGES:
        if pattern.fullmatch(path):
            return "public" if context == "account" and view is not None and view.post.group_id else context
    return None


def place_of(place: str) -> Context:
    """The same of a part of a page that lives by the stream (`home`, `list:1`, `tag:x`, `group:1` …)."""
    if place == "home" or place.startswith("list:"):
        return "home"
    return "notifications" if place == "notifications" else "public"


def _in(matches: Sequence[Match], contexts: Collection[Context]) -> list[Match]:
    return [one for one in matches if set(contexts) & set(one.filter.context)]


def _cover(matches: Sequence[Match], how: Cover) -> tuple[Cover, str]:
    return how, ", ".join(dict.fromkeys(one.filter.title for one in matches))


def _action(matches: Sequence[Match]) -> Cover:
    """A warning covers all of a post, a blur its pictures only; what hides elsewhere warns where the post must stay."""
    return "blur" if all(one.filter.action == "blur" for one in matches) else "warn"


def _ids(view: PostView) -> set[int]:
    return {view.post.id, *([view.boost_of.post.id] if view.boost_of is not None else [])}
