"""Counters of a page that stays open: as true as a whole count, without counting everything each second."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from tests.events.test_event_pages import made
from tests.fixtures.square import PUBLIC, Square
from torg.events import reads, store, tally
from torg.events.model import Counters, EventPage
from torg.events.tally import Tally, held_for, tally_of
from torg.kernel.clock import now


def test_a_small_page_is_counted_each_time_and_a_large_one_for_a_twentieth_of_the_time() -> None:
    assert held_for(0) == held_for(tally.SMALL) == 0
    assert 0 < held_for(tally.SMALL + 1) < held_for(100_000) == 20 < held_for(10_000_000) == tally.LONGEST


class Looks:
    """A clock of the test's own, and how often everything was counted."""

    def __init__(self, square: Square) -> None:
        self.square, self.at, self.whole = square, 0.0, 0
        self.tally = Tally(lambda: self.at)

    @asynccontextmanager
    async def page(self) -> AsyncIterator[tuple[object, EventPage]]:
        async with self.square.services.db.tx(self.square.networks[PUBLIC].scope) as tx:
            yield tx, await reads.page(tx, "debate")

    async def now(self) -> Counters:
        async with self.page() as (tx, page):
            return await self.tally.now(tx, page)  # type: ignore[arg-type]

    async def truth(self) -> Counters:
        async with self.page() as (tx, page):
            return await store.counters(tx, page.id, now())  # type: ignore[arg-type]


@pytest.fixture
def looks(square: Square, monkeypatch: pytest.MonkeyPatch) -> Looks:
    monkeypatch.setattr(tally, "SMALL", 2)
    monkeypatch.setattr(tally, "EACH_SECOND", 1)
    monkeypatch.setattr(tally, "GLANCE", 0.0)
    made_ = Looks(square)
    counted = store.counted

    async def noted(*arguments: object) -> tuple[Counters, int]:
        made_.whole += 1
        return await counted(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "counted", noted)
    return made_


async def says(square: Square, *texts: str) -> list[str]:
    ids = [(await square.bjorn.says(f"{text} #debate08"))["id"] for text in texts]
    await square.settle()
    return ids


async def test_what_comes_is_counted_and_what_was_there_is_not_counted_again(square: Square, looks: Looks) -> None:
    await made(square)
    assert (await looks.now()).posts == 0
    await says(square, "one", "two")
    assert (await looks.now()).posts == 2, "a small page is counted each time"
    three = (await says(square, "three"))[0]
    assert (await looks.now()).posts == 3
    whole = looks.whole
    await says(square, "four", "five")
    await square.reporter.says("six #debate08")
    await square.settle()
    assert await looks.now() == Counters(posts=6, authors=1, last_minute=6, waiting=0), "true to the post at once"
    assert looks.whole == whole
    await square.bjorn.delete(f"/api/v1/statuses/{three}")
    assert (await looks.now()).posts == 6
    looks.at += 3
    found = await looks.now()
    assert found.posts == 5
    assert found.authors == 2
    assert looks.whole == whole + 1
    assert found == await looks.truth()


async def test_what_is_let_in_is_not_counted_twice(square: Square, looks: Looks) -> None:
    await made(square, moderated=True)
    ids = await says(square, "one", "two", "three")
    assert await looks.now() == Counters(posts=3, authors=1, last_minute=3, waiting=3)
    answer = await square.anna.post(f"/api/torg/v1/event_pages/debate/statuses/{ids[0]}/show")
    assert answer.status_code == 200, answer.text
    assert (await looks.now()).posts == 3
    looks.at += 3
    assert await looks.now() == Counters(posts=3, authors=1, last_minute=3, waiting=2) == await looks.truth()


async def test_readers_of_a_large_page_share_what_was_counted(square: Square, looks: Looks) -> None:
    await made(square)
    await says(square, "one", "two", "three")
    before = looks.whole
    for _ in range(5):
        page = (await square.nobody().get("/api/torg/v1/event_pages/debate")).json()
        assert page["counters"]["posts"] == 3
    assert looks.whole == before + 1
    curves = [(await square.nobody().get("/api/torg/v1/event_pages/debate/curve")).json()]
    await says(square, "four")
    curves.append((await square.nobody().get("/api/torg/v1/event_pages/debate/curve")).json())
    assert curves[0] == curves[1], "as of the whole count"
    page = (await square.nobody().get("/api/torg/v1/event_pages/debate")).json()
    assert page["counters"]["posts"] == 4, "true to the post"
    assert looks.whole == before + 1


async def test_a_guest_has_a_count_of_his_own(square: Square) -> None:
    scope = square.networks[PUBLIC].scope
    async with (
        square.services.db.tx(scope) as tx,
        square.services.db.tx(msgspec.structs.replace(scope, viewer=square.bjorn.id, guest=True)) as as_guest,
    ):
        page = msgspec.convert(
            {"slug": "x", "title": "X", "starts_at": now(), "id": 1, "created_by": None, "created_at": now()}, EventPage
        )
        assert tally_of(tx, page) is tally_of(tx, page)
        assert tally_of(as_guest, page) is not tally_of(tx, page)
        assert tally_of(as_guest, page) is not tally_of(as_guest, page)
