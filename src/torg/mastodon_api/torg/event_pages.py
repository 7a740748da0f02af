"""Live pages of an event over HTTP (Torg's own): the page, its true counters, its curve, its posts; directing it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from torg.events import actions, reads
from torg.events.model import Counters, EventPage, Plan, Verdict
from torg.http import Call, Reply, Routes
from torg.kernel.clock import iso
from torg.mastodon_api import entities, render
from torg.mastodon_api.gate import members_only

routes = Routes("event_pages")

MOST = 40


class Slug(msgspec.Struct, kw_only=True):
    slug: str


class Nothing(msgspec.Struct, kw_only=True):
    """A method without parameters."""


class Posts(Slug, kw_only=True):
    """`below`: the `next` of the page before."""

    below: int | None = None
    limit: int = 20


class PageForm(msgspec.Struct, kw_only=True):
    slug: str
    title: str = ""
    description: str = ""
    tags: list[str] = []
    words: list[str] = []
    account_ids: list[int] = []
    moderated: bool = False
    starts_at: datetime
    ends_at: datetime | None = None
    recording: str = ""

    def plan(self) -> Plan:
        return Plan(**{name: getattr(self, name) for name in Plan.__struct_fields__})


class Decision(Slug, kw_only=True):
    id: int
    verdict: Verdict


class EventPageEntity(msgspec.Struct, kw_only=True):
    """A page with its counters; those are of all that was gathered and not hidden, whatever is shown."""

    id: str
    slug: str
    url: str
    title: str
    description: str
    tags: list[str]
    words: list[str]
    account_ids: list[str]
    moderated: bool
    starts_at: str
    ends_at: str | None
    recording: str
    counters: Counters


class PostsEntity(msgspec.Struct, kw_only=True):
    """`next`: for `below`, None at the end."""

    statuses: list[entities.Status]
    next: str | None


class MinuteEntity(msgspec.Struct, kw_only=True):
    at: str
    posts: int


async def entity(call: Call, page: EventPage) -> EventPageEntity:
    same = ("slug", "title", "description", "tags", "words", "moderated", "recording")
    return EventPageEntity(
        **{name: getattr(page, name) for name in same},
        id=str(page.id),
        url=f"{call.origin}/live/{page.slug}",
        account_ids=[str(id_) for id_ in page.account_ids],
        starts_at=iso(page.starts_at),
        ends_at=iso(page.ends_at) if page.ends_at else None,
        counters=await reads.counters(call.tx, page),
    )


@routes.get("/api/torg/v1/event_pages", auth="public", scope="read:statuses")
async def index(call: Call, params: Nothing) -> list[EventPageEntity]:
    """All pages of the network, the latest first."""
    members_only(call)
    return [await entity(call, page) for page in await reads.listed(call.tx)]


@routes.get("/api/torg/v1/event_pages/{slug:str}", auth="public", scope="read:statuses")
async def show(call: Call, params: Slug) -> EventPageEntity:
    members_only(call)
    return await entity(call, await reads.page(call.tx, params.slug))


@routes.get("/api/torg/v1/event_pages/{slug:str}/statuses", auth="public", scope="read:statuses")
async def posts(call: Call, params: Posts) -> PostsEntity:
    """What may be shown, the latest first."""
    members_only(call)
    page = await reads.page(call.tx, params.slug)
    limit = max(1, min(params.limit, MOST))
    found = await reads.newest(call.tx, page, limit, below=params.below)
    statuses = await render.ids(call, [one.post_id for one in found])
    return PostsEntity(statuses=statuses, next=str(found[-1].seq) if len(found) == limit else None)


@routes.get("/api/torg/v1/event_pages/{slug:str}/curve", auth="public", scope="read:statuses")
async def curve(call: Call, params: Slug) -> list[MinuteEntity]:
    """Posts per minute; minutes without any are left out."""
    members_only(call)
    page = await reads.page(call.tx, params.slug)
    return [MinuteEntity(at=iso(one.at), posts=one.posts) for one in await reads.curve(call.tx, page)]


@routes.post("/api/torg/v1/event_pages", scope="admin:write")
async def create(call: Call, form: PageForm) -> EventPageEntity:
    """Make a page (permission to broadcast). What was said before is gathered within moments."""
    return await entity(call, await actions.create(call.tx, call.actor, form.plan()))


@routes.put("/api/torg/v1/event_pages/{slug:str}", scope="admin:write")
async def change(call: Call, form: PageForm) -> EventPageEntity:
    """Change all but the slug."""
    return await entity(call, await actions.change(call.tx, call.actor, form.slug, form.plan()))


@routes.delete("/api/torg/v1/event_pages/{slug:str}", scope="admin:write")
async def delete(call: Call, params: Slug) -> Reply:
    await actions.delete(call.tx, call.actor, params.slug)
    return Reply({})


@routes.post("/api/torg/v1/event_pages/{slug:str}/statuses/{id}/{verdict}", scope="admin:write")
async def decide(call: Call, form: Decision) -> Reply:
    """Show, hide, pin or unpin a post of the page."""
    await actions.decide(call.tx, call.actor, form.slug, form.id, form.verdict)
    return Reply({})
