"""Two machines count together in Valkey; killed, each counts for itself and says so; back, they count together."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.fixtures.backends import running, valkey_server
from torg.engine import limits_valkey
from torg.engine.backends import trouble_of_valkey
from torg.engine.limits import LocalLimiter, Quota
from torg.engine.limits_valkey import ValkeyLimiter

QUOTA = Quota(5, 60)


async def test_counted_together_and_alone_while_it_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits_valkey, "PAUSE", 0.0)
    monkeypatch.setattr(limits_valkey, "PATIENCE", 10.0)
    now = 1_000.0
    with running(valkey_server()) as server:
        one, two = (ValkeyLimiter(server.url, LocalLimiter(lambda: now), lambda: now) for _ in range(2))
        local = LocalLimiter(lambda: now)
        for step in range(12):
            now += 5 * (step == 8) * 60
            for key in ("account:1:2", "ip:10.0.0.1"):
                assert await (one, two)[step % 2].hit(key, QUOTA) == await local.hit(key, QUOTA)
        assert await trouble_of_valkey(server.url) == ""
        server.kill()
        with capture_logs() as said:
            alone = [(await one.hit("account:1:2", QUOTA)).remaining for _ in range(3)]
        assert alone == [4, 3, 2], "its own count, from the beginning"
        assert [line["event"] for line in said] == ["rate limits without Valkey: each machine counts for itself"]
        assert await trouble_of_valkey(server.url) != ""
        server.start()
        with capture_logs() as said:
            both = [(await limiter.hit("account:1:2", QUOTA)).remaining for limiter in (one, two, one)]
        assert both == [4, 3, 2]
        assert {line["event"] for line in said} == {"rate limits by Valkey again"}
        await one.close()
        await two.close()
