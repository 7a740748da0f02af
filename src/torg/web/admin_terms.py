"""Terms of service and the usage policy in the browser: looked at before they are published, and who has accepted."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Literal

from starlette.responses import Response

from torg.accounts import reads as people
from torg.administration import drafts, terms
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import iso
from torg.kernel.errors import Invalid, NotFound
from torg.policies import actions
from torg.text.markdown import marked_up
from torg.web.admin_office import Page, Pressed, PressedOne, commanded, opened, shown, tried
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = Permission.MANAGE_SETTINGS
HERE = "/admin/terms"
AT_ONCE = 1000
SHOWN = 100
What = Literal["terms", "usage"]


class Wanted(Page, kw_only=True):
    what: What = "terms"


class ByVersion(Page, kw_only=True):
    """`accepted`: only those who have, or have not; `after`: the last account of the page before."""

    version: int
    accepted: bool | None = None
    after: int = 0


class Written(Pressed, kw_only=True):
    """`act` `look`: only show how it reads; `save`, `drop`: the draft. `effective_date`: of terms; none is today."""

    what: What = "terms"
    text: str = ""
    effective_date: date | None = None
    act: Literal["publish", "look", "withdraw", "save", "drop"] = "look"


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Wanted) -> Response:
    """Every version, the newest first, and a form for another."""
    return await opened(
        call, params, OFFICE, lambda visitor, tx: _page(visitor, tx, params.what, done=params.done)
    )


@routes.post(HERE, auth="none", hidden=True, tx=False)
async def publish(call: Call, form: Written) -> Response:
    """Show how a text reads, keep it as a draft, publish it, or withdraw the usage policy."""

    async def work(visitor: Visitor, tx: Tx) -> None:
        if form.act == "save":
            await drafts.save(tx, visitor.actor, form.what, form.text, form.effective_date)
            return
        if form.act in ("drop", "publish"):
            await drafts.drop(tx, visitor.actor, form.what)
        if form.act == "drop":
            return
        if form.what == "terms":
            await terms.publish(tx, visitor.actor, form.text, form.effective_date)
            return
        tx.after_commit(call.services.networks.forget)
        if form.act == "publish" and not form.text.strip():
            raise Invalid(details={"text": [("ERR_BLANK", "can't be blank")]})
        await actions.publish(tx, visitor.actor, "" if form.act == "withdraw" else form.text)

    async def look(visitor: Visitor, tx: Tx) -> Response:
        return await _page(visitor, tx, form.what, form=form)

    async def again(visitor: Visitor, tx: Tx, refused: Invalid) -> Response:
        return await _page(visitor, tx, form.what, refused, form=form)

    if form.act == "look":
        return await tried(call, form, OFFICE, look, again)
    return await commanded(call, form, OFFICE, work, again, f"{HERE}?what={form.what}")


@routes.post(HERE + "/{id}/delete", auth="none", hidden=True, tx=False)
async def withdraw(call: Call, form: PressedOne) -> Response:
    """Terms whose day has not come."""
    return await commanded(
        call, form, OFFICE, lambda visitor, tx: terms.withdraw(tx, visitor.actor, form.id),
        lambda visitor, tx, refused: _page(visitor, tx, "terms", refused), HERE,
    )  # fmt: skip


@routes.get(HERE + "/usage/{version}", auth="none", hidden=True, tx=False)
async def acceptances(call: Call, params: ByVersion) -> Response:
    """Who has accepted a version of the usage policy, and who has not."""

    async def page(visitor: Visitor, tx: Tx) -> Response:
        found = await actions.acceptances(
            tx, visitor.actor, params.version, accepted=params.accepted, after=max(params.after, 0), limit=SHOWN
        )
        return await shown(
            visitor, tx, "acceptances.html", found=found, wanted=params,
            tally=await actions.tally(tx, visitor.actor, params.version),
            following=found[-1].account_id if len(found) == SHOWN else None,
        )  # fmt: skip

    return await opened(call, params, OFFICE, page)


@routes.get(HERE + "/usage/{version}/accepted.csv", auth="none", hidden=True, tx=False)
async def accepted_csv(call: Call, params: ByVersion) -> Response:
    """The same as a table for a spreadsheet, all members at once."""

    async def page(visitor: Visitor, tx: Tx) -> Response:
        text, after = io.StringIO(), 0
        writer = csv.writer(text)
        writer.writerow(["handle", "display_name", "email", "version", "accepted_at"])
        while found := await actions.acceptances(tx, visitor.actor, params.version, after=after, limit=AT_ONCE):
            for one in found:
                when = iso(one.accepted_at) if one.accepted_at else ""
                writer.writerow([one.handle, _cell(one.display_name), one.email or "", params.version, when])
            after = found[-1].account_id
        headers = {
            "Content-Disposition": f'attachment; filename="usage-policy-{params.version}.csv"',
            "Cache-Control": "private, no-store",
        }
        return Response(text.getvalue(), 200, headers, "text/csv; charset=utf-8")

    return await opened(call, params, OFFICE, page)


def _cell(text: str) -> str:
    """A spreadsheet takes what begins so for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


async def _page(
    visitor: Visitor, tx: Tx, what: What, wrong: Invalid | None = None, *, form: Written | None = None,
    done: bool = False,
) -> Response:  # fmt: skip
    actor = visitor.actor
    usage = await actions.versions(tx, actor)
    try:
        now = await actions.current(tx)
    except NotFound:
        now = None
    draft = await drafts.find(tx, actor, what)
    if draft is not None and form is None:
        form = Written(what=what, text=draft.content, effective_date=draft.effective_date)
    who = await people.by_ids(tx, [draft.saved_by]) if draft is not None else {}
    return await shown(
        visitor, tx, "terms.html", draft=draft, drafted_by=who.get(draft.saved_by) if draft is not None else None,
        wrong=wrong, done=done, what=what, form=form or Written(),
        look=marked_up(form.text) if form and form.csrf and form.text.strip() else None, today=terms.today(),
        terms=await terms.listed(tx, actor), usage=usage, current=now.version if now else 0,
        tallies={one.version: await actions.tally(tx, actor, one.version) for one in usage[:5]}, marked_up=marked_up,
    )  # fmt: skip
