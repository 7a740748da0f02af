"""Trends as moderators see them, with what is not reviewed or rejected, and their word on it (methods/admin/trends)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from torg.engine.postgres import Tx
from torg.http import Call, Paged, Routes
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import NotFound
from torg.mastodon_api import admin_tags, entities, render, trends
from torg.mastodon_api.forms import ById
from torg.moderation import log
from torg.trends import actions, reads
from torg.trends.model import Kind

routes = Routes("admin")

READ = "admin:read"
WRITE = "admin:write"
TAXONOMIES = Permission.MANAGE_TAXONOMIES
MOST = 100

Decide = Callable[[Tx, Actor, int], Awaitable[None]]


class Window(msgspec.Struct, kw_only=True):
    limit: int | None = None
    offset: int | None = None


class Publisher(msgspec.Struct, kw_only=True):
    """A publisher has no number of its own: it is the domain of its pages."""

    domain: str


async def _ids(call: Call, kind: Kind, window: Window, default: int) -> list[int]:
    limit = min(window.limit, MOST) if window.limit and window.limit > 0 else default
    offset = min(max(window.offset or 0, 0), trends.MOST_OFFSET)
    found = await reads.trending(call.tx, call.actor, kind, limit=limit, offset=offset, everything=True)
    return [trend.subject_id for trend in found]


async def _decided(call: Call, verb: str, kind: str, id_: int, decide: Decide) -> None:
    await decide(call.tx, call.actor, id_)
    await log.record(call.tx, call.actor, verb, f"trend_{kind}", id_)


@routes.get("/api/v1/admin/trends/links", scope=READ, permission=TAXONOMIES)
async def links(call: Call, params: Window) -> Paged[entities.TrendsLink]:
    return Paged(await trends.links_of(call, await _ids(call, "link", params, 10)))


@routes.get("/api/v1/admin/trends/statuses", scope=READ, permission=TAXONOMIES)
async def statuses(call: Call, params: Window) -> Paged[entities.Status]:
    return Paged(await render.ids(call, await _ids(call, "post", params, 20)))


@routes.get("/api/v1/admin/trends/tags", scope=READ, permission=TAXONOMIES)
async def tags(call: Call, params: Window) -> Paged[entities.AdminTag]:
    return Paged(await admin_tags.shown(call, await _ids(call, "tag", params, 10)))


async def _link(call: Call, id_: int, verb: str, decide: Decide) -> entities.TrendsLink:
    await _decided(call, verb, "link", id_, decide)
    found = await trends.links_of(call, [id_])
    if not found:
        raise NotFound
    return found[0]


@routes.post("/api/v1/admin/trends/links/{id}/approve", scope=WRITE, permission=TAXONOMIES)
async def approve_link(call: Call, params: ById) -> entities.TrendsLink:
    return await _link(call, params.id, "approve", actions.approve_link)


@routes.post("/api/v1/admin/trends/links/{id}/reject", scope=WRITE, permission=TAXONOMIES)
async def reject_link(call: Call, params: ById) -> entities.TrendsLink:
    return await _link(call, params.id, "reject", actions.reject_link)


async def _publisher(call: Call, domain: str, verb: str, decide: Callable[..., Awaitable[None]]) -> dict[str, Any]:
    await decide(call.tx, call.actor, domain)
    await log.record(call.tx, call.actor, verb, "trend_publisher", None, domain=domain)
    return {}


@routes.post("/api/v1/admin/trends/links/publishers/{domain}/approve", scope=WRITE, permission=TAXONOMIES)
async def approve_publisher(call: Call, params: Publisher) -> dict[str, Any]:
    return await _publisher(call, params.domain, "approve", actions.approve_publisher)


@routes.post("/api/v1/admin/trends/links/publishers/{domain}/reject", scope=WRITE, permission=TAXONOMIES)
async def reject_publisher(call: Call, params: Publisher) -> dict[str, Any]:
    return await _publisher(call, params.domain, "reject", actions.reject_publisher)


async def _status(call: Call, id_: int, verb: str, decide: Decide) -> entities.Status:
    await _decided(call, verb, "status", id_, decide)
    return await render.one(call, id_)


@routes.post("/api/v1/admin/trends/statuses/{id}/approve", scope=WRITE, permission=TAXONOMIES)
async def approve_status(call: Call, params: ById) -> entities.Status:
    return await _status(call, params.id, "approve", actions.approve_post)


@routes.post("/api/v1/admin/trends/statuses/{id}/reject", scope=WRITE, permission=TAXONOMIES)
async def reject_status(call: Call, params: ById) -> entities.Status:
    return await _status(call, params.id, "reject", actions.reject_post)


async def _tag(call: Call, id_: int, verb: str, decide: Decide) -> entities.AdminTag:
    await _decided(call, verb, "tag", id_, decide)
    return (await admin_tags.shown(call, [id_]))[0]


@routes.post("/api/v1/admin/trends/tags/{id}/approve", scope=WRITE, permission=TAXONOMIES)
async def approve_tag(call: Call, params: ById) -> entities.AdminTag:
    return await _tag(call, params.id, "approve", actions.approve_tag)


@routes.post("/api/v1/admin/trends/tags/{id}/reject", scope=WRITE, permission=TAXONOMIES)
async def reject_tag(call: Call, params: ById) -> entities.AdminTag:
    return await _tag(call, params.id, "reject", actions.reject_tag)
