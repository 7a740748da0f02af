"""Writing figures down: each process its own every minute, a job those of the networks and of the installation."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from torg.engine.postgres import Database
from torg.engine.worker import Context, Handler, Handling, Periodic
from torg.health import machine, store
from torg.health.meter import METER, Meter, rows
from torg.kernel.clock import now

log = structlog.get_logger(__name__)

SAMPLE = "health.sample"
THIN = "health.thin"
EVERY = 60.0


class Recorder:
    """Writes this process's figures down every minute until it is cancelled. `streams` counts live streams."""

    def __init__(
        self, db: Database, process: int, data: Path, streams: Callable[[], int], meter: Meter = METER
    ) -> None:
        self._db, self._process, self._data, self._streams, self._meter = db, process, data, streams, meter
        self._since = time.monotonic()
        self._used = machine.processor_seconds()

    async def run(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.write()
            except Exception as error:  # noqa: BLE001 - figures that are missed must not end anything else
                log.warning("figures were not written down", error=str(error))

    async def write(self) -> None:
        """Write down what was counted since the last time."""
        at, used = time.monotonic(), machine.processor_seconds()
        passed = max(at - self._since, 0.001)
        taken = self._meter.take(passed / 60)
        found = machine.figures(self._data)
        found["streams"] = float(self._streams())
        found["processor"] = 100 * (used - self._used) / passed
        self._since, self._used = at, used
        taken.update({name: (value, value) for name, value in found.items()})
        async with self._db.system() as tx:
            await store.write_process(tx, self._process, now(), rows(taken))


async def sample(ctx: Context, _: Any) -> None:
    """Job `health.sample`: the networks' figures, and the installation's."""
    at = now()
    async with ctx.db.system() as tx:
        await store.sample_networks(tx, at)
        await store.write_process(tx, store.WHOLE, at, await store.sample_installation(tx))


async def thin(ctx: Context, _: Any) -> None:
    """Job `health.thin`: less of what is old."""
    async with ctx.db.system() as tx:
        await store.thin(tx, now())


HANDLERS: dict[str, Handler | Handling] = {
    SAMPLE: Handling(run=sample, concurrency=1, attempts=1),
    THIN: Handling(run=thin, concurrency=1, attempts=3),
}
PERIODIC = (
    Periodic(kind=SAMPLE, every=timedelta(minutes=1)),
    Periodic(kind=THIN, every=timedelta(hours=1)),
)
