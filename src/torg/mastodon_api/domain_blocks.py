"""Blocking whole servers (Mastodon: methods/domain_blocks)."""

from __future__ import annotations

import msgspec

from torg.graph import actions, reads
from torg.http import Call, Paged, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import PageParams, page, sliced

routes = Routes("domain_blocks")


class Domain(msgspec.Struct, kw_only=True):
    domain: str = ""


@routes.get("/api/v1/domain_blocks", scope=("read:blocks", "follow"))
async def index(call: Call, params: PageParams) -> Paged[str]:
    found = await reads.blocked_domains(call.tx, call.actor, page(params, 100, 200))
    return sliced(list(found.items), found)


@routes.post("/api/v1/domain_blocks", scope=("write:blocks", "follow"))
async def create(call: Call, form: Domain) -> entities.Empty:
    await actions.block_domain(call.tx, call.actor, form.domain)
    return entities.Empty()


@routes.delete("/api/v1/domain_blocks", scope=("write:blocks", "follow"))
async def delete(call: Call, form: Domain) -> entities.Empty:
    await actions.unblock_domain(call.tx, call.actor, form.domain)
    return entities.Empty()
