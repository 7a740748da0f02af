"""What belongs into a home timeline: Mastodon's home feed rules, as a pure function for live streams.

The SQL in `store.py` states the same rules for rows to be found; a test keeps the two equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

import msgspec


class Follow(msgspec.Struct, frozen=True):
    """What a viewer wants of one followed account."""

    show_boosts: bool = True
    languages: tuple[str, ...] | None = None


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """What the home rules need to know of a viewer. `hidden` = blocked, muted or blocking accounts."""

    account_id: int
    follows: Mapping[int, Follow]
    hidden: Set[int] = frozenset()
    tags: Set[str] = frozenset()
    exclusive: Set[int] = frozenset()


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a post or boost that the home rules look at."""

    author: int
    audience: str
    reply_to_author: int | None = None
    is_reply: bool = False
    boosted_author: int | None = None
    mentions: frozenset[int] = frozenset()
    tags: frozenset[str] = frozenset()
    language: str | None = None
    is_listed: bool = True


def in_home(viewer: Viewer, item: Item) -> bool:
    """Whether the item stands in the viewer's home timeline."""
    me = viewer.account_id
    if item.author == me:
        return True
    if item.author in viewer.hidden or item.boosted_author in viewer.hidden or item.mentions & viewer.hidden:
        return False
    if item.reply_to_author in viewer.hidden:
        return False
    follow = viewer.follows.get(item.author)
    if follow is None:
        by_tag = bool(item.tags & viewer.tags) and item.boosted_author is None
        return by_tag and item.audience == "everyone" and item.is_listed and not item.is_reply
    if item.author in viewer.exclusive:
        return False
    if item.audience == "mentioned" and me not in item.mentions:
        return False
    if follow.languages and item.language and item.language not in follow.languages:
        return False
    if item.boosted_author is not None:
        return follow.show_boosts and item.boosted_author != me
    return not item.is_reply or item.reply_to_author in (me, item.author) or item.reply_to_author in viewer.follows
