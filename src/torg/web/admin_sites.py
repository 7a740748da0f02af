"""Sites whose responses show at once, or are not taken, in the browser."""

from __future__ import annotations

from starlette.responses import Response

from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.errors import Invalid
from torg.responses import actions, reads
from torg.responses.model import Treatment
from torg.web.admin_office import Page, Pressed, PressedOne, commanded, opened, shown
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = Permission.MANAGE_REPORTS
HERE = "/admin/sites"


class Treated(Pressed, kw_only=True):
    domain: str = ""
    treatment: Treatment = "blocked"


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Page) -> Response:
    return await opened(
        call, params, OFFICE, lambda visitor, tx: _page(visitor, tx, done=params.done), only="public"
    )


@routes.post(HERE, auth="none", hidden=True, tx=False)
async def treat(call: Call, form: Treated) -> Response:
    """Trust a site (what waits of it is approved) or block it (what there is of it becomes spam)."""
    return await commanded(
        call, form, OFFICE,
        lambda visitor, tx: actions.treat_domain(tx, visitor.actor, form.domain, form.treatment), _page, HERE,
        only="public",
    )  # fmt: skip


@routes.post(HERE + "/{id}/delete", auth="none", hidden=True, tx=False)
async def drop(call: Call, form: PressedOne) -> Response:
    """Treat a site as any other again; what was decided stays."""
    return await commanded(
        call, form, OFFICE, lambda visitor, tx: actions.drop_domain(tx, visitor.actor, form.id), _page, HERE,
        only="public",
    )  # fmt: skip


async def _page(visitor: Visitor, tx: Tx, wrong: Invalid | None = None, *, done: bool = False) -> Response:
    return await shown(visitor, tx, "sites.html", wrong=wrong, done=done, found=await reads.domains(tx))
