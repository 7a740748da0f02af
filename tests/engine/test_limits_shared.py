"""The count that processes share is LocalLimiter's, and two processes that hit at once lose no hit."""

from __future__ import annotations

import os

from torg.engine.limits import LocalLimiter, Quota
from torg.engine.limits_shared import IN_BUCKET, SharedLimiter

QUOTA = Quota(5, 60)


async def test_it_counts_as_the_local_one_does() -> None:
    now = 1_000.0
    shared, local = SharedLimiter(lambda: now), LocalLimiter(lambda: now)
    for step in range(40):
        now += step
        for key in ("account:1:2", "ip:10.0.0.1"):
            assert await shared.hit(key, QUOTA) == await local.hit(key, QUOTA)


async def test_two_processes_lose_no_hit() -> None:
    shared, each = SharedLimiter(lambda: 1_000.0), 20_000
    pid = os.fork()
    for _ in range(each):
        await shared.hit("account:1:2", QUOTA)
    if not pid:
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    most = Quota(3 * each, 60)
    assert (await shared.hit("account:1:2", most)).remaining == most.most - 2 * each - 1


async def test_a_full_bucket_forgets_who_is_done_first() -> None:
    now = 1_000.0
    shared = SharedLimiter(lambda: now)
    shared._count(7, 0, now, 3_000)
    for name in range(100, 100 + 3 * IN_BUCKET):
        shared._count(name, 0, now, 60)
    assert shared._count(7, 0, now, 3_000)[1] == 2
