"""Single notifications (Mastodon: methods/notifications)."""

from __future__ import annotations

import msgspec

from torg.http import Call, Paged, Routes
from torg.kernel.errors import NotFound
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, Nothing, PageParams, page
from torg.mastodon_api.present import notifications as present
from torg.notices import actions, reads
from torg.notices.model import Wanted
from torg.timelines import interests

routes = Routes("notifications")

Empty = dict[str, object]


class Kinds(PageParams, kw_only=True):
    types: list[str] | None = None
    exclude_types: list[str] = []
    account_id: int | None = None
    include_filtered: bool = False
    supported_types: list[str] = []


class OneOf(msgspec.Struct, kw_only=True):
    id: int
    supported_types: list[str] = []


class Counted(msgspec.Struct, kw_only=True):
    limit: int = 100
    types: list[str] | None = None
    exclude_types: list[str] = []
    account_id: int | None = None


def wanted(params: Kinds | Counted) -> Wanted:
    """What the caller asks for. An empty list of types is as none: clients send both."""
    return Wanted(
        types=params.types or None,
        exclude_types=params.exclude_types,
        from_id=params.account_id,
        include_filtered=isinstance(params, Kinds) and params.include_filtered,
    )


def capped(limit: int, default: int = 100, most: int = 1000) -> int:
    """The bounds of the unread counters."""
    return min(limit if limit > 0 else default, most)


@routes.get("/api/v1/notifications", scope="read:notifications")
async def index(call: Call, params: Kinds) -> Paged[entities.Notification]:
    if not params.include_filtered:  # what is held back is told by no event
        call.remember(until=await interests.ends(call.tx, call.actor))
    found = await reads.page(call.tx, call.actor, wanted(params), page(params, 40, 80))
    shown = await present.notifications(call.tx, call.actor, call.origin, found, params.supported_types)
    # The cursors are those of the rows read, so that a page with something left out does not end the list.
    return Paged(shown, found[0].id if found else None, found[-1].id if found else None)


@routes.get("/api/v1/notifications/unread_count", scope="read:notifications")
async def unread_count(call: Call, params: Counted) -> entities.UnreadCount:
    count = await reads.unread(call.tx, call.actor, wanted(params), capped(params.limit))
    return entities.UnreadCount(count=count)


@routes.get("/api/v1/notifications/{id}", scope="read:notifications")
async def show(call: Call, params: OneOf) -> entities.Notification:
    found = await reads.one(call.tx, call.actor, params.id)
    shown = await present.notifications(call.tx, call.actor, call.origin, [found], params.supported_types)
    if not shown:
        raise NotFound
    return shown[0]


@routes.post("/api/v1/notifications/clear", scope="write:notifications")
async def clear(call: Call, params: Nothing) -> Empty:
    await actions.clear(call.tx, call.actor)
    return {}


@routes.post("/api/v1/notifications/{id}/dismiss", scope="write:notifications")
async def dismiss(call: Call, params: ById) -> Empty:
    await actions.dismiss(call.tx, call.actor, params.id)
    return {}
