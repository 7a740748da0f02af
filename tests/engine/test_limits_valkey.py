"""Two machines count together in Valkey; killed, each counts for itself and says so; back, they count together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from tests.fixtures.backends import Backend, running, valkey_server
from torg.engine import limits_settled, limits_valkey
from torg.engine.backends import trouble_of_valkey
from torg.engine.limits import LocalLimiter, MachineLimiter, Quota
from torg.engine.limits_settled import AwayError, SettledLimiter
from torg.engine.limits_valkey import ValkeyCounts

EXACT = Quota(5, 60)
SETTLED = Quota(20, 60, settled=True)
AWAY = "rate limits without Valkey: each machine counts for itself"
BACK = "rate limits by Valkey again"


class Clock:
    """The same for all machines."""

    now = 1_000_000_000_000.0  # Valkey's own clock must not end these windows

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr(limits_settled, "PAUSE", 0.0)
    monkeypatch.setattr(limits_settled, "EVERY", 1e9)  # these tests settle by hand
    monkeypatch.setattr(limits_valkey, "PATIENCE", 10.0)
    return Clock()


@asynccontextmanager
async def machine(server: Backend, clock: Clock, local: MachineLimiter | None = None) -> AsyncIterator[SettledLimiter]:
    made = SettledLimiter(ValkeyCounts(server.url, clock), local or LocalLimiter(clock), clock)
    try:
        yield made
    finally:
        await made.close()


async def test_counted_together_and_alone_while_it_is_away(clock: Clock) -> None:
    with running(valkey_server()) as server:
        async with machine(server, clock) as one, machine(server, clock) as two:
            local = LocalLimiter(clock)
            for step in range(12):
                clock.now += 5 * (step == 8) * 60
                for key in ("account:1:2", "ip:10.0.0.1"):
                    assert await (one, two)[step % 2].hit(key, EXACT) == await local.hit(key, EXACT)
            assert await trouble_of_valkey(server.url) == ""
            server.kill()
            with capture_logs() as said:
                alone = [(await one.hit("account:1:2", EXACT)).remaining for _ in range(3)]
            assert alone == [4, 3, 2], "its own count, from the beginning"
            assert [line["event"] for line in said] == [AWAY]
            assert await trouble_of_valkey(server.url) != ""
            server.start()
            with capture_logs() as said:
                both = [(await limiter.hit("account:1:2", EXACT)).remaining for limiter in (one, two, one)]
            assert both == [4, 3, 2]
            assert {line["event"] for line in said} == {BACK}


async def test_settled_in_batches_without_waiting(clock: Clock) -> None:
    with running(valkey_server()) as server:
        async with machine(server, clock) as one, machine(server, clock) as two:

            def left(limiter: SettledLimiter, key: str = "general:account:1:2") -> tuple[bool, int]:
                """By the first step of its coroutine, as http/protocol.py asks: it must not wait."""
                asked = limiter.hit(key, SETTLED)
                with pytest.raises(StopIteration) as done:
                    asked.send(None)
                return done.value.value.allowed, done.value.value.remaining

            assert [left(one) for _ in range(8)] == [(True, 19 - n) for n in range(8)]
            assert [left(two) for _ in range(4)] == [(True, 19 - n) for n in range(4)], "not told yet"
            await one.settle()
            await two.settle()
            assert left(two) == (True, 20 - 8 - 5)
            assert left(two, "general:ip:10.0.0.1") == (True, 19), "somebody else"
            await two.settle()
            assert left(one) == (True, 20 - 8 - 1), "what the other counted since is learned when accounts are settled"
            await one.settle()
            assert left(one) == (True, 20 - 5 - 10)
            for _ in range(5):
                assert left(one)[0]
            assert left(one) == (False, 0)
            await one.settle()
            assert left(two) == (True, 20 - 6 - 8), "nothing was told to it yet"
            await two.settle()
            assert left(two) == (False, 0), "but once it was"
            clock.now += 60
            assert left(two) == (True, 19), "a new window"
            await one.settle()
            await two.settle()
            assert left(two) == (True, 18)


async def test_never_more_than_the_limit_on_each_machine(clock: Clock) -> None:
    with running(valkey_server()) as server:
        async with machine(server, clock) as one, machine(server, clock) as two:
            server.kill()
            with capture_logs() as said:
                for limiter in (one, two):
                    allowed = [(await limiter.hit("general:account:1:2", SETTLED)).allowed for _ in range(30)]
                    assert sum(allowed) == SETTLED.most
                    for _ in range(2):
                        with pytest.raises(AwayError):
                            await limiter.settle()
            assert [line["event"] for line in said] == [AWAY, AWAY]
            server.start()
            with capture_logs() as said:
                await one.settle()
                await two.settle()
            assert [line["event"] for line in said] == [BACK, BACK]


async def test_valkey_that_lost_everything_knows_again(clock: Clock) -> None:
    with running(valkey_server()) as server:
        async with machine(server, clock) as one, machine(server, clock) as two:
            for _ in range(6):
                await one.hit("general:account:1:2", SETTLED)
            await one.settle()
            server.kill()
            server.start()
            await one.hit("general:account:1:2", SETTLED)
            with pytest.raises(AwayError):
                await one.settle()  # on the connection of before
            await one.settle()
            await two.hit("general:account:1:2", SETTLED)
            await two.settle()
            assert (await two.hit("general:account:1:2", SETTLED)).remaining == 20 - 7 - 2


async def test_processes_of_a_machine_are_no_others(clock: Clock) -> None:
    """What they count together is not counted again when it comes back by Valkey."""
    local = LocalLimiter(clock)
    with running(valkey_server()) as server:
        async with (
            machine(server, clock, local) as one,
            machine(server, clock, local) as two,
            machine(server, clock) as elsewhere,
        ):
            for limiter in (one, two, one):
                await limiter.hit("general:account:1:2", SETTLED)
                await limiter.settle()
            assert (await two.hit("general:account:1:2", SETTLED)).remaining == 16
            await two.settle()
            await elsewhere.hit("general:account:1:2", SETTLED)
            await elsewhere.settle()
            assert (await elsewhere.hit("general:account:1:2", SETTLED)).remaining == 20 - 4 - 2


async def test_it_settles_by_itself_and_rests_when_nobody_comes(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits_settled, "EVERY", 0.01)
    with running(valkey_server()) as server:
        async with machine(server, clock) as one, machine(server, clock) as two:

            async def rests(limiter: SettledLimiter) -> None:
                async with asyncio.timeout(60):
                    while limiter._settling is not None:
                        await asyncio.sleep(0.01)

            for limiter in (one, one, one, two):
                await limiter.hit("general:account:1:2", SETTLED)
                await rests(limiter)
            assert (await two.hit("general:account:1:2", SETTLED)).remaining == 20 - 3 - 2
            await rests(two)
