"""Responses from the web (FEATURES L7): those shown with a status, and the queue of those who decide."""

from __future__ import annotations

from typing import Any

from torg.access.bearer import anonymous
from torg.http import Call, Paged, Routes
from torg.kernel.clock import iso
from torg.kernel.errors import NotFound
from torg.mastodon_api.entities.torg.responses import HeldResponse, WebResponse
from torg.mastodon_api.forms import ById, PageParams, page, paged
from torg.posts import reads as posts
from torg.posts.public import PublicPost
from torg.responses import actions, model, reads

routes = Routes("responses")


class Listed(PageParams, kw_only=True):
    state: model.Which = "pending"


@routes.get("/api/torg/v1/statuses/{id}/responses", auth="public")
async def of_status(call: Call, params: ById) -> list[WebResponse]:
    """What pages of other sites say of a public status, the oldest first. 404 for a status that is not for everyone."""
    if not call.network.is_public:
        raise NotFound
    post = PublicPost(call.network, await posts.view(call.tx, anonymous(call.network), params.id))
    return [WebResponse(**_common(found)) for found in await reads.shown_with(call.tx, post)]


@routes.get("/api/torg/v1/responses", scope="read:statuses")
async def index(call: Call, params: Listed) -> Paged[HeldResponse]:
    """Those to decide about, newest first: of the whole network for who manages reports, else of your own posts."""
    found = await reads.page(call.tx, call.actor, params.state, page(params))
    return paged([_held(one) for one in found], [one.id for one in found])


@routes.get("/api/torg/v1/responses/{id}", scope="read:statuses")
async def show(call: Call, params: ById) -> HeldResponse:
    """One of them; 404 if you may not decide about it."""
    return _held(await reads.one(call.tx, call.actor, params.id))


@routes.post("/api/torg/v1/responses/{id}/approve", scope="write:statuses")
async def approve(call: Call, params: ById) -> HeldResponse:
    """Show it with the post."""
    return _held(await actions.decide(call.tx, call.actor, params.id, "approved"))


@routes.post("/api/torg/v1/responses/{id}/reject", scope="write:statuses")
async def reject(call: Call, params: ById) -> HeldResponse:
    """Do not show it, or no longer."""
    return _held(await actions.decide(call.tx, call.actor, params.id, "rejected"))


@routes.post("/api/torg/v1/responses/{id}/spam", scope="write:statuses")
async def spam(call: Call, params: ById) -> HeldResponse:
    """Do not show it, and do not look at the page again."""
    return _held(await actions.decide(call.tx, call.actor, params.id, "spam"))


def _common(found: model.Response) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "kind": found.kind,
        "url": found.url or found.source,
        "site": found.host,
        "author_name": found.author_name,
        "author_url": found.author_url or None,
        "title": found.title,
        "text": found.text,
        "rsvp": found.rsvp or None,
        "language": found.language,
        "published_at": iso(found.published_at) if found.published_at else None,
        "verified_at": iso(found.verified_at or found.received_at),
    }


def _held(found: model.Response) -> HeldResponse:
    return HeldResponse(
        **_common(found),
        state=found.state,
        source=found.source,
        target=found.target,
        protocol=found.protocol,
        account_id=str(found.account_id),
        status_id=str(found.post_id) if found.post_id is not None else None,
        received_at=iso(found.received_at),
        decided_by_id=str(found.decided_by) if found.decided_by is not None else None,
        decided_at=iso(found.decided_at) if found.decided_at else None,
    )
