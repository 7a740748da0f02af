"""The organisation's domains, for whose role manages networks: whoever proves an address at one joins the inside."""

from __future__ import annotations

from typing import Literal

import msgspec

from torg.admin_api.forms import READ, WRITE, ById, Empty, Nothing
from torg.http import Call, Routes
from torg.joining import claims
from torg.kernel.actor import NetworkKind, Permission
from torg.kernel.clock import iso
from torg.kernel.errors import Forbidden
from torg.orgs import domains
from torg.orgs.model import Domain

routes = Routes("torg admin")

OFFICE = Permission.MANAGE_NETWORKS


class AdminDomain(msgspec.Struct, kw_only=True):
    """A domain that the organisation claims. `record`: the TXT record that verifies it, at the domain itself or at
    `_torg.` and the domain. `method`: how it was verified, null until then."""

    id: str
    domain: str
    record: str
    method: Literal["dns", "mail", "operator"] | None
    verified_at: str | None
    created_at: str


class Claim(msgspec.Struct, kw_only=True):
    domain: str = ""


class Verification(msgspec.Struct, kw_only=True):
    """`method`: `dns` looks for the record now, `mail` sends a link to `mailbox` at the domain."""

    id: int
    method: Literal["dns", "mail"] = "dns"
    mailbox: Literal["postmaster", "admin"] = "postmaster"


def _shown(domain: Domain) -> AdminDomain:
    return AdminDomain(
        id=str(domain.id),
        domain=domain.domain,
        record=domains.PREFIX + domain.token,
        method=domain.method,
        verified_at=iso(domain.verified_at) if domain.verified_at else None,
        created_at=iso(domain.created_at),
    )


def check_place(call: Call) -> None:
    """Who runs the public face alone has no say over who gets inside: the methods answer at the other networks only."""
    if call.network.kind is NetworkKind.PUBLIC:
        raise Forbidden


@routes.get("/api/torg/v1/admin/domains", scope=READ, permission=OFFICE)
async def index(call: Call, params: Nothing) -> list[AdminDomain]:
    """The domains by name, verified or not."""
    check_place(call)
    return [_shown(domain) for domain in await domains.listed(call.tx)]


@routes.post("/api/torg/v1/admin/domains", scope=WRITE, permission=OFFICE)
async def create(call: Call, form: Claim) -> AdminDomain:
    """Claim a domain. 422 for what is none, and for a mail provider's, at which anybody can have an address."""
    check_place(call)
    return _shown(await claims.claim(call.tx, call.actor, form.domain))


@routes.get("/api/torg/v1/admin/domains/{id}", scope=READ, permission=OFFICE)
async def show(call: Call, params: ById) -> AdminDomain:
    """One domain."""
    check_place(call)
    return _shown(await domains.find(call.tx, params.id))


@routes.post("/api/torg/v1/admin/domains/{id}/verify", scope=WRITE, permission=OFFICE, tx=False, limit="delete")
async def verify(call: Call, form: Verification) -> AdminDomain:
    """Verify it by DNS now (422 if the record is not there, 503 if no name server answers), or send the mail.

    409 if another organisation of this installation has verified the domain before.
    """
    check_place(call)
    if form.method == "dns":
        return _shown(await claims.verify_by_dns(call.db, call.actor, call.services.dns, form.id))
    async with call.db.tx(call.actor.whole) as tx:
        found = await claims.mail_postmaster(
            tx, call.actor, call.network, call.origin, form.id, form.mailbox, locale=call.actor.locale
        )
    return _shown(found)


@routes.delete("/api/torg/v1/admin/domains/{id}", scope=WRITE, permission=OFFICE)
async def delete(call: Call, params: ById) -> Empty:
    """Give it up: nobody joins by it any more, and who came by it stays."""
    check_place(call)
    await claims.remove(call.tx, call.actor, params.id)
    return {}
