"""A lane's shift: what is due for one host, brought in order, few at a time, until it is done or the host fails.

Of one signer the next activity sets out only when the one before has had its answer, so that nobody hears of an
Update before the Create, or of the Create after the Delete.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import structlog

from torg.delivery import rules
from torg.delivery.model import Delivery, Fate, Kind, Outcome, Turn, Verdict
from torg.delivery.signatures import SignAs
from torg.engine.fetched import Fetched, FetchError, FetchRefused
from torg.orgs.model import Network
from torg.signing.model import Scheme

if TYPE_CHECKING:  # engine/fetch.py loads it late
    from torg.engine.line import Line

log = structlog.get_logger(__name__)

WIDTH = 4
"""Requests at a time to a host that answers; the first of a shift goes alone."""
PATIENCE = 0.5
"""Seconds after which a host that has not answered holds no place any more that others could use."""
CONNECT = 5.0
SIGNING = 20.0
TOTAL = 12.0
ANSWER_CAP = 4096
TROUBLES = 3
"""Passing errors in a row after which it is the host that has trouble."""
HEADERS = {"content-type": "application/activity+json", "accept": "application/activity+json, application/json"}


class Desk(Protocol):
    """What a shift needs of its sender."""

    sign_as: SignAs

    def origin(self, network: Network) -> str: ...

    def heard(self) -> None: ...


class Shift:
    """One lane at work. `trouble`: why the host must rest."""

    def __init__(self, turn: Turn, desk: Desk, line: Line) -> None:
        self.turn = turn
        self.line = line
        self._outcomes: list[Outcome] = []
        self.trouble: Verdict | None = None
        self.answered = False
        self.cancelled = False
        self.done = 0
        self._desk = desk
        self._rows: list[Delivery] = []
        self._bodies: Mapping[int, bytes] = {}
        self._networks: Mapping[int, Network] = {}
        self._busy: dict[tuple[int, int | None], list[int]] = {}
        self._schemes: dict[int, Scheme] = {}
        self._errors = 0
        self._asked = 0  # requests that wait for an answer
        self._loop = asyncio.get_running_loop()
        self._heard = self._answered_at = self._loop.time()

    @property
    def networks(self) -> list[tuple[int, int]]:
        """(organisation, network) of what was loaded last."""
        return [(network.org_id, network.id) for network in self._networks.values()]

    @property
    def kind(self) -> Kind:
        """What is known of the host by now."""
        return Kind.LIVE if self.answered else self.turn.kind

    @property
    def slow(self) -> bool:
        """Whether the host keeps us waiting."""
        return self._asked > 0 and self._loop.time() - self._heard > PATIENCE

    def take_outcomes(self) -> list[Outcome]:
        """What became of deliveries since this was asked last."""
        taken, self._outcomes = self._outcomes, []
        return taken

    def load(self, rows: list[Delivery], bodies: Mapping[int, bytes], networks: Mapping[int, Network]) -> None:
        """The next to be brought, in order, once all before have had their answers."""
        wanted = {row.network_id for row in rows}
        self._networks = {id_: network for id_, network in networks.items() if id_ in wanted}
        self._rows, self._bodies = rows, bodies
        self._heard = self._loop.time()

    async def run(self) -> None:
        """Bring what was loaded. Ends early when the host has trouble; what was not tried stays as it is."""
        if not self.answered:
            await self._bring_next()
        if self.answered:
            await asyncio.gather(*(self._carry() for _ in range(min(WIDTH, len(self._rows)))))

    async def _carry(self) -> None:
        while await self._bring_next():
            pass

    async def _bring_next(self) -> bool:
        row = None if self.trouble else self._take()
        if row is None:
            return False
        signer = (row.network_id, row.account_id)
        self._busy.setdefault(signer, []).append(row.activity_id)
        try:
            await self._bring(row)
        finally:
            self._busy[signer].remove(row.activity_id)
        return True

    def _take(self) -> Delivery | None:
        """The first that may set out. One that may not holds up what its signer said later; others may pass."""
        held = set()
        for place, row in enumerate(self._rows):
            signer = (row.network_id, row.account_id)
            if signer not in held and all(one == row.activity_id for one in self._busy.get(signer, ())):
                return self._rows.pop(place)
            held.add(signer)
        return None

    async def _bring(self, row: Delivery) -> None:
        started = self._loop.time()
        thought = self._schemes.get(row.network_id, row.signatures)
        try:
            verdict, scheme = await self._attempt(row, thought)
        except FetchError as silent:
            # Others of this shift that were answered meanwhile show that the host is well
            verdict, scheme = (
                rules.judge_silence(silent, answering=self.answered and self._answered_at > started),
                thought,
            )
        except Exception as error:
            log.exception("a delivery failed", host=row.host, delivery=row.id)
            verdict, scheme = Verdict(fate=Fate.LATER, why=f"our own mistake: {error!r}"[: rules.SAID]), thought
        else:
            self._heard = self._answered_at = self._loop.time()
            self._errors = self._errors + 1 if verdict.fate is Fate.LATER else 0
            self.answered = self.answered or verdict.fate is not Fate.REST
        if verdict.fate is Fate.REST or self._errors >= TROUBLES:
            self.trouble = self.trouble or verdict
            return
        self._note(row, verdict, scheme)

    def _note(self, row: Delivery, verdict: Verdict, scheme: Scheme) -> None:
        wanted = verdict.prefers or (scheme if verdict.fate is Fate.TAKEN else None)
        if wanted is not None:
            self._schemes[row.network_id] = wanted
        wait = None
        if verdict.fate is Fate.LATER:
            wait = rules.next_wait(row.attempts + 1, verdict.after)
            if rules.too_old(row.created_at, wait):
                verdict = Verdict(fate=Fate.FINAL, why=verdict.why)
        signatures = wanted if wanted != row.signatures else None
        self._outcomes.append(Outcome(delivery=row, verdict=verdict, wait=wait, signatures=signatures))
        self.done += 1
        self._desk.heard()

    async def _attempt(self, row: Delivery, thought: Scheme) -> tuple[Verdict, Scheme]:
        """One try, or two where the first signature is refused; how it was signed last."""
        network, body = self._networks[row.network_id], self._bodies.get(row.activity_id)
        if body is None:
            return Verdict(fate=Fate.FINAL, why="the activity is gone"), thought
        try:
            url = self.line.target(row.inbox)
        except FetchRefused as refused:
            return Verdict(fate=Fate.FINAL, why=refused.reason[: rules.SAID]), thought
        other: Scheme = "cavage" if thought == "rfc9421" else "rfc9421"
        verdict = Verdict(fate=Fate.OTHER)
        for scheme in (thought, other):
            async with asyncio.timeout(SIGNING):
                sign = await self._desk.sign_as(network, row.account_id, scheme)
            if sign is None:
                return Verdict(fate=Fate.FINAL, why="the account that signs it is gone"), thought
            headers = {**HEADERS, **sign("POST", url, HEADERS, body)}
            answer = await self._post(url, body, headers, self._desk.origin(network))
            verdict = rules.judge(answer, signed=scheme, second=scheme is other, attempts=row.attempts + 1)
            if verdict.fate is not Fate.OTHER:
                return verdict, scheme
        return verdict, other

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str], origin: str) -> Fetched:
        if not self._asked:
            self._heard = self._loop.time()
        self._asked += 1
        try:
            return await self.line.post(
                url, body, headers, timeout=TOTAL, connect=CONNECT, max_bytes=ANSWER_CAP, origin=origin
            )
        finally:
            self._asked -= 1
