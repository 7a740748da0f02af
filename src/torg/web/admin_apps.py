"""Apps and scripts that act for members, in the browser: who let in which, what for, and shutting them out."""

from __future__ import annotations

from starlette.responses import Response

from torg.access import apps, overview
from torg.accounts import reads as people
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.page import Page as Turn
from torg.text.messages import marked as _
from torg.web.admin_office import Page, PressedOne, commanded, opened, shown
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = overview.OFFICE
HERE = "/admin/apps"
SHOWN = 40
HOLDERS = 100
SCOPES = {
    "read": _("reads everything"),
    "write": _("writes, changes and deletes"),
    "follow": _("follows and blocks"),
    "push": _("sends notifications"),
    "profile": _("sees who one is"),
    "offline_access": _("stays until it is shut out"),
    "admin:read": _("reads what the role administers"),
    "admin:write": _("administers"),
}
"""What the widest scopes let an app do; others are shown as they are written."""


class Wanted(Page, kw_only=True):
    """`name`: only apps with this in their name."""

    name: str = ""


class One(Page, kw_only=True):
    """`after`: the last account of the page before."""

    id: int
    after: int = 0


class Out(PressedOne, kw_only=True):
    """`account`: only what this one gave."""

    account: int | None = None


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Wanted) -> Response:
    """Apps that hold tokens, the newest first."""

    async def page(visitor: Visitor, tx: Tx) -> Response:
        found = await overview.listed(tx, visitor.actor, Turn(limit=SHOWN, max_id=params.max_id), params.name.strip())
        return await shown(
            visitor, tx, "apps.html", found=found, scope_words=SCOPES, wanted=params, done=params.done,
            older=found[-1].id if len(found) == SHOWN else None,
        )  # fmt: skip

    return await opened(call, params, OFFICE, page)


@routes.get(HERE + "/{id}", auth="none", hidden=True, tx=False)
async def show(call: Call, params: One) -> Response:
    """Who let it in."""

    async def page(visitor: Visitor, tx: Tx) -> Response:
        return await _page(visitor, tx, params.id, after=max(params.after, 0), done=params.done)

    return await opened(call, params, OFFICE, page)


@routes.post(HERE + "/{id}/revoke", auth="none", hidden=True, tx=False)
async def revoke(call: Call, form: Out) -> Response:
    """Shut it out: everywhere, or from one account."""

    async def again(visitor: Visitor, tx: Tx, refused: Invalid) -> Response:
        return await _page(visitor, tx, form.id, refused)

    goal = HERE if form.account is None else f"{HERE}/{form.id}"
    return await commanded(
        call, form, OFFICE, lambda visitor, tx: overview.shut_out(tx, visitor.actor, form.id, form.account), again, goal
    )


async def _page(
    visitor: Visitor, tx: Tx, id_: int, wrong: Invalid | None = None, *, after: int = 0, done: bool = False
) -> Response:
    app = await apps.by_id(tx, id_)
    if app is None:
        raise NotFound
    found = await overview.holders(tx, visitor.actor, id_, after, HOLDERS)
    who = await people.by_ids(tx, {one.account_id for one in found if one.account_id is not None})
    return await shown(
        visitor, tx, "app.html", wrong=wrong, scope_words=SCOPES, done=done, app=app, found=found, who=who,
        following=found[-1].account_id if len(found) == HOLDERS else None,
    )  # fmt: skip
