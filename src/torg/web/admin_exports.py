"""Exports of the whole network in the browser: asked for, followed while they are made, taken away, removed."""

from __future__ import annotations

from starlette.responses import FileResponse, Response

from torg.accounts import reads as people
from torg.compliance import exports
from torg.compliance.model import Cut
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.errors import Invalid, NotFound
from torg.web import admin_named as names
from torg.web.admin_office import Page, Pressed, PressedOne, commanded, officer, opened, shown
from torg.web.forms import moment
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = Permission.MANAGE_COMPLIANCE
HERE = "/admin/exports"


class Wanted(Page, kw_only=True):
    """`account`: whose handle the form begins with."""

    account: int | None = None


class One(Page, kw_only=True):
    id: int


class Asked(Pressed, kw_only=True):
    """What to cut it to; empty is everything. Days begin at midnight by the clock of the network."""

    since: str = ""
    until: str = ""
    accounts: str = ""
    groups: str = ""


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Wanted) -> Response:
    """The latest fifty, with how far each is."""

    async def page(visitor: Visitor, tx: Tx) -> Response:
        whose = (await people.by_ids(tx, [params.account])).get(params.account) if params.account else None
        form = Asked(accounts=whose.acct if whose else "")
        return await _page(visitor, tx, form=form, done=params.done)

    return await opened(call, params, OFFICE, page)


@routes.post(HERE, auth="none", hidden=True, tx=False)
async def ask(call: Call, form: Asked) -> Response:
    """A job makes it; only one at a time."""

    async def work(visitor: Visitor, tx: Tx) -> None:
        cut = Cut(
            since=moment("since", form.since, visitor.zone),
            until=moment("until", form.until, visitor.zone),
            account_ids=[one.id for one in await names.named(visitor, tx, "account_ids", form.accounts)],
            group_ids=[one.id for one in await names.named(visitor, tx, "group_ids", form.groups, groups=True)],
        )
        await exports.ask(tx, visitor.actor, cut)

    async def again(visitor: Visitor, tx: Tx, refused: Invalid) -> Response:
        return await _page(visitor, tx, refused, form=form)

    return await commanded(call, form, OFFICE, work, again, HERE)


@routes.get(HERE + "/{id}/file", auth="none", hidden=True, tx=False)
async def file(call: Call, params: One) -> Response:
    """The finished file, for a week; that it was taken stands in the log."""
    visitor = await officer(call, params, OFFICE)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        found = await exports.taken(tx, visitor.actor, params.id)
    path = exports.archive(call.services.settings.data, found.id)
    if not path.is_file():
        raise NotFound(log=f"the file of the export {found.id} is not there")
    headers = {"Cache-Control": "private, no-store"}
    return FileResponse(path, media_type="application/zip", filename=f"compliance-{found.id}.zip", headers=headers)


@routes.post(HERE + "/{id}/delete", auth="none", hidden=True, tx=False)
async def remove(call: Call, form: PressedOne) -> Response:
    """The file is gone, or no longer made."""
    data = call.services.settings.data
    return await commanded(
        call, form, OFFICE, lambda visitor, tx: exports.drop(tx, visitor.actor, form.id, data), _page, HERE
    )


async def _page(
    visitor: Visitor, tx: Tx, wrong: Invalid | None = None, *, form: Asked | None = None, done: bool = False
) -> Response:
    found = await exports.latest(tx, visitor.actor)
    ids = {one.created_by for one in found}
    ids |= {id_ for one in found for id_ in (*one.params.account_ids, *one.params.group_ids)}
    return await shown(
        visitor, tx, "exports.html", wrong=wrong, done=done, found=found, form=form or Asked(),
        who=await people.by_ids(tx, ids), busy=any(one.state in ("waiting", "running") for one in found),
    )  # fmt: skip
