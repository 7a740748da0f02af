"""One's own data out and in as Mastodon's CSV files: Torg's own methods, under /api/torg/v1."""

from __future__ import annotations

import anyio.to_thread
import msgspec

from torg.http import Call, Reply, Routes, Upload
from torg.kernel.clock import iso
from torg.kernel.errors import NotFound, invalid
from torg.mastodon_api.forms import ById, Nothing
from torg.portability import exports, formats, importing
from torg.portability.formats import KINDS, Kind
from torg.portability.importing import DataImport

routes = Routes("portability")

# Mastodon's names for the same files, which people's scripts know
SYNONYMS: dict[str, Kind] = {
    "blocking": "blocks", "muting": "mutes", "domain_blocking": "domain_blocks", "follows": "following",
}  # fmt: skip


class ByKind(msgspec.Struct, kw_only=True):
    kind: str


class NewImport(msgspec.Struct, kw_only=True):
    """`mode`: `merge` adds what is in the file, `overwrite` also ends what is not."""

    data: Upload | None = None
    type: str = ""
    mode: str = "merge"


class RefusedEntity(msgspec.Struct, kw_only=True):
    line: int
    text: str
    reason: str


class ImportEntity(msgspec.Struct, kw_only=True):
    """A file on its way. `state`: `in_progress` or `finished`; `imported` counts lines taken over so far."""

    id: str
    type: str
    mode: str
    state: str
    total: int
    done: int
    imported: int
    refused: list[RefusedEntity]
    created_at: str
    finished_at: str | None


def kind_of(text: str) -> Kind | None:
    """A kind by our name or Mastodon's, with or without the end of a file's name."""
    name = text.strip().lower().removesuffix(".csv")
    return SYNONYMS.get(name) or next((kind for kind in KINDS if kind == name), None)


def entity(found: DataImport) -> ImportEntity:
    return ImportEntity(
        id=str(found.id),
        type=found.kind,
        mode="overwrite" if found.overwrite else "merge",
        state="in_progress" if found.finished_at is None else "finished",
        total=found.total,
        done=found.done,
        imported=found.done - len(found.refused),
        refused=[RefusedEntity(line=one.line, text=one.text, reason=one.reason) for one in found.refused],
        created_at=iso(found.created_at),
        finished_at=iso(found.finished_at) if found.finished_at else None,
    )


@routes.get("/api/torg/v1/exports/{kind}", scope="read:accounts")
async def export(call: Call, params: ByKind) -> Reply[str]:
    """following, blocks, mutes, lists, bookmarks or domain_blocks, as text/csv."""
    kind = kind_of(params.kind)
    if kind is None:
        raise NotFound
    text = await exports.export(call.tx, call.actor, kind, origin=call.origin, host=call.network.host)
    headers = {"Content-Disposition": f'attachment; filename="{formats.FILES[kind]}"', "Cache-Control": "no-store"}
    return Reply(text, headers=headers, media_type="text/csv; charset=utf-8")


@routes.get("/api/torg/v1/imports", scope="read:accounts")
async def index(call: Call, params: Nothing) -> list[ImportEntity]:
    """The latest twenty files that one brought."""
    return [entity(found) for found in await importing.latest(call.tx, call.actor)]


@routes.post("/api/torg/v1/imports", scope="write:accounts", tx=False, max_body=3 * 1024 * 1024, limit="media")
async def create(call: Call, form: NewImport) -> ImportEntity:
    """Bring a file (`data`, multipart); a job works it off."""
    kind = kind_of(form.type)
    if kind is None:
        raise invalid("type", "ERR_INCLUSION", "is not included in the list")
    if form.mode not in ("merge", "overwrite"):
        raise invalid("mode", "ERR_INCLUSION", "is not included in the list")
    if form.data is None:
        raise invalid("data", "ERR_BLANK", "can't be blank")
    lines = formats.read(kind, await anyio.to_thread.run_sync(form.data.read))
    async with call.db.tx(call.actor.scope) as tx:
        return entity(await importing.begin(tx, call.actor, kind, lines, overwrite=form.mode == "overwrite"))


@routes.get("/api/torg/v1/imports/{id}", scope="read:accounts")
async def show(call: Call, params: ById) -> ImportEntity:
    """How far a file is, and each line that was refused."""
    return entity(await importing.find(call.tx, call.actor, params.id))
