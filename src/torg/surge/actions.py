"""What an operator may do: hold a rung whatever is measured, and let go of it."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from torg.engine.postgres import Tx
from torg.engine.worker import Context, Handler, Handling, Periodic
from torg.surge import rules, store
from torg.surge.model import Ladder, Rung

THIN = "surge.thin"
KEPT = timedelta(days=400)


async def hold(tx: Tx, rung: Rung, who: str) -> Ladder:
    """From now on this rung holds, in every process within seconds. A system transaction."""
    before = await _locked(tx)
    after = msgspec.structs.replace(before, held=int(rung))
    await store.put(tx, after)
    if after != before:
        await store.note(tx, before.shown, after.shown, f"held by {who}", by_hand=True)
    return after


async def release(tx: Tx, who: str) -> Ladder:
    """What is measured holds again."""
    before = await _locked(tx)
    after = rules.settled(before)
    await store.put(tx, after)
    if after != before:
        await store.note(tx, before.shown, after.shown, f"released by {who}", by_hand=True)
    return after


async def _locked(tx: Tx) -> Ladder:
    """The ladder, which no process moves until the commit."""
    await tx.run("SELECT pg_advisory_xact_lock(%s)", (store.LOCK,))
    return await store.ladder(tx)


async def thin(ctx: Context, payload: object) -> None:
    """Job `surge.thin`: forget what nobody looks at any more."""
    async with ctx.db.system() as tx:
        await store.thin(tx, KEPT)


HANDLERS: dict[str, Handler | Handling] = {THIN: Handling(run=thin, concurrency=1, attempts=3)}
PERIODIC = (Periodic(kind=THIN, every=timedelta(hours=6)),)
