"""Keys that the network and its accounts sign with, in the browser: seen, and changed for new ones."""

from __future__ import annotations

from starlette.responses import Response

from torg.accounts import reads as people
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.errors import NotFound
from torg.kernel.page import Page as Turn
from torg.peers.rules import federates
from torg.signing import office
from torg.web.admin_office import Page, Pressed, commander, opened, shown
from torg.web.member import onward
from torg.web.visitor import Visitor

routes = Routes("pages")

HERE = "/admin/keys"
SHOWN = 40


class Wanted(Page, kw_only=True):
    """`who`: only accounts whose handle begins so."""

    who: str = ""


class OfAccount(Pressed, kw_only=True):
    """`account`: whose; without one the network's own."""

    account: int | None = None


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Wanted) -> Response:
    """The current keys, the newest first."""

    async def page(visitor: Visitor, tx: Tx) -> Response:
        found = await office.listed(
            tx, visitor.actor, Turn(limit=SHOWN, max_id=params.max_id), params.who.strip().lstrip("@")
        )
        return await shown(
            visitor, tx, "keys.html", found=found, wanted=params, done=params.done,
            federates=federates(call.network), older=found[-1].id if len(found) == SHOWN else None,
        )  # fmt: skip

    return await opened(call, params, office.OFFICE, page, only="public")


@routes.post(HERE, auth="none", hidden=True, tx=False)
async def rotate(call: Call, form: OfAccount) -> Response:
    """A new key; the old one signs no more from now on."""
    visitor = await commander(call, form, office.OFFICE, "public")
    if isinstance(visitor, Response):
        return visitor
    if not federates(call.network):
        raise NotFound
    account = None
    if form.account is not None:
        async with call.db.tx(visitor.actor.whole) as tx:
            account = (await people.by_ids(tx, [form.account])).get(form.account)
        if account is None or not account.is_local:
            raise NotFound
    await office.rotate(call.services, call.network, visitor.actor, account)
    return onward(f"{HERE}?done=1")
