"""Background work that a client may ask about (Mastodon: methods/async_refreshes)."""

from __future__ import annotations

import msgspec

from torg.http import Call, Routes
from torg.kernel.errors import NotFound
from torg.mastodon_api import entities

routes = Routes("async_refreshes")


class RefreshParams(msgspec.Struct, kw_only=True):
    id: str


@routes.get("/api/v1_alpha/async_refreshes/{id:str}", scope="read")
async def show(call: Call, params: RefreshParams) -> entities.WrappedAsyncRefresh:
    """Nothing here is fetched later from elsewhere, so no answer ever names a refresh, and none is known."""
    raise NotFound("Not Found")
