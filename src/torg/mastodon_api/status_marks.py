"""Favourite, boost, bookmark, mute, pin, and the lists of favourites and bookmarks (Mastodon: methods/statuses)."""

from __future__ import annotations

from typing import Literal

import msgspec

from torg.http import Call, Paged, Routes
from torg.mastodon_api import direct, entities, render
from torg.mastodon_api.forms import ById, PageParams, page, sliced
from torg.posts import boosts, marks
from torg.posts.model import Audience

routes = Routes("statuses")


class Reblog(msgspec.Struct, kw_only=True):
    id: int
    visibility: Literal["public", "unlisted", "private"] = "public"


@routes.post("/api/v1/statuses/{id}/favourite", scope="write:favourites")
async def favourite(call: Call, params: ById) -> entities.Status:
    if await direct.is_message(call, params.id):
        return await direct.mark(call, params.id, "favourited", True)
    post_id = await marks.favourite(call.tx, call.actor, params.id)
    await call.done()
    return await render.one(call, post_id)


@routes.post("/api/v1/statuses/{id}/unfavourite", scope="write:favourites")
async def unfavourite(call: Call, params: ById) -> entities.Status:
    if await direct.is_message(call, params.id):
        return await direct.mark(call, params.id, "favourited", False)
    return await render.one(call, await marks.unfavourite(call.tx, call.actor, params.id))


@routes.post("/api/v1/statuses/{id}/reblog", scope="write:statuses")
async def reblog(call: Call, form: Reblog) -> entities.Status:
    """Answers with the boost itself, whose `reblog` is the post. A message is never boosted (T4): 404."""
    audience = Audience.FOLLOWERS if form.visibility == "private" else Audience.EVERYONE
    boost_id = await boosts.boost(call.tx, call.actor, form.id, audience=audience, listed=form.visibility != "unlisted")
    await call.done()
    return await render.one(call, boost_id)


@routes.post("/api/v1/statuses/{id}/unreblog", scope="write:statuses", limit="delete")
async def unreblog(call: Call, params: ById) -> entities.Status:
    return await render.one(call, await boosts.unboost(call.tx, call.actor, params.id))


@routes.post("/api/v1/statuses/{id}/bookmark", scope="write:bookmarks")
async def bookmark(call: Call, params: ById) -> entities.Status:
    if await direct.is_message(call, params.id):
        return await direct.mark(call, params.id, "bookmarked", True)
    return await render.one(call, await marks.bookmark(call.tx, call.actor, params.id))


@routes.post("/api/v1/statuses/{id}/unbookmark", scope="write:bookmarks")
async def unbookmark(call: Call, params: ById) -> entities.Status:
    if await direct.is_message(call, params.id):
        return await direct.mark(call, params.id, "bookmarked", False)
    return await render.one(call, await marks.unbookmark(call.tx, call.actor, params.id))


@routes.post("/api/v1/statuses/{id}/mute", scope="write:mutes")
async def mute(call: Call, params: ById) -> entities.Status:
    """No more notifications from this thread."""
    if await direct.is_message(call, params.id):
        return await direct.mark(call, params.id, "muted", True)
    return await render.one(call, await marks.mute_thread(call.tx, call.actor, params.id))


@routes.post("/api/v1/statuses/{id}/unmute", scope="write:mutes")
async def unmute(call: Call, params: ById) -> entities.Status:
    if await direct.is_message(call, params.id):
        return await direct.mark(call, params.id, "muted", False)
    return await render.one(call, await marks.unmute_thread(call.tx, call.actor, params.id))


@routes.post("/api/v1/statuses/{id}/pin", scope="write:accounts")
async def pin(call: Call, params: ById) -> entities.Status:
    most = call.network.settings.max_pins
    return await render.one(call, await marks.pin(call.tx, call.actor, params.id, most=most))


@routes.post("/api/v1/statuses/{id}/unpin", scope="write:accounts")
async def unpin(call: Call, params: ById) -> entities.Status:
    return await render.one(call, await marks.unpin(call.tx, call.actor, params.id))


@routes.get("/api/v1/favourites", scope="read:favourites", replica=True)
async def favourites(call: Call, params: PageParams) -> Paged:
    """Posts that the caller marked as favourite, newest mark first."""
    found = await marks.marked(call.tx, call.actor, "favourites", page(params))
    return sliced(await render.ids(call, list(found.items)), found)


@routes.get("/api/v1/bookmarks", scope="read:bookmarks", replica=True)
async def bookmarks(call: Call, params: PageParams) -> Paged:
    """Posts that the caller bookmarked, newest mark first."""
    found = await marks.marked(call.tx, call.actor, "bookmarks", page(params))
    return sliced(await render.ids(call, list(found.items)), found)
