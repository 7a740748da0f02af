"""Copies of other servers' files, in the browser: what they take, what would go, and letting it go."""

from __future__ import annotations

from starlette.responses import Response

from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.errors import Invalid
from torg.media.trimming import MEGABYTE
from torg.peers import copies
from torg.web.admin_office import Page, Pressed, commanded, opened, shown
from torg.web.visitor import Visitor

routes = Routes("pages")

HERE = "/admin/copies"


class Wanted(Page, kw_only=True):
    """`days`: what nobody has looked at for so long; without them as the settings say."""

    days: int | None = None


class Go(Pressed, kw_only=True):
    days: int = -1


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Wanted) -> Response:
    """What there is, and what would go."""

    async def page(visitor: Visitor, tx: Tx) -> Response:
        try:
            return await _page(visitor, tx, params.days, done=params.done)
        except Invalid as refused:
            return await _page(visitor, tx, None, refused, asked=params.days)

    return await opened(call, params, copies.OFFICE, page, only="public")


@routes.post(HERE, auth="none", hidden=True, tx=False)
async def go(call: Call, form: Go) -> Response:
    """Let it go, in the background."""

    async def work(visitor: Visitor, tx: Tx) -> None:
        await copies.prune(tx, visitor.actor, form.days)

    async def again(visitor: Visitor, tx: Tx, refused: Invalid) -> Response:
        return await _page(visitor, tx, None, refused)

    return await commanded(call, form, copies.OFFICE, work, again, HERE, only="public")


async def _page(
    visitor: Visitor, tx: Tx, days: int | None, wrong: Invalid | None = None, *, done: bool = False,
    asked: int | None = None,
) -> Response:  # fmt: skip
    """`asked`: what was typed and refused, to be mended."""
    call = visitor.call
    usage, outlook = await copies.look(call.db, visitor.actor, call.network, days)
    looked_at = call.network.settings.remote_media_days if days is None else days
    return await shown(
        visitor, tx, "copies.html", wrong=wrong, done=done, usage=usage, outlook=outlook, megabyte=MEGABYTE,
        quota=call.network.settings.remote_media_mb,
        days=looked_at, asked=looked_at if asked is None else asked,
    )  # fmt: skip
