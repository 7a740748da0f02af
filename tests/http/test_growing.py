"""A remembered home takes in plain posts without being read again, and shows what a reading of it would show."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, nullcontext
from itertools import count
from typing import Any

import httpx2
import pytest

from tests.fixtures.town import INSIDE, PUBLIC, Town
from tests.http.test_memory import HOME, VERBS, Two, done, two
from torg.accounts import actions as accounts
from torg.engine.changes import Changes, changes

_cold = count(1)
Act = Callable[[Two], Awaitable[Any]]


async def says(client: httpx2.AsyncClient, text: str, **form: Any) -> dict[str, Any]:
    return await done(client.post("/api/v1/statuses", json={"status": text, **form}))


async def grown(cast: Two) -> list[dict[str, Any]]:
    """Anna's home, which must come from memory and be what a reading gives."""
    hits = cast.town.memory.hits
    found = await cast.agree()
    assert cast.town.memory.hits == hits + 1, "it was read again"
    return found


@pytest.fixture
def other(town: Town) -> Changes:
    """The register of another process of the machine."""
    made = Changes()
    made.share(town.services.settings.data)
    made.unpack = changes.unpack
    assert made.news(0) == []
    return made


@contextmanager
def elsewhere(other: Changes) -> Iterator[None]:
    """What is done meanwhile is told by another process: this one knows of it what the rings say."""

    def expect(*args: Any, **named: Any) -> None:
        other.expect(*args, **{**named, "ticket": other.ticket()})

    with pytest.MonkeyPatch.context() as patch:
        for name in ("happened", "touch", "wrote"):
            patch.setattr(changes, name, getattr(other, name))
        patch.setattr(changes, "expect", expect)
        yield


async def test_a_home_grows_by_what_those_one_follows_write(town: Town) -> None:
    async with two(town) as cast:
        first = await says(cast.bjorn, "first")
        await cast.warm()
        for text, form in (
            ("second", {}),
            ("for his followers", {"visibility": "private"}),
            ("with a #tag", {"visibility": "unlisted", "language": "sv"}),
            ("hidden behind a word", {"spoiler_text": "word", "sensitive": True}),
            (f"named: @anna {'long ' * 60}", {}),
        ):
            post = await says(cast.bjorn, text, **form)
            home = await grown(cast)
            assert home[0]["id"] == post["id"]
            counts = {one["account"]["statuses_count"] for one in home if one["account"]["id"] == str(cast.bjorn_id)}
            assert len(counts) == 1, "the author is shown as he is now, in his older posts too"
        answer = await says(cast.bjorn, "to myself", in_reply_to_id=first["id"])
        home = await cast.agree("an answer changes what it answers, so the home is read")
        assert (home[0]["id"], home[-1]["replies_count"]) == (answer["id"], 1)
        await cast.warm()
        await says(cast.bjorn, "last")
        assert (await grown(cast))[0]["content"] == "<p>last</p>"


async def test_a_page_keeps_its_length_and_its_links(town: Town) -> None:
    async with two(town) as cast:
        made = [(await says(cast.bjorn, f"number {number}"))["id"] for number in range(6)]
        ask = f"{HOME}?limit=4&x=%C3%A5"
        for _ in range(200):
            hits = town.memory.hits
            await cast.anna.get(ask)
            if town.memory.hits > hits:
                break
        for number in range(6, 12):
            made.append((await says(cast.bjorn, f"number {number}"))["id"])
            hits = town.memory.hits
            given = await cast.anna.get(ask)
            fresh = await cast.anna.get(ask, headers={"x-cold": str(next(_cold))})
            assert town.memory.hits == hits + 1
            assert [one["id"] for one in given.json()] == made[:-5:-1]
            assert given.content == fresh.content
            assert given.headers["link"] == fresh.headers["link"]
            assert given.headers["content-length"] == fresh.headers["content-length"]


