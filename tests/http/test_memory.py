"""Remembered answers: given again while nothing changed, and never once something did."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import httpx2
import psycopg
import pytest
from psycopg.types.json import Jsonb
from websockets.asyncio.client import connect

from tests.fixtures.town import INSIDE, PUBLIC, Town
from torg.access import apps, tokens
from torg.accounts import actions as accounts
from torg.engine.changes import Changes, changes
from torg.engine.keys import by, mine
from torg.http.memory import Memory, Remembered
from torg.kernel.clock import now
from torg.posts import received
from torg.posts import store as post_store
from torg.posts.model import Audience

HOME = "/api/v1/timelines/home"
_cold = count(1)


class Two:
    """Anna, whose home it is, and Björn, whom she follows."""

    def __init__(self, town: Town, anna: httpx2.AsyncClient, bjorn: httpx2.AsyncClient) -> None:
        self.town, self.anna, self.bjorn = town, anna, bjorn
        self.anna_id, self.bjorn_id = town.people["anna", PUBLIC], town.people["bjorn", PUBLIC]

    async def warm(self) -> list[dict[str, Any]]:
        """Anna's home, from memory: asked until it comes from there, since a start writes this and that."""
        hits = self.town.memory.hits
        for _ in range(200):
            answer = await self.anna.get(HOME)
            if self.town.memory.hits > hits:
                break
        assert self.town.memory.hits == hits + 1, "the home is not remembered"
        found: list[dict[str, Any]] = answer.json()
        return found

    async def same(self, path: str) -> str:
        """What Anna gets of a path, which must be as it is without memory."""
        given = await self.anna.get(path)
        fresh = await self.anna.get(path, headers={"x-cold": str(next(_cold))})
        assert given.content == fresh.content, path
        assert given.headers.get("link") == fresh.headers.get("link"), path
        return given.text

    async def agree(self, what: str = "") -> list[dict[str, Any]]:
        """The home as it is given, which must be as it is without memory (whose bytes nobody asked with before)."""
        given = await self.anna.get(HOME)
        fresh = await self.anna.get(HOME, headers={"x-cold": str(next(_cold))})
        assert given.content == fresh.content, what
        assert given.headers.get("link") == fresh.headers.get("link")
        found: list[dict[str, Any]] = given.json()
        return found


@asynccontextmanager
async def two(town: Town) -> AsyncIterator[Two]:
    async with (
        town.client(token=await town.token("anna")) as anna,
        town.client(token=await town.token("bjorn")) as bjorn,
    ):
        made = Two(town, anna, bjorn)
        await done(anna.post(f"/api/v1/accounts/{made.bjorn_id}/follow"))
        yield made


async def done(call: Any) -> dict[str, Any]:
    answer = await call
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_home_is_given_again_with_an_id_and_a_date_of_its_own(town: Town) -> None:
    async with two(town) as cast:
        await done(cast.bjorn.post("/api/v1/statuses", json={"status": "hello"}))
        first = await cast.anna.get(HOME, headers={"x-cold": "0"})
        await cast.warm()
        hits = town.memory.hits
        again = await cast.anna.get(HOME)
        assert town.memory.hits == hits + 1
        assert again.content == first.content
        assert again.headers["x-request-id"] != first.headers["x-request-id"]
        assert set(again.headers) == set(first.headers)
        assert again.headers["cache-control"] == "private, no-store"


