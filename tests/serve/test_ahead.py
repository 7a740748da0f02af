"""What is read ahead after a start is what its readers would read, and opens nothing to anybody."""

from __future__ import annotations

import asyncio

import pytest

from tests.fixtures.square import INSIDE, PUBLIC, Person, Square
from torg.access import bearer, tokens
from torg.access.bearer import TokenAuthenticator
from torg.engine import kept
from torg.serve import ahead
from torg.serve.ahead import HOME, ReadingAhead
from torg.serve.app import make_app
from torg.timelines import interests, view


def started_anew(square: Square) -> ReadingAhead:
    """The same people before a process that knows nothing."""
    kept.forget()
    view.forget()
    interests._known.clear()
    known = TokenAuthenticator()
    square.app = make_app(square.services, known)
    for (host, handle), old in list(square.people.items()):
        square.people[(host, handle)] = Person(square, host, handle, old.id, old.token)
    return ReadingAhead(square.app, square.services, known)


async def home(person: Person) -> list[str]:
    response = await person.get(HOME)
    assert response.status_code == 200, response.text
    return [status["content"] for status in response.json()]


async def test_a_first_home_is_known_and_the_same(square: Square, monkeypatch: pytest.MonkeyPatch) -> None:
    await square.bjorn.follows(square.anna)
    await square.anna.says("Good morning, square")
    await square.person(INSIDE, "anna").says("Good morning, house")
    before = await home(square.bjorn)
    assert len(before) == 1
    assert len(await home(square.person(INSIDE, "anna"))) == 1
    reading = started_anew(square)
    await reading.run()
    assert reading.read >= 3

    monkeypatch.setattr(bearer, "FIND", "SELECT a token that is known")
    assert await home(square.bjorn) == before
    assert "Good morning, house" in (await home(square.person(INSIDE, "anna")))[0]


async def test_a_first_home_is_given_for_whatever_request_and_as_it_would_be_read(square: Square) -> None:
    await square.bjorn.follows(square.anna)
    for number in range(3):
        await square.anna.says(f"number {number}")
    asks = [HOME, f"{HOME}?limit=2", f"{HOME}?limit=40&x=%C3%A5"]
    read = [await square.bjorn.get(ask) for ask in asks]
    reading = started_anew(square)
    await reading.run()
    for ask, before in zip(asks, read, strict=True):
        given = square.app.ahead.given
        answer = await square.bjorn.get(ask)
        assert square.app.ahead.given == given + 1
        assert answer.json() == before.json()
        for name in ("link", "content-type", "vary", "cache-control"):
            assert answer.headers.get(name) == before.headers.get(name)
    older = f"{HOME}?max_id={read[0].json()[0]['id']}"
    given = square.app.ahead.given
    assert [one["id"] for one in (await square.bjorn.get(older)).json()] == [one["id"] for one in read[0].json()[1:]]
    assert square.app.ahead.given == given


async def test_what_happened_since_it_was_read_ahead_shows(square: Square) -> None:
    await square.bjorn.follows(square.anna)
    first = await square.anna.says("first")
    await home(square.bjorn)
    await started_anew(square).run()
    await square.anna.says("second")
    assert await home(square.bjorn) == ["<p>second</p>", "<p>first</p>"]
    await started_anew(square).run()
    assert (await square.bjorn.post(f"/api/v1/statuses/{first['id']}/favourite")).status_code == 200
    shown = {one["id"]: one for one in (await square.bjorn.get(HOME)).json()}
    assert shown[first["id"]]["favourited"] is True
    await started_anew(square).run()
    assert (await square.anna.delete(f"/api/v1/statuses/{first['id']}")).status_code == 200
    assert await home(square.bjorn) == ["<p>second</p>"]
    await started_anew(square).run()
    assert (await square.bjorn.post(f"/api/v1/accounts/{square.anna.id}/mute")).status_code == 200
    assert await home(square.bjorn) == []


async def test_nothing_that_the_clock_changes_is_kept_ahead(square: Square) -> None:
    await square.bjorn.follows(square.anna)
    await square.anna.says("which?", poll={"options": ["this", "that"], "expires_in": 3600})
    await home(square.bjorn)
    await started_anew(square).run()
    given = square.app.ahead.given
    assert len(await home(square.bjorn)) == 1
    assert square.app.ahead.given == given


async def test_who_is_not_let_in_is_not_let_in_by_what_was_read_ahead(square: Square) -> None:
    for person in (square.anna, square.bjorn, square.shop, square.person(INSIDE, "anna")):
        await home(person)
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await tx.run("UPDATE accounts SET disabled_at = now() WHERE id = %s", (square.shop.id,))
    reading = started_anew(square)
    await reading.run()
    assert (await square.shop.get(HOME)).status_code == 403
    stranger = Person(square, PUBLIC, "anna", 0, square.person(INSIDE, "anna").token)
    assert (await stranger.get(HOME)).status_code == 401, "a token of the inside is none outside"
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await tokens.revoke_of_account(tx, square.bjorn.id)
    assert (await square.bjorn.get(HOME)).status_code == 401, "what is revoked after it was read ahead"
    assert (await square.anna.get(HOME)).status_code == 200


async def test_it_steps_aside_while_others_read(square: Square, monkeypatch: pytest.MonkeyPatch) -> None:
    await home(square.bjorn)
    reading = started_anew(square)
    asked = iter(range(1, 1 << 30))
    monkeypatch.setattr(type(square.services.db), "asked", property(lambda _: next(asked)))
    monkeypatch.setattr(ahead, "SECONDS", 0.2)
    await reading.run()
    assert reading.read == 0


async def test_a_start_waits_for_what_is_read_ahead_but_not_for_long(
    square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    await home(square.bjorn)
    reading = started_anew(square)
    task = asyncio.create_task(reading.run())
    monkeypatch.setattr(ahead, "MOMENT", 60.0)
    await reading.begun()
    assert reading.read >= 1, "it waits until all is read"
    await task
    monkeypatch.setattr(ahead, "MOMENT", 0.001)
    await started_anew(square).begun()  # nobody reads, and it goes on all the same
