"""Servers that may federate in limited federation (Mastodon: methods/admin/domain_allows)."""

from __future__ import annotations

import msgspec

from torg.http import Call, Paged, Routes
from torg.kernel.actor import Permission
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, PageParams, page, paged
from torg.mastodon_api.present import barred as present
from torg.moderation import registers
from torg.peers import blocking

routes = Routes("admin")

READ = "admin:read:domain_allows"
WRITE = "admin:write:domain_allows"
FEDERATION = Permission.MANAGE_FEDERATION


class Domain(msgspec.Struct, kw_only=True):
    domain: str = ""


@routes.get("/api/v1/admin/domain_allows", scope=READ, permission=FEDERATION)
async def index(call: Call, params: PageParams) -> Paged[entities.AdminDomainAllow]:
    found = await registers.ALLOWED.listed(call.tx, page(params, 100, 200))
    return paged([present.allowed(row) for row in found], [row.id for row in found])


@routes.get("/api/v1/admin/domain_allows/{id}", scope=READ, permission=FEDERATION)
async def show(call: Call, params: ById) -> entities.AdminDomainAllow:
    return present.allowed(await registers.ALLOWED.find(call.tx, params.id))


@routes.post("/api/v1/admin/domain_allows", scope=WRITE, permission=FEDERATION)
async def create(call: Call, form: Domain) -> entities.AdminDomainAllow:
    return present.allowed(await blocking.allow(call.tx, call.actor, call.network, form.domain))


@routes.delete("/api/v1/admin/domain_allows/{id}", scope=WRITE, permission=FEDERATION)
async def delete(call: Call, params: ById) -> entities.AdminDomainAllow:
    return present.allowed(await blocking.disallow(call.tx, call.actor, call.network, params.id))
