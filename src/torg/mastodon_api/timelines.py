"""Timelines (Mastodon: methods/timelines)."""

from __future__ import annotations

from msgspec import Raw

from torg.engine.keys import posts, tag
from torg.http import Call, Paged, Routes
from torg.kernel.errors import Invalid, Unauthorized
from torg.mastodon_api import growing, render
from torg.mastodon_api.forms import PageById, PageParams, page, paged
from torg.mastodon_api.present import parts as present
from torg.timelines import interests, reads

routes = Routes("timelines")

MOST_NAMES = 20


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


@routes.get("/api/v1/timelines/home", scope="read:statuses", steady=True)
async def home(call: Call, params: PageParams) -> Paged:
    known = await interests.of_home(call.tx, call.actor)
    call.remember(known.keys, follows=known.follows, until=known.until)
    wanted = page(params)
    found = await reads.home(call.tx, call.actor, wanted)
    viewer = reads.unfiltered(call.tx, call.actor)
    if viewer is None or call.actor.guest or not wanted.is_first:
        return await render.timeline(call, found, filtered=viewer is None)
    parts = await present.parts(call.tx, call.actor, call.origin, found)
    whose = viewer.as_of(company=known.company, guest=False)
    call.remember(growing=growing.Home(call, whose, parts, wanted.limit), follows=whose.viewer.follows)
    return paged([Raw(one.whole) for one in parts], [one.id for one in parts])


@routes.get("/api/v1/timelines/public", auth="optional", scope="read:statuses", steady=True)
async def public(call: Call, params: Public) -> Paged:
    open_to_all(call)
    call.remember([posts(call.network.id)], until=await interests.ends(call.tx, call.actor))
    found = await reads.public(
        call.tx,
        call.actor,
        page(params),
        only_media=params.only_media,
        local=params.local,
        remote=params.remote,
    )
    return await render.timeline(call, found)


@routes.get("/api/v1/timelines/tag/{hashtag}", auth="optional", scope="read:statuses", steady=True)
async def tagged(call: Call, params: Tagged) -> Paged:
    open_to_all(call)
    names = (params.hashtag.lstrip("#"), *params.any[:MOST_NAMES])
    if len(params.any) <= MOST_NAMES:
        keys = [tag(call.network.id, name) for name in names]
        call.remember(keys, until=await interests.ends(call.tx, call.actor))
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


@routes.get("/api/v1/timelines/link", auth="optional", scope="read:statuses", steady=True)
async def linked(call: Call, params: Linked) -> Paged:
    open_to_all(call)
    if not params.url:
        raise Invalid("Validation failed: Url can't be blank")
    return await render.timeline(call, await reads.linked(call.tx, call.actor, page(params), params.url))


@routes.get("/api/v1/timelines/list/{id}", scope="read:lists", steady=True)
async def of_list(call: Call, params: PageById) -> Paged:
    members = await interests.of_list(call.tx, call.actor, params.id)
    call.remember([params.id], follows=members, until=await interests.ends(call.tx, call.actor))
    return await render.timeline(call, await reads.of_list(call.tx, call.actor, params.id, page(params)))
