"""What was noted in a table of changes instead of being counted at once, added up network by network."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from torg.engine import jobs
from torg.engine.postgres import Database, Tx
from torg.kernel.actor import Scope


async def want(tx: Tx, kind: str) -> None:
    """Let the job of this kind add up soon (a system transaction)."""
    await jobs.enqueue(tx, kind, key="now", org_id=jobs.INSTALLATION, network_id=jobs.INSTALLATION)


async def add_up(db: Database, table: str, batch: Callable[[Database, Scope], Awaitable[int]]) -> int:
    """Call `batch` for each network with rows in the table until it finds none; how many notes it found in all."""
    done = 0
    async with db.system() as tx:
        places = await tx.all(f"SELECT DISTINCT org_id, network_id FROM {table} ORDER BY 1, 2")
    for place in places:
        scope = Scope(place["org_id"], (place["network_id"],))
        while notes := await batch(db, scope):
            done += notes
    return done