ACTS = {
    "own post": lambda c, p: c.anna.post("/api/v1/statuses", json={"status": "mine"}),
    "followed post": lambda c, p: c.bjorn.post("/api/v1/statuses", json={"status": "his"}),
    "edit": lambda c, p: c.bjorn.put(f"/api/v1/statuses/{p}", json={"status": "changed"}),
    "delete": lambda c, p: c.bjorn.delete(f"/api/v1/statuses/{p}"),
    "own favourite": lambda c, p: c.anna.post(f"/api/v1/statuses/{p}/favourite"),
    "someone's favourite": lambda c, p: c.bjorn.post(f"/api/v1/statuses/{p}/favourite"),
    "bookmark": lambda c, p: c.anna.post(f"/api/v1/statuses/{p}/bookmark"),
    "thread mute": lambda c, p: c.anna.post(f"/api/v1/statuses/{p}/mute"),
    "boost": lambda c, p: c.bjorn.post(f"/api/v1/statuses/{p}/reblog"),
    "answer": lambda c, p: c.bjorn.post("/api/v1/statuses", json={"status": "so", "in_reply_to_id": str(p)}),
    "mute": lambda c, p: c.anna.post(f"/api/v1/accounts/{c.bjorn_id}/mute"),
    "block": lambda c, p: c.anna.post(f"/api/v1/accounts/{c.bjorn_id}/block"),
    "blocked": lambda c, p: c.bjorn.post(f"/api/v1/accounts/{c.anna_id}/block"),
    "unfollow": lambda c, p: c.anna.post(f"/api/v1/accounts/{c.bjorn_id}/unfollow"),
    "filter": lambda c, p: c.anna.post(
        "/api/v2/filters", json={"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": "first"}]}
    ),
    "profile": lambda c, p: c.bjorn.patch("/api/v1/accounts/update_credentials", json={"display_name": "B. Ås"}),
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
async def test_what_changes_shows_at_once(town: Town, act: str) -> None:
    async with two(town) as cast:
        post = await done(cast.bjorn.post("/api/v1/statuses", json={"status": "first"}))
        before = await cast.warm()
        await done(ACTS[act](cast, post["id"]))
        assert await cast.agree(act) != before, "the act can be seen"


async def test_a_stranger_who_deletes_ends_nothing_that_does_not_show_it(town: Town) -> None:
    """Homes, and what is known of tokens and of who is where, outlive what others take back."""
    async with two(town) as cast:
        async with town.db.tx(town.scope()) as tx:
            town.people["cilla", PUBLIC] = (await accounts.create_account(tx, "cilla")).id
        await done(cast.bjorn.post("/api/v1/statuses", json={"status": "his #fika"}))
        async with town.client(token=await town.token("cilla")) as stranger:
            made = [await done(_post(stranger, "statuses", status=f"mine {n} #stranger")) for n in range(3)]
            paths = (HOME, "/api/v1/timelines/tag/fika", f"/api/v1/accounts/{cast.bjorn_id}/statuses")
            before = [await _warm(cast, path) for path in paths]
            for post in made:
                hits = town.memory.hits
                await done(stranger.delete(f"/api/v1/statuses/{post['id']}"))
                assert [(await cast.anna.get(path)).text for path in paths] == before
                assert town.memory.hits == hits + len(paths), "all of them come from memory"


async def _warm(cast: Two, path: str) -> str:
    """An answer that comes from memory."""
    for _ in range(200):
        hits = cast.town.memory.hits
        answer = await cast.anna.get(path)
        if cast.town.memory.hits > hits:
            return answer.text
    raise AssertionError(f"{path} is not remembered")


KINDS_OF_POSTS: dict[str, Any] = {
    "a post": lambda c, p: {"status": "@anna first #fika"},
    "an answer": lambda c, p: {"status": "@anna so", "in_reply_to_id": p},
    "a quote": lambda c, p: {"status": "look #fika", "quoted_status_id": p},
    "a boost": None,
}


async def _deletable(cast: Two, kind: str) -> tuple[str, str, tuple[str, ...]]:
    """Something by Björn (its id, and what it is about), and paths of which most show or count it."""
    about = (await done(_post(cast.anna, "statuses", status="about #fika", quote_approval_policy="public")))["id"]
    listed = await done(_post(cast.anna, "lists", title="l"))
    await done(_post(cast.anna, f"lists/{listed['id']}/accounts", account_ids=[str(cast.bjorn_id)]))
    form = KINDS_OF_POSTS[kind]
    asked = (
        _post(cast.bjorn, "statuses", **form(cast, about)) if form else _post(cast.bjorn, f"statuses/{about}/reblog")
    )
    post = (await done(asked))["id"]
    if kind == "a post":
        await done(_post(cast.anna, f"statuses/{post}/reblog"))
        await done(_post(cast.anna, "statuses", status="quoted", quoted_status_id=post, visibility="public"))
    known = {"list": listed["id"], "bjorn": cast.bjorn_id, "post": about}
    return post, about, tuple(path.format(**known) for path in PATHS)


