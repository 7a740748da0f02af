"""Follows, requests, answers to them and blocks between our people and others → Follow, Accept, Reject, Block, Undo."""

from __future__ import annotations

from typing import Any

from torg.accounts.model import Account
from torg.engine.effects import Meta
from torg.engine.postgres import Tx
from torg.federation.outgoing.telling import Telling
from torg.federation.render import activities
from torg.graph import store as graph
from torg.graph.events import (
    Blocked,
    FollowAccepted,
    FollowChanged,
    Followed,
    FollowRejected,
    FollowRequested,
    FollowRequestWithdrawn,
    Unblocked,
    Unfollowed,
)


async def _pair(tx: Tx, services: Any, event: Any, meta: Meta) -> tuple[Telling, Account, Account] | None:
    """Both ends of a tie, where exactly one of them is ours."""
    telling = await Telling.begin(tx, services, meta)
    if telling is None:
        return None
    await telling.know([event.account_id, event.target_id])
    doer, other = await telling.account(event.account_id), await telling.account(event.target_id)
    if doer is None or other is None or doer.is_local == other.is_local:
        return None
    return telling, doer, other


async def requested(tx: Tx, services: Any, event: FollowRequested, meta: Meta) -> None:
    """One of ours asks to follow somebody elsewhere."""
    found = await _pair(tx, services, event, meta)
    if found is None or not found[1].is_local:
        return
    telling, me, target = found
    uri = f"{telling.uri(me)}#follows/{target.id}-{meta.id}"
    if await graph.name_follow(tx, me.id, target.id, uri):
        follow = activities.simple("Follow", uri, telling.uri(me), target.uri, to=[target.uri or ""])
        await telling.send(me, follow, await telling.inboxes(me.id, [target.id]))


async def withdrawn(tx: Tx, services: Any, event: FollowRequestWithdrawn, meta: Meta) -> None:
    await _undo_follow(tx, services, event, meta)


async def unfollowed(tx: Tx, services: Any, event: Unfollowed, meta: Meta) -> None:
    """The end of a follow, told by the side that ended it: Undo of one's own, Reject of another's."""
    if event.ended_by is None or event.ended_by == event.account_id:
        await _undo_follow(tx, services, event, meta)
        return
    found = await _pair(tx, services, event, meta)
    if found is not None and found[2].is_local and event.ended_by == found[2].id:
        await _answer("Reject", found[0], found[2], found[1], event.uri, meta)


async def _undo_follow(tx: Tx, services: Any, event: Any, meta: Meta) -> None:
    found = await _pair(tx, services, event, meta)
    if found is None or not found[1].is_local:
        return
    telling, me, target = found
    uri = event.uri or f"{telling.uri(me)}#follows/{target.id}"
    follow = activities.simple("Follow", uri, telling.uri(me), target.uri)
    await telling.send(me, activities.undo(follow, serial=f"undo-{meta.id}"), await telling.inboxes(me.id, [target.id]))


async def followed(tx: Tx, services: Any, event: Followed, meta: Meta) -> None:
    """Somebody elsewhere follows one of ours at once: that is accepted."""
    await _accept_at_once(tx, services, event, meta)


async def changed(tx: Tx, services: Any, event: FollowChanged, meta: Meta) -> None:
    """Another server asked once more for a follow that stands: it seems to have missed the answer."""
    if event.uri is not None:
        found = await tx.value(
            """SELECT true FROM follows WHERE org_id = %s AND network_id = %s AND account_id = %s
               AND target_id = %s""",
            (meta.org_id, meta.network_id, event.account_id, event.target_id),
        )
        if found:
            await _accept_at_once(tx, services, event, meta)


async def _accept_at_once(tx: Tx, services: Any, event: Any, meta: Meta) -> None:
    found = await _pair(tx, services, event, meta)
    if found is not None and found[2].is_local:
        await _answer("Accept", found[0], found[2], found[1], event.uri, meta)


async def accepted(tx: Tx, services: Any, event: FollowAccepted, meta: Meta) -> None:
    """One of ours lets in somebody elsewhere who asked."""
    found = await _pair(tx, services, event, meta)
    if found is not None and found[1].is_local:
        await _answer("Accept", found[0], found[1], found[2], event.uri, meta)


async def rejected(tx: Tx, services: Any, event: FollowRejected, meta: Meta) -> None:
    """One of ours turns down somebody elsewhere who asked."""
    found = await _pair(tx, services, event, meta)
    if found is not None and found[1].is_local:
        await _answer("Reject", found[0], found[1], found[2], event.uri, meta)


async def _answer(kind: str, telling: Telling, me: Account, follower: Account, uri: str | None, meta: Meta) -> None:
    """Accept or Reject a Follow under the id by which its sender knows it; blocked people get their Reject, too."""
    mine = telling.uri(me)
    follow = {"id": uri or f"{follower.uri}#follows/{me.id}", "type": "Follow", "actor": follower.uri, "object": mine}
    answer = activities.simple(kind, f"{mine}#{kind.lower()}s/follows/{meta.id}", mine, follow, to=[follower.uri or ""])
    await telling.send(me, answer, await telling.inboxes(0, [follower.id]))


async def blocked(tx: Tx, services: Any, event: Blocked, meta: Meta) -> None:
    """A block is told to the server of who is blocked, so that it hides what may not be seen."""
    found = await _pair(tx, services, event, meta)
    if found is None or not found[1].is_local:
        return
    telling, me, target = found
    uri = f"{telling.uri(me)}#blocks/{target.id}-{meta.id}"
    if await graph.name_block(tx, me.id, target.id, uri):
        block = activities.simple("Block", uri, telling.uri(me), target.uri, to=[target.uri or ""])
        await telling.send(me, block, await telling.inboxes(0, [target.id]))


async def unblocked(tx: Tx, services: Any, event: Unblocked, meta: Meta) -> None:
    found = await _pair(tx, services, event, meta)
    if found is None or not found[1].is_local:
        return
    telling, me, target = found
    uri = event.uri or f"{telling.uri(me)}#blocks/{target.id}"
    block = activities.simple("Block", uri, telling.uri(me), target.uri)
    await telling.send(me, activities.undo(block, serial=f"undo-{meta.id}"), await telling.inboxes(0, [target.id]))
