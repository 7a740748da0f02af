"""Groups, invitations and files → their entities."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.accounts import reads as accounts
from torg.engine.postgres import Tx
from torg.groups import reads
from torg.groups.model import GroupView, Invitation
from torg.http import Call
from torg.kernel.clock import iso
from torg.mastodon_api import entities
from torg.mastodon_api.entities.torg.group import Group, GroupInvitation
from torg.mastodon_api.present import accounts as present


async def groups(call: Call, found: Sequence[GroupView], tx: Tx | None = None) -> list[Group]:
    """Several groups, in their order. `tx`: for routes that open their own."""
    shown = await present.accounts(tx or call.tx, call.actor, call.origin, [view.account for view in found])
    return [_group(account, view) for account, view in zip(shown, found, strict=True)]


async def group(call: Call, found: GroupView, tx: Tx | None = None) -> Group:
    """One group."""
    return (await groups(call, [found], tx))[0]


def _group(account: entities.Account, view: GroupView) -> Group:
    it = view.group
    return Group(
        **msgspec.structs.asdict(account),
        kind=it.kind,
        posting=it.posting,
        aliases=it.aliases,
        guests_allowed=it.guests_allowed,
        archived=it.archived_at is not None,
        members_count=view.account.followers_count,
        role=it.role,
        member=it.member,
        requested=it.requested,
        invited=it.invited,
    )


async def invitations(
    call: Call, found: Sequence[Invitation], of: Sequence[GroupView] | None = None
) -> list[GroupInvitation]:
    """Invitations with their people, each with its group from `of` if given."""
    wanted = {id_ for one in found for id_ in (one.account_id, one.invited_by) if id_ is not None}
    known = list((await accounts.by_ids(call.tx, wanted)).values())
    shown = {account.id: account for account in await present.accounts(call.tx, call.actor, call.origin, known)}
    places = {place.id: place for place in await groups(call, of)} if of is not None else {}
    return [
        GroupInvitation(
            id=str(one.id),
            group=places.get(str(one.group_id)),
            account=shown.get(str(one.account_id)),
            email=one.email,
            invited_by=shown.get(str(one.invited_by)),
            created_at=iso(one.created_at),
            expires_at=iso(one.expires_at) if one.expires_at else None,
        )
        for one in found
    ]


async def one(call: Call, group_id: int) -> Group:
    """A group by id, as it is now."""
    return await group(call, await reads.one(call.tx, call.actor, group_id))
