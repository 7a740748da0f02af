"""Invitations: Torg's own methods, in Mastodon's idiom, under /api/torg/v1, for whose role may invite."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from torg.access import invites
from torg.access.invites import Invite
from torg.http import Call, Paged, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import iso, now
from torg.kernel.errors import invalid
from torg.mastodon_api.forms import ById, PageParams, page, paged

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
    account_id: str | None
    usable: bool
    created_at: str


class NewInvite(msgspec.Struct, kw_only=True):
    """`expires_in`: seconds from now."""

    max_uses: int | None = None
    expires_in: int | None = None
    autofollow: bool | None = None


class InviteChange(NewInvite, kw_only=True):
    id: int


def entity(call: Call, invite: Invite) -> InviteEntity:
    return InviteEntity(
        id=str(invite.id),
        code=invite.code,
        url=f"{call.origin}/auth/sign_up?invite={invite.code}",
        max_uses=invite.max_uses,
        uses=invite.uses,
        expires_at=iso(invite.expires_at) if invite.expires_at else None,
        autofollow=invite.autofollow,
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


@routes.get("/api/torg/v1/invites", scope="read:accounts", permission=Permission.INVITE_USERS)
async def index(call: Call, params: PageParams) -> Paged[InviteEntity]:
    """One's own invitations, or all for who manages them."""
    found = await invites.of(call.tx, call.actor, page(params))
    return paged([entity(call, one) for one in found], [one.id for one in found])


@routes.post("/api/torg/v1/invites", scope="write:accounts", permission=Permission.INVITE_USERS)
async def create(call: Call, form: NewInvite) -> InviteEntity:
    wait = _end(form.expires_in)
    made = await invites.create(
        call.tx,
        call.me,
        max_uses=form.max_uses,
        expires_at=now() + wait if wait else None,
        autofollow=bool(form.autofollow),
    )
    return entity(call, made)


@routes.get("/api/torg/v1/invites/{id}", scope="read:accounts", permission=Permission.INVITE_USERS)
async def show(call: Call, params: ById) -> InviteEntity:
    return entity(call, await invites.find(call.tx, call.actor, params.id))


@routes.put("/api/torg/v1/invites/{id}", scope="write:accounts", permission=Permission.INVITE_USERS)
async def update(call: Call, form: InviteChange) -> InviteEntity:
    """Change what is given; the code stays."""
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


@routes.delete("/api/torg/v1/invites/{id}", scope="write:accounts", permission=Permission.INVITE_USERS)
async def delete(call: Call, params: ById) -> dict[str, object]:
    await invites.delete(call.tx, call.actor, params.id)
    return {}
