"""Drafts kept on the server: Torg's own methods, in Mastodon's idiom, under /api/torg/v1."""

from __future__ import annotations

from typing import Any

import msgspec

from torg.http import Call, Paged, Routes
from torg.kernel.clock import iso
from torg.kernel.errors import Invalid
from torg.mastodon_api.forms import ById, PageParams, page, paged
from torg.mastodon_api.status_forms import NewStatus, PollForm
from torg.posts import drafts, threads
from torg.posts.drafts import StoredDraft

routes = Routes("drafts")


class DraftEntity(msgspec.Struct, kw_only=True):
    """A draft: what was given of the parameters of POST /api/v1/statuses, and when it was last changed."""

    id: str
    params: dict[str, Any]
    updated_at: str


class Part(msgspec.Struct, kw_only=True):
    """A post of a thread after its first."""

    status: str | None = None
    spoiler_text: str | None = None
    sensitive: bool | None = None
    media_ids: list[int] = []
    poll: PollForm | None = None


class NewDraft(NewStatus, kw_only=True):
    """`thread`: the posts that come after this one; they share its audience and language."""

    thread: list[Part] = []


class DraftChange(NewDraft, kw_only=True):
    id: int


def entity(draft: StoredDraft) -> DraftEntity:
    return DraftEntity(id=str(draft.id), params=draft.params, updated_at=iso(draft.updated_at))


def given(form: NewDraft | Part) -> dict[str, Any]:
    """Only what was said, in JSON's own types; ids as strings, as everywhere in this API."""
    values: dict[str, Any] = msgspec.to_builtins(form)
    kept = {name: value for name, value in values.items() if value not in (None, []) and name != "id"}
    for name in ("in_reply_to_id", "quoted_status_id"):
        if name in kept:
            kept[name] = str(kept[name])
    if "media_ids" in kept:
        kept["media_ids"] = [str(id_) for id_ in kept["media_ids"]]
    if isinstance(form, NewDraft) and form.thread:
        if len(form.thread) >= threads.MOST:
            raise Invalid(f"Validation failed: A thread may have at most {threads.MOST} posts")
        kept["thread"] = [given(part) for part in form.thread]
    return kept


@routes.get("/api/torg/v1/drafts", scope="read:statuses")
async def index(call: Call, params: PageParams) -> Paged:
    found = await drafts.kept(call.tx, call.actor, page(params))
    return paged([entity(d) for d in found], [d.id for d in found])


@routes.post("/api/torg/v1/drafts", scope="write:statuses")
async def create(call: Call, form: NewDraft) -> DraftEntity:
    return entity(await drafts.keep(call.tx, call.actor, given(form)))


@routes.get("/api/torg/v1/drafts/{id}", scope="read:statuses")
async def show(call: Call, params: ById) -> DraftEntity:
    return entity(await drafts.find(call.tx, call.actor, params.id))


@routes.put("/api/torg/v1/drafts/{id}", scope="write:statuses")
async def update(call: Call, form: DraftChange) -> DraftEntity:
    return entity(await drafts.keep(call.tx, call.actor, given(form), form.id))


@routes.delete("/api/torg/v1/drafts/{id}", scope="write:statuses")
async def delete(call: Call, params: ById) -> dict[str, object]:
    await drafts.drop(call.tx, call.actor, params.id)
    return {}
