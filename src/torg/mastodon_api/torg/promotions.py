"""Promotions at the inside host (FEATURES N3): an inside post becomes a public one, by two people."""

from __future__ import annotations

from typing import Literal

import msgspec

from torg.bridge import copying, inflow, promotions, redaction
from torg.bridge.crossing import Bridge, across
from torg.bridge.model import ChosenMedia, Promotion, Redaction
from torg.http import Call, Paged, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import iso
from torg.mastodon_api import entities
from torg.mastodon_api.entities.torg import promotions as shapes
from torg.mastodon_api.forms import ById, PageParams, page, paged
from torg.mastodon_api.torg.side_threads import public_origin, public_statuses

routes = Routes("torg bridge")


class Written(msgspec.Struct, kw_only=True):
    """`text`: instead of the inside status' own. `redactions`: spans of it, literals, or RE2 patterns.

    `media_ids`: which of its files go along (none by themselves), `media`: with alternative texts of their own.
    `credit`: name its author in a last line. `face_id`: a public account that you may post for; else your own.
    """

    text: str | None = None
    spoiler_text: str = ""
    language: str | None = None
    redactions: list[Redaction] = []
    media_ids: list[int] = []
    media: list[ChosenMedia] = []
    credit: bool = False
    face_id: int | None = None

    def wish(self) -> promotions.Wish:
        named = {one.id for one in self.media}
        return promotions.Wish(
            text=self.text,
            spoiler=self.spoiler_text,
            language=self.language,
            redactions=self.redactions,
            media=[*self.media, *(ChosenMedia(id=id_) for id_ in self.media_ids if id_ not in named)],
            credit=self.credit,
            face_id=self.face_id,
        )


class New(Written, kw_only=True):
    post_id: int


class Change(Written, kw_only=True):
    id: int


class Listed(PageParams, kw_only=True):
    """`post_id`: of one inside status."""

    state: Literal["draft", "submitted", "rejected", "published", "withdrawn"] | None = None
    post_id: int | None = None


class Approve(msgspec.Struct, kw_only=True):
    """`digest`: of the version that you have read."""

    id: int
    digest: str = ""


class Reject(Approve, kw_only=True):
    reason: str = ""


async def shown(call: Call, both: Bridge, found: Promotion) -> shapes.Promotion:
    """A promotion as its parties see it."""
    out = await promotions.public_post(both, found)
    return shapes.Promotion(
        id=str(found.id),
        state=found.state,
        status_id=_id(found.source_post_id),
        author_id=_id(found.source_account_id),
        requested_by_id=_id(found.requested_by),
        decided_by_id=_id(found.decided_by),
        face=await promotions.faces(both, found),
        text=found.text,
        spoiler_text=found.spoiler,
        language=found.language,
        redactions=[shapes.PromotionRedaction(**msgspec.structs.asdict(one)) for one in found.redactions],
        media=[shapes.PromotionMedia(id=str(one.id), description=one.description) for one in found.media],
        credit=found.credit,
        digest=found.digest,
        reason=found.reason,
        public_status=(await public_statuses(call, both, [out]))[0] if out is not None else None,
        can_approve=found.state == "submitted"
        and both.me.may(Permission.APPROVE_PROMOTION)
        and both.me.me != found.requested_by,
        created_at=iso(found.created_at),
        updated_at=iso(found.updated_at),
        submitted_at=iso(found.submitted_at) if found.submitted_at else None,
        decided_at=iso(found.decided_at) if found.decided_at else None,
    )


def _id(value: int | None) -> str | None:
    return None if value is None else str(value)


@routes.get("/api/torg/v1/promotions", scope="read:statuses")
async def index(call: Call, params: Listed) -> Paged:
    """Promotions that you take part in or deal with, and published ones of what you may read; newest first."""
    async with across(call.tx, call.actor, call.network) as both:
        found = await promotions.listed(both, page(params), params.state, params.post_id)
        return paged([await shown(call, both, one) for one in found], [one.id for one in found])


