"""Follows that end because a server, or an account elsewhere, is shut out: noted, so that people can see their loss."""

from __future__ import annotations

from collections.abc import Sequence

from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.graph import severance_store as rows
from torg.graph import store
from torg.graph.events import FollowRejected, FollowRequestWithdrawn, RelationshipsSevered, Unfollowed
from torg.graph.model import Severance, SeveredFollow
from torg.graph.severance_store import Tie, Type
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound
from torg.kernel.page import Page, Slice

BATCH = 100


async def sever(
    tx: Tx, elsewhere: Sequence[int], *, cause: int, type_: Type, target: str
) -> int:
    """End follows and requests between these accounts of other servers and people here, a batch at a time.

    How many follows that were; call it again, in a new transaction, until there are none.
    """
    found = await rows.ties(tx, elsewhere, BATCH)
    for pair in sorted({(min(t.account_id, t.target_id), max(t.account_id, t.target_id)) for t in found}):
        await store.lock(tx, *pair)
    touched = {id_ for t in found for id_ in (t.account_id, t.target_id)}
    if touched:
        await tx.run(
            f"SELECT FROM accounts WHERE {store.TENANT} AND id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE",
            store.params(tx, None, ids=list(touched)),
        )
    for tie in found:
        await cut(tx, tie, cause=cause, type_=type_, target=target)
    if len(found) < BATCH:
        for row in await rows.requests(tx, elsewhere):
            await _drop_request(tx, row["account_id"], row["target_id"], elsewhere)
    return len(found)


async def cut(tx: Tx, tie: Tie, *, cause: int, type_: Type, target: str) -> None:
    """End one follow and note it for who is here."""
    gone = await store.drop_follow(tx, tie.account_id, tie.target_id)
    if gone is not None:
        event = Unfollowed(account_id=tie.account_id, target_id=tie.target_id, uri=gone.uri, ended_by=tie.here_id)
        await outbox.append(tx, event)
        await rows.add(tx, await rows.opened(tx, tie.here_id, cause, type_, target), tie)


async def _drop_request(tx: Tx, account_id: int, target_id: int, elsewhere: Sequence[int]) -> None:
    await store.lock(tx, account_id, target_id)
    asked = await store.drop_request(tx, account_id, target_id)
    if asked is None:
        return
    if account_id in elsewhere:
        await outbox.append(tx, FollowRejected(account_id=target_id, target_id=account_id, uri=asked.uri))
    else:
        await outbox.append(tx, FollowRequestWithdrawn(account_id=account_id, target_id=target_id, uri=asked.uri))


async def tell(tx: Tx, cause: int) -> int:
    """Tell everybody whom a cause has cost follows, once; how many they are."""
    found = await rows.tell(tx, cause)
    await outbox.append_all(
        tx, [RelationshipsSevered(severance_id=one.id, account_id=one.account_id) for one in found]
    )
    return len(found)


async def listed(tx: Tx, actor: Actor, page: Page) -> Slice[Severance]:
    """What one lost, newest first."""
    found = await rows.listed(tx, actor.me, page)
    return Slice(found, found[0].id if found else None, found[-1].id if found else None)


async def by_ids(tx: Tx, actor: Actor, ids: Sequence[int]) -> dict[int, Severance]:
    """Those of these that are one's own."""
    return {one.id: one for one in await rows.by_ids(tx, actor.me, ids)} if ids else {}


async def lost(tx: Tx, actor: Actor, severance_id: int, *, following: bool) -> list[SeveredFollow]:
    """Whom one followed (or who followed one) until then; 404 for another's. Empty where the server was purged."""
    if severance_id not in await by_ids(tx, actor, [severance_id]):
        raise NotFound
    return await rows.lost(tx, severance_id, following=following)
