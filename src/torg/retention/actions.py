"""Setting how long things stay, and removing what has fallen due, batch by batch, the way its author would.

Killed between two batches, the next run goes on: what is gone is gone, and the rest is still due.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import msgspec

from torg.engine.postgres import Database, Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import Invalid, NotFound, invalid
from torg.messages import actions as messages
from torg.moderation import log
from torg.orgs import rules as org_rules
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.posts import actions as posts
from torg.posts import store as post_rows
from torg.retention import store
from torg.retention.model import Removed

BATCH = 50
FIELDS = ("retention_days", "message_retention_days", "deleted_retention_days")


async def change(tx: Tx, actor: Actor, network: Network, given: Mapping[str, int | None]) -> Network:
    """Set the network's days by name (FIELDS); the network as it is then. Invalid tells what is wrong."""
    before = await orgs.network(tx, network.org_id, network.id)
    if before is None:
        raise NotFound
    if "deleted_retention_days" in given and given["deleted_retention_days"] is None:
        raise invalid("deleted_retention_days", "ERR_BLANK", "can't be blank")
    made = msgspec.structs.replace(before.settings, **given)
    if wrong := org_rules.setting_mistakes(made):
        raise Invalid(details={name: [("ERR_INVALID", why)] for name, why in wrong.items()})
    changes = {
        name: [getattr(before.settings, name), getattr(made, name)]
        for name in FIELDS
        if getattr(before.settings, name) != getattr(made, name)
    }
    if changes:
        await orgs.update_settings(tx, before, made)
        await log.record(tx, actor, "update", "retention", network.id, changes=changes)
    return msgspec.structs.replace(before, settings=made)


async def change_group(tx: Tx, actor: Actor, network: Network, group_id: int, days: int | None) -> None:
    """Give a group days of its own, or (None) the network's again."""
    if days is not None and not 1 <= days <= org_rules.MOST_DAYS:
        raise invalid("retention_days", "ERR_INVALID", f"must be a number from 1 to {org_rules.MOST_DAYS}")
    before = await store.group_days(tx, network, group_id)
    if before is None:
        raise NotFound
    if before[0] != days:
        await store.set_group_days(tx, network, group_id, days)
        await log.record(
            tx, actor, "update", "group_retention", group_id, changes={"retention_days": [before[0], days]}
        )


async def run(
    db: Database,
    network: Network,
    *,
    seconds: float | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Removed:
    """Remove everything that is due and not held. `seconds`: stop between two batches after that long."""
    removed = Removed()
    until = None if seconds is None else time.monotonic() + seconds
    for step in (_posts, _messages, _snapshots):
        after: int | None = 0
        while after is not None:
            after = await step(db, network, after, removed)
            progress(removed.posts + removed.messages)
            if after is not None and until is not None and time.monotonic() > until:
                removed.finished = False
                return removed
    return removed


async def _posts(db: Database, network: Network, after: int, removed: Removed) -> int | None:
    """One batch; where the next begins, or None after the last."""
    async with db.system() as tx:
        ids = await tx.column(store.NEXT_POSTS, store.params(network, after=after, most=BATCH))
    if not ids:
        return None
    async with db.tx(network.scope) as tx:
        for id_ in ids:
            post = await post_rows.get(tx, id_)
            if post is not None:  # its author may have been faster
                await posts.remove(tx, post, deleted_by=None)
                removed.posts += 1
        for sql in store.FORGET_POSTS:
            await tx.run(sql, store.params(network, ids=ids))
    return int(ids[-1])


async def _messages(db: Database, network: Network, after: int, removed: Removed) -> int | None:
    async with db.system() as tx:
        rows = await tx.all(store.NEXT_MESSAGES, store.params(network, after=after, most=BATCH))
    if not rows:
        return None
    async with db.tx(network.scope) as tx:
        for row in rows:
            sender = Actor(org_id=network.org_id, network_id=network.id, account_id=row["account_id"])
            try:
                await messages.delete(tx, sender, row["id"])
            except NotFound:  # gone in between
                continue
            removed.messages += 1
        for sql in store.FORGET_MESSAGES:
            await tx.run(sql, store.params(network, ids=[row["id"] for row in rows]))
    return int(rows[-1]["id"])


async def _snapshots(db: Database, network: Network, after: int, removed: Removed) -> int | None:
    async with db.system() as tx:
        gone = 0
        for sql in store.STALE:
            gone += await tx.run(sql, store.params(network, most=1000))
    removed.snapshots += gone
    return after if gone else None