async def test_what_is_deleted_is_gone_at_once_from_all_that_showed_or_counted_it(town: Town) -> None:
    async with two(town) as cast:
        for kind in KINDS_OF_POSTS:
            post, about, paths = await _deletable(cast, kind)
            before = {path: await _warm(cast, path) for path in paths}
            if kind == "a boost":
                await done(_post(cast.bjorn, f"statuses/{about}/unreblog"))
            else:
                assert post in before[HOME]
                await done(cast.bjorn.delete(f"/api/v1/statuses/{post}"))
            for path in paths:
                given = await cast.same(path)
                assert f'"id":"{post}"' not in given, f"{kind}: {path}"
                counted = path == "/api/v1/instance" and kind != "a boost"
                answered = path == f"/api/v1/statuses/{about}" and kind != "a post"
                shown = post in before[path] or counted or answered
                assert given != before[path] or not shown, f"{kind}: {path} showed or counted it"


async def test_what_is_deleted_elsewhere_is_gone_here(town: Town) -> None:
    """What others delete is written past this process's register: their rings tell of it, or the log does."""
    async with two(town) as cast, await psycopg.AsyncConnection.connect(town.db.system_conninfo) as elsewhere:
        other = Changes()
        other.share(town.services.settings.data)
        place = town.scope().org_id, *town.scope().network_ids
        for another_machine in (False, True):
            post, _, paths = await _deletable(cast, "a post")
            for path in paths:
                await _warm(cast, path)
            said = {
                "post_id": int(post), "account_id": cast.bjorn_id, "audience": "everyone", "listed": True,
                "thread_id": int(post), "tags": ["fika"], "mention_ids": [cast.anna_id],
            }  # fmt: skip
            await elsewhere.execute("DELETE FROM posts WHERE id = %s", (int(post),))
            if another_machine:
                event = (*place, "PostDeleted", Jsonb(said))
                await elsewhere.execute(
                    "INSERT INTO outbox (org_id, network_id, kind, payload) VALUES (%s, %s, %s, %s)", event
                )
            await elsewhere.commit()
            if another_machine:
                async with asyncio.timeout(30):
                    while post in (await cast.anna.get(HOME)).text:
                        await asyncio.sleep(0.02)
            else:
                other.happened(*place, "PostDeleted", said)
            for path in paths:
                assert f'"id":"{post}"' not in await cast.same(path), path


async def test_posts_that_one_learns_of_late_and_what_they_answer_show_at_once(town: Town) -> None:
    """Older posts of another server: no news, but they stand where they belong from then on."""
    async with two(town) as cast:
        _, about, paths = await _deletable(cast, "a post")
        old = received.Received(
            uri="https://old.example/1", url=None, account_id=cast.bjorn_id, audience=Audience.EVERYONE, listed=True,
            is_reply=True, html="<p>old</p>", plain="old", spoiler="", sensitive=False, language="en",
            published=now() - timedelta(hours=1), tags=[("fika", "fika")], news=False,
        )  # fmt: skip
        for path in paths:
            await _warm(cast, path)
        async with town.db.tx(town.scope()) as tx:
            id_ = await received.insert(tx, old)
        for path in paths:
            await cast.same(path)
        assert str(id_) in (await cast.anna.get("/api/v1/timelines/tag/fika")).text
        for path in paths:
            await _warm(cast, path)
        async with town.db.tx(town.scope()) as tx:
            parent = await post_store.get(tx, int(about))
            assert parent is not None
            assert await received.join(tx, id_, parent)
        for path in paths:
            await cast.same(path)
        home = await done(cast.anna.get(HOME))
        assert f'"in_reply_to_id":"{about}"' in str(home).replace("'", '"').replace(": ", ":")


