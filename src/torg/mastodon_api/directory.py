"""Who is here (Mastodon: methods/directory)."""

from __future__ import annotations

from typing import Literal

import msgspec

from torg.http import Call, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import PageParams, page
from torg.mastodon_api.gate import members_only
from torg.mastodon_api.present import accounts as present
from torg.suggestions import reads

routes = Routes("directory")


class Directory(msgspec.Struct, kw_only=True):
    offset: int = 0
    limit: int | None = None
    order: Literal["active", "new"] = "active"
    local: bool = False


@routes.get("/api/v1/directory", auth="optional", replica=True)
async def directory(call: Call, params: Directory) -> list[entities.Account]:
    members_only(call)
    limit = page(PageParams(limit=params.limit), 40, 80).limit
    found = await reads.directory(
        call.tx, call.actor, order=params.order, local=params.local, limit=limit, offset=params.offset
    )
    return await present.accounts(call.tx, call.actor, call.origin, found)
