"""Block lists of others in the browser: looked at first, followed, reviewed where they jumped, left."""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

from torg.engine.fetched import FetchError
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.errors import Invalid, invalid
from torg.peers import subscription_store, subscriptions
from torg.peers.block_lists import Read
from torg.peers.importing import Plan
from torg.web.admin_office import Page, Pressed, PressedOne, commanded, commander, opened, shown
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = Permission.MANAGE_FEDERATION
HERE = "/admin/federation/lists"


class Followed(Pressed, kw_only=True):
    """`severity`: no block of the list goes beyond it. `removals`: what is done with those that leave it."""

    url: str = ""
    severity: Literal["silence", "suspend"] = "suspend"
    removals: Literal["keep", "lift"] = "keep"
    act: Literal["look", "follow"] = "look"


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Page) -> Response:
    return await opened(call, params, OFFICE, lambda visitor, tx: _page(visitor, tx, done=params.done))


@routes.post(HERE, auth="none", hidden=True, tx=False, limit="media")
async def follow(call: Call, form: Followed) -> Response:
    """Show what a list would do, or follow it: a job looks at it now, and once a day."""

    async def again(visitor: Visitor, tx: Tx, refused: Invalid) -> Response:
        return await _page(visitor, tx, refused, form)

    if form.act == "follow":
        return await commanded(
            call, form, OFFICE,
            lambda visitor, tx: subscriptions.subscribe(
                tx, visitor.actor, form.url.strip(), severity=form.severity, removals=form.removals
            ),
            again, HERE,
        )  # fmt: skip
    visitor = await commander(call, form, OFFICE)
    if isinstance(visitor, Response):
        return visitor
    wrong, looked = None, None
    try:  # No transaction is open while another server is waited for
        looked = await subscriptions.preview(
            call.db, call.services.fetch, call.network, form.url.strip(), severity=form.severity
        )
    except Invalid as refused:
        wrong = refused
    except FetchError:
        wrong = invalid("url", "ERR_UNREACHABLE", "cannot be reached")
    async with call.db.tx(visitor.actor.whole) as tx:
        return await _page(visitor, tx, wrong, form, looked)


@routes.post(HERE + "/{id}/refresh", auth="none", hidden=True, tx=False, limit="delete")
async def refresh(call: Call, form: PressedOne) -> Response:
    """Look at it now; one that waits for review is applied as it is by now."""
    return await commanded(
        call, form, OFFICE, lambda visitor, tx: subscriptions.refresh(tx, visitor.actor, form.id), _page, HERE
    )


@routes.post(HERE + "/{id}/delete", auth="none", hidden=True, tx=False)
async def leave(call: Call, form: PressedOne) -> Response:
    """Follow it no longer; what it blocked stays blocked."""
    return await commanded(
        call, form, OFFICE, lambda visitor, tx: subscriptions.unsubscribe(tx, visitor.actor, form.id), _page, HERE
    )


async def _page(
    visitor: Visitor, tx: Tx, wrong: Invalid | None = None, form: Followed | None = None,
    looked: tuple[Read, Plan] | None = None, *, done: bool = False,
) -> Response:  # fmt: skip
    read, plan = looked or (None, None)
    return await shown(
        visitor, tx, "block_lists.html", wrong=wrong, done=done, found=await subscription_store.listed(tx),
        form=form or Followed(), plan=plan, refused=read.refused if read else [],
    )  # fmt: skip
