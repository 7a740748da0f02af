"""Counting against quotas in Valkey, for several machines; loaded only where `valkey_url` is set."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
import valkey.asyncio as client
from valkey.exceptions import ValkeyError

from torg.engine.limits import Limiter, Quota, Verdict

log = structlog.get_logger(__name__)

PATIENCE = 0.5
"""Seconds that a request waits for Valkey at most."""
PAUSE = 2.0
"""Seconds without asking after a failure, so that not every request waits."""
LOST = (ValkeyError, OSError, TimeoutError)


class ValkeyLimiter:
    """Fixed windows as in LocalLimiter. While Valkey is away each machine counts for itself, and says so in the log."""

    def __init__(self, url: str, fallback: Limiter, clock: Callable[[], float] = time.time) -> None:
        self._valkey = client.Valkey.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
        self._fallback = fallback
        self._clock = clock
        self._away_until = 0.0
        self._away = False

    async def hit(self, key: str, quota: Quota) -> Verdict:
        """Count one hit for `key` and tell whether it is within the quota. One round trip."""
        if time.monotonic() >= self._away_until:
            try:
                verdict = await self._count(key, quota)
            except LOST as error:
                self._away_until = time.monotonic() + PAUSE
                if not self._away:
                    log.error("rate limits without Valkey: each machine counts for itself", error=str(error))
                self._away = True
            else:
                if self._away:
                    log.warning("rate limits by Valkey again")
                self._away = False
                return verdict
        return await self._fallback.hit(key, quota)

    async def _count(self, key: str, quota: Quota) -> Verdict:
        reset_at = (self._clock() // quota.seconds + 1) * quota.seconds
        name = f"torg:limit:{key}:{int(reset_at)}"
        async with self._valkey.pipeline(transaction=True) as asking:
            asking.incr(name)
            asking.expire(name, quota.seconds + 1)
            used = int((await asking.execute())[0])
        return Verdict(used <= quota.most, quota.most, max(0, quota.most - used), reset_at)

    async def close(self) -> None:
        await self._valkey.aclose()


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
