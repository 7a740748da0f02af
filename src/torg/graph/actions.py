"""What one may do to another account: follow, block, mute, endorse, note, and undo each of them.

Doing again what is done changes nothing and tells nobody.
"""

from __future__ import annotations

import msgspec

from torg.accounts import reads as accounts
from torg.accounts.model import Account, AccountKind
from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.graph import membership, reads, rules, severance_store, severances, store
from torg.graph.events import (
    Blocked,
    DomainBlocked,
    DomainUnblocked,
    FollowAccepted,
    FollowChanged,
    Followed,
    FollowRejected,
    FollowRequested,
    FollowRequestWithdrawn,
    Muted,
    Unblocked,
    Unfollowed,
    Unmuted,
)
from torg.graph.model import FollowOptions, Ties
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.ids import new_id


async def follow(tx: Tx, actor: Actor, target_id: int, options: FollowOptions) -> None:
    """Follow, or ask to, or change what a follow brings (Mastodon: POST /api/v1/accounts/:id/follow)."""
    target = await accounts.visible(tx, target_id)
    if options.languages is not None:
        options = msgspec.structs.replace(options, languages=rules.languages(options.languages))
    await store.lock(tx, actor.me, target.id)
    ties = await reads.ties(tx, actor, target.id)
    me = await accounts.visible(tx, actor.me)
    rules.may_follow(me, target, ties)
    invited = await _joins(tx, actor.me, target, ties)
    if ties.following or (ties.requested and not invited):
        await store.change_follow(tx, "follows" if ties.following else "follow_requests", actor.me, target.id, options)
        await outbox.append(tx, FollowChanged(account_id=actor.me, target_id=target.id, uri=options.uri))
    elif rules.needs_consent(me, target) and not invited:
        await store.put_follow(tx, "follow_requests", actor.me, target.id, options)
        await outbox.append(tx, FollowRequested(account_id=actor.me, target_id=target.id, uri=options.uri))
    else:
        await store.put_follow(tx, "follows", actor.me, target.id, options)
        await outbox.append(tx, Followed(account_id=actor.me, target_id=target.id, uri=options.uri))
    if invited:
        await membership.uninvite(tx, actor.me, target.id)


async def _joins(tx: Tx, me: int, target: Account, ties: Ties) -> bool:
    """Whether this follow is one into a group that invited `me`; refused where nobody may join."""
    if target.kind is not AccountKind.GROUP or ties.following:
        return False
    door = await membership.door(tx, me, target.id)
    membership.may_join(door)
    if door.invited and ties.requested:
        await store.drop_request(tx, me, target.id)
    return door.invited


async def unfollow(tx: Tx, actor: Actor, target_id: int) -> None:
    """End a follow or withdraw the request for one."""
    target = await accounts.visible(tx, target_id)
    await store.lock(tx, actor.me, target.id)
    await _part(tx, actor.me, target.id)


async def remove_follower(tx: Tx, actor: Actor, target_id: int) -> None:
    """End somebody's follow of the actor (Mastodon: POST /api/v1/accounts/:id/remove_from_followers)."""
    target = await accounts.visible(tx, target_id)
    await store.lock(tx, actor.me, target.id)
    await _part(tx, target.id, actor.me, requests=False, by=actor.me)


async def _part(tx: Tx, follower: int, target: int, *, requests: bool = True, by: int | None = None) -> None:
    """End what leads from `follower` to `target`. Invalid for a group's last administrator. `by`: who wants it so."""
    await membership.check_leaving(tx, follower, target)
    if (follow := await store.drop_follow(tx, follower, target)) is not None:
        await outbox.append(tx, Unfollowed(account_id=follower, target_id=target, uri=follow.uri, ended_by=by))
    if requests and (asked := await store.drop_request(tx, follower, target)) is not None:
        await outbox.append(tx, FollowRequestWithdrawn(account_id=follower, target_id=target, uri=asked.uri))


async def offer(tx: Tx, group_id: int, account_id: int) -> None:
    """Tell an account of a group's invitation: as a request of the group, which any app shows and can accept."""
    await store.lock(tx, group_id, account_id)
    if await store.put_follow(tx, "follow_requests", group_id, account_id, FollowOptions()):
        await outbox.append(tx, FollowRequested(account_id=group_id, target_id=account_id))


async def uninvite(tx: Tx, group_id: int, account_id: int) -> None:
    """An invitation is declined or withdrawn, and what told of it is void."""
    await membership.uninvite(tx, account_id, group_id)
    await outbox.append(tx, FollowRequestWithdrawn(account_id=group_id, target_id=account_id))


async def authorize(tx: Tx, actor: Actor, follower_id: int) -> int | None:
    """Accept a request: it becomes a follow with what it asked for. 404 if nobody asked.

    A group's invitation looks like a request of the group; accepting it joins. A request to a group can be accepted
    by its staff: then the group's id, else None.
    """
    if await membership.is_invitation(tx, actor.me, follower_id):
        await follow(tx, actor, follower_id, FollowOptions())
        return None
    asked = await _asked(tx, actor, follower_id)
    await _authorize(tx, asked, follower_id)
    return None if asked is actor else asked.me


async def _asked(tx: Tx, actor: Actor, follower_id: int) -> Actor:
    """Who is asked: the actor, else a group of which he or she is staff."""
    groups = await membership.asked_through(tx, actor.me, follower_id)
    if not groups or (await reads.ties(tx, actor, follower_id)).requested_by:
        return actor
    return msgspec.structs.replace(actor, account_id=groups[0])


