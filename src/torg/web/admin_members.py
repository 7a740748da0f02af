"""Members for those who look after them: search and filter, one member, being let in, measures and their end, roles."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import msgspec
from starlette.responses import Response

from torg.access import persons
from torg.accounts import reads as people
from torg.administration import appeals, logins, roles
from torg.administration.model import Role
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.joining import leaving
from torg.kernel.actor import Permission
from torg.kernel.clock import now
from torg.kernel.errors import Invalid, invalid
from torg.kernel.page import Page as Turn
from torg.moderation import accounts, log, reads, report_store
from torg.moderation.model import Act, Search, Status
from torg.portability import erasing
from torg.web.admin_acts import speaker
from torg.web.admin_office import EITHER, Page, PressedOne, commanded, commander, officer, shown
from torg.web.member import onward
from torg.web.visitor import Visitor

routes = Routes("pages")

USERS = Permission.MANAGE_USERS
SHOWN = 40
ACTS_SHOWN = 10
Seen = Literal["in7", "in30", "not30", "not90", "not365"]


class Wanted(Page, kw_only=True):
    """`q` is part of what `by` names."""

    q: str = ""
    by: Literal["username", "display_name", "email", "by_domain", "ip"] = "username"
    seen: Seen | None = None
    status: Status | None = None
    origin: Literal["local", "remote"] = "local"
    role: int | None = None


class One(Page, kw_only=True):
    id: int


class Decision(PressedOne, kw_only=True):
    verb: Literal["approve", "reject"]


class Verdict(Decision, kw_only=True):
    """`strike`: the measure that was objected to."""

    strike: int


class Release(PressedOne, kw_only=True):
    verb: Literal["enable", "unsilence", "unsuspend", "unsensitive"]


class Measure(PressedOne, kw_only=True):
    """`text` is sent to the member; `type` `none` only warns."""

    type: Act = "none"
    text: str = ""
    mail: bool = False


class Login(PressedOne, kw_only=True):
    verb: Literal["password", "out", "second"]


class Goodbye(PressedOne, kw_only=True):
    """`handle`: typed again by who really means it. `mode` `leave` takes out of this network and erases nothing."""

    mode: Literal["leave", "delete", "anonymise"] = "leave"
    handle: str = ""


class Appointment(PressedOne, kw_only=True):
    """`role` empty: none."""

    role: int | None = None


UNDONE: dict[str, Act] = {
    "enable": "disable", "unsilence": "silence", "unsuspend": "suspend", "unsensitive": "sensitive",
}  # fmt: skip
ALREADY = Invalid("This was already done")
"""Somebody else was faster, or the page was old; it is not that one may not."""


@routes.get("/admin/members", auth="none", hidden=True, tx=False)
async def index(call: Call, params: Wanted) -> Response:
    """Those looked for, the newest first."""
    visitor = await officer(call, params, USERS)
    if isinstance(visitor, Response):
        return visitor
    search = Search(
        origin=params.origin,
        statuses=[params.status] if params.status else [],
        role_ids=[params.role] if params.role else [],
        groups=False,
    )
    if params.seen:
        since = now().date() - timedelta(days=int(params.seen.lstrip("inot")))
        search = msgspec.structs.replace(
            search, **{"unseen_since" if params.seen.startswith("not") else "seen_since": since}
        )
    if sought := params.q.strip().lstrip("@"):
        search = msgspec.structs.replace(search, **{params.by: sought})
    async with call.db.tx(visitor.actor.whole) as tx:
        ids = await reads.search(tx, search, Turn(limit=SHOWN, max_id=params.max_id))
        people, known = await reads.known(tx, ids)
        found = [people[id_] for id_ in ids if id_ in people]
        return await shown(
            visitor, tx, "members.html", *found, found=found, known=known, wanted=params,
            roles=await _roles(visitor, tx), older=ids[-1] if len(ids) == SHOWN else None,
        )  # fmt: skip


@routes.get("/admin/members/{id}", auth="none", hidden=True, tx=False)
async def show(call: Call, params: One) -> Response:
    visitor = await officer(call, params, EITHER | Permission.MANAGE_APPEALS)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        return await _member(visitor, tx, params.id, done=params.done)


@routes.post("/admin/members/{id}/act", auth="none", hidden=True, tx=False)
async def act(call: Call, form: Measure) -> Response:
    """Warn, or take a measure."""
    visitor = await commander(call, form, EITHER)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        try:
            async with tx.savepoint():
                await accounts.act(tx, visitor.actor, form.id, form.type, text=form.text, mail=form.mail)
        except Invalid as refused:
            return await _member(visitor, tx, form.id, refused, form=form)
    return _back(form)


@routes.post("/admin/members/{id}/role", auth="none", hidden=True, tx=False)
async def appoint(call: Call, form: Appointment) -> Response:
    """Give a role below one's own, or none."""
    visitor = await commander(call, form, Permission.MANAGE_ROLES)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        try:
            async with tx.savepoint():
                await roles.assign(tx, visitor.actor, form.id, form.role)
        except Invalid as refused:
            return await _member(visitor, tx, form.id, refused)
    return _back(form)


