"""With the limits in Valkey answers are still given from memory, counted on the way, and refused when used up."""

from __future__ import annotations

from pathlib import Path

from tests.fixtures.backends import running as served
from tests.fixtures.backends import valkey_server
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.town import running
from tests.http.test_memory import HOME, two
from torg.engine.limits import LocalLimiter
from torg.engine.limits_settled import SettledLimiter
from torg.engine.limits_valkey import ValkeyCounts
from torg.http.limits import GENERAL


async def test_a_shared_limit_leaves_answers_in_memory(fresh_database: TestDatabase, tmp_path: Path) -> None:
    with served(valkey_server()) as valkey:
        async with (
            running(fresh_database, tmp_path, rate_limits=True, valkey_url=valkey.url) as town,
            two(town) as cast,
        ):
            here = town.services.limits
            assert isinstance(here, SettledLimiter)
            await cast.warm()
            who = f"general:account:{town.scope().org_id}:{cast.anna_id}"
            elsewhere = SettledLimiter(ValkeyCounts(valkey.url), LocalLimiter())
            before = int((await cast.anna.get(HOME)).headers["x-ratelimit-remaining"])
            for _ in range(before - 10):
                await elsewhere.hit(who, GENERAL)
            await elsewhere.settle()
            for _ in range(5):  # what was on its way to Valkey before them knows nothing of the others
                hits = town.memory.hits
                answer = await cast.anna.get(HOME)
                if int(answer.headers["x-ratelimit-remaining"]) <= 9:
                    break
                await here.settle()
            assert int(answer.headers["x-ratelimit-remaining"]) <= 9, "what other machines let through counts"
            assert town.memory.hits == hits + 1
            for _ in range(20):
                answer = await cast.anna.get(HOME)
            assert answer.status_code == 429
            await elsewhere.close()
