"""What belongs into a home timeline: Mastodon's home feed rules, as a pure function for live streams.

The SQL in `store.py` states the same rules for rows to be found; a test keeps the two equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

import msgspec


class Follow(msgspec.Struct, frozen=True, gc=False):
    """What a viewer wants of one followed account."""

    show_boosts: bool = True
    languages: tuple[str, ...] | None = None


class Viewer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the home rules need to know of a viewer. `hidden` = blocked, muted or blocking accounts.

    `follows` holds groups, too; `company`: the home shows what all colleagues write; `guest`: only groups.
    `servers`: host names that the viewer has blocked; live streams put the people of such servers among the hidden.
    """

    account_id: int
    follows: Mapping[int, Follow]
    hidden: Set[int] = frozenset()
    tags: Set[str] = frozenset()
    exclusive: Set[int] = frozenset()
    servers: Set[str] = frozenset()
    company: bool = False
    guest: bool = False


class Item(msgspec.Struct, frozen=True, kw_only=True, gc=False):
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
    is_silenced: bool = False
    group: int | None = None
    id: int = 0
    host: str = ""
    boosted_host: str = ""


def in_home(viewer: Viewer, item: Item) -> bool:
    """Whether the item stands in the viewer's home timeline."""
    me = viewer.account_id
    if item.author == me:
        return True
    if item.author in viewer.hidden or item.boosted_author in viewer.hidden or item.mentions & viewer.hidden:
        return False
    if item.reply_to_author in viewer.hidden:
        return False
    if item.group is None and viewer.guest:
        return False
    shut_out = item.host in viewer.servers and item.author not in viewer.follows
    by_tag = bool(item.tags & viewer.tags) and item.boosted_author is None and not item.is_reply and not shut_out
    if item.group is not None:
        return item.group in viewer.follows and (by_tag or _of_followed(viewer, item, item.group))
    if item.audience == "everyone" and item.is_listed and (by_tag or (not shut_out and _of_company(viewer, item))):
        return True
    if item.boosted_host in viewer.servers and item.boosted_author not in viewer.follows:
        return False
    return item.author in viewer.follows and _of_followed(viewer, item, item.author)


def _of_company(viewer: Viewer, item: Item) -> bool:
    """Whether the item is in the feed of all colleagues, and the viewer's home is that."""
    if not viewer.company or item.boosted_author is not None or item.is_silenced:
        return False
    return item.author not in viewer.exclusive and (not item.is_reply or item.reply_to_author == item.author)


def _of_followed(viewer: Viewer, item: Item, followed: int) -> bool:
    """Whether what one follows (an author or a group) brings the item into one's home."""
    me, follow = viewer.account_id, viewer.follows[followed]
    if followed in viewer.exclusive:
        return False
    if item.audience == "mentioned" and me not in item.mentions:
        return False
    if follow.languages and item.language and item.language not in follow.languages:
        return False
    if item.boosted_author is not None:
        return follow.show_boosts and item.boosted_author != me
    return not item.is_reply or item.reply_to_author in (me, item.author) or item.reply_to_author in viewer.follows
