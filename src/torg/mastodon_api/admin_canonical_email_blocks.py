"""E-mail addresses that cannot sign up, kept as hashes (Mastodon: methods/admin/canonical_email_blocks)."""

from __future__ import annotations

import msgspec

from torg.http import Call, Paged, Routes
from torg.kernel.actor import Permission
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, PageParams, page, paged
from torg.mastodon_api.present import barred as present
from torg.moderation import registers

routes = Routes("admin")

READ = "admin:read:canonical_email_blocks"
WRITE = "admin:write:canonical_email_blocks"
BLOCKS = Permission.MANAGE_BLOCKS


class Email(msgspec.Struct, kw_only=True):
    email: str = ""


class NewBlock(Email, kw_only=True):
    canonical_email_hash: str = ""


@routes.get("/api/v1/admin/canonical_email_blocks", scope=READ, permission=BLOCKS)
async def index(call: Call, params: PageParams) -> Paged[entities.AdminCanonicalEmailBlock]:
    found = await registers.EMAILS.listed(call.tx, page(params, 100, 200))
    return paged([present.email(row) for row in found], [row.id for row in found])


@routes.get("/api/v1/admin/canonical_email_blocks/{id}", scope=READ, permission=BLOCKS)
async def show(call: Call, params: ById) -> entities.AdminCanonicalEmailBlock:
    return present.email(await registers.EMAILS.find(call.tx, params.id))


@routes.post("/api/v1/admin/canonical_email_blocks/test", scope=READ, permission=BLOCKS)
async def test(call: Call, form: Email) -> list[entities.AdminCanonicalEmailBlock]:
    """422 without an address, where Mastodon answers 500 by its own admission."""
    return [present.email(row) for row in await registers.matching_email(call.tx, form.email)]


@routes.post("/api/v1/admin/canonical_email_blocks", scope=WRITE, permission=BLOCKS)
async def create(call: Call, form: NewBlock) -> entities.AdminCanonicalEmailBlock:
    made = await registers.block_email(call.tx, call.actor, form.email, form.canonical_email_hash)
    return present.email(made)


@routes.delete("/api/v1/admin/canonical_email_blocks/{id}", scope=WRITE, permission=BLOCKS)
async def delete(call: Call, params: ById) -> entities.AdminCanonicalEmailBlock:
    return present.email(await registers.EMAILS.delete(call.tx, call.actor, params.id))
