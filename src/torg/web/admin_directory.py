"""The directory as a sheet in the browser: looked at line by line before it is taken, and taken all or not at all."""

from __future__ import annotations

import anyio
from starlette.responses import Response

from torg.directory import actions, importing, reads
from torg.directory.importing import Outcome
from torg.engine.postgres import Tx
from torg.http import Call, Routes, Upload
from torg.http.routes import MEGABYTE
from torg.kernel.actor import Permission
from torg.kernel.errors import Invalid, invalid
from torg.web.admin_office import Page, Pressed, commander, opened, shown
from torg.web.forms import Look
from torg.web.refusals import sentence
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = Permission.MANAGE_USERS
HERE = "/admin/directory"
MOST_BYTES = 5 * MEGABYTE


class Brought(Pressed, kw_only=True):
    """`apply`: take it; without, only say what would be."""

    file: Upload | None = None
    apply: bool = False


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Page) -> Response:
    return await opened(call, params, OFFICE, _page, only="closed")


@routes.post(HERE, auth="none", hidden=True, tx=False, max_body=MOST_BYTES, limit="media")
async def take(call: Call, form: Brought) -> Response:
    """Every line's mistakes, or what would change; nothing is taken while one line is wrong."""
    visitor = await commander(call, form, OFFICE, "closed")
    if isinstance(visitor, Response):
        return visitor
    actor = visitor.actor
    reads.check_open(actor)
    wrong, found = None, None
    try:
        if form.file is None or not form.file.size:
            raise invalid("file", "ERR_BLANK", "can't be blank")
        raw = await anyio.to_thread.run_sync(form.file.read)
        async with call.db.tx(actor.whole) as tx:
            scope = await actions.scope(tx, actor, viewer=False)
        async with call.db.tx(scope) as tx:
            found = await importing.take(tx, actor, raw, dry_run=not form.apply, scheme=call.settings.scheme)
    except Invalid as refused:
        wrong = refused
    async with call.db.tx(actor.whole) as tx:
        return await _page(visitor, tx, wrong, found, applied=form.apply)


@routes.get(HERE + "/directory.csv", auth="none", hidden=True, tx=False)
async def export(call: Call, params: Look) -> Response:
    """The directory as the import takes it; who took it stands in the log."""

    async def page(visitor: Visitor, tx: Tx) -> Response:
        text = await importing.write(tx, visitor.actor)
        headers = {
            "Content-Disposition": 'attachment; filename="directory.csv"', "Cache-Control": "private, no-store",
        }  # fmt: skip
        return Response(text, 200, headers, "text/csv; charset=utf-8")

    return await opened(call, params, OFFICE, page, only="closed")


async def _page(
    visitor: Visitor, tx: Tx, wrong: Invalid | None = None, found: Outcome | None = None, *, applied: bool = False
) -> Response:
    return await shown(
        visitor, tx, "directory.html", wrong=wrong, done=found is not None and found.applied, found=found,
        tried=applied, told=lambda why: sentence(why, visitor.language),
    )  # fmt: skip
