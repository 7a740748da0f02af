"""Invitations: of colleagues, who find one among their follow requests, and of guests, who get a mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from torg.access import invites, letters, persons
from torg.accounts import reads as accounts
from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.graph import actions as graph
from torg.graph.model import FollowOptions
from torg.groups import reads, rules, store
from torg.groups.events import GroupInvited
from torg.groups.model import GroupView
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import Invalid, NotFound, TooMany, invalid
from torg.moderation import log
from torg.orgs.model import Network
from torg.text import messages

GOOD_FOR = timedelta(days=30)
MOST_MAILED_AN_HOUR = 100


async def invite(tx: Tx, actor: Actor, group_id: int, account_ids: Sequence[int]) -> None:
    """Ask colleagues in. Who is a member or invited already is left as he or she is; whoever asked comes in."""
    group = (await reads.one(tx, actor, group_id)).group
    if not account_ids:
        return
    rules.check_inviting(actor, group)
    if len(account_ids) > rules.MOST_INVITED:
        raise invalid("account_ids", "ERR_TOO_LONG", f"are too many (maximum is {rules.MOST_INVITED})")
    for account_id in dict.fromkeys(account_ids):
        account = await accounts.visible(tx, account_id)
        if account.kind in ("group", "remote") or not account.visible:
            raise Invalid("Validation failed: Only people of this network can be invited")
        if account.guest and not group.guests_allowed:
            raise Invalid("Validation failed: This group takes no guests")
        if await store.is_member(tx, group.id, account.id):
            continue
        if await store.is_blocked(tx, group.id, account.id):
            raise Invalid("Validation failed: The group keeps this account out")
        if await store.asks(tx, group.id, account.id):
            rules.check_staff(actor, group)
            await graph.authorize(tx, reads.as_group(actor, group.id), account.id)
        elif await store.invite(tx, group.id, account.id, actor.me):
            await graph.offer(tx, group.id, account.id)
            event = GroupInvited(group_id=group.id, account_id=actor.me, invited_id=account.id)
            await outbox.append(tx, event)
            await log.record(tx, actor, "invite", "group", group.id, account_id=str(account.id))


async def invite_guest(tx: Tx, actor: Actor, network: Network, group_id: int, email: str, *, origin: str) -> None:
    """Ask somebody in by e-mail: a link with which he or she becomes a guest; who is here already is invited as is.

    No second mail to an address within a day; TooMany (429) after a hundred mails an hour.
    """
    view = await reads.one(tx, actor, group_id)
    group = view.group
    address = persons.clean_email(email)
    if address is None:
        raise invalid("emails", "ERR_INVALID", "contain an address that is none")
    known = await store.account_of(tx, address)
    if known is not None:
        await invite(tx, actor, group.id, [known])
        return
    rules.check_inviting_guests(actor, group, network)
    if group.archived_at is not None:
        raise Invalid("Validation failed: This group is archived")
    mine, same = await store.mailed_lately(tx, actor.me, group.id, address)
    if same:
        return  # the mail of today is good still
    if mine >= MOST_MAILED_AN_HOUR:
        raise TooMany
    made = await invites.create(tx, actor.me, max_uses=1, expires_at=now() + GOOD_FOR)
    await store.mark_for_guest(tx, made.id, group.id, address)
    await _mail(tx, actor, network, view, address, link=f"{origin}/auth/sign_up?invite={made.code}")
    await outbox.append(tx, GroupInvited(group_id=group.id, account_id=actor.me))
    await log.record(tx, actor, "invite_guest", "group", group.id, email=address)


async def _mail(tx: Tx, actor: Actor, network: Network, view: GroupView, to: str, *, link: str) -> None:
    language = messages.choose(getattr(network.settings, "locale", None) or actor.locale)
    _ = messages.translator(language)
    me = (await accounts.by_ids(tx, [actor.me]))[actor.me]
    text = _(
        "{name} invites you to the group {group} at {network}.\n\nOpen this link to come in as a guest:\n\n{link}\n\n"
        "It works once, for thirty days. As a guest you see the groups that you are invited to, and nothing else. "
        "If you do not know {name}, ignore this mail."
    )
    group = view.account.display_name or view.account.handle
    await letters.post(
        tx,
        to=to,
        subject=_("Invitation to {group} at {network}").format(group=group, network=network.name),
        text=text.format(name=me.display_name or me.handle, group=group, network=network.name, link=link),
        network=network,
        language=language,
    )


async def withdraw(tx: Tx, actor: Actor, group_id: int, invitation_id: int) -> None:
    """Take an invitation back, whichever of the two it is; NotFound if it was used or never was."""
    group = (await reads.one(tx, actor, group_id)).group
    rules.check_staff(actor, group)
    account_id = await store.invited(tx, group.id, invitation_id)
    if account_id is not None:
        await graph.uninvite(tx, group.id, account_id)
    elif not await store.drop_mailed(tx, group.id, invitation_id):
        raise NotFound
    await log.record(tx, actor, "withdraw_invitation", "group", group.id, invitation_id=str(invitation_id))


async def accept(tx: Tx, actor: Actor, group_id: int) -> None:
    """Come into a group that asked for it; NotFound without an invitation."""
    if not (await reads.one(tx, actor, group_id)).group.invited:
        raise NotFound
    await graph.follow(tx, actor, group_id, FollowOptions())


async def decline(tx: Tx, actor: Actor, group_id: int) -> None:
    """Say no; a hidden group is not to be seen any more after that."""
    if not (await reads.one(tx, actor, group_id)).group.invited:
        raise NotFound
    await graph.uninvite(tx, group_id, actor.me)
