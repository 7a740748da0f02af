"""Ranges of IP addresses that are hindered (Mastodon: methods/admin/ip_blocks)."""

from __future__ import annotations

import msgspec

from torg.http import Call, Paged, Routes
from torg.kernel.actor import Permission
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, PageParams, page, paged
from torg.mastodon_api.present import barred as present
from torg.moderation import registers

routes = Routes("admin")

READ = "admin:read:ip_blocks"
WRITE = "admin:write:ip_blocks"
BLOCKS = Permission.MANAGE_BLOCKS
# The documentation names the scope of domain blocks for lifting one, the software that of IP blocks: either will do.
LIFT = ("admin:write:ip_blocks", "admin:write:domain_blocks")
NOBODY = "0.0.0.0/32"


class NewBlock(msgspec.Struct, kw_only=True):
    ip: str = NOBODY
    severity: str | None = None
    comment: str = ""
    expires_in: int | None = None


class ChangeBlock(msgspec.Struct, kw_only=True):
    id: int
    ip: str | None = None
    severity: str | None = None
    comment: str | None = None
    expires_in: int | msgspec.UnsetType | None = msgspec.UNSET


def _shut(call: Call) -> None:
    """Let a change hold in this process at once."""
    call.tx.after_commit(lambda: call.services.door.forget(call.network.id))


@routes.get("/api/v1/admin/ip_blocks", scope=READ, permission=BLOCKS)
async def index(call: Call, params: PageParams) -> Paged[entities.AdminIpBlock]:
    found = await registers.IPS.listed(call.tx, page(params, 100, 200))
    return paged([present.ip(row) for row in found], [row.id for row in found])


@routes.get("/api/v1/admin/ip_blocks/{id}", scope=READ, permission=BLOCKS)
async def show(call: Call, params: ById) -> entities.AdminIpBlock:
    return present.ip(await registers.IPS.find(call.tx, params.id))


@routes.post("/api/v1/admin/ip_blocks", scope=WRITE, permission=BLOCKS)
async def create(call: Call, form: NewBlock) -> entities.AdminIpBlock:
    made = await registers.block_ip(
        call.tx, call.actor, form.ip or NOBODY, form.severity, form.comment, form.expires_in
    )
    _shut(call)
    return present.ip(made)


@routes.put("/api/v1/admin/ip_blocks/{id}", scope=WRITE, permission=BLOCKS)
async def update(call: Call, form: ChangeBlock) -> entities.AdminIpBlock:
    changed = await registers.change_ip_block(
        call.tx,
        call.actor,
        form.id,
        ip=form.ip,
        severity=form.severity,
        comment=form.comment,
        expires_in=form.expires_in,
    )
    _shut(call)
    return present.ip(changed)


@routes.delete("/api/v1/admin/ip_blocks/{id}", scope=LIFT, permission=BLOCKS)
async def delete(call: Call, params: ById) -> entities.AdminIpBlock:
    removed = await registers.IPS.delete(call.tx, call.actor, params.id)
    _shut(call)
    return present.ip(removed)
