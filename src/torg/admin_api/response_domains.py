"""Sites whose responses show at once, or are not taken (FEATURES L7)."""

from __future__ import annotations

import msgspec

from torg.admin_api.forms import READ, WRITE, ById, Empty, Nothing
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import iso
from torg.responses import actions, reads
from torg.responses.model import Domain, Treatment

routes = Routes("torg admin")

REPORTS = Permission.MANAGE_REPORTS


class Treated(msgspec.Struct, kw_only=True):
    """`treatment`: `trusted` or `blocked`, with everything below the domain."""

    domain: str = ""
    treatment: Treatment = "blocked"


class ResponseDomain(msgspec.Struct, kw_only=True):
    """A site that is trusted or blocked as a source of responses."""

    id: str
    domain: str
    treatment: str
    created_by_id: str | None
    created_at: str


def _shown(found: Domain) -> ResponseDomain:
    return ResponseDomain(
        id=str(found.id),
        domain=found.domain,
        treatment=found.treatment,
        created_by_id=str(found.created_by) if found.created_by is not None else None,
        created_at=iso(found.created_at),
    )


@routes.get("/api/torg/v1/admin/response_domains", scope=READ, permission=REPORTS)
async def index(call: Call, params: Nothing) -> list[ResponseDomain]:
    """The sites that are trusted or blocked, by name."""
    return [_shown(one) for one in await reads.domains(call.tx)]


@routes.post("/api/torg/v1/admin/response_domains", scope=WRITE, permission=REPORTS)
async def treat(call: Call, form: Treated) -> ResponseDomain:
    """Trust a site (what waits of it is approved) or block it (what there is of it becomes spam)."""
    return _shown(await actions.treat_domain(call.tx, call.actor, form.domain, form.treatment))


@routes.delete("/api/torg/v1/admin/response_domains/{id}", scope=WRITE, permission=REPORTS)
async def drop(call: Call, params: ById) -> Empty:
    """Treat a site as any other again; what was decided stays."""
    await actions.drop_domain(call.tx, call.actor, params.id)
    return {}
