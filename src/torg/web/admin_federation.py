"""Other servers for those who decide about them: who is there, blocks, the list of allowed ones, removal for good."""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.page import Page as Turn
from torg.moderation import registers
from torg.moderation.model import DomainSeverity
from torg.peers import blocking, instances, purging
from torg.web.admin_office import Page, Pressed, PressedOne, commander, officer, shown
from torg.web.member import onward
from torg.web.visitor import Visitor

routes = Routes("pages")

FEDERATION = Permission.MANAGE_FEDERATION
SHOWN = 40
MOST_DECIDED = 200


class Listed(Page, kw_only=True):
    """`after`: the last host of the page before; `q`: part of the name; `failing`: those that nothing reaches."""

    after: str = ""
    q: str = ""
    failing: bool = False


class OneServer(Page, kw_only=True):
    host: str


class Block(Pressed, kw_only=True):
    """`block`: the block that is changed; without it a new one is made of `domain`."""

    block: int | None = None
    domain: str = ""
    severity: DomainSeverity = "silence"
    reject_media: bool = False
    reject_reports: bool = False
    private_comment: str = ""
    public_comment: str = ""


class Named(Pressed, kw_only=True):
    domain: str = ""


class Lifted(PressedOne, kw_only=True):
    what: Literal["blocks", "allows"]


class Purged(Pressed, kw_only=True):
    host: str


@routes.get("/admin/federation", auth="none", hidden=True, tx=False)
async def index(call: Call, params: Listed) -> Response:
    """Servers by name, what is blocked, and what is allowed."""
    visitor = await officer(call, params, FEDERATION)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        return await _index(visitor, tx, params)


@routes.get("/admin/federation/servers/{host:str}", auth="none", hidden=True, tx=False)
async def show(call: Call, params: OneServer) -> Response:
    visitor = await officer(call, params, FEDERATION)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        found = await instances.find(tx, call.network, params.host[:253])
        purge = await purging.latest(tx, found.instance.host)
        return await shown(visitor, tx, "server.html", done=params.done, found=found, purge=purge, form=None)


@routes.post("/admin/federation/blocks", auth="none", hidden=True, tx=False)
async def block(call: Call, form: Block) -> Response:
    """Limit a server or keep it out, or change how."""
    visitor = await commander(call, form, FEDERATION)
    if isinstance(visitor, Response):
        return visitor
    values = {
        "reject_media": form.reject_media, "reject_reports": form.reject_reports,
        "private_comment": form.private_comment, "public_comment": form.public_comment,
    }  # fmt: skip
    async with call.db.tx(visitor.actor.whole) as tx:
        try:
            async with tx.savepoint():
                if form.block is None:
                    await blocking.block(tx, visitor.actor, call.network, form.domain, form.severity, values)
                else:
                    await blocking.change(tx, visitor.actor, call.network, form.block, form.severity, values)
        except Invalid as refused:
            try:
                found = await instances.find(tx, call.network, form.domain[:253]) if form.block is not None else None
            except NotFound:  # a block of a server that nobody here has met
                found = None
            if found is None:
                return await _index(visitor, tx, Listed(), refused, form)
            purge = await purging.latest(tx, found.instance.host)
            return await shown(visitor, tx, "server.html", wrong=refused, found=found, purge=purge, form=form)
    return onward("/admin/federation?done=1")


@routes.post("/admin/federation/allows", auth="none", hidden=True, tx=False)
async def allow(call: Call, form: Named) -> Response:
    """Put a server on the list of those with which a network of limited federation speaks."""
    visitor = await commander(call, form, FEDERATION)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        try:
            async with tx.savepoint():
                await blocking.allow(tx, visitor.actor, call.network, form.domain)
        except Invalid as refused:
            return await _index(visitor, tx, Listed(), refused, allowed=form.domain)
    return onward("/admin/federation?done=1")


@routes.post("/admin/federation/{what}/{id}/delete", auth="none", hidden=True, tx=False)
async def lift(call: Call, form: Lifted) -> Response:
    """Lift a block, or take a server off the list of allowed ones."""
    visitor = await commander(call, form, FEDERATION)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        undo = blocking.unblock if form.what == "blocks" else blocking.disallow
        await undo(tx, visitor.actor, call.network, form.id)
    return onward("/admin/federation?done=1")


@routes.post("/admin/federation/servers/{host:str}/purge", auth="none", hidden=True, tx=False)
async def purge(call: Call, form: Purged) -> Response:
    """Have everything of a server removed for good."""
    visitor = await commander(call, form, FEDERATION)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        found = await instances.find(tx, call.network, form.host[:253])
        await purging.begin(tx, visitor.actor, found.instance.host)
    return onward(f"/admin/federation/servers/{found.instance.host}?done=1")


async def _index(
    visitor: Visitor, tx: Tx, params: Listed, wrong: Invalid | None = None, form: Block | None = None, *,
    allowed: str = "",
) -> Response:  # fmt: skip
    """`form`, `allowed`: what was typed and refused, to be mended."""
    found = await instances.listed(
        tx, visitor.call.network, after=params.after[:253], query=params.q.strip()[:253], failing=params.failing,
        limit=SHOWN,
    )  # fmt: skip
    most = Turn(limit=MOST_DECIDED)
    return await shown(
        visitor, tx, "federation.html", wrong=wrong, done=params.done, found=found, wanted=params,
        form=form, allowed=allowed,
        blocks=await registers.DOMAINS.listed(tx, most), allows=await registers.ALLOWED.listed(tx, most),
        following=found[-1].instance.host if len(found) == SHOWN else None,
    )  # fmt: skip
