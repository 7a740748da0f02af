"""Settings: one's own data as files, out and in."""

from __future__ import annotations

import anyio.to_thread
import msgspec
from starlette.responses import Response, StreamingResponse

from torg.engine.postgres import Tx
from torg.http import Call, Routes, Upload
from torg.http.browser import expired_form, is_ours
from torg.kernel.errors import Invalid, NotFound, TooMany
from torg.portability import exports, formats, importing, my_data
from torg.portability.formats import KINDS, Kind
from torg.text.messages import marked as _
from torg.web.forms import Look
from torg.web.settings_member import member, onward, shown
from torg.web.visitor import Visitor

routes = Routes("pages")

HERE = "/settings/data"


NAMES: dict[Kind, str] = {
    "following": _("Whom you follow"),
    "blocks": _("Whom you block"),
    "mutes": _("Whom you mute"),
    "lists": _("Your lists"),
    "bookmarks": _("Your bookmarks"),
    "domain_blocks": _("Servers that you block"),
}
UNREADABLE = _("This is not a file that can be read here: it must be CSV, and hold 1 to 20,000 lines.")


ONCE_A_DAY = _("You can ask for your data once a day.")


class Asked(msgspec.Struct, kw_only=True):
    csrf: str | None = None


class ByKind(msgspec.Struct, kw_only=True):
    kind: str


class Brought(msgspec.Struct, kw_only=True):
    csrf: str | None = None
    kind: str = ""
    mode: str = "merge"
    file: Upload | None = None


@routes.get(HERE, auth="none", hidden=True)
async def index(call: Call, params: Look) -> Response:
    """What can be taken along, and how far the files are that were brought."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    return await _page(call.tx, visitor)


async def _page(tx: Tx, visitor: Visitor, wrong: str = "") -> Response:
    return shown(
        visitor,
        "settings_data.html",
        status=422 if wrong else 200,
        wrong=wrong,
        names=NAMES,
        brought=await importing.latest(tx, visitor.actor),
        archive=await my_data.latest(tx, visitor.actor),
    )


@routes.post("/settings/archive", auth="none", limit="media", hidden=True)
async def ask(call: Call, form: Asked) -> Response:
    """Ask for everything in one file."""
    if not is_ours(call, form.csrf):
        return expired_form(call)
    visitor = await member(call, None)
    if isinstance(visitor, Response):
        return visitor
    try:
        await my_data.ask(call.tx, visitor.actor)
    except TooMany:
        return await _page(call.tx, visitor, ONCE_A_DAY)
    return onward(HERE)


@routes.get("/settings/archive", auth="none", hidden=True)
async def archive(call: Call, params: Look) -> Response:
    """The file, for who asked for it."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    found = await my_data.ready(call.tx, visitor.actor)
    assert found.key is not None
    return StreamingResponse(
        call.services.blobs.read(found.key), 200, my_data.headers(found, call.network.host), "application/zip"
    )


@routes.get("/settings/data/{kind}", auth="none", hidden=True)
async def export(call: Call, params: ByKind) -> Response:
    """One file."""
    visitor = await member(call, None)
    if isinstance(visitor, Response):
        return visitor
    kind = next((kind for kind in KINDS if kind == params.kind.removesuffix(".csv")), None)
    if kind is None:
        raise NotFound
    text = await exports.export(call.tx, visitor.actor, kind, origin=call.origin, host=call.network.host)
    headers = {"Content-Disposition": f'attachment; filename="{formats.FILES[kind]}"', "Cache-Control": "no-store"}
    return Response(text, 200, headers, "text/csv; charset=utf-8")


@routes.post(HERE, auth="none", tx=False, max_body=3 * 1024 * 1024, limit="media", hidden=True)
async def bring(call: Call, form: Brought) -> Response:
    """Keep a file for the job to work off."""
    if not is_ours(call, form.csrf):
        return expired_form(call)
    async with call.db.tx(call.network.scope) as tx:
        visitor = await member(call, None, tx)
    if isinstance(visitor, Response):
        return visitor
    kind = next((kind for kind in KINDS if kind == form.kind), None)
    data = await anyio.to_thread.run_sync(form.file.read) if form.file is not None else b""
    async with call.db.tx(call.network.scope) as tx:
        try:
            if kind is None:
                raise Invalid
            lines = formats.read(kind, data)
            await importing.begin(tx, visitor.actor, kind, lines, overwrite=form.mode == "overwrite")
        except Invalid:  # its rules come before its first row
            return await _page(tx, visitor, UNREADABLE)
    return onward(HERE)
