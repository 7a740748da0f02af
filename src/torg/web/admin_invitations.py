"""Invitations in the browser: make a link to send, see how often it was used, take it back."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from torg.access import invites, persons
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.joining import letters
from torg.kernel.actor import Permission
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, Invalid, invalid
from torg.kernel.page import Page as Turn
from torg.moderation import log
from torg.web.admin_office import Page, Pressed, PressedOne, commander, officer, shown
from torg.web.member import onward
from torg.web.visitor import Visitor

routes = Routes("pages")

INVITE = Permission.INVITE_USERS
SHOWN = 40
USUAL_DAYS = 7


class NewInvitation(Pressed, kw_only=True):
    """`uses`, `days` empty: without a limit, without an end. `company`: where an outsider works.

    `email`: send the link there; then it is good for one.
    """

    email: str = ""
    uses: int | None = None
    days: int | None = None
    autofollow: bool = False
    company: str = ""


@routes.get("/admin/invitations", auth="none", hidden=True, tx=False)
async def index(call: Call, params: Page) -> Response:
    """One's own, or all for who manages them."""
    visitor = _no_guest(await officer(call, params, INVITE))
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        return await _index(visitor, tx, params.max_id, done=params.done)


@routes.post("/admin/invitations", auth="none", hidden=True, tx=False, limit="invite")
async def create(call: Call, form: NewInvitation) -> Response:
    visitor = _no_guest(await commander(call, form, INVITE))
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        try:
            if form.days is not None and not 1 <= form.days <= invites.LONGEST // 86_400:
                raise invalid("expires_in", "ERR_INVALID", f"must be from 1 to {invites.LONGEST // 86_400}")
            email = persons.clean_email(form.email) if form.email.strip() else ""
            if email is None:
                raise invalid("email", "ERR_INVALID", "is not an e-mail address")
            async with tx.savepoint():
                made = await invites.create(
                    tx,
                    visitor.actor.me,
                    max_uses=1 if email else form.uses,
                    expires_at=now() + timedelta(days=form.days) if form.days else None,
                    autofollow=form.autofollow,
                    company=form.company,
                )
                if email:
                    by = visitor.account.display_name or f"@{visitor.account.handle}" if visitor.account else ""
                    await letters.send_invitation(
                        tx, call.network, email, f"{_link(visitor)}{made.code}", by, locale=visitor.language
                    )
                    await log.record(tx, visitor.actor, "send", "invite", made.id)
        except Invalid as refused:
            return await _index(visitor, tx, None, refused, form=form)
    return onward("/admin/invitations?done=1")


def _link(visitor: Visitor) -> str:
    """The address that a code is added to."""
    return f"{visitor.call.origin}/auth/sign_up?invite="


@routes.post("/admin/invitations/{id}/delete", auth="none", hidden=True, tx=False)
async def delete(call: Call, form: PressedOne) -> Response:
    """Take one back; who came by it stays."""
    visitor = _no_guest(await commander(call, form, INVITE))
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        await invites.delete(tx, visitor.actor, form.id)
    return onward("/admin/invitations?done=1")


def _no_guest(visitor: Visitor | Response) -> Visitor | Response:
    if isinstance(visitor, Visitor) and visitor.actor.guest:
        raise Forbidden
    return visitor


async def _index(
    visitor: Visitor, tx: Tx, max_id: int | None, wrong: Invalid | None = None, *, done: bool = False,
    form: NewInvitation | None = None,
) -> Response:  # fmt: skip
    found = await invites.of(tx, visitor.actor, Turn(limit=SHOWN, max_id=max_id))
    older = found[-1].id if len(found) == SHOWN else None
    return await shown(
        visitor, tx, "invitations.html", wrong=wrong, done=done, found=found, link=_link(visitor), older=older,
        form=form or NewInvitation(days=USUAL_DAYS), mailed=(await visitor.call.services.mail.way()).target is not None,
    )  # fmt: skip