async def test_a_vote_and_a_list_show_at_once(town: Town) -> None:
    async with two(town) as cast:
        poll = {"options": ["a", "b"], "expires_in": 3600}
        post = await done(cast.bjorn.post("/api/v1/statuses", json={"status": "well?", "poll": poll}))
        await cast.warm()
        await done(cast.anna.post(f"/api/v1/polls/{post['poll']['id']}/votes", json={"choices": ["0"]}))
        assert (await cast.agree())[0]["poll"]["voted"] is True
        made = await done(cast.anna.post("/api/v1/lists", json={"title": "l", "exclusive": True}))
        await cast.warm()
        await done(cast.anna.post(f"/api/v1/lists/{made['id']}/accounts", json={"account_ids": [str(cast.bjorn_id)]}))
        assert await cast.agree() == []


async def test_whoever_may_not_read_any_more_is_refused_at_once(town: Town) -> None:
    secret = await town.token("anna")
    async with town.client(token=secret) as anna:
        for status, sql in (
            (403, "UPDATE accounts SET suspended_at = now() WHERE id = %(anna)s"),
            (200, "UPDATE accounts SET suspended_at = NULL WHERE id = %(anna)s"),
            (403, "UPDATE persons SET disabled_at = now()"),
            (200, "UPDATE persons SET disabled_at = NULL"),
            (401, "UPDATE tokens SET revoked_at = now()"),
        ):
            for _ in range(3):
                await anna.get(HOME)
            async with town.db.tx(town.scope()) as tx:
                await tx.run(sql, {"anna": town.people["anna", PUBLIC]})
            assert (await anna.get(HOME)).status_code == status, sql


async def test_a_token_ends_in_time_and_addresses_that_are_shut_out_stay_out(town: Town) -> None:
    async with two(town) as cast:
        await cast.warm()
        async with town.db.tx(town.scope()) as tx:
            app = await apps.own(tx, "tests")
            secret = await tokens.issue(tx, app_id=app.id, account_id=cast.anna_id, scopes=["read"], expires_in=1)
        async with town.client(token=secret) as brief:
            for _ in range(3):
                assert (await brief.get(HOME)).status_code == 200
            remembered = [one for one in town.memory._entries.values() if secret.encode() in one.key[1]]
            async with town.db.tx(town.scope()) as tx:
                end = await tx.value("SELECT expires_at FROM tokens WHERE token_hash = %s", (tokens.digest(secret),))
            assert [one.until for one in remembered] == [end.timestamp()]


async def test_what_other_processes_of_the_machine_did_holds_here(town: Town) -> None:
    async with two(town) as cast:
        post = await done(cast.bjorn.post("/api/v1/statuses", json={"status": "first"}))
        for key in (int(post["id"]), by(cast.bjorn_id), mine(cast.anna_id)):
            other = Changes()
            other.share(town.services.settings.data)
            await cast.warm()
            hits = town.memory.hits
            other.touch([key])
            await cast.anna.get(HOME)
            assert town.memory.hits == hits, "not from memory"


async def test_a_token_that_another_machine_revoked_is_refused_when_the_log_says_so(town: Town) -> None:
    """What another machine does is written past this process's register, and comes by the log alone."""
    secret = await town.token("anna")
    async with town.client(token=secret) as anna, two(town) as cast:
        for _ in range(3):
            assert (await anna.get(HOME)).status_code == 200
        async with await psycopg.AsyncConnection.connect(town.db.system_conninfo) as elsewhere:
            revoke = "UPDATE tokens SET revoked_at = now() WHERE token_hash = %s"
            await elsewhere.execute(revoke, (tokens.digest(secret),))
            await elsewhere.execute(
                "INSERT INTO outbox (org_id, network_id, kind, payload) VALUES (%s, %s, 'TokensRevoked', %s)",
                (town.scope().org_id, *town.scope().network_ids, Jsonb({"account_id": cast.anna_id})),
            )
        async with asyncio.timeout(30):
            while (await anna.get(HOME)).status_code != 401:
                await asyncio.sleep(0.02)


PATHS = (
    HOME,
    "/api/v1/timelines/public",
    "/api/v1/timelines/tag/fika",
    "/api/v1/timelines/list/{list}",
    "/api/v1/accounts/{bjorn}/statuses",
    "/api/v1/accounts/{bjorn}",
    "/api/v1/accounts/verify_credentials",
    "/api/v1/statuses/{post}",
    "/api/v1/notifications",
    "/api/v2/notifications",
    "/api/v1/instance",
    "/api/v2/instance",
)


