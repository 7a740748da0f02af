"""Settings: one's own data as files, out and in."""

from __future__ import annotations

import anyio.to_thread
import msgspec
from starlette.responses import Response

from torg.http import Call, Routes, Upload
from torg.http.browser import expired_form, is_ours
from torg.kernel.errors import Invalid, NotFound
from torg.portability import exports, formats, importing
from torg.portability.formats import KINDS, Kind
from torg.web.forms import Look
from torg.web.settings_member import member, onward, shown
from torg.web.visitor import Visitor

routes = Routes("pages")

HERE = "/settings/data"


def _(text: str) -> str:
    """Marks a text for translation; the page translates it."""
    return text


NAMES: dict[Kind, str] = {
    "following": _("Whom you follow"),
    "blocks": _("Whom you block"),
    "mutes": _("Whom you mute"),
    "lists": _("Your lists"),
    "bookmarks": _("Your bookmarks"),
    "domain_blocks": _("Servers that you block"),
}
UNREADABLE = _("This is not a file that can be read here: it must be CSV, and hold 1 to 20,000 lines.")


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
    return _page(visitor, await importing.latest(call.tx, visitor.actor))


def _page(visitor: Visitor, brought: list[importing.DataImport], wrong: str = "") -> Response:
    status = 422 if wrong else 200
    return shown(visitor, "settings_data.html", status=status, wrong=wrong, names=NAMES, brought=brought)


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
            return _page(visitor, await importing.latest(tx, visitor.actor), UNREADABLE)
    return onward(HERE)
