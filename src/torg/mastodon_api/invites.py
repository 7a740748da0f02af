"""Invitations: Torg's own methods, in Mastodon's idiom, under /api/torg/v1, for who may invite."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from torg.access import invites
from torg.access.invites import Invite
from torg.http import Call, Paged, Routes
from torg.kernel.actor import NetworkKind, Permission
from torg.kernel.clock import iso, now
from torg.kernel.errors import Forbidden, invalid
from torg.mastodon_api.forms import ById, PageParams, page, paged
from torg.orgs import rules

routes = Routes("invites")


class InviteEntity(msgspec.Struct, kw_only=True):
    """An invitation. `url` is what to send; None for no limit of uses, no end."""

    id: str
    code: str
    url: str
    max_uses: int | None
    uses: int
    expires_at: str | None
    autofollow: bool
    guest: bool
    group_ids: list[str]
    company: str
    account_id: str | None
    usable: bool
    created_at: str


class NewInvite(msgspec.Struct, kw_only=True):
    """`expires_in`: seconds from now. `guest`: who comes sees the groups `group_ids` and nothing else. `company`:
    where an outsider works who is invited into a partner network; shown on the profile."""

    max_uses: int | None = None
    expires_in: int | None = None
    autofollow: bool | None = None
    guest: bool = False
    group_ids: list[int] = []
    company: str = ""


class InviteChange(msgspec.Struct, kw_only=True):
    id: int
    max_uses: int | None = None
    expires_in: int | None = None
    autofollow: bool | None = None


def entity(call: Call, invite: Invite) -> InviteEntity:
    return InviteEntity(
        id=str(invite.id),
        code=invite.code,
        url=f"{call.origin}/auth/sign_up?invite={invite.code}",
        max_uses=invite.max_uses,
        uses=invite.uses,
        expires_at=iso(invite.expires_at) if invite.expires_at else None,
        autofollow=invite.autofollow,
        guest=invite.guest,
        group_ids=[str(group_id) for group_id in invite.group_ids],
        company=invite.company,
        account_id=str(invite.account_id) if invite.account_id is not None else None,
        usable=invite.usable,
        created_at=iso(invite.created_at),
    )


def _end(seconds: int | None) -> timedelta | None:
    if seconds is None:
        return None
    if not 0 < seconds <= invites.LONGEST:
        raise invalid("expires_in", "ERR_INVALID", f"must be from 1 to {invites.LONGEST}")
    return timedelta(seconds=seconds)


def _check_guests(call: Call) -> None:
    """Forbidden for whom the network does not let invite guests; nobody is a guest where anybody may come."""
    if call.network.kind is NetworkKind.PUBLIC:
        raise Forbidden
    if not rules.may_invite_guests(call.network.settings, call.actor.permissions, guest=call.actor.guest):
        raise Forbidden


def _check_office(call: Call) -> None:
    """Forbidden for who may invite neither members nor guests."""
    if call.actor.guest or not call.actor.may(Permission.INVITE_USERS):
        _check_guests(call)


@routes.get("/api/torg/v1/invites", scope="read:accounts")
async def index(call: Call, params: PageParams) -> Paged[InviteEntity]:
    """One's own invitations, or all for who manages them."""
    _check_office(call)
    found = await invites.of(call.tx, call.actor, page(params))
    return paged([entity(call, one) for one in found], [one.id for one in found])


@routes.post("/api/torg/v1/invites", scope="write:accounts")
async def create(call: Call, form: NewInvite) -> InviteEntity:
    """A new invitation. For a member it takes the permission to invite; for a guest the network's setting says who."""
    if form.guest:
        _check_guests(call)
    elif not call.actor.may(Permission.INVITE_USERS) or call.actor.guest:
        raise Forbidden
    wait = _end(form.expires_in)
    groups = await invites.groups_for_guests(call.tx, call.actor, form.group_ids) if form.guest else []
    made = await invites.create(
        call.tx,
        call.me,
        max_uses=form.max_uses,
        expires_at=now() + wait if wait else None,
        autofollow=bool(form.autofollow),
        guest=form.guest,
        group_ids=groups,
        company=form.company,
    )
    return entity(call, made)


@routes.get("/api/torg/v1/invites/{id}", scope="read:accounts")
async def show(call: Call, params: ById) -> InviteEntity:
    """One invitation."""
    _check_office(call)
    return entity(call, await invites.find(call.tx, call.actor, params.id))


@routes.put("/api/torg/v1/invites/{id}", scope="write:accounts")
async def update(call: Call, form: InviteChange) -> InviteEntity:
    """Change what is given; the code stays."""
    _check_office(call)
    wait = _end(form.expires_in)
    changed = await invites.change(
        call.tx,
        call.actor,
        form.id,
        max_uses=form.max_uses,
        expires_at=now() + wait if wait else None,
        autofollow=form.autofollow,
    )
    return entity(call, changed)


@routes.delete("/api/torg/v1/invites/{id}", scope="write:accounts")
async def delete(call: Call, params: ById) -> dict[str, object]:
    """Take an invitation back."""
    _check_office(call)
    await invites.delete(call.tx, call.actor, params.id)
    return {}