@routes.post("/api/torg/v1/promotions", scope="write:statuses")
async def create(call: Call, form: New) -> shapes.Promotion:
    """Begin a public draft of an inside status: your own, or any that you read with the permission to promote."""
    async with across(call.tx, call.actor, call.network) as both:
        return await shown(call, both, await promotions.create(both, form.post_id, form.wish()))


@routes.get("/api/torg/v1/promotions/{id}", scope="read:statuses")
async def show(call: Call, params: ById) -> shapes.Promotion:
    """One promotion."""
    async with across(call.tx, call.actor, call.network) as both:
        return await shown(call, both, await promotions.find(both, params.id))


@routes.put("/api/torg/v1/promotions/{id}", scope="write:statuses")
async def change(call: Call, form: Change) -> shapes.Promotion:
    """Write it anew; what was submitted or rejected is a draft again, and an approval of before is void."""
    async with across(call.tx, call.actor, call.network) as both:
        return await shown(call, both, await promotions.change(both, form.id, form.wish()))


@routes.get("/api/torg/v1/promotions/{id}/diff", scope="read:statuses")
async def diff(call: Call, params: ById) -> shapes.PromotionDiff:
    """The inside text and the public one, word by word."""
    async with across(call.tx, call.actor, call.network) as both:
        found = await promotions.find(both, params.id)
        inside = (await promotions.source_of(both, found)).source
    return shapes.PromotionDiff(
        id=str(found.id),
        digest=found.digest,
        inside=inside,
        public=found.text,
        parts=[shapes.PromotionPart(kind=p.kind, text=p.text) for p in redaction.differences(inside, found.text)],
    )


@routes.post("/api/torg/v1/promotions/{id}/submit", scope="write:statuses")
async def submit(call: Call, params: ById) -> shapes.Promotion:
    """Ask for approval."""
    async with across(call.tx, call.actor, call.network) as both:
        return await shown(call, both, await promotions.submit(both, params.id))


@routes.post("/api/torg/v1/promotions/{id}/withdraw", scope="write:statuses")
async def withdraw(call: Call, params: ById) -> shapes.Promotion:
    """Give it up: whoever asked for it, and the author of the inside status, until it is out."""
    async with across(call.tx, call.actor, call.network) as both:
        return await shown(call, both, await promotions.withdraw(both, params.id))


@routes.post("/api/torg/v1/promotions/{id}/approve", scope="write:statuses", tx=False)
async def approve(call: Call, form: Approve) -> shapes.Promotion:
    """Publish exactly the version that `digest` names. Takes the permission, and somebody else than who asked."""
    # The chosen files are copied first, which takes time; then all is asked again, and decided in one commit.
    async with call.db.tx(call.actor.scope) as tx, across(tx, call.actor, call.network) as both:
        wanted = await copying.wanted(both, await promotions.approvable(both, form.id, form.digest))
    ids = await copying.copied(call.services.media, call.services.blobs, wanted)
    async with call.db.tx(call.actor.scope) as tx, across(tx, call.actor, call.network) as both:
        done = await promotions.approve(both, form.id, form.digest, ids, origin=public_origin(call, both))
        return await shown(call, both, done)


@routes.post("/api/torg/v1/promotions/{id}/reject", scope="write:statuses")
async def reject(call: Call, form: Reject) -> shapes.Promotion:
    """Say no to the version that `digest` names, with a reason."""
    async with across(call.tx, call.actor, call.network) as both:
        return await shown(call, both, await promotions.reject(both, form.id, form.digest, form.reason))


@routes.get("/api/torg/v1/promotions/{id}/replies", scope="read:statuses")
async def replies(call: Call, params: ById) -> list[entities.Status]:
    """What the public answered, with public addresses."""
    async with across(call.tx, call.actor, call.network) as both:
        return await public_statuses(call, both, await promotions.replies(both, params.id))


@routes.get("/api/torg/v1/statuses/{id}/public_replies", scope="read:statuses")
async def public_replies(call: Call, params: ById) -> list[entities.Status]:
    """What the public answered to the posts that were made of an inside status which you can read, oldest first.

    They have public addresses. Empty where nothing was made of it; at most 60 replies of each of the latest five.
    """
    async with across(call.tx, call.actor, call.network) as both:
        return await public_statuses(call, both, (await inflow.beside(both, params.id)).replies)
