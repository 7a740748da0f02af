"""Which topics a post belongs to, and which watchers of them may see it: pure functions.

Home rules are `timelines/rules.py:in_home`, the same as the timeline's own.
"""

from __future__ import annotations

from collections.abc import Iterator

from torg.live.model import HASHTAG, HASHTAG_LOCAL, Facts, ListFacts, Topic, Watcher
from torg.timelines.rules import Item, Viewer, in_home


def shared_topics(post: Facts) -> Iterator[Topic]:
    """Public and hashtag topics of a post (Mastodon: methods/timelines, public and tag); in a group, of its tags."""
    if post.audience not in ("everyone", "group") or post.boost_of_id is not None or post.is_silenced:
        return
    for tag in post.tags:
        yield Topic(HASHTAG, tag)
        if post.is_local:
            yield Topic(HASHTAG_LOCAL, tag)
    if post.group_id is not None or not post.listed or (post.is_reply and post.reply_to_account_id != post.account_id):
        return
    for name in ("public", "public:local" if post.is_local else "public:remote"):
        yield Topic(name)
        if post.has_media or post.is_gone:
            yield Topic(f"{name}:media")


def is_for(watcher: Watcher | None, post: Facts) -> bool:
    """Whether a shared topic brings the post to this watcher: a group's to those in it, the rest not to guests."""
    if post.group_id is not None:
        return watcher is not None and post.group_id in watcher.viewer.follows
    return watcher is None or not watcher.viewer.guest


def is_hidden(watcher: Watcher | None, post: Facts) -> bool:
    """Whether the watcher has blocked or muted someone in it, or is blocked by its author (timelines' NOT_HIDDEN)."""
    if watcher is None:
        return False
    authors = {post.account_id, post.boosted_account_id}
    hidden = watcher.viewer.hidden
    return bool(hidden & authors or hidden & post.mentions or watcher.blocked_by & authors) or (
        post.reply_to_account_id in hidden
    )


def reaches_home(watcher: Watcher, post: Facts) -> bool:
    """Whether the post stands in the watcher's home. Of a deleted post only its author and audience count:
    telling too many that an id is gone does no harm, telling too few leaves it on a screen.
    """
    if post.is_gone:
        item = Item(
            author=post.account_id, audience=post.audience, mentions=post.mentions, tags=post.tags, group=post.group_id
        )  # fmt: skip
        return in_home(watcher.viewer, item)
    if post.account_id != watcher.id and watcher.blocked_by & {post.account_id, post.boosted_account_id}:
        return False
    return in_home(
        watcher.viewer,
        Item(
            author=post.account_id,
            audience=post.audience,
            reply_to_author=post.reply_to_account_id,
            is_reply=post.is_reply,
            boosted_author=post.boosted_account_id,
            mentions=post.mentions,
            tags=post.tags,
            language=post.language,
            is_listed=post.listed,
            is_silenced=post.is_silenced,
            group=post.group_id,
        ),
    )


def reaches_list(watcher: Watcher, list_: ListFacts, post: Facts) -> bool:
    """Whether the post stands in the list (Mastodon: methods/timelines, list; entities/List, replies_policy)."""
    viewer = watcher.viewer
    if post.account_id not in list_.members or is_hidden(watcher, post):
        return False
    if not may_read(viewer, post) or (post.group_id is not None and post.group_id not in viewer.follows):
        return False
    if post.is_gone:
        return True
    if post.boost_of_id is not None:
        follow = viewer.follows.get(post.account_id)
        return follow is not None and follow.show_boosts
    if not post.is_reply or post.reply_to_account_id == post.account_id:
        return True
    if list_.replies_policy == "none":
        return False
    if post.reply_to_account_id == viewer.account_id:
        return True
    if list_.replies_policy == "list":
        return post.reply_to_account_id in list_.members
    return post.reply_to_account_id in viewer.follows


def reaches_everything(watcher: Watcher, post: Facts) -> bool:
    """Whether the post is among all that the watcher may read: the home, and what others wrote to be read (T8).

    A boost by somebody whom the watcher does not follow is not: what it shows has been there before.
    """
    if reaches_home(watcher, post):
        return True
    if post.boost_of_id is not None or post.is_silenced or is_hidden(watcher, post):
        return False
    if post.group_id is not None:
        return post.group_id in watcher.viewer.follows
    return may_read(watcher.viewer, post)


def could_be_found(watcher: Watcher | None, post: Facts) -> bool:
    """Whether a search of the watcher's could have shown a post that is gone."""
    if post.boost_of_id is not None:
        return False
    if watcher is None:
        return post.audience == "everyone" and post.listed
    return may_read(watcher.viewer, post) and not is_hidden(watcher, post)


def may_read(viewer: Viewer, post: Facts) -> bool:
    """Whether the audience includes the watcher (posts/visibility.py, from facts in hand)."""
    if viewer.account_id == post.account_id:
        return True
    if post.group_id is not None:
        return post.group_id in viewer.follows or (post.group_is_open and not viewer.guest)
    if viewer.guest:
        return False
    if post.audience == "everyone" or viewer.account_id in post.mentions:
        return True
    return post.audience == "followers" and post.account_id in viewer.follows
