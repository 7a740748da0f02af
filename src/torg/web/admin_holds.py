"""Legal holds in the browser: laid on a person, a group, a tag, a search or everything, and released."""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

from torg.accounts import reads as people
from torg.compliance import holds
from torg.compliance.model import Hold, HoldDraft, HoldKind
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import now
from torg.kernel.errors import Invalid
from torg.kernel.page import Page as Turn
from torg.web import admin_named as names
from torg.web.admin_office import Page, Pressed, PressedOne, commanded, opened, shown
from torg.web.forms import moment
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = Permission.MANAGE_COMPLIANCE
HERE = "/admin/holds"
SHOWN = 20


class Wanted(Page, kw_only=True):
    state: Literal["active", "ended"] = "active"


class Laid(Pressed, kw_only=True):
    """`of`: the handle, tag or search that the kind asks for."""

    name: str = ""
    kind: HoldKind = "person"
    of: str = ""
    reason: str = ""
    starts_at: str = ""
    ends_at: str = ""


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Wanted) -> Response:
    """Those that bind, or no longer do, the newest first."""
    return await opened(call, params, OFFICE, lambda visitor, tx: _page(visitor, tx, params))


@routes.post(HERE, auth="none", hidden=True, tx=False)
async def lay(call: Call, form: Laid) -> Response:
    """From now on nothing that it matches is really gone."""

    async def work(visitor: Visitor, tx: Tx) -> None:
        await holds.lay(tx, visitor.actor, await _draft(visitor, tx, form))

    async def again(visitor: Visitor, tx: Tx, refused: Invalid) -> Response:
        return await _page(visitor, tx, Wanted(), refused, form)

    return await commanded(call, form, OFFICE, work, again, HERE)


@routes.post(HERE + "/{id}/release", auth="none", hidden=True, tx=False)
async def release(call: Call, form: PressedOne) -> Response:
    """What it alone kept falls due."""
    return await commanded(
        call, form, OFFICE, lambda visitor, tx: holds.release(tx, visitor.actor, form.id),
        lambda visitor, tx, refused: _page(visitor, tx, Wanted(), refused), HERE,
    )  # fmt: skip


async def _draft(visitor: Visitor, tx: Tx, form: Laid) -> HoldDraft:
    person = await names.account(visitor, tx, "account_id", form.of) if form.kind == "person" else None
    group = await names.group(visitor, tx, "group_id", form.of) if form.kind == "group" else None
    return HoldDraft(
        name=form.name, kind=form.kind, reason=form.reason,
        account_id=person.id if person else None, group_id=group.id if group else None,
        tag=form.of if form.kind == "tag" else None, expression=form.of if form.kind == "search" else None,
        starts_at=moment("starts_at", form.starts_at, visitor.zone),
        ends_at=moment("ends_at", form.ends_at, visitor.zone),
    )  # fmt: skip


def _state(hold: Hold) -> str:
    if hold.released_at is not None:
        return "released"
    if hold.ends_at is not None and hold.ends_at <= now():
        return "ended"
    return "planned" if hold.starts_at > now() else "active"


async def _page(
    visitor: Visitor, tx: Tx, params: Wanted, wrong: Invalid | None = None, form: Laid | None = None
) -> Response:
    asked = Turn(limit=SHOWN, max_id=params.max_id)
    listed = await holds.listed(tx, visitor.actor, asked, active=params.state == "active")
    found = [(hold, _state(hold), (await holds.find(tx, visitor.actor, hold.id))[1]) for hold in listed]
    ids = {id_ for hold in listed for id_ in (*hold.account_ids, hold.group_id, hold.created_by) if id_ is not None}
    return await shown(
        visitor, tx, "holds.html", wrong=wrong, done=params.done, found=found, form=form or Laid(),
        state=params.state, who=await people.by_ids(tx, ids),
        older=listed[-1].id if len(listed) == SHOWN else None,
    )  # fmt: skip
