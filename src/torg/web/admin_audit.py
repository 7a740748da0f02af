"""The log of administrative acts in the browser, with a filter, and the end of its chain."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence

from starlette.responses import Response, StreamingResponse

from torg.accounts import reads as people
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import iso
from torg.kernel.page import Page as Turn
from torg.moderation import chain, log
from torg.text import messages
from torg.web.admin_acts import VERBS, speaker, telling
from torg.web.admin_office import Page, officer, shown
from torg.web.forms import Look
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = Permission.VIEW_AUDIT_LOG
SHOWN = 50
AT_ONCE = 500
COLUMNS = ("at", "by", "verb", "target_type", "target_id", "details")


class Wanted(Page, kw_only=True):
    """`verb`: only such acts; `who`: only those of this handle; `about`: to this account."""

    verb: str = ""
    who: str = ""
    about: int | None = None


@routes.get("/admin/audit", auth="none", hidden=True, tx=False)
async def index(call: Call, params: Wanted) -> Response:
    """What was done by those in office, the newest first."""
    visitor = await officer(call, params, OFFICE)
    if isinstance(visitor, Response):
        return visitor
    actor = visitor.actor
    end = await chain.head(call.db, actor)
    async with call.db.tx(actor.whole) as tx:
        found = await _found(visitor, tx, params, Turn(limit=SHOWN, max_id=params.max_id))
        who = await people.by_ids(tx, {one.actor_id for one in found})
        older = found[-1].id if len(found) == SHOWN else None
        translate = messages.translator(visitor.language)
        verbs = sorted(((verb, translate(words)) for verb, words in VERBS.items()), key=lambda one: one[1])
        return await shown(
            visitor, tx, "audit.html", found=found, who=who, wanted=params, end=end, older=older, verbs=verbs,
            said=speaker(visitor.language), telling=telling,
        )  # fmt: skip


@routes.get("/admin/audit.csv", auth="none", hidden=True, tx=False)
async def table(call: Call, params: Wanted) -> Response:
    """What the filter finds, for a spreadsheet: all of it, the newest first, of this network alone."""
    visitor = await officer(call, params, OFFICE)
    if isinstance(visitor, Response):
        return visitor
    headers = {"Content-Disposition": 'attachment; filename="audit-log.csv"', "Cache-Control": "private, no-store"}
    return StreamingResponse(_lines(visitor, params), 200, headers, "text/csv; charset=utf-8")


@routes.get("/admin/audit.jsonl", auth="none", hidden=True, tx=False)
async def exported(call: Call, params: Look) -> Response:
    """The whole chain as JSON Lines; of the organisation's other networks only the hashes."""
    visitor = await officer(call, params, OFFICE)
    if isinstance(visitor, Response):
        return visitor
    headers = {"Content-Disposition": 'attachment; filename="audit-log.jsonl"', "Cache-Control": "private, no-store"}
    return StreamingResponse(chain.exported(call.db, visitor.actor), 200, headers, "application/jsonl")


async def _found(visitor: Visitor, tx: Tx, params: Wanted, asked: Turn) -> list[log.Entry]:
    sought = params.who.strip().lstrip("@")
    by = await people.by_acct(tx, sought, visitor.call.network.host) if sought else None
    if sought and by is None:
        return []
    return await log.listed(
        tx, visitor.actor, asked, verb=params.verb.strip() or None, actor_id=by.id if by else None,
        target=("account", params.about) if params.about is not None else None,
    )  # fmt: skip


async def _lines(visitor: Visitor, params: Wanted) -> AsyncIterator[str]:
    """The table piece by piece; no transaction is open while the reader takes it."""
    yield _written([COLUMNS])
    before = params.max_id
    while True:
        async with visitor.call.db.tx(visitor.actor.whole) as tx:
            found = await _found(visitor, tx, params, Turn(limit=AT_ONCE, max_id=before))
            who = await people.by_ids(tx, {one.actor_id for one in found})
        if found:
            yield _written([
                (
                    iso(one.created_at), who[one.actor_id].acct if one.actor_id in who else one.actor_id or "",
                    one.verb, one.target_type, one.target_id or "", json.dumps(one.details, ensure_ascii=False),
                )
                for one in found
            ])  # fmt: skip
        if len(found) < AT_ONCE:
            return
        before = found[-1].id


def _written(rows: Sequence[Sequence[object]]) -> str:
    """Lines of CSV; no cell begins as a formula does, for details are JSON and the rest are names and numbers."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
