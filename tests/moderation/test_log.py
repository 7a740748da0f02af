"""The log of administrative acts and the record of active days, against the database."""

from __future__ import annotations

import psycopg
import pytest

from tests.fixtures.square import INSIDE, PUBLIC, Square
from torg.accounts import activity
from torg.kernel.actor import Actor
from torg.moderation import log


def actor_of(square: Square, host: str = PUBLIC) -> Actor:
    network = square.networks[host]
    return Actor(org_id=network.org_id, network_id=network.id, account_id=square.person(host, "anna").id)


async def test_nobody_changes_the_log(square: Square) -> None:
    network, actor = square.networks[PUBLIC], actor_of(square)
    async with square.services.db.tx(network.scope) as tx:
        await log.record(tx, actor, "silence", "account", 7, why="loud")
    for sql in ("UPDATE admin_log SET verb = 'x'", "DELETE FROM admin_log", "TRUNCATE admin_log"):
        for opened in (square.services.db.tx(network.scope), square.services.db.system()):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                async with opened as tx:
                    await tx.run(sql)
    async with square.services.db.tx(network.scope) as tx:
        (entry,) = await log.latest(tx, actor)
    assert (entry.verb, entry.target_id, entry.details) == ("silence", 7, {"why": "loud"})


async def test_the_log_is_the_networks_own(square: Square) -> None:
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await log.record(tx, actor_of(square), "silence", "account", 7)
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        assert await log.latest(tx, actor_of(square, INSIDE)) == []


async def days(square: Square) -> int:
    async with square.services.db.system() as tx:
        return int(await tx.value("SELECT count(*) FROM account_days WHERE account_id = %s", (square.bjorn.id,)))


async def test_a_day_is_noted_once(square: Square) -> None:
    for _ in range(3):
        assert (await square.bjorn.get("/api/v1/timelines/home")).status_code == 200
    assert await days(square) == 1


async def test_what_was_rolled_back_is_noted_later(square: Square) -> None:
    network = square.networks[PUBLIC]

    async def fail() -> None:
        async with square.services.db.tx(network.scope) as tx:
            await activity.seen(tx, [square.bjorn.id])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await days(square) == 0
    async with square.services.db.tx(network.scope) as tx:
        await activity.seen(tx, [square.bjorn.id])
    assert await days(square) == 1
