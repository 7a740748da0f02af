"""Answers about collections, as the viewer may see them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.accounts import reads as accounts
from torg.engine.postgres import Tx
from torg.graph import reads as graph
from torg.kernel.actor import Actor
from torg.kernel.errors import Forbidden, NotFound
from torg.showcase import store
from torg.showcase.model import Collection


async def by_ids(tx: Tx, actor: Actor, ids: Sequence[int]) -> dict[int, Collection]:
    """Collections by id; left out are those not there, and those whose owner is gone or blocks the viewer."""
    found = await with_items(tx, actor, await store.readable(tx, actor.account_id, ids)) if ids else []
    return {collection.id: collection for collection in found}


async def show(tx: Tx, actor: Actor, id_: int) -> Collection:
    """One collection; 404 if it is not there, or its owner is gone or blocks the viewer."""
    found = (await by_ids(tx, actor, [id_])).get(id_)
    if found is None:
        raise NotFound
    return found


async def own(tx: Tx, actor: Actor, id_: int) -> Collection:
    """The actor's own collection; 403 for somebody else's, 404 for none."""
    found = await show(tx, actor, id_)
    if found.account_id != actor.me:
        raise Forbidden
    return found


async def of_account(tx: Tx, actor: Actor, account_id: int, *, limit: int, offset: int) -> list[Collection]:
    """An account's collections that are meant to be found; all of one's own."""
    account = await accounts.visible(tx, account_id)
    if not account.visible or await graph.blocked_by(tx, actor, account.id):
        return []
    mine = account.id == actor.account_id
    return await with_items(tx, actor, await store.of_account(tx, account.id, hidden=mine, limit=limit, offset=offset))


async def featuring(tx: Tx, actor: Actor, account_id: int, *, limit: int, offset: int) -> list[Collection]:
    """Collections that the actor is in; 403 when asked about somebody else."""
    if (await accounts.visible(tx, account_id)).id != actor.me:
        raise Forbidden
    return await with_items(tx, actor, await store.featuring(tx, actor.me, limit=limit, offset=offset))


async def with_items(tx: Tx, actor: Actor, found: Sequence[Collection]) -> list[Collection]:
    """The collections with what the viewer is shown of them."""
    items = await store.items(tx, actor.account_id, [c.id for c in found]) if found else {}
    return [msgspec.structs.replace(c, items=items[c.id]) for c in found]
