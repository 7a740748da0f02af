"""E-mail domains that cannot sign up (Mastodon: methods/admin/email_domain_blocks)."""

from __future__ import annotations

import msgspec

from torg.http import Call, Paged, Routes
from torg.kernel.actor import Permission
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, PageParams, page, paged
from torg.mastodon_api.present import barred as present
from torg.moderation import registers
from torg.moderation.model import BlockedEmailDomain

routes = Routes("admin")

READ = "admin:read:email_domain_blocks"
WRITE = "admin:write:email_domain_blocks"
BLOCKS = Permission.MANAGE_BLOCKS


class Domain(msgspec.Struct, kw_only=True):
    domain: str = ""


async def _shown(call: Call, rows: list[BlockedEmailDomain]) -> list[entities.AdminEmailDomainBlock]:
    attempts = await registers.attempts(call.tx, [row.id for row in rows])
    return [present.email_domain(row, attempts[row.id]) for row in rows]


@routes.get("/api/v1/admin/email_domain_blocks", scope=READ, permission=BLOCKS)
async def index(call: Call, params: PageParams) -> Paged[entities.AdminEmailDomainBlock]:
    found = await registers.EMAIL_DOMAINS.listed(call.tx, page(params, 100, 200))
    return paged(await _shown(call, found), [row.id for row in found])


@routes.get("/api/v1/admin/email_domain_blocks/{id}", scope=READ, permission=BLOCKS)
async def show(call: Call, params: ById) -> entities.AdminEmailDomainBlock:
    return (await _shown(call, [await registers.EMAIL_DOMAINS.find(call.tx, params.id)]))[0]


@routes.post("/api/v1/admin/email_domain_blocks", scope=WRITE, permission=BLOCKS)
async def create(call: Call, form: Domain) -> entities.AdminEmailDomainBlock:
    return (await _shown(call, [await registers.block_email_domain(call.tx, call.actor, form.domain)]))[0]


@routes.delete("/api/v1/admin/email_domain_blocks/{id}", scope=WRITE, permission=BLOCKS)
async def delete(call: Call, params: ById) -> entities.AdminEmailDomainBlock:
    removed = await registers.EMAIL_DOMAINS.delete(call.tx, call.actor, params.id)
    return present.email_domain(removed, {})
