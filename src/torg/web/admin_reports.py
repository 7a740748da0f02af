"""The moderation queue: what was reported, and what is done about it."""

from __future__ import annotations

from typing import Literal

import msgspec
from starlette.responses import Response

from torg.accounts import reads as people
from torg.accounts.model import Account
from torg.administration import appeals
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.errors import Invalid
from torg.kernel.page import Page as Turn
from torg.moderation import accounts, report_store, reports
from torg.moderation.model import Act, Report
from torg.posts import reads as posts
from torg.posts.model import Flags, PostView
from torg.web.admin_office import Page, PressedOne, commander, officer, shown
from torg.web.member import onward
from torg.web.visitor import Visitor

routes = Routes("pages")

REPORTS = Permission.MANAGE_REPORTS
SHOWN = 40

STEPS = {
    "assign": reports.assign,
    "unassign": reports.unassign,
    "resolve": reports.resolve,
    "reopen": reports.reopen,
    "delete_posts": reports.delete_posts,
}


class Queue(Page, kw_only=True):
    state: Literal["open", "resolved"] = "open"


class One(Page, kw_only=True):
    id: int


class Step(PressedOne, kw_only=True):
    verb: Literal["assign", "unassign", "resolve", "reopen", "delete_posts"]


class Measure(PressedOne, kw_only=True):
    """`text` is sent to the member; `type` `none` only warns."""

    type: Act = "none"
    text: str = ""
    mail: bool = False


@routes.get("/admin/reports", auth="none", hidden=True, tx=False)
async def queue(call: Call, params: Queue) -> Response:
    """Those that are open, or were dealt with, the newest first."""
    visitor = await officer(call, params, REPORTS)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        asked = Turn(limit=SHOWN, max_id=params.max_id)
        found = await reports.listed(tx, asked, resolved=params.state == "resolved")
        who = await _people(tx, found)
        objections = await appeals.waiting(tx) if params.state == "open" else []
        who |= await people.by_ids(tx, {one.target_id for one in objections})
        older = found[-1].id if len(found) == SHOWN else None
        return await shown(
            visitor, tx, "reports.html", *who.values(), found=found, who=who, state=params.state, older=older,
            objections=objections,
        )


@routes.get("/admin/reports/{id}", auth="none", hidden=True, tx=False)
async def show(call: Call, params: One) -> Response:
    visitor = await officer(call, params, REPORTS)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        return await _report(visitor, tx, params.id, done=params.done)


@routes.post("/admin/reports/{id}/act", auth="none", hidden=True, tx=False)
async def act(call: Call, form: Measure) -> Response:
    """Warn whom the report is about, or take a measure; the report is closed by it."""
    visitor = await commander(call, form, REPORTS)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        report = await reports.find(tx, form.id)
        try:
            async with tx.savepoint():
                await accounts.act(
                    tx, visitor.actor, report.target_id, form.type, report_id=report.id, text=form.text, mail=form.mail
                )
        except Invalid as refused:
            return await _report(visitor, tx, form.id, refused, form=form)
    return onward(f"/admin/reports/{form.id}?done=1")


@routes.post("/admin/reports/{id}/{verb}", auth="none", hidden=True, tx=False)
async def step(call: Call, form: Step) -> Response:
    """Take it, leave it, close it, open it again, or delete the posts that it names."""
    visitor = await commander(call, form, REPORTS)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        await STEPS[form.verb](tx, visitor.actor, form.id)
    return onward(f"/admin/reports/{form.id}?done=1")


async def _report(
    visitor: Visitor, tx: Tx, id_: int, wrong: Invalid | None = None, *, done: bool = False,
    form: Measure | None = None,
) -> Response:  # fmt: skip
    report = await reports.find(tx, id_)
    who, views = await _people(tx, [report]), await _posts(visitor, tx, report)
    rules = await report_store.rules(tx, report.rule_ids)
    strikes = await report_store.strikes_of(tx, report.target_id)
    return await shown(
        visitor, tx, "report.html", *who.values(), views=views, wrong=wrong, done=done, report=report, who=who,
        form=form, posts=views, rules=[rules[one] for one in report.rule_ids if one in rules], strikes=strikes,
    )  # fmt: skip


async def _people(tx: Tx, found: list[Report]) -> dict[int, Account]:
    ids = {i for r in found for i in (r.account_id, r.target_id, r.assigned_id, r.resolved_by) if i is not None}
    return await people.by_ids(tx, ids)


async def _posts(visitor: Visitor, tx: Tx, report: Report) -> list[PostView]:
    """The reported posts as their author sees them, whatever their audience, but without the author's marks."""
    as_author = msgspec.structs.replace(visitor.actor, account_id=report.target_id)
    return [
        msgspec.structs.replace(view, flags=Flags(), poll=None)
        for view in await posts.hydrate(tx, as_author, report.post_ids)
    ]
