"""The directory as a sheet, for who manages users (docs/directory.md)."""

from __future__ import annotations

import msgspec

from torg.admin_api.forms import READ, WRITE, Nothing
from torg.directory import actions, importing, reads
from torg.directory.importing import Outcome
from torg.http import Call, Reply, Routes, Upload
from torg.http.routes import MEGABYTE
from torg.kernel.actor import Permission
from torg.kernel.errors import invalid

routes = Routes("torg admin")

USERS = Permission.MANAGE_USERS
MOST_BYTES = 5 * MEGABYTE


class Sheet(msgspec.Struct, kw_only=True):
    """`file`: CSV in UTF-8 with a header of email and others of title, department, location, phone, manager_email,
    expertise. `dry_run`: only say what would be.
    """

    file: Upload | None = None
    dry_run: bool = False


class SheetMistake(msgspec.Struct, kw_only=True):
    """What is wrong with a line; 1 is the header. `column` is '' for the line as a whole."""

    line: int
    column: str
    error: str


class AdminDirectoryImport(msgspec.Struct, kw_only=True):
    """`applied`: all lines were taken; else none. `changed`: people whom the sheet changes."""

    dry_run: bool
    applied: bool
    lines: int
    changed: int
    errors: list[SheetMistake]


@routes.post(
    "/api/torg/v1/admin/directory/import", scope=WRITE, permission=USERS, tx=False, max_body=MOST_BYTES, limit="media"
)
async def take(call: Call, form: Sheet) -> Reply[AdminDirectoryImport]:
    """Take a sheet, all of it or nothing: 422 with every line's mistakes if there are any (200 for a dry run)."""
    reads.check_open(call.actor)
    if form.file is None:
        raise invalid("file", "ERR_BLANK", "can't be blank")
    raw = form.file.read()
    async with call.db.tx(call.actor.whole) as tx:
        scope = await actions.scope(tx, call.actor, viewer=False)
    async with call.db.tx(scope) as tx:
        found: Outcome = await importing.take(
            tx, call.actor, raw, dry_run=form.dry_run, scheme=call.settings.scheme
        )
    shown = AdminDirectoryImport(
        dry_run=form.dry_run,
        applied=found.applied,
        lines=found.lines,
        changed=found.changed,
        errors=[SheetMistake(line=m.line, column=m.column, error=m.text) for m in found.mistakes],
    )
    return Reply(shown, status=422 if found.mistakes and not form.dry_run else 200)


@routes.get("/api/torg/v1/admin/directory/export", scope=READ, permission=USERS)
async def export(call: Call, params: Nothing) -> Reply[str]:
    """The directory as CSV, by name: what the import takes. What a spreadsheet could take for a formula has a '."""
    return Reply(
        await importing.write(call.tx, call.actor),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="directory.csv"', "Cache-Control": "no-store"},
    )
