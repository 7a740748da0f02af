"""Background work that a client may ask about (Mastodon: methods/async_refreshes): threads that are made whole."""

from __future__ import annotations

import msgspec

from torg.http import Call, Routes
from torg.kernel.errors import NotFound
from torg.kernel.ids import MAX_ID
from torg.mastodon_api import entities
from torg.posts import reads
from torg.remote import thread_store

routes = Routes("async_refreshes")


class RefreshParams(msgspec.Struct, kw_only=True):
    id: str


@routes.get("/api/v1_alpha/async_refreshes/{id:str}", scope="read")
async def show(call: Call, params: RefreshParams) -> entities.WrappedAsyncRefresh:
    """How far it is, for who may read the post whose thread it is; 404 for any other id."""
    known = params.id.isascii() and params.id.isdigit() and len(params.id) < 20 and int(params.id) <= MAX_ID
    work = await thread_store.one(call.tx, int(params.id)) if known else None
    if work is None:
        raise NotFound("Not Found")
    await reads.readable_post(call.tx, call.actor, work.post_id)
    status = "running" if work.finished_at is None else "finished"
    refresh = entities.AsyncRefresh(id=str(work.id), status=status, result_count=work.found)
    return entities.WrappedAsyncRefresh(async_refresh=refresh)