ENDS: dict[str, Act] = {
    "a profile that changes before the next post": lambda c: c.bjorn.patch(
        "/api/v1/accounts/update_credentials", json={"display_name": "B. Ås"}
    ),
    "a block": lambda c: c.anna.post(f"/api/v1/accounts/{c.bjorn_id}/block"),
    "being blocked": lambda c: c.bjorn.post(f"/api/v1/accounts/{c.anna_id}/block"),
    "a mute": lambda c: c.anna.post(f"/api/v1/accounts/{c.bjorn_id}/mute"),
    "an unfollow": lambda c: c.anna.post(f"/api/v1/accounts/{c.bjorn_id}/unfollow"),
    "other languages": lambda c: c.anna.post(f"/api/v1/accounts/{c.bjorn_id}/follow", json={"languages": ["de"]}),
    "a filter": lambda c: c.anna.post(
        "/api/v2/filters", json={"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": "after"}]}
    ),
}


@pytest.mark.parametrize("end", ENDS)
async def test_the_wall_what_changes_for_the_viewer_holds_for_the_next_post(town: Town, end: str) -> None:
    async with two(town) as cast:
        await says(cast.bjorn, "before", language="sv")
        await cast.warm()
        await done(ENDS[end](cast))
        await says(cast.bjorn, "after", language="sv")
        await cast.agree(end)
        await says(cast.bjorn, "after that", language="sv")
        await cast.agree(end)


async def test_the_wall_nothing_comes_from_another_network_or_to_who_does_not_follow(town: Town) -> None:
    within = await town.token("bjorn", INSIDE)
    async with two(town) as cast, town.client(INSIDE, token=within) as inside:
        await says(cast.bjorn, "before")
        await cast.warm()
        before = await cast.agree()
        await says(inside, "for the house")
        async with town.db.tx(town.scope()) as tx:
            town.people["cilla", PUBLIC] = (await accounts.create_account(tx, "cilla")).id
        await cast.warm()
        async with town.client(token=await town.token("cilla")) as stranger:
            await says(stranger, "to nobody", visibility="private")
            await says(stranger, "to nobody who would hear")
        assert await grown(cast) == before
        await says(cast.bjorn, "to nobody", visibility="direct")
        assert "to nobody" not in str(await cast.agree())


async def test_a_suspended_authors_post_is_gone_though_it_was_news(town: Town) -> None:
    async with two(town) as cast:
        await says(cast.bjorn, "before")
        await cast.warm()
        await says(cast.bjorn, "the last words")
        async with town.db.tx(town.scope()) as tx:
            await tx.run("UPDATE accounts SET suspended_at = now() WHERE id = %s", (cast.bjorn_id,))
        assert await cast.agree() == []


