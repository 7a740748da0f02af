"""A group's own side (FEP-1b12): what its members say is announced to its followers on other servers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from torg.accounts.model import Account
from torg.federation import gathering
from torg.federation.outgoing.telling import Telling
from torg.federation.render import activities, addresses
from torg.federation.render import groups as render
from torg.federation.render.contexts import PUBLIC
from torg.groups import outward as open_groups
from torg.posts.events import PostDeleted


async def _group(telling: Telling, group_id: int) -> tuple[Account, list[str]] | None:
    """A group that anybody may read, and where its members elsewhere are reached; None if there is none of either."""
    inboxes = await telling.follower_inboxes(group_id)
    if not inboxes:
        return None
    group = (await open_groups.open_ones(telling.tx, [group_id])).get(group_id)
    return (group, inboxes) if group is not None else None


async def announce(telling: Telling, group_id: int, post_id: int) -> None:
    """A post in the group, whoever wrote it: as a boost by the group, which every server understands."""
    found = await _group(telling, group_id)
    posts = await gathering.public(telling.tx, telling.network, telling.origin, [post_id]) if found else []
    if found and posts and posts[0].post.view.boost_of is None:
        group, inboxes = found
        await telling.send(group, render.announce(telling.place, group, posts[0].post.view), inboxes)


async def relay(telling: Telling, group_id: int, activity: Mapping[str, Any]) -> None:
    """A member's activity exactly as it was, within the group's Announce: Create, Update, Delete, Like, Undo.

    For members elsewhere IN calls it with what came; for ours the effects do.
    """
    found = await _group(telling, group_id)
    if found:
        group, inboxes = found
        await telling.send(group, render.relayed(telling.place, group, activity), inboxes)


async def removed(telling: Telling, event: PostDeleted, author: Account, at: datetime) -> None:
    """A post that is gone from the group: by its author, or taken out by the group's staff.

    The group speaks for itself alone: of a post of another server it takes back its Announce, and no more.
    """
    found = await _group(telling, event.group_id) if event.group_id is not None else None
    if not found:
        return
    group, inboxes = found
    uri = event.uri or f"{telling.uri(author)}/statuses/{event.post_id}"
    if author.is_local:
        gone = activities.delete(telling.uri(author), uri, [PUBLIC], at)
        await telling.send(group, render.relayed(telling.place, group, gone), inboxes)
    id_ = addresses.announced(telling.origin, group, event.post_id)
    made = render.announce_of(telling.place, group, id_, uri)
    await telling.send(group, activities.undo(made), inboxes)
