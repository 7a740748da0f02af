"""The watch list in the browser: what is watched for, tried on a text first, and where it was found."""

from __future__ import annotations

from typing import Any, Literal

from starlette.responses import Response

from torg.accounts import reads as people
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.errors import Invalid
from torg.kernel.page import Page as Turn
from torg.monitoring import actions
from torg.monitoring.model import Kind, Match, Severity
from torg.web import admin_named as names
from torg.web.admin_office import Page, Pressed, PressedOne, commanded, opened, shown, tried
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = Permission.MONITOR
HERE = "/admin/watches"
SHOWN = 20


class Wanted(Page, kw_only=True):
    """`watch`: only its hits."""

    state: Literal["open", "resolved"] = "open"
    watch: int | None = None


class One(Page, kw_only=True):
    id: int


class Watched(Pressed, kw_only=True):
    """`act` `try`: only say what would be found in `sample`. `group`, `reader`: handles, may be empty."""

    name: str = ""
    kind: Kind = "words"
    expression: str = ""
    severity: Severity = "medium"
    group: str = ""
    reader: str = ""
    notify_email: str = ""
    enabled: bool = False
    act: Literal["save", "try"] = "save"
    sample: str = ""


class Changed(Watched, kw_only=True):
    id: int


class Resolved(PressedOne, kw_only=True):
    note: str = ""


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Wanted) -> Response:
    """Where it was found, the newest first, and what is watched for."""
    return await opened(call, params, OFFICE, lambda visitor, tx: _page(visitor, tx, params))


@routes.get(HERE + "/new", auth="none", hidden=True, tx=False)
async def begin(call: Call, params: Page) -> Response:
    return await opened(call, params, OFFICE, lambda visitor, tx: _form(visitor, tx, None, Watched(enabled=True)))


@routes.get(HERE + "/{id}", auth="none", hidden=True, tx=False)
async def show(call: Call, params: One) -> Response:
    async def page(visitor: Visitor, tx: Tx) -> Response:
        found = await actions.find(tx, visitor.actor, params.id)
        who = await people.by_ids(tx, [id_ for id_ in (found.group_id, found.notify_account_id) if id_ is not None])
        form = Watched(
            name=found.name, kind=found.kind, expression=found.expression, severity=found.severity,
            group=who[found.group_id].handle if found.group_id in who else "",
            reader=who[found.notify_account_id].handle if found.notify_account_id in who else "",
            notify_email=found.notify_email, enabled=found.enabled,
        )  # fmt: skip
        return await _form(visitor, tx, params.id, form, done=params.done)

    return await opened(call, params, OFFICE, page)


@routes.post(HERE, auth="none", hidden=True, tx=False)
async def create(call: Call, form: Watched) -> Response:
    """Watch for something from now on, or only try it."""
    return await _written(call, None, form)


@routes.post(HERE + "/{id}", auth="none", hidden=True, tx=False)
async def change(call: Call, form: Changed) -> Response:
    return await _written(call, form.id, form)


@routes.post(HERE + "/{id}/delete", auth="none", hidden=True, tx=False)
async def delete(call: Call, form: PressedOne) -> Response:
    """With its hits."""
    return await commanded(
        call, form, OFFICE, lambda visitor, tx: actions.delete(tx, visitor.actor, form.id), _again, HERE
    )


@routes.post(HERE + "/hits/{id}/resolve", auth="none", hidden=True, tx=False)
async def resolve(call: Call, form: Resolved) -> Response:
    """A hit has been dealt with, and how."""
    return await commanded(
        call, form, OFFICE, lambda visitor, tx: actions.resolve(tx, visitor.actor, form.id, form.note), _again, HERE
    )


@routes.post(HERE + "/hits/{id}/reopen", auth="none", hidden=True, tx=False)
async def reopen(call: Call, form: PressedOne) -> Response:
    return await commanded(
        call, form, OFFICE, lambda visitor, tx: actions.reopen(tx, visitor.actor, form.id), _again, HERE
    )


async def _written(call: Call, id_: int | None, form: Watched) -> Response:
    async def work(visitor: Visitor, tx: Tx) -> None:
        values = await _values(visitor, tx, form)
        if id_ is None:
            await actions.create(tx, visitor.actor, values)
        else:
            await actions.update(tx, visitor.actor, id_, values)

    async def attempt(visitor: Visitor, tx: Tx) -> Response:
        found = actions.attempt(visitor.actor, form.kind, form.expression, form.sample)
        return await _form(visitor, tx, id_, form, found=found)

    async def again(visitor: Visitor, tx: Tx, refused: Invalid) -> Response:
        return await _form(visitor, tx, id_, form, refused)

    if form.act == "try":
        return await tried(call, form, OFFICE, attempt, again)
    return await commanded(call, form, OFFICE, work, again, HERE)


async def _values(visitor: Visitor, tx: Tx, form: Watched) -> dict[str, Any]:
    """What is kept of a form; Invalid for handles that nobody has here."""
    group = await names.group(visitor, tx, "group_id", form.group)
    reader = await names.account(visitor, tx, "notify_account_id", form.reader)
    return {
        "name": form.name, "kind": form.kind, "expression": form.expression, "severity": form.severity,
        "group_id": group.id if group else None, "notify_account_id": reader.id if reader else None,
        "notify_email": form.notify_email, "enabled": form.enabled,
    }  # fmt: skip


async def _form(
    visitor: Visitor, tx: Tx, id_: int | None, form: Watched, wrong: Invalid | None = None, *,
    found: list[Match] | None = None, done: bool = False,
) -> Response:  # fmt: skip
    return await shown(visitor, tx, "watch.html", wrong=wrong, done=done, id=id_, form=form, found=found)


async def _again(visitor: Visitor, tx: Tx, refused: Invalid) -> Response:
    return await _page(visitor, tx, Wanted(), refused)


async def _page(visitor: Visitor, tx: Tx, params: Wanted, wrong: Invalid | None = None) -> Response:
    asked = Turn(limit=SHOWN, max_id=params.max_id)
    hits = await actions.hits(
        tx, visitor.actor, asked, watch_id=params.watch, resolved=params.state == "resolved"
    )
    return await shown(
        visitor, tx, "watches.html", wrong=wrong, done=params.done, hits=hits, wanted=params,
        watches=await actions.listed(tx, visitor.actor), older=hits[-1].id if len(hits) == SHOWN else None,
    )  # fmt: skip
