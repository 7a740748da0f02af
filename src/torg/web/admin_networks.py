"""The organisation's networks in the browser, at those that are not public: named, and partner networks added."""

from __future__ import annotations

from starlette.responses import Response

from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.joining import networks
from torg.kernel.actor import Permission
from torg.kernel.errors import Conflict, Invalid, invalid
from torg.web.admin_office import Page, Pressed, PressedOne, commanded, commander, done, opened, shown
from torg.web.member import onward
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = Permission.ADMINISTRATOR
HERE = "/admin/networks"


class New(Pressed, kw_only=True):
    host: str = ""
    name: str = ""


class Renamed(PressedOne, kw_only=True):
    name: str = ""


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Page) -> Response:
    return await opened(
        call, params, OFFICE, lambda visitor, tx: _page(visitor, tx, done=params.done), only="closed"
    )


@routes.post(HERE, auth="none", hidden=True, tx=False)
async def add(call: Call, form: New) -> Response:
    """A partner network at a host of its own; who adds it owns it, under the same handle."""
    visitor = await commander(call, form, OFFICE, "closed")
    if isinstance(visitor, Response):
        return visitor
    wrong: Invalid | None = None
    try:
        await networks.add_partner(call.db, visitor.actor, form.host, form.name)
    except Invalid as refused:
        wrong = refused
    except Conflict:
        wrong = invalid("host", "ERR_TAKEN", "has already been taken")
    if wrong is None:
        call.services.networks.forget()
        return onward(done(HERE))
    async with call.db.tx(visitor.actor.whole) as tx:
        return await _page(visitor, tx, wrong, form)


@routes.post(HERE + "/{id}", auth="none", hidden=True, tx=False)
async def rename(call: Call, form: Renamed) -> Response:
    """Its name; its settings are set within it."""

    async def work(visitor: Visitor, tx: Tx) -> None:
        tx.after_commit(call.services.networks.forget)
        await networks.change(tx, visitor.actor, form.id, {}, form.name)

    return await commanded(call, form, OFFICE, work, _page, HERE, only="closed")


async def _page(
    visitor: Visitor, tx: Tx, wrong: Invalid | None = None, form: New | None = None, *, done: bool = False
) -> Response:
    return await shown(
        visitor, tx, "networks.html", wrong=wrong, done=done, found=await networks.listed(tx, visitor.actor),
        form=form or New(), scheme=visitor.call.settings.scheme,
    )  # fmt: skip