async def test_after_random_acts_of_several_people_memory_and_database_agree(town: Town) -> None:
    chance = random.Random(6)
    async with two(town) as cast, town.client() as nobody:
        people = {"anna": cast.anna, "bjorn": cast.bjorn}
        ids = {"anna": cast.anna_id, "bjorn": cast.bjorn_id}
        made = await done(cast.anna.post("/api/v1/lists", json={"title": "l"}))
        posts = [(await done(cast.bjorn.post("/api/v1/statuses", json={"status": "p0 #fika"})))["id"]]
        known = {"list": made["id"], "bjorn": cast.bjorn_id, "post": posts[0]}
        paths = [path.format(**known) for path in PATHS]
        readers = [(people[who], path) for who in people for path in paths if who == "anna" or "/list/" not in path]
        readers += [(nobody, path) for path in paths if path.startswith(("/api/v1/timelines/p", "/api/v2/i"))]
        for step in range(40):
            who = chance.choice(["anna", "bjorn"])
            target = ids["bjorn" if who == "anna" else "anna"]
            what = chance.choice(VERBS)
            asked = chance.sample(readers, 8)
            for reader, path in asked:
                await reader.get(path)
            answer = await what(people[who], target, chance.choice(posts), made["id"], chance)
            if answer.request.url.path == "/api/v1/statuses" and answer.status_code == 200:
                posts.append(answer.json()["id"])
            said = f"step {step}: {who} {answer.request.method} {answer.request.url.path} {answer.status_code}"
            for reader, path in asked:
                given = await reader.get(path)
                fresh = await reader.get(path, headers={"x-cold": str(next(_cold))})
                assert given.content == fresh.content, f"{said}: {path}"
                assert given.headers.get("link") == fresh.headers.get("link")
    assert town.memory.hits > 40


def _post(client: Any, path: str, **form: Any) -> Any:
    return client.post(f"/api/v1/{path}", json=form)


VERBS = (
    lambda c, t, p, at, chance: _post(c, "statuses", status=f"{chance.random()} #fika"),
    lambda c, t, p, at, chance: _post(c, "statuses", status=f"so {chance.random()}", in_reply_to_id=str(p)),
    lambda c, t, p, at, chance: _post(
        c, "statuses", status=f"well? {chance.random()}", poll={"options": ["a", "b"], "expires_in": 300}
    ),
    lambda c, t, p, at, chance: c.put(f"/api/v1/statuses/{p}", json={"status": f"changed {chance.random()} #fika"}),
    lambda c, t, p, at, chance: c.delete(f"/api/v1/statuses/{p}"),
    lambda c, t, p, at, chance: _post(c, "statuses", status=f"see {chance.random()}", quoted_status_id=str(p)),
    *(
        lambda c, t, p, at, chance, verb=verb: _post(c, f"statuses/{p}/{verb}")
        for verb in ("favourite", "unfavourite", "bookmark", "unbookmark", "reblog", "unreblog", "mute", "pin")
    ),
    *(
        lambda c, t, p, at, chance, verb=verb: _post(c, f"accounts/{t}/{verb}")
        for verb in ("follow", "follow", "unfollow", "mute", "unmute", "block", "unblock", "unblock", "note")
    ),
    lambda c, t, p, at, chance: _post(c, f"lists/{at}/accounts", account_ids=[str(t)]),
    lambda c, t, p, at, chance: c.request("DELETE", f"/api/v1/lists/{at}/accounts", json={"account_ids": [str(t)]}),
    lambda c, t, p, at, chance: _post(c, "tags/fika/follow"),
    lambda c, t, p, at, chance: _post(c, "tags/fika/unfollow"),
    lambda c, t, p, at, chance: _post(c, "markers", home={"last_read_id": str(p)}),
    lambda c, t, p, at, chance: _post(c, "notifications/clear"),
    lambda c, t, p, at, chance: c.patch(
        "/api/v1/accounts/update_credentials", json={"display_name": f"N{chance.randrange(100)}"}
    ),
    lambda c, t, p, at, chance: c.post(
        "/api/v2/filters",
        json={"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": str(chance.randrange(9))}]},
    ),
)


