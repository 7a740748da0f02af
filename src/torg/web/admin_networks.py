"""The organisation's networks in the browser, at those that are not public: named, and partner networks added."""

from __future__ import annotations

from starlette.responses import Response

from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.joining import networks, removing
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


class One(Page, kw_only=True):
    id: int


class Removed(PressedOne, kw_only=True):
    """`host`: the network's, typed again."""

    host: str = ""


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


@routes.get(HERE + "/{id}/remove", auth="none", hidden=True, tx=False)
async def ask(call: Call, params: One) -> Response:
    """What would be lost, and a form for who means it."""
    return await opened(
        call, params, OFFICE, lambda visitor, tx: _removal(visitor, tx, params.id), only="closed"
    )


@routes.post(HERE + "/{id}/remove", auth="none", hidden=True, tx=False, limit="delete")
async def remove(call: Call, form: Removed) -> Response:
    """Close it at once and have it emptied; 422 until its host name is typed."""
    visitor = await commander(call, form, OFFICE, "closed")
    if isinstance(visitor, Response):
        return visitor
    try:
        await removing.remove(call.db, visitor.actor, form.id, form.host)
    except Invalid as refused:
        async with call.db.tx(visitor.actor.whole) as tx:
            return await _removal(visitor, tx, form.id, refused)
    call.services.networks.forget()
    return onward(done(HERE))


async def _removal(visitor: Visitor, tx: Tx, id_: int, wrong: Invalid | None = None) -> Response:
    network = await networks.one(tx, visitor.actor, id_)
    removing.check(visitor.actor, network)
    return await shown(
        visitor, tx, "network_remove.html", wrong=wrong, one=network, scheme=visitor.call.settings.scheme,
        loss=await removing.loss(visitor.call.db, visitor.actor, network),
    )  # fmt: skip


async def _page(
    visitor: Visitor, tx: Tx, wrong: Invalid | None = None, form: New | None = None, *, done: bool = False
) -> Response:
    return await shown(
        visitor, tx, "networks.html", wrong=wrong, done=done, found=await networks.listed(tx, visitor.actor),
        leaving=await removing.leaving(tx, visitor.actor),
        form=form or New(), scheme=visitor.call.settings.scheme,
    )  # fmt: skip