async def _authorize(tx: Tx, actor: Actor, follower_id: int) -> None:
    await store.lock(tx, actor.me, follower_id)
    options = await store.drop_request(tx, follower_id, actor.me)
    if options is None:
        raise NotFound
    await store.put_follow(tx, "follows", follower_id, actor.me, options)
    await outbox.append(tx, FollowAccepted(account_id=actor.me, target_id=follower_id, uri=options.uri))


async def reject(tx: Tx, actor: Actor, follower_id: int) -> int | None:
    """Turn a request down, or a group's invitation, or a request to a group as its staff; 404 if nobody asked.

    The group's id where it was one that was asked, else None.
    """
    if await membership.is_invitation(tx, actor.me, follower_id):
        await membership.uninvite(tx, actor.me, follower_id)
        return None
    asked = await _asked(tx, actor, follower_id)
    await _reject(tx, asked, follower_id)
    return None if asked is actor else asked.me


async def _reject(tx: Tx, actor: Actor, follower_id: int) -> None:
    await store.lock(tx, actor.me, follower_id)
    options = await store.drop_request(tx, follower_id, actor.me)
    if options is None:
        raise NotFound
    await outbox.append(tx, FollowRejected(account_id=actor.me, target_id=follower_id, uri=options.uri))


async def block(tx: Tx, actor: Actor, target_id: int) -> None:
    """Block: the two follow each other no longer. Blocking oneself does nothing, as in Mastodon."""
    target = await accounts.visible(tx, target_id)
    if target.id == actor.me:
        return
    await store.lock(tx, actor.me, target.id)
    await _part(tx, actor.me, target.id)
    await _refuse(tx, actor.me, target)
    # An endorsement may outlive its follow only through a race; a block ends it for certain.
    await store.drop_endorsement(tx, actor.me, target.id)
    if await store.put_block(tx, actor.me, target.id):
        await outbox.append(tx, Blocked(account_id=actor.me, target_id=target.id))


async def _refuse(tx: Tx, me: int, other: Account) -> None:
    """End what leads from somebody else to the actor."""
    await _part(tx, other.id, me, requests=False, by=me)
    if (asked := await store.drop_request(tx, other.id, me)) is not None:
        await outbox.append(tx, FollowRejected(account_id=me, target_id=other.id, uri=asked.uri))


async def unblock(tx: Tx, actor: Actor, target_id: int) -> None:
    target = await accounts.visible(tx, target_id)
    blocked, uri = await store.drop_block(tx, actor.me, target.id)
    if blocked:
        await outbox.append(tx, Unblocked(account_id=actor.me, target_id=target.id, uri=uri))


async def mute(tx: Tx, actor: Actor, target_id: int, *, notifications: bool = True, seconds: int = 0) -> None:
    """Mute for `seconds`, 0 for good; again changes the mute. Muting oneself does nothing, as in Mastodon."""
    target = await accounts.visible(tx, target_id)
    if target.id == actor.me:
        return
    await store.put_mute(tx, actor.me, target.id, notifications, rules.mute_end(now(), seconds))
    await outbox.append(tx, Muted(account_id=actor.me, target_id=target.id, notifications=notifications))


async def unmute(tx: Tx, actor: Actor, target_id: int) -> None:
    target = await accounts.visible(tx, target_id)
    if await store.drop_mute(tx, actor.me, target.id):
        await outbox.append(tx, Unmuted(account_id=actor.me, target_id=target.id))


async def note(tx: Tx, actor: Actor, target_id: int, comment: str) -> None:
    """Keep a note about an account that only the actor sees; an empty one clears it."""
    target = await accounts.visible(tx, target_id)
    await store.put_note(tx, actor.me, target.id, rules.note(comment))


async def endorse(tx: Tx, actor: Actor, target_id: int) -> None:
    """Feature an account that one follows on one's profile."""
    target = await accounts.visible(tx, target_id)
    await store.lock(tx, actor.me, target.id)
    if not (await reads.ties(tx, actor, target.id)).following:
        raise Invalid("Validation failed: You must be already following the person you want to endorse")
    await store.put_endorsement(tx, actor.me, target.id)


async def unendorse(tx: Tx, actor: Actor, target_id: int) -> None:
    target = await accounts.visible(tx, target_id)
    await store.drop_endorsement(tx, actor.me, target.id)


async def block_domain(tx: Tx, actor: Actor, text: str) -> None:
    """Block a server: its followers of the actor are removed, the actor's follows stay (docs: domain_blocks).

    The actor is told which followers that cost.
    """
    domain = rules.domain(text)
    followers = await store.followers_from(tx, actor.me, domain)
    await store.lock_many(tx, actor.me, followers)
    ties = await severance_store.ties(tx, followers, len(followers) * 2, actor.me) if followers else []
    cause = new_id()
    for tie in ties:
        if not tie.following:
            await severances.cut(tx, tie, cause=cause, type_="user_domain_block", target=domain)
    await severances.tell(tx, cause)
    for follower in followers:
        if (asked := await store.drop_request(tx, follower, actor.me)) is not None:
            await outbox.append(tx, FollowRejected(account_id=actor.me, target_id=follower, uri=asked.uri))
    if await store.put_domain_block(tx, actor.me, domain):
        await outbox.append(tx, DomainBlocked(account_id=actor.me, domain=domain))


async def unblock_domain(tx: Tx, actor: Actor, text: str) -> None:
    domain = rules.domain(text)
    if await store.drop_domain_block(tx, actor.me, domain):
        await outbox.append(tx, DomainUnblocked(account_id=actor.me, domain=domain))
