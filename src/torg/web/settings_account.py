"""Settings: other accounts of one's own, moving to one of them, closing this one."""

from __future__ import annotations

import msgspec
from starlette.responses import RedirectResponse, Response

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.http.browser import expired_form, is_ours
from torg.kernel.errors import Invalid
from torg.portability import leaving, meeting, moving
from torg.text.messages import marked as _
from torg.web.forms import Look
from torg.web.settings_member import DONE, member, onward, person_of, proven, shown
from torg.web.visitor import Visitor

routes = Routes("pages")

HERE = "/settings/account"


WRONG_PASSWORD = _("The present password is wrong.")
UNKNOWN_ALIAS = _("One of these accounts is not known here.")
CANNOT_MOVE = _("You can move only to an account known here that names this one as your own, and once in 30 days.")


class Page(Look, kw_only=True):
    done: bool = False


class Aliases(msgspec.Struct, kw_only=True):
    csrf: str | None = None
    aliases: str = ""


class Move(msgspec.Struct, kw_only=True):
    csrf: str | None = None
    present: str = ""
    target: str = ""


class Close(msgspec.Struct, kw_only=True):
    csrf: str | None = None
    present: str = ""


@routes.get(HERE, auth="none", hidden=True)
async def index(call: Call, params: Page) -> Response:
    """The three forms."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    return await _page(call.tx, visitor, done=params.done)


async def _page(tx: Tx, visitor: Visitor, *, wrong: str = "", done: bool = False) -> Response:
    assert visitor.account is not None
    moved: Account | None = None
    if visitor.account.moved_to_id is not None:
        moved = (await accounts.by_ids(tx, [visitor.account.moved_to_id])).get(visitor.account.moved_to_id)
    aliases = await moving.known_as(tx, visitor.account.id)
    status = 422 if wrong else 200
    return shown(
        visitor, "settings_account.html", status=status, wrong=wrong, done=done, aliases=aliases, moved=moved
    )


@routes.post("/settings/aliases", auth="none", tx=False, limit="login", hidden=True)
async def alias(call: Call, form: Aliases) -> Response:
    """Which other accounts are one's own, a line each."""
    if not is_ours(call, form.csrf):
        return expired_form(call)
    async with call.db.tx(call.network.scope) as tx:
        visitor = await member(call, None, tx)
    if isinstance(visitor, Response):
        return visitor
    await meeting.meet(call.services, call.network, form.aliases.split())
    async with call.db.tx(call.network.scope) as tx:
        try:
            await moving.set_aliases(
                tx, visitor.actor, form.aliases.split(), origin=call.origin, host=call.network.host
            )
        except Invalid:  # its rules come before its first row
            return await _page(tx, visitor, wrong=UNKNOWN_ALIAS)
    return onward(HERE + DONE)


async def _proven(call: Call, present: str) -> tuple[Visitor | Response, bool]:
    """Who asks, and whether the password is right."""
    async with call.db.tx(call.network.scope) as tx:
        visitor = await member(call, None, tx)
        person = None if isinstance(visitor, Response) else await person_of(tx, visitor)
    return visitor, not isinstance(visitor, Response) and await proven(person, present)


@routes.post("/settings/move", auth="none", tx=False, limit="login", hidden=True)
async def move(call: Call, form: Move) -> Response:
    """Send everybody on, and the followers after it."""
    if not is_ours(call, form.csrf):
        return expired_form(call)
    visitor, right = await _proven(call, form.present)
    if isinstance(visitor, Response):
        return visitor
    if right:
        await meeting.meet(call.services, call.network, [form.target])
    async with call.db.tx(call.network.scope) as tx:
        if not right:
            return await _page(tx, visitor, wrong=WRONG_PASSWORD)
        try:
            await moving.move(tx, visitor.actor, form.target, origin=call.origin, host=call.network.host)
        except Invalid:  # its rules come before its first row
            return await _page(tx, visitor, wrong=CANNOT_MOVE)
    return onward(HERE + DONE)


@routes.post("/settings/close", auth="none", tx=False, limit="login", hidden=True)
async def close(call: Call, form: Close) -> Response:
    """Close the account for good."""
    if not is_ours(call, form.csrf):
        return expired_form(call)
    visitor, right = await _proven(call, form.present)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(call.network.scope) as tx:
        if not right:
            return await _page(tx, visitor, wrong=WRONG_PASSWORD)
        await leaving.leave(tx, visitor.actor)
    return RedirectResponse("/", 303, {"Cache-Control": "no-store"})
