"""The log of administrative acts in the browser, with a filter, and the end of its chain."""

from __future__ import annotations

from starlette.responses import Response, StreamingResponse

from torg.accounts import reads as people
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.page import Page as Turn
from torg.moderation import chain, log
from torg.text import messages
from torg.web.admin_acts import VERBS, speaker, telling
from torg.web.admin_office import Page, officer, shown
from torg.web.forms import Look

routes = Routes("pages")

OFFICE = Permission.VIEW_AUDIT_LOG
SHOWN = 50


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
        sought = params.who.strip().lstrip("@")
        by = await people.by_acct(tx, sought, call.network.host) if sought else None
        asked = Turn(limit=SHOWN, max_id=params.max_id)
        nobody = bool(sought) and by is None
        found = [] if nobody else await log.listed(
            tx, actor, asked, verb=params.verb.strip() or None, actor_id=by.id if by else None,
            target=("account", params.about) if params.about is not None else None,
        )  # fmt: skip
        who = await people.by_ids(tx, {one.actor_id for one in found})
        older = found[-1].id if len(found) == SHOWN else None
        translate = messages.translator(visitor.language)
        verbs = sorted(((verb, translate(words)) for verb, words in VERBS.items()), key=lambda one: one[1])
        return await shown(
            visitor, tx, "audit.html", found=found, who=who, wanted=params, end=end, older=older, verbs=verbs,
            said=speaker(visitor.language), telling=telling,
        )  # fmt: skip


@routes.get("/admin/audit.jsonl", auth="none", hidden=True, tx=False)
async def exported(call: Call, params: Look) -> Response:
    """The whole chain as JSON Lines; of the organisation's other networks only the hashes."""
    visitor = await officer(call, params, OFFICE)
    if isinstance(visitor, Response):
        return visitor
    headers = {"Content-Disposition": 'attachment; filename="audit-log.jsonl"', "Cache-Control": "private, no-store"}
    return StreamingResponse(chain.exported(call.db, visitor.actor), 200, headers, "application/jsonl")