@routes.post("/admin/members/{id}/decide/{verb}", auth="none", hidden=True, tx=False)
async def decide(call: Call, form: Decision) -> Response:
    """Let somebody in who waits for it, or turn away."""
    visitor = await commander(call, form, USERS)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        if (await accounts.find(tx, form.id)).state != "pending":
            return await _member(visitor, tx, form.id, ALREADY)
        await (accounts.approve if form.verb == "approve" else accounts.reject)(tx, visitor.actor, form.id)
    return _back(form) if form.verb == "approve" else onward("/admin/members?status=pending&done=1")


@routes.post("/admin/members/{id}/login/{verb}", auth="none", hidden=True, tx=False, limit="delete")
async def login(call: Call, form: Login) -> Response:
    """Mail a link for a new password, take the second factor off, or log out of every browser and app."""

    async def work(visitor: Visitor, tx: Tx) -> None:
        if form.verb == "password":
            await logins.reset_password(tx, visitor.actor, call.network, call.origin, form.id)
        elif form.verb == "second":
            await logins.take_off_second(call.db, tx, visitor.actor, call.network, form.id)
        else:
            await logins.sign_out(tx, visitor.actor, form.id)

    return await commanded(
        call, form, logins.OFFICE, work, lambda visitor, tx, refused: _member(visitor, tx, form.id, refused),
        f"/admin/members/{form.id}",
    )  # fmt: skip


@routes.post("/admin/members/{id}/goodbye", auth="none", hidden=True, tx=False)
async def goodbye(call: Call, form: Goodbye) -> Response:
    """Take a member out of the network, or erase the person; the handle must be typed again."""
    office = leaving.OFFICE if form.mode == "leave" else Permission.MANAGE_COMPLIANCE

    async def work(visitor: Visitor, tx: Tx) -> None:
        account = await accounts.find(tx, form.id)
        if form.handle.strip().lstrip("@").lower() != account.handle.lower():
            raise invalid("handle", "ERR_INVALID", "is not the handle of this member")
        if form.mode == "leave":
            await leaving.remove(tx, visitor.actor, form.id)
        else:
            await erasing.ask(tx, visitor.actor, form.id, form.mode)

    return await commanded(
        call, form, office, work,
        lambda visitor, tx, refused: _member(visitor, tx, form.id, refused, leaving_by=form), "/admin/members",
    )  # fmt: skip


@routes.post("/admin/members/{id}/undo/{verb}", auth="none", hidden=True, tx=False)
async def undo(call: Call, form: Release) -> Response:
    """Take a measure back."""
    visitor = await commander(call, form, USERS)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        if form.verb == "unsuspend" and (await accounts.find(tx, form.id)).suspended_at is None:
            return await _member(visitor, tx, form.id, ALREADY)
        await accounts.release(tx, visitor.actor, form.id, UNDONE[form.verb])
    return _back(form)


@routes.post("/admin/members/{id}/appeals/{strike}/{verb}", auth="none", hidden=True, tx=False)
async def decide_appeal(call: Call, form: Verdict) -> Response:
    """Grant an objection, which takes the measure back, or turn it down."""

    async def work(visitor: Visitor, tx: Tx) -> None:
        await appeals.decide(tx, visitor.actor, call.network, form.strike, approved=form.verb == "approve")

    return await commanded(
        call, form, Permission.MANAGE_APPEALS, work,
        lambda visitor, tx, refused: _member(visitor, tx, form.id, refused), f"/admin/members/{form.id}",
    )  # fmt: skip


def _back(form: PressedOne) -> Response:
    return onward(f"/admin/members/{form.id}?done=1")


async def _roles(visitor: Visitor, tx: Tx) -> list[Role]:
    """For who may give them."""
    return await roles.listed(tx, visitor.actor) if visitor.actor.may(Permission.MANAGE_ROLES) else []


async def _member(
    visitor: Visitor, tx: Tx, id_: int, wrong: Invalid | None = None, *, done: bool = False,
    form: Measure | None = None, leaving_by: Goodbye | None = None,
) -> Response:  # fmt: skip
    """`form`, `leaving_by`: what was typed, and refused; it is shown again."""
    account = await accounts.find(tx, id_)
    _people, known = await reads.known(tx, [id_])
    inviter = known[id_].invited_by
    invited_by = (await reads.known(tx, [inviter]))[0].get(inviter) if inviter is not None else None
    if visitor.actor.may(Permission.VIEW_AUDIT_LOG):
        acts = await log.listed(tx, visitor.actor, Turn(limit=ACTS_SHOWN), target=("account", id_))
    else:
        acts = []
    did = await people.by_ids(tx, {one.actor_id for one in acts})
    person = await persons.by_id(tx, account.person_id) if account.person_id else None
    return await shown(
        visitor, tx, "member.html", account, acts=acts, said=speaker(visitor.language), did=did,
        wrong=wrong, done=done, account=account, form=form, leaving=leaving_by,
        known=known[id_], second_since=person.second_factor_at if person else None,
        invited_by=invited_by, roles=await _roles(visitor, tx) if account.is_local else [],
        strikes=await report_store.strikes_of(tx, id_),
    )  # fmt: skip
