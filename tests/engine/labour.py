"""A worker in a process of its own, to be killed: each job adds a row to a ledger, slowly."""

from __future__ import annotations

import asyncio
import sys

from torg.engine.postgres import Database
from torg.engine.worker import Context, Worker


async def toil(ctx: Context, payload: dict[str, int]) -> None:
    await asyncio.sleep(0.05)
    async with ctx.db.system() as tx:
        await tx.run("INSERT INTO ledger VALUES (%s, %s)", (ctx.job.id, payload["number"]))


async def main(app: str, system: str) -> None:
    db = Database(app, system)
    await db.open()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await Worker(db, {"toil": toil}).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
