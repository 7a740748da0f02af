"""The count of rate limits that several machines share, in Valkey; loaded only where `valkey_url` is set."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import valkey.asyncio as client
from valkey.exceptions import ValkeyError

from torg.engine.limits import Quota, Verdict
from torg.engine.limits_settled import AwayError, Counted

T = TypeVar("T")

PATIENCE = 0.5
"""Seconds that a request waits for Valkey at most."""
LOST = (ValkeyError, OSError, TimeoutError)

SETTLE = """
local others = {}
for n, name in ipairs(KEYS) do
    redis.call('HSET', name, ARGV[1] .. '.' .. ARGV[2], ARGV[2 * n + 1])
    redis.call('EXPIREAT', name, ARGV[2 * n + 2])
    local found, sum = redis.call('HGETALL', name), 0
    for at = 1, #found, 2 do
        if string.sub(found[at], 1, #ARGV[1] + 1) ~= ARGV[1] .. '.' then sum = sum + found[at + 1] end
    end
    others[n] = sum
end
return others
"""
"""Each process of each machine has a field in a caller's window and writes all that it has counted there, not what was
added: said twice it counts once, and a Valkey that lost everything knows it again after one request."""


class ValkeyCounts:
    """Fixed windows as in LocalLimiter. Every method raises AwayError while Valkey does not answer."""

    def __init__(self, url: str, clock: Callable[[], float] = time.time) -> None:
        self._valkey = client.Valkey.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
        self._script = self._valkey.register_script(SETTLE)
        self._clock = clock

    async def count(self, key: str, quota: Quota) -> Verdict:
        """Count one hit for `key` and tell whether it is within the quota. One round trip."""
        reset_at = (self._clock() // quota.seconds + 1) * quota.seconds
        name = f"torg:limit:{key}:{int(reset_at)}"
        async with self._valkey.pipeline(transaction=True) as asking:
            asking.incr(name)
            asking.expire(name, quota.seconds + 1)
            used = int((await _answered(asking.execute()))[0])
        return Verdict(used <= quota.most, quota.most, max(0, quota.most - used), reset_at)

    async def settle(self, machine: str, process: str, counted: Sequence[Counted]) -> Sequence[int]:
        """Write down what this process counted; for each window, the hits of other machines. One round trip."""
        said: list[Any] = [machine, process]
        for one in counted:
            said += [one.hits, one.ends + 2]
        asked = self._script(keys=[f"torg:count:{one.name}" for one in counted], args=said)
        return [int(one) for one in await _answered(asked)]

    async def close(self) -> None:
        await self._valkey.aclose()


async def _answered(asked: Awaitable[T]) -> T:
    try:
        return await asked
    except LOST as error:
        raise AwayError(str(error) or type(error).__name__) from error


async def probe(url: str) -> str:
    """What is wrong with the server at the address, for `torg doctor`; empty when it answers."""
    valkey = client.Valkey.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    try:
        await valkey.ping()
    except LOST as error:
        return str(error) or type(error).__name__
    finally:
        await valkey.aclose()
    return ""