async def test_the_wall_a_remembered_answer_is_found_by_the_token_host_and_path_that_made_it(town: Town) -> None:
    """Whoever asks for the same with another token, host, path or word of the request gets an answer of his own."""
    inside = await town.token("anna", INSIDE)
    async with two(town) as cast, town.client(INSIDE, token=inside) as within:
        await done(within.post("/api/v1/statuses", json={"status": "for the house"}))
        await done(cast.bjorn.post("/api/v1/statuses", json={"status": "for the square"}))
        for _ in range(3):
            assert "for the house" in (await within.get(HOME)).text
            assert "for the square" in (await cast.anna.get(HOME)).text
        for headers, status in (
            ({"authorization": f"Bearer {inside}"}, 401),
            ({"authorization": f"Bearer {inside}x"}, 401),
            ({"host": INSIDE}, 401),
            ({"host": "elsewhere.example"}, 421),
        ):
            answer = await cast.anna.get(HOME, headers=headers)
            assert answer.status_code == status
            assert "for the" not in answer.text
        async with town.client() as nobody, town.client(INSIDE) as stranger:
            for client in (nobody, stranger):
                assert (await client.get(HOME)).status_code == 401
                assert (await client.get(f"{HOME}?access_token=x")).status_code == 401
        assert (await cast.anna.get(f"{HOME}?limit=0")).status_code != 500
        assert "for the house" not in (await cast.bjorn.get(HOME)).text
        remembered = town.memory._entries
        assert {entry.key for entry in remembered.values()} == set(remembered)
        assert all(b"for the house" not in one.body or inside.encode() in one.key[1] for one in remembered.values())


async def test_pieces_pipelines_and_bodies_take_the_usual_way(town: Town) -> None:
    secret = await town.token("anna")
    head = f"GET {HOME} HTTP/1.1\r\nhost: {PUBLIC}\r\nauthorization: Bearer {secret}\r\n".encode()
    whole = head + b"\r\n"
    reader, writer = await asyncio.open_connection(*town.url.removeprefix("http://").split(":"))

    async def answer() -> bytes:
        said = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in said.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        return said[:15] + await reader.readexactly(int(length.split(b":")[1]))

    async def asked(*pieces: bytes) -> bytes:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        return await answer()

    for _ in range(200):  # a start writes this and that
        plain = await asked(whole)
        if town.memory.hits:
            break
    assert town.memory.hits == 1
    assert await asked(whole[:-2], whole[-2:]) == plain
    assert await asked(whole) == plain, "a piece before leaves nothing behind"
    writer.write(whole + whole)
    assert [await answer(), await answer()] == [plain, plain]
    assert await asked(head + b"content-length: 4\r\n\r\nbody") == plain
    assert await asked(whole) == plain
    assert all(entry.key[1].endswith((whole, b"body")) for entry in town.memory._entries.values())
    assert whole + whole not in {entry.key[1] for entry in town.memory._entries.values()}
    writer.close()


async def test_bytes_that_are_no_request_and_bytes_that_open_a_socket(town: Town) -> None:
    address = town.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(*address)
    writer.write(b"GET nonsense\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 400")
    writer.close()
    secret = await town.token("anna")
    url = f"ws://{PUBLIC}/api/v1/streaming?stream=user&access_token={secret}"
    async with (
        connect(url, host=address[0], port=int(address[1])) as stream,
        town.client(token=secret) as anna,
    ):
        await done(anna.post("/api/v1/statuses", json={"status": "by the socket"}))
        async with asyncio.timeout(30):
            while "by the socket" not in str(await stream.recv()):
                continue


async def test_memory_stays_within_its_bound() -> None:
    memory = Memory(100_000)
    for number in range(100):
        key = ("", b"%d" % number)
        memory._put(Remembered(key, b"", b"x" * 10_000, "", frozenset({1}), {}, changes.ticket(), time.time() + 60))
    assert memory.size <= 100_000
    assert len(memory) == 8
    assert memory.find("", b"99") is not None
    assert memory.find("", b"1") is None
    changes.touch([1])
    assert memory.find("", b"99") is None
    memory.forget()
    assert (memory.size, len(memory)) == (0, 0)
