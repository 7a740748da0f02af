"""Imports of posts in the browser: how far they are, what came of them, and which records were refused for what."""

from __future__ import annotations

from starlette.responses import Response

from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.imports import runs, told
from torg.kernel.page import Page as Turn
from torg.web.admin_office import Page, opened, shown
from torg.web.visitor import Visitor

routes = Routes("pages")

HERE = "/admin/imports"
SHOWN = 20


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Page) -> Response:
    """The imports of the network, the latest first."""

    async def page(visitor: Visitor, tx: Tx) -> Response:
        found = await runs.listed(tx, visitor.actor, Turn(limit=SHOWN, max_id=params.max_id))
        return await shown(
            visitor, tx, "imports.html", found=found, running=any(one.state == "running" for one in found),
            older=found[-1].id if len(found) == SHOWN else None, reasons=told.reasons,
        )  # fmt: skip

    return await opened(call, params, runs.OFFICE, page)
