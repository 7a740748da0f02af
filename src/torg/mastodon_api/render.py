"""From ids and views to the caller's Status entities, with the caller's filters applied."""

from __future__ import annotations

from collections.abc import Sequence

from torg.filters import reads as filters
from torg.http import Call, Paged
from torg.kernel.errors import NotFound
from torg.mastodon_api import direct, entities
from torg.mastodon_api.forms import paged
from torg.mastodon_api.present import filters as present_filters
from torg.mastodon_api.present import statuses as present
from torg.posts import reads as posts
from torg.posts.model import PostView


async def views(call: Call, found: Sequence[PostView], *, filtered: bool = True) -> list[entities.Status]:
    """Entities of the views, each with the caller's filters that match it; not `filtered` where there are none."""
    hits = present_filters.results(await filters.matches(call.tx, call.actor, found)) if filtered else {}
    return await present.statuses(call.tx, call.actor, call.origin, found, filtered=hits)


async def ids(call: Call, wanted: Sequence[int]) -> list[entities.Status]:
    """Entities of the posts that the caller may read, in this order."""
    return await views(call, await posts.hydrate(call.tx, call.actor, wanted))


async def timeline(call: Call, found: Sequence[PostView], *, filtered: bool = True) -> Paged:
    """A page of posts with its cursors."""
    return paged(await views(call, found, filtered=filtered), [v.post.id for v in found])


async def one(call: Call, post_id: int) -> entities.Status:
    """One post, or a message that the caller takes part in; else 404."""
    found = await ids(call, [post_id])
    if found:
        return found[0]
    message = await direct.status(call, post_id)
    if message is None:
        raise NotFound
    return message
