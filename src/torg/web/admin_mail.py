"""How mail goes, in the browser: what is set, a test letter to oneself, and another way where nobody else shares it."""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

from torg.access import persons
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.joining import mailing
from torg.joining.mailing import MailForm, Trial
from torg.kernel.actor import Permission
from torg.kernel.errors import Forbidden, Invalid
from torg.web.admin_office import Page, commander, done, opened, shown
from torg.web.member import onward
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = Permission.DEVOPS | Permission.MANAGE_SETTINGS
HERE = "/admin/mail"


class Written(MailForm, kw_only=True):
    """`act` `try`: only send a letter, by what was typed if anything was."""

    lang: str | None = None
    csrf: str | None = None

    act: Literal["try", "keep"] = "try"


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def show(call: Call, params: Page) -> Response:
    return await opened(call, params, OFFICE, lambda visitor, tx: _page(visitor, tx, done=params.done))


@routes.post(HERE, auth="none", hidden=True, tx=False, limit="delete")
async def act(call: Call, form: Written) -> Response:
    """A test letter to who asks for it, or another way for all mail."""
    visitor = await commander(call, form, OFFICE)
    if isinstance(visitor, Response):
        return visitor
    mine = await _changes(visitor)
    try:
        route = mailing.route_of(form) if mine else None
        if form.act == "try":
            async with call.db.tx(visitor.actor.whole) as tx:
                to = await _own_address(visitor, tx)
            tried = await mailing.trial(
                call.services.mail, to, place=call.network.name, language=visitor.language, route=route
            )
            async with call.db.tx(visitor.actor.whole) as tx:
                return await _page(visitor, tx, form=form, tried=tried)
        if not mine:
            raise Forbidden
        if route is None:
            raise Invalid(details={"mail_host": [("ERR_BLANK", "can't be blank")]})
        async with call.db.tx(visitor.actor.whole) as tx:
            await mailing.change(tx, visitor.actor, call.db, route)
    except Invalid as refused:
        async with call.db.tx(visitor.actor.whole) as tx:
            return await _page(visitor, tx, wrong=refused, form=form)
    return onward(done(HERE))


async def _changes(visitor: Visitor) -> bool:
    """Whether this office says how mail goes: no setting does, and no other organisation shares the installation."""
    way = await visitor.call.services.mail.way()
    return not way.fixed and visitor.actor.may(mailing.OFFICE) and await mailing.sole(visitor.call.db)


async def _own_address(visitor: Visitor, tx: Tx) -> str:
    person_id = visitor.account.person_id if visitor.account else None
    person = await persons.by_id(tx, person_id) if person_id is not None else None
    return person.email if person else ""


async def _page(
    visitor: Visitor, tx: Tx, *, wrong: Invalid | None = None, form: MailForm | None = None,
    tried: Trial | None = None, done: bool = False,
) -> Response:  # fmt: skip
    return await shown(
        visitor, tx, "mail.html", wrong=wrong, done=done, goes=await visitor.call.services.mail.way(), tried=tried,
        changes=await _changes(visitor), form=form or MailForm(), to=await _own_address(visitor, tx),
        details=visitor.actor.may(mailing.OFFICE),
    )  # fmt: skip