async def test_a_home_grows_by_what_another_process_of_the_machine_wrote(town: Town, other: Changes) -> None:
    async with two(town) as cast:
        await says(cast.bjorn, "first")
        await cast.warm()
        for number in range(4):
            with elsewhere(other) if number % 2 else nullcontext():
                await says(cast.bjorn, f"a #tag {number}", visibility=("private", "public")[number // 2])
            home = await grown(cast)
            assert f"</a> {number}" in home[0]["content"]
            assert len({one["account"]["statuses_count"] for one in home}) == 1
        with elsewhere(other):
            await says(cast.anna, "her own, in the other process")
        assert "her own" in (await grown(cast))[0]["content"]


async def test_what_two_processes_wrote_of_somebody_may_be_told_in_another_order(town: Town, other: Changes) -> None:
    """The one that was written first is told last: the author has written as often as the other says."""
    late: list[Any] = []
    town.services.bus._readers.remove(changes.read_log)  # the log is slower than both
    async with two(town) as cast:
        await says(cast.bjorn, "first")
        await cast.warm()
        with elsewhere(other), pytest.MonkeyPatch.context() as patch:
            patch.setattr(changes, "happened", lambda *args: late.append(args))
            await says(cast.bjorn, "told last")
        await says(cast.bjorn, "told first")
        other.happened(*late[0])
        home = await grown(cast)
        assert [one["account"]["statuses_count"] for one in home] == [3, 3, 3]


@pytest.mark.parametrize("end", ["a block", "a profile that changes before the next post"])
async def test_the_wall_what_another_process_changed_holds_for_the_next_post(
    town: Town, other: Changes, end: str
) -> None:
    """The rings are read one by one, so what was told between may be heard before or after the post."""
    async with two(town) as cast:
        await says(cast.bjorn, "before", language="sv")
        await cast.warm()
        with elsewhere(other):
            await done(ENDS[end](cast))
            await says(cast.bjorn, "after", language="sv")
        await cast.agree(end)
        await cast.warm()
        with elsewhere(other):
            post = await says(cast.bjorn, "after that", language="sv")
            await done(cast.bjorn.delete(f"/api/v1/statuses/{post['id']}"))
        assert "after that" not in str(await cast.agree(end))


@pytest.mark.parametrize("seed", range(3))
async def test_after_random_acts_a_home_is_what_a_reading_gives(town: Town, other: Changes, seed: int) -> None:
    """Mostly posts, and between them whatever else may happen; short pages and long ones; in one process or two."""
    chance = random.Random(seed)
    async with two(town) as cast:
        people, ids = {"anna": cast.anna, "bjorn": cast.bjorn}, {"anna": cast.anna_id, "bjorn": cast.bjorn_id}
        await done(cast.bjorn.post(f"/api/v1/accounts/{cast.anna_id}/follow"))
        made = await done(cast.anna.post("/api/v1/lists", json={"title": "l"}))
        posts = [(await says(cast.bjorn, "p0"))["id"]]
        asks = [HOME, f"{HOME}?limit=3", f"{HOME}?limit=40"]
        hits = 0
        for step in range(60):
            for client in people.values():
                await client.get(chance.choice(asks))
            who = chance.choice(list(people))
            act = chance.choice([_writes, _writes, _writes, *VERBS]) if step % 4 == 3 else _writes
            target = ids["bjorn" if who == "anna" else "anna"]
            with elsewhere(other) if seed % 2 and chance.random() < 0.5 else nullcontext():
                answer = await act(people[who], target, chance.choice(posts), made["id"], chance)
            if answer.request.url.path == "/api/v1/statuses" and answer.status_code == 200:
                posts.append(answer.json()["id"])
            said = f"step {step}: {who} {answer.request.method} {answer.request.url.path} {answer.status_code}"
            for client in people.values():
                for ask in asks:
                    before = town.memory.hits
                    given = await client.get(ask)
                    hits += town.memory.hits > before
                    fresh = await client.get(ask, headers={"x-cold": str(next(_cold))})
                    assert given.content == fresh.content, f"{said}: {ask}"
                    assert given.headers.get("link") == fresh.headers.get("link")
        assert hits > 40, hits


def _writes(client: Any, target: int, post: str, at: str, chance: random.Random) -> Any:
    form: dict[str, Any] = {"status": f"{chance.choice(['', '@anna', '@bjorn', '#fika'])} {chance.random()}"}
    if chance.random() < 0.3:
        form["visibility"] = chance.choice(["private", "unlisted", "direct"])
    if chance.random() < 0.15:
        form["in_reply_to_id"] = post
    return client.post("/api/v1/statuses", json=form)


async def test_another_host_is_another_home(town: Town) -> None:
    """The same person inside and outside: what grows is the home of the face that was asked."""
    within = await town.token("anna", INSIDE)
    async with two(town) as cast, town.client(INSIDE, token=within) as inside:
        await says(cast.bjorn, "outside")
        await cast.warm()
        for _ in range(3):
            await inside.get(HOME)
        await says(cast.bjorn, "more outside")
        assert "outside" not in (await inside.get(HOME)).text
        assert (await grown(cast))[0]["uri"].startswith(f"http://{PUBLIC}/")
