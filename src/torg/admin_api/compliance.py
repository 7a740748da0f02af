"""Exports of a whole network, and the erasure of a person (docs/compliance.md, docs/personal-data.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from starlette.responses import FileResponse

from torg.admin_api.forms import READ, WRITE, ById, Empty, Nothing
from torg.compliance import exports
from torg.compliance.model import Cut, Export
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import iso
from torg.kernel.errors import NotFound
from torg.portability import erasing

routes = Routes("torg admin")

OFFICE = Permission.MANAGE_COMPLIANCE


class AdminExport(msgspec.Struct, kw_only=True):
    """`state`: waiting, running, ready, failed or expired. `digest`: the hash over all files, as in the manifest."""

    id: str
    state: str
    percent: int
    records_done: int
    records_total: int
    since: str | None
    until: str | None
    account_ids: list[str]
    group_ids: list[str]
    digest: str | None
    size: int | None
    error: str | None
    created_by: str
    created_at: str
    finished_at: str | None
    expires_at: str | None


class NewExport(msgspec.Struct, kw_only=True):
    """What to cut it to; left out: everything."""

    since: datetime | None = None
    until: datetime | None = None
    account_ids: list[int] = []
    group_ids: list[int] = []


class Erase(msgspec.Struct, kw_only=True):
    """`mode`: delete removes what the person wrote; anonymise leaves it, written by a former colleague."""

    id: int
    mode: Literal["delete", "anonymise"] = "delete"


@routes.get("/api/torg/v1/admin/compliance/exports", scope=READ, permission=OFFICE, tx=False)
async def index(call: Call, params: Nothing) -> list[AdminExport]:
    """The latest fifty exports."""
    async with call.db.tx(call.actor.whole) as tx:
        return [_shown(one) for one in await exports.latest(tx, call.actor)]


@routes.post("/api/torg/v1/admin/compliance/exports", scope=WRITE, permission=OFFICE, tx=False)
async def create(call: Call, form: NewExport) -> AdminExport:
    """Ask for an export of the network; a job makes it. 409 while another is being made."""
    cut = Cut(since=form.since, until=form.until, account_ids=form.account_ids, group_ids=form.group_ids)
    async with call.db.tx(call.actor.whole) as tx:
        return _shown(await exports.ask(tx, call.actor, cut))


@routes.get("/api/torg/v1/admin/compliance/exports/{id}", scope=READ, permission=OFFICE, tx=False)
async def show(call: Call, params: ById) -> AdminExport:
    """How far an export is."""
    async with call.db.tx(call.actor.whole) as tx:
        return _shown(await exports.find(tx, call.actor, params.id))


@routes.get("/api/torg/v1/admin/compliance/exports/{id}/file", scope=READ, permission=OFFICE, tx=False)
async def file(call: Call, params: ById) -> FileResponse:
    """The finished export as a zip file, for a week; each download is in the audit log."""
    async with call.db.tx(call.actor.whole) as tx:
        found = await exports.taken(tx, call.actor, params.id)
    path = exports.archive(call.services.settings.data, found.id)
    if not path.is_file():
        raise NotFound(log=f"the file of the export {found.id} is not there")
    return FileResponse(
        path, media_type="application/zip", filename=f"compliance-{found.id}.zip", headers={"Cache-Control": "no-store"}
    )


@routes.delete("/api/torg/v1/admin/compliance/exports/{id}", scope=WRITE, permission=OFFICE, tx=False)
async def remove(call: Call, params: ById) -> Empty:
    """Remove an export, or give up making it."""
    async with call.db.tx(call.actor.whole) as tx:
        await exports.drop(tx, call.actor, params.id, call.services.settings.data)
    return {}


@routes.post("/api/torg/v1/admin/accounts/{id}/erase", scope=WRITE, permission=OFFICE, tx=False)
async def erase(call: Call, form: Erase) -> Empty:
    """Erase a person, for good, at the inside in all networks, at the public one in this alone; a job does it.

    Copies under a hold wait for it.
    """
    async with call.db.tx(call.actor.whole) as tx:
        await erasing.ask(tx, call.actor, form.id, form.mode)
    return {}


def _shown(one: Export) -> AdminExport:
    percent = 100 if one.state == "ready" else min(99, one.done * 100 // one.total) if one.total else 0
    return AdminExport(
        id=str(one.id),
        state=one.state,
        percent=percent,
        records_done=one.done,
        records_total=one.total,
        since=iso(one.params.since) if one.params.since else None,
        until=iso(one.params.until) if one.params.until else None,
        account_ids=[str(id_) for id_ in one.params.account_ids],
        group_ids=[str(id_) for id_ in one.params.group_ids],
        digest=one.digest,
        size=one.size,
        error=one.error,
        created_by=str(one.created_by),
        created_at=iso(one.created_at),
        finished_at=iso(one.finished_at) if one.finished_at else None,
        expires_at=iso(one.expires_at) if one.expires_at else None,
    )
