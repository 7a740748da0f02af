"""Timelines (Mastodon: methods/timelines)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Raw

from torg.engine.keys import posts, tag
from torg.engine.postgres import Tx
from torg.http import Asked, Call, Paged, Routes, Together
from torg.kernel.errors import Invalid, Unauthorized
from torg.mastodon_api import growing, render
from torg.mastodon_api.forms import PageById, PageParams, page, paged
from torg.mastodon_api.present import parts as present
from torg.posts.hydrating import Wanted, hydrate, hydrate_for
from torg.timelines import interests, reads, view
from torg.timelines.interests import Interests
from torg.timelines.viewers import Known

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


def alike(call: Call, params: PageParams) -> bool:
    """Whose homes may be read together: first pages, of whoever reads as him- or herself."""
    return page(params).is_first and call.actor.account_id is not None and not call.actor.guest


async def homes(tx: Tx, asked: Sequence[Asked]) -> list[Paged | None]:
    """The homes of several; None for whoever's takes filters, or is not to be had from the log in memory."""
    actors = {one.call.actor.me: one.call.actor for one in asked}
    seen = await view.several(tx, actors)
    pages: list[Paged | None] = [None] * len(asked)
    simple: dict[int, tuple[view.Seen, list[int]]] = {}
    for at, one in enumerate(asked):
        of = seen.get(one.call.actor.me)
        if of is None or of.guest or of.known.filters:
            continue
        if (ids := of.ids(page(one.params))) is not None:
            simple[at] = of, ids
    if len(asked) > 1:
        found = await hydrate_for(
            tx, [Wanted(asked[at].call.actor.me, of.known.viewer.follows, ids) for at, (of, ids) in simple.items()]
        )
    else:  # the transaction is the caller's own
        found = [[None] * len(ids) for _, ids in simple.values()]
    made: dict[tuple[int, str], present.Part | None] = {}  # by the view, which those to whom it looks the same share
    for (at, (of, ids)), views in zip(simple.items(), found, strict=True):
        call, params = asked[at]
        shown: list[present.Part | None] = []
        for each in views:
            place = id(each), call.origin
            if place not in made:
                made[place] = present.at_hand(call.actor, call.origin, each) if each is not None else None
            shown.append(made[place])
        parts = await completed(tx, call, ids, shown)
        if parts is not None:
            pages[at] = grown(call, of.interests, of.known, parts, page(params).limit)
    return pages


async def completed(
    tx: Tx, call: Call, ids: Sequence[int], shown: Sequence[present.Part | None]
) -> list[present.Part] | None:
    """With those that are missing, read as the caller alone reads them; None if any is not for the caller."""
    missing = [id_ for id_, one in zip(ids, shown, strict=True) if one is None]
    if missing:
        if tx.scope.viewer != call.actor.me:
            await tx.seen_by(call.actor.me)
        views = await hydrate(tx, call.actor, missing)
        if len(views) < len(missing):
            return None
        rest = iter(await present.parts(tx, call.actor, call.origin, views))
        shown = [one or next(rest) for one in shown]
    return [one for one in shown if one is not None]


def grown(call: Call, known: Interests, viewer: Known, parts: Sequence[present.Part], limit: int) -> Paged:
    """The newest posts of a home, remembered as a page that grows."""
    whose = viewer.as_of(company=known.company, guest=False)
    follows = whose.viewer.follows
    call.remember(known.keys, follows=follows, until=known.until, growing=growing.Home(call, whose, parts, limit))
    return paged([Raw(one.whole) for one in parts], [one.id for one in parts])


@routes.get("/api/v1/timelines/home", scope="read:statuses", steady=True, together=Together(alike, homes))
async def home(call: Call, params: PageParams) -> Paged:
    known = await interests.of_home(call.tx, call.actor)
    call.remember(known.keys, follows=known.follows, until=known.until)
    wanted = page(params)
    found = await reads.home(call.tx, call.actor, wanted)
    viewer = reads.unfiltered(call.tx, call.actor)
    if viewer is None or call.actor.guest or not wanted.is_first:
        return await render.timeline(call, found, filtered=viewer is None)
    parts = await present.parts(call.tx, call.actor, call.origin, found)
    return grown(call, known, viewer, parts, wanted.limit)


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
