"""Accounts whose notifications are held back until the reader decides (Mastodon: methods/notifications, requests)."""

from __future__ import annotations

import msgspec

from torg.http import Call, Paged, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, Nothing, PageParams, page
from torg.mastodon_api.present import notifications as present
from torg.notices import actions, reads

routes = Routes("notifications")

READ = "read:notifications"
WRITE = "write:notifications"
Empty = dict[str, object]


class Several(msgspec.Struct, kw_only=True):
    id: list[int] = []


@routes.get("/api/v1/notifications/requests", scope=READ)
async def index(call: Call, params: PageParams) -> Paged[entities.NotificationRequest]:
    found = await reads.requests(call.tx, call.actor, page(params, 40, 80))
    shown = await present.requests(call.tx, call.actor, call.origin, found)
    return Paged(shown, found[0].id if found else None, found[-1].id if found else None)


@routes.get("/api/v1/notifications/requests/merged", scope=READ)
async def merged(call: Call, params: Nothing) -> entities.NotificationsMerged:
    """Accepting merges in the same transaction, so there is never anything left to merge."""
    return entities.NotificationsMerged(merged=True)


@routes.get("/api/v1/notifications/requests/{id}", scope=READ)
async def show(call: Call, params: ById) -> entities.NotificationRequest:
    found = await reads.request(call.tx, call.actor, params.id)
    return (await present.requests(call.tx, call.actor, call.origin, [found]))[0]


@routes.post("/api/v1/notifications/requests/accept", scope=WRITE)
async def accept_several(call: Call, params: Several) -> Empty:
    await actions.accept(call.tx, call.actor, params.id)
    return {}


@routes.post("/api/v1/notifications/requests/dismiss", scope=WRITE)
async def dismiss_several(call: Call, params: Several) -> Empty:
    await actions.dismiss_requests(call.tx, call.actor, params.id)
    return {}


@routes.post("/api/v1/notifications/requests/{id}/accept", scope=WRITE)
async def accept(call: Call, params: ById) -> Empty:
    await actions.accept(call.tx, call.actor, [params.id])
    return {}


@routes.post("/api/v1/notifications/requests/{id}/dismiss", scope=WRITE)
async def dismiss(call: Call, params: ById) -> Empty:
    await actions.dismiss_requests(call.tx, call.actor, [params.id])
    return {}
