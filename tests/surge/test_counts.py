"""The first rung: counters are late and then right, and nobody waits for who counts."""

from __future__ import annotations

import asyncio

import msgspec

from tests.fixtures.square import INSIDE, PUBLIC, Person, Square
from tests.surge.faults import held, locked, released
from torg.graph import counting as graph_counting
from torg.posts import counting
from torg.surge.model import Rung

STUCK = "SELECT FROM post_counts WHERE post_id = %s FOR UPDATE"


async def counts(square: Square, post_id: str) -> tuple[int, int, int]:
    """(replies, boosts, favourites) as a stranger sees them."""
    seen = (await square.nobody().get(f"/api/v1/statuses/{post_id}")).json()
    return seen["replies_count"], seen["reblogs_count"], seen["favourites_count"]


async def test_nobody_waits_for_a_row_that_is_locked_and_the_counts_come(square: Square) -> None:
    post = (await square.anna.says("mark me"))["id"]
    await square.bjorn.post(f"/api/v1/statuses/{post}/favourite")
    await square.settle()
    assert await counts(square, post) == (0, 0, 1)
    await held(square, Rung.COUNTS)
    async with locked(square, STUCK, int(post)):
        async with asyncio.timeout(60):  # without the rung they would wait until the lock is gone, which is never
            for person in (square.shop, square.reporter):
                answer = await person.post(f"/api/v1/statuses/{post}/favourite")
                assert (answer.status_code, answer.json()["favourited"]) == (200, True)
            assert (await square.bjorn.post(f"/api/v1/statuses/{post}/unfavourite")).json()["favourited"] is False
            assert (await square.bjorn.post(f"/api/v1/statuses/{post}/reblog")).status_code == 200
            await square.shop.says("@anna seen", in_reply_to_id=post)
            assert await counts(square, post) == (0, 0, 1), "late, as declared"
    await released(square)
    await square.settle()
    assert await counts(square, post) == (1, 1, 2)
    assert not (await square.services.surge.look()).counts_wait


async def test_while_the_rung_holds_counts_are_added_up_now_and_then(square: Square) -> None:
    post = (await square.anna.says("mark me"))["id"]
    await held(square, Rung.COUNTS)
    await square.bjorn.post(f"/api/v1/statuses/{post}/favourite")
    assert await counting.add_up(square.services.db) == 1
    assert await counting.add_up(square.services.db) == 0
    await square.settle()
    assert await counts(square, post) == (0, 0, 1)


async def test_two_who_add_up_at_once_count_each_mark_once(square: Square) -> None:
    posts = [(await square.anna.says(f"post {n}"))["id"] for n in range(5)]
    await held(square, Rung.COUNTS)
    people = [await square.add(PUBLIC, f"reader{n}") for n in range(6)]
    for person in people:
        for post in posts:
            assert (await person.post(f"/api/v1/statuses/{post}/favourite")).status_code == 200
    done = await asyncio.gather(*(counting.add_up(square.services.db) for _ in range(3)))
    assert sum(done) == 30
    for post in posts:
        assert await counts(square, post) == (0, 0, 6)


async def test_a_post_that_is_gone_takes_its_notes_with_it(square: Square) -> None:
    post = (await square.anna.says("mark me"))["id"]
    await held(square, Rung.COUNTS)
    await square.bjorn.post(f"/api/v1/statuses/{post}/favourite")
    await square.anna.delete(f"/api/v1/statuses/{post}")
    assert await counting.add_up(square.services.db) == 0


async def test_notes_are_behind_the_wall(square: Square) -> None:
    """What is counted inside is no row to the outside, nor to another organisation."""
    post = (await square.person(INSIDE, "anna").says("inside"))["id"]
    await held(square, Rung.COUNTS)
    await square.person(INSIDE, "bjorn").post(f"/api/v1/statuses/{post}/favourite")
    for host, network in square.networks.items():
        async with square.services.db.tx(network.scope) as tx:
            assert int(await tx.value("SELECT count(*) FROM post_count_changes")) == (host == INSIDE)


async def followers(square: Square, person: Person) -> int:
    """As a stranger sees them."""
    return int((await square.nobody().get(f"/api/v1/accounts/{person.id}")).json()["followers_count"])


async def test_nobody_waits_to_follow_whom_all_follow(square: Square) -> None:
    """The fault: somebody holds the row with the counters of the one whom everybody wants to follow."""
    people = [await square.add(PUBLIC, f"fan{n}") for n in range(4)]
    star = square.reporter
    before = await followers(square, star)
    assert (await people[0].post(f"/api/v1/accounts/{star.id}/follow")).status_code == 200
    await square.settle()
    assert await followers(square, star) == before + 1
    await held(square, Rung.COUNTS)
    async with locked(square, "SELECT FROM accounts WHERE id = %s FOR NO KEY UPDATE", star.id):
        async with asyncio.timeout(60):  # without the rung they would wait until the lock is gone, which is never
            for person in people[1:]:
                answer = await person.post(f"/api/v1/accounts/{star.id}/follow")
                assert answer.status_code == 200, answer.text
                assert answer.json()["following"] is True
            assert (await people[1].post(f"/api/v1/accounts/{star.id}/unfollow")).json()["following"] is False
        assert await followers(square, star) == before + 1, "late, as declared"
    assert (await square.services.surge.look()).counts_wait
    await released(square)
    await square.settle()
    assert await followers(square, star) == before + 3
    mine = (await people[2].get("/api/v1/accounts/verify_credentials")).json()
    assert mine["following_count"] == 1
    assert not (await square.services.surge.look()).counts_wait


async def test_two_who_add_follows_up_at_once_count_each_once(square: Square) -> None:
    people = [await square.add(PUBLIC, f"fan{n}") for n in range(5)]
    stars = (square.reporter, square.anna)
    before = [await followers(square, star) for star in stars]
    await held(square, Rung.COUNTS)
    for person in people:
        for star in stars:
            assert (await person.post(f"/api/v1/accounts/{star.id}/follow")).status_code == 200
    done = await asyncio.gather(*(graph_counting.add_up(square.services.db) for _ in range(3)))
    assert sum(done) == 2 * len(people) * len(stars), "one for each end of each follow"
    assert [await followers(square, star) for star in stars] == [number + len(people) for number in before]


async def test_notes_of_follows_are_behind_the_wall(square: Square) -> None:
    """Of another network or organisation nobody sees them, and of one's own no reader does: whose they are tells."""
    inside = square.person(INSIDE, "bjorn")
    await held(square, Rung.COUNTS)
    assert (await inside.post(f"/api/v1/accounts/{square.person(INSIDE, 'anna').id}/unfollow")).status_code == 200
    assert (await inside.post(f"/api/v1/accounts/{square.person(INSIDE, 'anna').id}/follow")).status_code == 200
    for host, network in square.networks.items():
        async with square.services.db.tx(network.scope) as tx:
            assert bool(await tx.value("SELECT count(*) FROM account_count_changes")) == (host == INSIDE)
        async with square.services.db.tx(msgspec.structs.replace(network.scope, viewer=inside.id)) as tx:
            assert int(await tx.value("SELECT count(*) FROM account_count_changes")) == 0
