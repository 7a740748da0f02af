"""What is on its way to other servers, or was given up, and the lists of blocks as files."""

from __future__ import annotations

from typing import Literal

import anyio
from starlette.responses import Response

from torg.delivery import office
from torg.http import Call, Routes, Upload
from torg.kernel.errors import Invalid, invalid
from torg.kernel.page import Page as Turn
from torg.moderation import log
from torg.peers import block_lists, importing
from torg.web.admin_office import Page, Pressed, PressedOne, commander, officer, shown
from torg.web.forms import Look
from torg.web.member import onward

routes = Routes("pages")

SHOWN = 40
MOST_HOSTS = 100
MOST_BODY = block_lists.MOST_BYTES + 64 * 1024
PLACE = "/admin/federation/deliveries"


class Letters(Page, kw_only=True):
    state: Literal["dead", "waiting"] = "dead"


class OfHost(Pressed, kw_only=True):
    host: str
    verb: Literal["try", "retry", "drop"]


class OfLetter(PressedOne, kw_only=True):
    verb: Literal["retry", "drop"]


class Brought(Pressed, kw_only=True):
    """`apply`: do it; without it the page says what would be done."""

    data: Upload | None = None
    apply: bool = False


@routes.get("/admin/federation/deliveries", auth="none", hidden=True, tx=False)
async def index(call: Call, params: Letters) -> Response:
    """Hosts with something waiting or given up, and the deliveries themselves, the newest first."""
    visitor = await officer(call, params, office.OFFICE)
    if isinstance(visitor, Response):
        return visitor
    actor = visitor.actor
    async with call.db.tx(actor.whole) as tx:
        asked = Turn(limit=SHOWN, max_id=params.max_id)
        found = await office.letters(tx, actor, asked, dead=params.state == "dead")
        return await shown(
            visitor, tx, "deliveries.html", done=params.done, state=params.state, found=found,
            hosts=await office.hosts(tx, actor, limit=MOST_HOSTS),
            older=found[-1].id if len(found) == SHOWN else None,
        )  # fmt: skip


@routes.post("/admin/federation/deliveries/hosts/{verb}", auth="none", hidden=True, tx=False)
async def host(call: Call, form: OfHost) -> Response:
    """End a host's rest, let what was given up for it start anew, or forget it."""
    visitor = await commander(call, form, office.OFFICE)
    if isinstance(visitor, Response):
        return visitor
    name = form.host.lower()
    async with call.db.tx(visitor.actor.whole) as tx:
        if form.verb == "try":
            await office.end_rest(tx, visitor.actor, name)
        else:
            act = office.retry if form.verb == "retry" else office.drop
            await act(tx, visitor.actor, host=name)
    return onward(f"{PLACE}?done=1")


@routes.post("/admin/federation/deliveries/{id}/{verb}", auth="none", hidden=True, tx=False)
async def letter(call: Call, form: OfLetter) -> Response:
    """Let one that was given up start anew, or forget it."""
    visitor = await commander(call, form, office.OFFICE)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        await (office.retry if form.verb == "retry" else office.drop)(tx, visitor.actor, id_=form.id)
    return onward(f"{PLACE}?done=1")


@routes.get("/admin/federation/blocks.csv", auth="none", hidden=True, tx=False)
async def exported(call: Call, params: Look) -> Response:
    """Every block in Mastodon's form; private comments stay here."""
    visitor = await officer(call, params, office.OFFICE)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        text = block_lists.written(await importing.every_block(tx))
    headers = {"Content-Disposition": 'attachment; filename="domain_blocks.csv"', "Cache-Control": "private, no-store"}
    return Response(text, 200, headers, "text/csv; charset=utf-8")


@routes.get("/admin/federation/import", auth="none", hidden=True, tx=False)
async def ask(call: Call, params: Page) -> Response:
    visitor = await officer(call, params, office.OFFICE)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        return await shown(visitor, tx, "import.html", plan=None)


@routes.post("/admin/federation/import", auth="none", hidden=True, tx=False, max_body=MOST_BODY, limit="media")
async def bring(call: Call, form: Brought) -> Response:
    """Add the blocks of a file, or only say what that would do. Blocks that there are stay."""
    visitor = await commander(call, form, office.OFFICE)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        try:
            if form.data is None or not form.data.size:
                raise invalid("data", "ERR_BLANK", "can't be blank")
            read = block_lists.read(await anyio.to_thread.run_sync(form.data.read))
        except Invalid as refused:
            return await shown(visitor, tx, "import.html", wrong=refused, plan=None)
        plan = await importing.plan(tx, call.network, read.entries)
        if form.apply:
            await importing.apply(tx, visitor.actor, call.network, plan)
            await log.record(tx, visitor.actor, "import", "domain_block", None, added=plan.count("add"))
        return await shown(
            visitor, tx, "import.html", done=form.apply, plan=plan, refused=read.refused, applied=form.apply
        )
