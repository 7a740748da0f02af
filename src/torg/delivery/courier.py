"""Brings what is put down to other servers: takes lanes, works them side by side, tells the database in batches.

A host is one lane, and a lane is one sender's at a time, whichever process that is. A sender is a session that holds
an advisory lock under its own number, so the lanes of one that died are free as soon as its session ends; what it had
brought without telling yet (some hundredths of a second's worth) is brought again.

Hosts that answer, hosts never tried and hosts that fail have places of their own, and whoever keeps us waiting for
half a second gives its place up while it waits on: a dead host costs the living ones nothing (FEATURES N35).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from torg.delivery import actions, lanes, rules
from torg.delivery.bodies import Bodies
from torg.delivery.lines import Lines
from torg.delivery.model import Delivery, Fate, Kind, Outcome, Rest, Return, Turn, Verdict
from torg.delivery.shift import Shift
from torg.delivery.signatures import SignAs, Signers
from torg.delivery.terms import Terms
from torg.engine.frame import Frame
from torg.engine.postgres import Tx
from torg.orgs.model import Network

log = structlog.get_logger(__name__)

POLL = 0.5
PACE = 0.05
"""Seconds between two rounds: what ends within them is told to the database together."""
RECOVER_EVERY = 2.0
GRACE = 2.0
PLACES: Mapping[Kind, int] = {Kind.LIVE: 64, Kind.UNTRIED: 32, Kind.FAILING: 32}
"""Hosts at a time of each kind, not counting slow ones."""
MOST_SLOW = 400
"""Slow hosts at a time; with half as many, no host is tried for the first time."""
BATCH = 50
LONGEST_SHIFT = 400
"""Deliveries after which a lane goes to the end of the queue, so that one busy host leaves room for others."""


class Courier(Frame):
    """`await Courier(services).run()` until cancelled. `services`: db, fetch, settings; `sign_as` is for tests."""

    def __init__(self, services: Any, *, sign_as: SignAs | None = None) -> None:
        super().__init__(
            services.db,
            name="courier",
            lock_class=lanes.LOCK_CLASS,
            waker=actions.wake,
            poll=POLL,
            upkeep=RECOVER_EVERY,
        )
        self._scheme: str = services.settings.scheme
        self.sign_as: SignAs = sign_as or Signers(services)
        self._lines = Lines(services.fetch)
        self._bodies = Bodies()
        self._terms = Terms()
        self._running: dict[asyncio.Task[None], Shift] = {}
        self._ended: list[Shift] = []
        self._untold: list[Outcome] = []

    def heard(self) -> None:
        """There is something to tell the database."""
        self._wake.set()

    def origin(self, network: Network) -> str:
        """The network's address, which is part of the User-Agent."""
        return f"{self._scheme}://{network.host}"

    async def drain(self) -> None:
        """Bring what is due now until nothing is (commands and tests)."""
        async with self._session():
            while await self._turn() or self._running:
                if self._running:
                    await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        await self._lines.close()

    async def _upkeep(self) -> None:
        async with self._db.system() as tx:
            for host in await lanes.recover(tx):
                log.warning("lane freed: its sender is gone", host=host)
        await self._lines.tidy()

    async def _close(self) -> None:
        await self._lines.close()

    async def _round(self) -> bool:
        """A turn, and a pause, so that what ends within it is told together."""
        busy = await self._turn()
        await asyncio.sleep(PACE)
        return busy

    async def _turn(self) -> bool:
        """Tell what has ended, take what is next; whether there may be more at once."""
        ended, self._ended = self._ended, []
        told = [*self._untold, *(one for shift in [*ended, *self._running.values()] for one in shift.take_outcomes())]
        self._untold = []
        try:
            async with self._db.system() as tx:
                opened = await lanes.open_new(tx)
                staying = await self._tell(tx, told, ended)
                turns = await lanes.take(tx, self._number, self._free())
                hosts = [*staying, *(turn.host for turn in turns)]
                loads = await self._next(tx, hosts) if hosts else {}
                idle = [
                    *(self._return(shift) for host, shift in staying.items() if host not in loads),
                    *(_untouched(turn) for turn in turns if turn.host not in loads),
                ]
                await lanes.give_back(tx, self._number, idle)
        except Exception:
            self._ended, self._untold = ended + self._ended, told  # nothing of it was kept: told again next time
            raise
        for shift in ended:
            if shift.turn.host in staying and shift.turn.host in loads:
                self._start(shift, *loads[shift.turn.host])
            else:
                await self._lines.leave(shift.turn.host)
        for turn in turns:
            if turn.host in loads:
                self._start(Shift(turn, self, await self._lines.of(turn.host, turn.kind)), *loads[turn.host])
        return bool(opened or turns or ended)

    def _start(
        self, shift: Shift, rows: list[Delivery], bodies: Mapping[int, bytes], networks: Mapping[int, Network]
    ) -> None:
        shift.load(rows, bodies, networks)
        task = asyncio.create_task(shift.run(), name=f"deliveries to {shift.turn.host}")
        self._running[task] = shift
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        shift = self._running.pop(task)
        if task.cancelled():
            shift.trouble = None
        elif (error := task.exception()) is not None:
            log.error("a shift broke off", host=shift.turn.host, error=repr(error))
            shift.trouble = shift.trouble or Verdict(fate=Fate.REST, why=f"our own mistake: {error!r}")
        self._ended.append(shift)
        self._wake.set()

    def _free(self) -> dict[Kind, int]:
        """Places by kind. Slow hosts count only against their own limit, failing ones always."""
        shifts = self._running.values()
        slow = sum(shift.slow and shift.kind is not Kind.FAILING for shift in shifts)
        taken = Counter(shift.kind for shift in shifts if shift.kind is Kind.FAILING or not shift.slow)
        room = {kind: most - taken[kind] for kind, most in PLACES.items()}
        return {
            Kind.LIVE: min(room[Kind.LIVE], MOST_SLOW - slow),
            Kind.UNTRIED: min(room[Kind.UNTRIED], MOST_SLOW // 2 - slow),
            Kind.FAILING: room[Kind.FAILING],
        }

    async def _tell(self, tx: Tx, outcomes: Sequence[Outcome], ended: Sequence[Shift]) -> dict[str, Shift]:
        """What became of deliveries and hosts; the shifts that go on if there is more for them."""
        await lanes.settle(tx, outcomes)
        await lanes.remember(tx, [one for one in outcomes if one.verdict.fate is Fate.TAKEN])
        over, rests, staying = [], [], {}
        for shift in sorted(ended, key=lambda one: one.turn.host):
            if shift.trouble is not None:
                rests.append(_rest(shift, shift.trouble))
            elif shift.done >= LONGEST_SHIFT or shift.cancelled:
                over.append(self._return(shift, more=True))
            else:
                staying[shift.turn.host] = shift
        await lanes.give_back(tx, self._number, over)
        buried = await lanes.rest(tx, self._number, rests, rules.GIVE_UP)
        for one in rests:
            log.info("host rests", host=one.host, seconds=round(one.wait.total_seconds()), why=one.why)
        if buried:
            log.warning("deliveries given up", count=buried)
        return staying

    def _return(self, shift: Shift, *, more: bool = False) -> Return:
        return Return(host=shift.turn.host, pulse=shift.turn.pulse, answered=shift.answered, more=more)

    async def _next(
        self, tx: Tx, hosts: Sequence[str]
    ) -> dict[str, tuple[list[Delivery], Mapping[int, bytes], Mapping[int, Network]]]:
        """What is due for these hosts; hosts without anything are left out."""
        rows = await lanes.waiting(tx, hosts, BATCH)
        networks = await self._terms.networks(tx, [row for some in rows.values() for row in some])
        await lanes.drop(tx, [row for some in rows.values() for row in some if row.network_id not in networks])
        kept = {}
        for host, some in rows.items():
            good = [row for row in some if row.network_id in networks]
            refused = await self._terms.refused(tx, networks, host, good)
            await lanes.drop(tx, refused)
            kept[host] = [row for row in good if row not in refused]
        bodies = await self._bodies.of(tx, [row for some in kept.values() for row in some])
        return {host: (some, bodies, networks) for host, some in kept.items() if some}

    async def _finish(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=GRACE)
        for task, shift in list(self._running.items()):
            shift.cancelled = True
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        try:
            async with self._db.system() as tx:
                ended, self._ended = self._ended, []
                told = [*self._untold, *(one for shift in ended for one in shift.take_outcomes())]
                self._untold = []
                staying = await self._tell(tx, told, ended)
                await lanes.give_back(tx, self._number, [self._return(one, more=True) for one in staying.values()])
        except Exception:
            log.exception("the last deliveries could not be told; they are brought again")


def _rest(shift: Shift, trouble: Verdict) -> Rest:
    failures = 1 if shift.answered else shift.turn.failures + 1
    return Rest(
        host=shift.turn.host,
        wait=rules.next_wait(failures, trouble.after),
        failures=failures,
        why=trouble.why,
        networks=shift.networks,
    )


def _untouched(turn: Turn) -> Return:
    return Return(host=turn.host, pulse=turn.pulse, answered=False, more=False)
