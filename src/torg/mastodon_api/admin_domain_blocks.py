"""Servers that are limited or kept out (Mastodon: methods/admin/domain_blocks)."""

from __future__ import annotations

from typing import Any

import msgspec

from torg.http import Call, Paged, Reply, Routes
from torg.kernel.actor import Permission
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, PageParams, page, paged
from torg.mastodon_api.present import barred as present
from torg.moderation import registers
from torg.peers import blocking

routes = Routes("admin")

READ = "admin:read:domain_blocks"
WRITE = "admin:write:domain_blocks"
FEDERATION = Permission.MANAGE_FEDERATION


class Details(msgspec.Struct, kw_only=True):
    """What is left out stays as it is, or takes the default in a new block."""

    severity: str | None = None
    reject_media: bool | None = None
    reject_reports: bool | None = None
    private_comment: str | None = None
    public_comment: str | None = None
    obfuscate: bool | None = None

    def given(self) -> dict[str, Any]:
        names = ("reject_media", "reject_reports", "private_comment", "public_comment", "obfuscate")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


class NewBlock(Details, kw_only=True):
    domain: str = ""


class ChangeBlock(Details, kw_only=True):
    id: int


class Refused(msgspec.Struct, kw_only=True):
    """The error for a domain that is covered already, with the block that covers it."""

    error: str
    existing_domain_block: entities.AdminDomainBlock


@routes.get("/api/v1/admin/domain_blocks", scope=READ, permission=FEDERATION)
async def index(call: Call, params: PageParams) -> Paged[entities.AdminDomainBlock]:
    found = await registers.DOMAINS.listed(call.tx, page(params, 100, 200))
    return paged([present.domain(row) for row in found], [row.id for row in found])


@routes.get("/api/v1/admin/domain_blocks/{id}", scope=READ, permission=FEDERATION)
async def show(call: Call, params: ById) -> entities.AdminDomainBlock:
    return present.domain(await registers.DOMAINS.find(call.tx, params.id))


@routes.post("/api/v1/admin/domain_blocks", scope=WRITE, permission=FEDERATION)
async def create(call: Call, form: NewBlock) -> Reply[Refused] | entities.AdminDomainBlock:
    try:
        made = await blocking.block(
            call.tx, call.actor, call.network, form.domain, form.severity or "silence", form.given()
        )
    except registers.Stricter as error:
        return Reply(Refused(error=error.text, existing_domain_block=present.domain(error.block)), error.status)
    return present.domain(made)


@routes.put("/api/v1/admin/domain_blocks/{id}", scope=WRITE, permission=FEDERATION)
async def update(call: Call, form: ChangeBlock) -> entities.AdminDomainBlock:
    changed = await blocking.change(call.tx, call.actor, call.network, form.id, form.severity, form.given())
    return present.domain(changed)


@routes.delete("/api/v1/admin/domain_blocks/{id}", scope=WRITE, permission=FEDERATION)
async def delete(call: Call, params: ById) -> entities.AdminDomainBlock:
    return present.domain(await blocking.unblock(call.tx, call.actor, call.network, params.id))
