"""A relay in a process of its own, to be killed: each event adds a row to a ledger and a job, slowly."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from torg.engine import jobs
from torg.engine.effects import Effects, Meta
from torg.engine.postgres import Database, Tx
from torg.engine.relay import Relay
from torg.kernel.events import Event

LEDGER = "CREATE TABLE ledger (event_id bigint, number int)"


class Marched(Event, frozen=True):
    """An event that only tests know."""

    number: int
    late: bool = False


class Stumbled(Event, frozen=True):
    """An event whose effect fails as often as told."""

    number: int


async def write_down(tx: Tx, ctx: Any, event: Marched, meta: Meta) -> None:
    await asyncio.sleep(ctx)
    await tx.run("INSERT INTO ledger VALUES (%s, %s)", (meta.id, event.number))
    await jobs.enqueue(tx, "salute", {"number": event.number})


EFFECTS: Effects = {Marched: [write_down]}


async def main(app: str, system: str) -> None:
    db = Database(app, system)
    await db.open()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await Relay(db, EFFECTS, 0.0005, batch=20).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
