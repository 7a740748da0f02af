"""Whatever runs twice tells once: effects repeated, alone and at the same time, leave what one run left."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.fixtures.square import PUBLIC, Square
from tests.mastodon_api.notice_helpers import ok
from torg.engine.effects import EffectRunner, OutboxRow, failures
from torg.kernel.ids import new_id
from torg.notices import actions
from torg.notices.model import News
from torg.serve.effects import EFFECTS


async def all_notices(square: Square) -> list[Any]:
    async with square.services.db.system() as tx:
        return await tx.all("SELECT id, account_id, type, source, group_key, filtered FROM notices ORDER BY id")


async def a_lively_day(square: Square) -> None:
    """One of nearly everything that is told."""
    anna, bjorn, shop = square.anna, square.bjorn, square.shop
    await bjorn.follows(anna)
    await ok(await shop.post(f"/api/v1/accounts/{anna.id}/follow", json={"notify": True}))
    post = await anna.says("Hej @bjorn")
    for person in (bjorn, shop):
        await ok(await person.post(f"/api/v1/statuses/{post['id']}/favourite"))
        await ok(await person.post(f"/api/v1/statuses/{post['id']}/reblog"))
    await bjorn.says("citat", quoted_status_id=post["id"])
    await bjorn.says("@anna @shop i förtroende", visibility="direct")
    await ok(await anna.put(f"/api/v1/statuses/{post['id']}", json={"status": "Hej @bjorn och @shop"}))
    await square.settle()


async def test_events_that_come_again_tell_nothing_new(square: Square) -> None:
    await a_lively_day(square)
    before = await all_notices(square)
    assert {row["type"] for row in before} == {
        "mention", "status", "reblog", "follow", "favourite", "quote", "update", "quoted_update",
    }  # fmt: skip
    runner = EffectRunner(EFFECTS, square.services)
    async with square.services.db.system() as tx:
        rows = await tx.all("SELECT seq, org_id, network_id, kind, payload, created_at FROM event_log ORDER BY seq")
        created = await tx.value("SELECT count(*) FROM event_log WHERE kind = 'NoticeCreated'")
        # The very events of an edit carry the outbox's number, so they are repeated by their own.
        ids = {row["seq"]: new_id() for row in rows}
        again = [
            OutboxRow(row["org_id"], row["network_id"], ids[row["seq"]], row["kind"], row["payload"], row["created_at"])
            for row in rows if row["kind"] not in ("PostEdited", "NoticeCreated")
        ]  # fmt: skip
        await runner.run(tx, again)
        assert await failures(tx) == []
        assert await tx.value("SELECT count(*) FROM outbox WHERE kind = 'NoticeCreated'") == 0
    await square.settle()
    assert await all_notices(square) == before
    async with square.services.db.system() as tx:
        assert await tx.value("SELECT count(*) FROM event_log WHERE kind = 'NoticeCreated'") == created


async def test_the_same_edit_again_tells_nothing_new(square: Square) -> None:
    post = await square.anna.says("Ett")
    await ok(await square.bjorn.post(f"/api/v1/statuses/{post['id']}/reblog"))
    await square.settle()
    await ok(await square.anna.put(f"/api/v1/statuses/{post['id']}", json={"status": "Två"}))
    runner = EffectRunner(EFFECTS, square.services)
    async with square.services.db.system() as tx:
        columns = "org_id, network_id, id, kind, payload, created_at"
        rows = await tx.all(f"SELECT {columns} FROM outbox WHERE kind = 'PostEdited'", as_=OutboxRow)
    await square.settle()
    before = await all_notices(square)
    async with square.services.db.system() as tx:
        await runner.run(tx, rows)
    await square.settle()
    assert await all_notices(square) == before
    assert [row["type"] for row in before].count("update") == 1


async def test_two_at_the_same_time_tell_once(square: Square) -> None:
    post = await square.anna.says("Hej")
    await ok(await square.bjorn.post(f"/api/v1/statuses/{post['id']}/favourite"))
    network = square.networks[PUBLIC]
    async with square.services.db.system() as tx:
        at = await tx.value("SELECT now()")
    news = News(
        to=square.anna.id, type="favourite", by=square.bjorn.id, source=f"{post['id']}:{square.bjorn.id}", at=at,
        post_id=int(post["id"]),
    )  # fmt: skip

    async def tell() -> int:
        async with square.services.db.tx(network.scope) as tx:
            return await actions.tell(tx, [news])

    assert sum(await asyncio.gather(*(tell() for _ in range(6)))) == 1
    await square.settle()
    assert len(await all_notices(square)) == 1


async def test_news_about_what_is_not_here_is_no_news(square: Square) -> None:
    network = square.networks[PUBLIC]
    olga = square.person("other.test", "olga")
    async with square.services.db.tx(network.scope) as tx:
        at = await tx.value("SELECT now()")
        common = {"source": "x", "at": at}
        told = await actions.tell(tx, [
            News(to=olga.id, type="mention", by=square.anna.id, **common),
            News(to=square.anna.id, type="mention", by=olga.id, **common),
            News(to=square.anna.id, type="mention", by=square.bjorn.id, post_id=4711, **common),
            News(to=square.anna.id, type="follow", by=square.bjorn.id, **common),
        ])  # fmt: skip
    assert told == 0
