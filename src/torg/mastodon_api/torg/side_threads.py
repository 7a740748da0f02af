"""Side-threads at the inside host (FEATURES N1): a public thread and what colleagues say beside it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.bridge import side_threads as bridge
from torg.bridge.crossing import Bridge, across
from torg.bridge.model import SideThread
from torg.http import Call, Paged, Routes
from torg.kernel.clock import iso
from torg.mastodon_api import entities, render
from torg.mastodon_api.entities.torg import side_threads as shapes
from torg.mastodon_api.forms import PageParams, page, paged
from torg.mastodon_api.present import statuses as present
from torg.posts.model import Draft, PostView

routes = Routes("torg bridge")


class One(msgspec.Struct, kw_only=True):
    """`newest_first`: the inside statuses with the newest on top."""

    public_post_id: int
    newest_first: bool = False


class Say(msgspec.Struct, kw_only=True):
    """`group_id`: in the group's own side-thread; `in_reply_to_id`: a status of a side-thread."""

    public_post_id: int
    status: str = ""
    spoiler_text: str = ""
    sensitive: bool = False
    language: str | None = None
    media_ids: list[int] = []
    group_id: int | None = None
    in_reply_to_id: int | None = None


class Many(msgspec.Struct, kw_only=True):
    public_post_ids: list[int] = []


def public_origin(call: Call, both: Bridge) -> str:
    """The address of the public network, with the scheme of this one."""
    return f"{call.origin.partition('://')[0]}://{both.public_network.host}"


async def public_statuses(call: Call, both: Bridge, views: Sequence[PostView]) -> list[entities.Status]:
    """Public posts as anybody reads them, with their public addresses."""
    return await present.statuses(both.public, both.anyone, public_origin(call, both), views)


def _discussion(side: SideThread) -> shapes.SideDiscussion:
    return shapes.SideDiscussion(
        id=str(side.id),
        public_thread_id=str(side.public_thread_id),
        group_id=str(side.group_id) if side.group_id is not None else None,
        root_id=str(side.root_post_id) if side.root_post_id is not None else None,
        public_text=side.public_text,
        public_acct=side.public_acct,
        colleagues_count=side.people,
        statuses_count=side.posts,
        last_status_at=iso(side.last_post_at) if side.last_post_at else None,
        created_at=iso(side.created_at),
    )


@routes.get("/api/torg/v1/side_threads", scope="read:statuses")
async def index(call: Call, params: PageParams) -> Paged:
    """Public threads that are discussed inside, the latest begun first."""
    async with across(call.tx, call.actor, call.network) as both:
        found = await bridge.listed(both, page(params))
    return paged([_discussion(side) for side in found], [side.id for side in found])


@routes.get("/api/torg/v1/side_threads/counts", scope="read:statuses")
async def counts(call: Call, params: Many) -> list[shapes.SideCount]:
    """How many colleagues discuss each of these public posts' threads; those that nobody does are left out."""
    wanted = params.public_post_ids[:80]
    async with across(call.tx, call.actor, call.network) as both:
        found = await bridge.counts(both, wanted)
    return [
        shapes.SideCount(public_status_id=str(id_), colleagues_count=people, statuses_count=posts)
        for id_, (people, posts) in found.items()
    ]


@routes.get("/api/torg/v1/side_threads/{public_post_id}", scope="read:statuses")
async def show(call: Call, params: One) -> shapes.SideThread:
    """A public thread by the id of any of its posts, with the inside thread; by a deleted thread's id, what is left."""
    async with across(call.tx, call.actor, call.network) as both:
        found = await bridge.beside(both, params.public_post_id)
        public = await public_statuses(call, both, found.public)
    inside = await render.views(call, found.inside)
    return shapes.SideThread(
        public_thread_id=str(found.public_thread_id),
        public_deleted=found.gone,
        public=public,
        discussions=[_discussion(side) for side in found.side],
        context=entities.Context(ancestors=[], descendants=inside[::-1] if params.newest_first else inside),
        colleagues_count=len({view.post.account_id for view in found.inside}),
        statuses_count=len(found.inside),
    )


@routes.post("/api/torg/v1/side_threads/{public_post_id}/posts", scope="write:statuses")
async def say(call: Call, form: Say) -> entities.Status:
    """Say something inside beside a public thread; the first to do so begins its side-thread."""
    draft = Draft(
        text=form.status,
        spoiler=form.spoiler_text,
        sensitive=form.sensitive,
        language=form.language,
        media_ids=form.media_ids,
        group_id=form.group_id,
        reply_to_id=form.in_reply_to_id,
        app_id=call.actor.app_id,
        idempotency_key=call.request.headers.get("idempotency-key"),
    )
    async with across(call.tx, call.actor, call.network) as both:
        made = await bridge.write(both, form.public_post_id, draft, origin=call.origin)
    return await render.one(call, made)
