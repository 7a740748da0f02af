"""Timelines (Mastodon: methods/timelines)."""

from __future__ import annotations

from torg.http import Call, Paged, Routes
from torg.kernel.errors import Invalid, Unauthorized
from torg.mastodon_api import render
from torg.mastodon_api.forms import PageById, PageParams, page
from torg.timelines import reads

routes = Routes("timelines")


class Public(PageParams, kw_only=True):
    local: bool = False
    remote: bool = False
    only_media: bool = False


class Tagged(Public, kw_only=True):
    hashtag: str
    any: list[str] = []
    all: list[str] = []
    none: list[str] = []


class Linked(PageParams, kw_only=True):
    url: str = ""


def open_to_all(call: Call) -> None:
    """A network that is not public shows nothing to nobody; a public one may have closed its preview."""
    if call.actor.account_id is None and (
        not call.network.is_public or call.network.settings.local_live_feed != "public"
    ):
        raise Unauthorized("This method requires an authenticated user")


@routes.get("/api/v1/timelines/home", scope="read:statuses")
async def home(call: Call, params: PageParams) -> Paged:
    found = await reads.home(call.tx, call.actor, page(params))
    return await render.timeline(call, found, filtered=not reads.filters_nothing(call.tx, call.actor))


@routes.get("/api/v1/timelines/public", auth="optional", scope="read:statuses")
async def public(call: Call, params: Public) -> Paged:
    open_to_all(call)
    found = await reads.public(
        call.tx,
        call.actor,
        page(params),
        only_media=params.only_media,
        local=params.local,
        remote=params.remote,
    )
    return await render.timeline(call, found)


@routes.get("/api/v1/timelines/tag/{hashtag}", auth="optional", scope="read:statuses")
async def tagged(call: Call, params: Tagged) -> Paged:
    open_to_all(call)
    found = await reads.tagged(
        call.tx,
        call.actor,
        page(params),
        params.hashtag.lstrip("#"),
        any_of=params.any,
        all_of=params.all,
        none_of=params.none,
        only_media=params.only_media,
        local=params.local,
        remote=params.remote,
    )
    return await render.timeline(call, found)


@routes.get("/api/v1/timelines/link", auth="optional", scope="read:statuses")
async def linked(call: Call, params: Linked) -> Paged:
    open_to_all(call)
    if not params.url:
        raise Invalid("Validation failed: Url can't be blank")
    return await render.timeline(call, await reads.linked(call.tx, call.actor, page(params), params.url))


@routes.get("/api/v1/timelines/list/{id}", scope="read:lists")
async def of_list(call: Call, params: PageById) -> Paged:
    return await render.timeline(call, await reads.of_list(call.tx, call.actor, params.id, page(params)))
