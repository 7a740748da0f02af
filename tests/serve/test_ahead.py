"""What is read ahead after a start is what its readers would read, and opens nothing to anybody."""

from __future__ import annotations

import pytest

from tests.fixtures.square import INSIDE, PUBLIC, Person, Square
from torg.access import tokens
from torg.access.tokens import TokenAuthenticator
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

    monkeypatch.setattr(tokens, "FIND", "SELECT a token that is known")
    assert await home(square.bjorn) == before
    assert "Good morning, house" in (await home(square.person(INSIDE, "anna")))[0]


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
