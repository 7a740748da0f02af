"""The watch of one process: measures, looks where the installation stands, and moves the ladder when it is to move."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta

import msgspec
import structlog

from torg.engine.gather import refusals
from torg.engine.postgres import Database, Tx
from torg.health.meter import count, record
from torg.kernel.clock import now
from torg.kernel.config import Settings
from torg.surge import rules, state, store
from torg.surge.gauges import Gauges
from torg.surge.model import REFUSED, Figures, Ladder, Rung, Standing

log = structlog.get_logger(__name__)

EVERY = 2.0
FRESH = timedelta(seconds=10)
"""What another process told longer ago counts no more."""


class Watch:
    """`services.surge`. Knows what it read last; `look` reads anew, `run` does so until cancelled.

    `counts`: further measures of the process (kernel/pressures.py). `held_jobs`: kinds of jobs that wait, by rung.
    `add_up`: asked for once counts wait that need not wait any more.
    """

    def __init__(
        self,
        db: Database,
        settings: Settings,
        node: int,
        counts: dict[str, Callable[[], float]],
        held_jobs: Mapping[Rung, Collection[str]],
        add_up: Callable[[Tx], Awaitable[None]],
    ) -> None:
        self._db, self._settings, self._node = db, settings, node
        self._gauges = Gauges(db, counts)
        self._position = counts.get("log_position")
        self._held_jobs = held_jobs
        # Late on purpose, and still late while it is caught up with: that must not lead up again
        self._may_wait = frozenset(kind for kinds in held_jobs.values() for kind in kinds)
        self._add_up = add_up
        self._told = False
        self._standing = Standing(ladder=Ladder(since=now()))

    @property
    def standing(self) -> Standing:
        """As it was read last."""
        return self._standing

    @property
    def rung(self) -> Rung:
        """What is shed at the moment."""
        return self._standing.ladder.shown

    def sheds(self, rung: Rung) -> bool:
        return self.rung >= rung

    def held_jobs(self) -> frozenset[str]:
        """Kinds of jobs that are not begun at the moment."""
        return frozenset(kind for rung, kinds in self._held_jobs.items() if self.sheds(rung) for kind in kinds)

    def behind(self, name: str) -> datetime | None:
        """Up to when a group of effects is done, if it is behind."""
        return self._standing.behind.get(name)

    async def run(self) -> None:
        """Look every few seconds until cancelled."""
        while True:
            await self._gauges.rest(EVERY)
            try:
                await self.look(self.measured())
            except Exception as error:  # noqa: BLE001 - what was known holds on
                log.warning("the surge ladder could not be looked at", error=str(error))

    def measured(self) -> Figures:
        """How hard this process has had it since the last time."""
        return self._gauges.take()

    async def look(self, figures: Figures | None = None) -> Standing:
        """Read where the installation stands; with this process's figures, also move it if it is to move."""
        async with self._db.system() as tx:
            if figures is not None:
                figures = await self._tell(tx, figures)
            moves = figures is not None and self._settings.surge and await store.may_move(tx)
            ladder, rest = store.of(await store.looked(tx))
            if figures is not None and moves:
                ladder, figures = await self._move(tx, ladder, rest["at"], figures)
            if figures is not None and rest["counts_wait"] and ladder.shown < Rung.COUNTS:
                await self._add_up(tx)
            database = tx.database
        behind = {name: msgspec.convert(at, datetime) for name, at in rest["behind"].items()}
        self._standing = Standing(ladder=ladder, behind=behind, counts_wait=rest["counts_wait"], figures=figures or {})
        state.put(database, ladder.shown)
        self._record()
        return self._standing

    async def _tell(self, tx: Tx, figures: Figures) -> Figures:
        """Nothing is written while all is calm."""
        if self._position is not None:
            behind = await store.last_seq(tx) - self._position()
            figures = {name: value for name, value in figures.items() if name != "log_position"}
            figures["log_events"] = max(0.0, behind)
        if rules.worth_telling(figures, self._settings.surge_at):
            await store.tell(tx, self._node, figures)
            self._told = True
        elif self._told:
            await store.calm(tx, self._node)
            self._told = False
        return figures

    async def _move(self, tx: Tx, ladder: Ladder, at: datetime, figures: Figures) -> tuple[Ladder, Figures]:
        everywhere = rules.together([
            figures, *await store.others(tx, self._node, FRESH), await store.whole(tx, self._may_wait)
        ])  # fmt: skip
        after = rules.moved(
            ladder, everywhere, at, self._settings.surge_at,
            rise=timedelta(seconds=self._settings.surge_rise), fall=timedelta(seconds=self._settings.surge_fall),
        )  # fmt: skip
        if after != ladder:
            await store.put(tx, after)
        if after.rung != ladder.rung:
            await store.note(tx, ladder.rung, after.rung, after.cause, by_hand=False)
            log.warning("surge", rung=Rung(after.rung).word, before=Rung(ladder.rung).word, cause=after.cause)
        return after, everywhere

    def _record(self) -> None:
        """For the curves of /admin/health."""
        count(REFUSED, refusals.take())
        record("surge", float(self.rung))
        for name, value in self._standing.figures.items():
            record(f"surge_{name}", value)
