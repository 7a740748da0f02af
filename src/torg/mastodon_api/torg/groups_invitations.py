"""Invitations into groups: of colleagues, and of guests by e-mail; and the answers to them."""

from __future__ import annotations

import msgspec

from torg.groups import entry, reads, rules
from torg.http import Call, Paged, Routes
from torg.kernel.errors import invalid
from torg.mastodon_api import entities
from torg.mastodon_api.entities.torg.group import Group, GroupInvitation
from torg.mastodon_api.forms import ById, PageById, PageParams, page, paged
from torg.mastodon_api.torg import groups_present as present

routes = Routes("groups")

MOST_MAILED = 20


class Invite(msgspec.Struct, kw_only=True):
    """Accounts of the network, or addresses of guests: each gets a mail with a link that works once."""

    id: int
    account_ids: list[int] = []
    emails: list[str] = []


class OneInvitation(msgspec.Struct, kw_only=True):
    id: int
    invitation_id: int


@routes.get("/api/torg/v1/groups/invitations", scope="read:accounts")
async def mine(call: Call, params: PageParams) -> Paged[GroupInvitation]:
    """The groups that invite me. They stand among my follow requests, too."""
    found = await reads.my_invitations(call.tx, call.actor, page(params, 40, 80))
    of = await reads.many(call.tx, call.actor, [one.group_id for one in found])
    return paged(await present.invitations(call, found, of), [one.id for one in found])


@routes.get("/api/torg/v1/groups/{id}/invitations", scope="read:accounts")
async def index(call: Call, params: PageById) -> Paged[GroupInvitation]:
    """Who is invited and has not come yet, for the group's staff."""
    found = await reads.invitations(call.tx, call.actor, params.id, page(params, 40, 80))
    return paged(await present.invitations(call, found), [one.id for one in found])


@routes.post("/api/torg/v1/groups/{id}/invitations", scope="write:accounts", limit="invite")
async def create(call: Call, form: Invite) -> list[GroupInvitation]:
    """Invite. Staff invites into any group, members into an open one; guests as the network's setting says."""
    if len(form.emails) > MOST_MAILED:
        raise invalid("emails", "ERR_TOO_LONG", f"are too many (maximum is {MOST_MAILED})")
    if not form.emails and not form.account_ids:
        raise invalid("account_ids", "ERR_BLANK", "can't be blank")
    await entry.invite(call.tx, call.actor, form.id, form.account_ids)
    for email in dict.fromkeys(form.emails):
        await entry.invite_guest(call.tx, call.actor, call.network, form.id, email, origin=call.origin)
    group = (await reads.one(call.tx, call.actor, form.id)).group
    if group.role not in rules.STAFF and not rules.runs_network(call.actor):
        return []
    found = await reads.invitations(call.tx, call.actor, form.id, page(PageParams(), 40, 80))
    return await present.invitations(call, found)


@routes.delete("/api/torg/v1/groups/{id}/invitations/{invitation_id}", scope="write:accounts")
async def withdraw(call: Call, params: OneInvitation) -> entities.Empty:
    """Take an invitation back, as the group's staff; the link in a mail is worthless from then on."""
    await entry.withdraw(call.tx, call.actor, params.id, params.invitation_id)
    return entities.Empty()


@routes.post("/api/torg/v1/groups/{id}/invitation/accept", scope="write:follows")
async def accept(call: Call, params: ById) -> Group:
    """Come in. To follow the group does the same."""
    await entry.accept(call.tx, call.actor, params.id)
    return await present.one(call, params.id)


@routes.post("/api/torg/v1/groups/{id}/invitation/decline", scope="write:follows")
async def decline(call: Call, params: ById) -> entities.Empty:
    """Say no."""
    await entry.decline(call.tx, call.actor, params.id)
    return entities.Empty()
