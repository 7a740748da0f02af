"""Plain posts by one call: only as they were remembered, only for whom no check is made, never across the wall."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from torg.bridge import guard
from torg.kernel.actor import Scope
from torg.kernel.clock import now
from torg.kernel.ids import new_id
from torg.posts import at_once, checks
from torg.posts.events import PostPublished


@pytest.fixture
def taken(square: Square, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each post that was tried by one call, whether it was written."""
    seen: list[bool] = []
    write = square.services.plain._at_once

    async def watching(ready: Any) -> Any:
        outcomes = await write(ready)
        seen.extend(outcome is not None for outcome in outcomes)
        return outcomes

    monkeypatch.setattr(square.services.plain, "_at_once", watching)
    return seen


def row(account: int) -> at_once.Row:
    id_ = new_id()
    event = PostPublished(post_id=id_, account_id=account, audience="everyone", listed=True, thread_id=id_)
    return at_once.Row(
        id=id_, account_id=account, audience="everyone", listed=True, quote_policy="public", source="x", html="x",
        spoiler="", sensitive=False, language=None, app_id=None, created_at=now(), settings={}, payload=event,
    )  # fmt: skip


async def write(square: Square, host: str, *rows: at_once.Row) -> set[int]:
    network = square.networks[host]
    written = await at_once.publish(
        square.services.db, network.org_id, network.id, rows, kind="PostPublished", guarded=host != INSIDE
    )
    return set(written)


async def test_the_second_post_of_an_author_takes_one_call(square: Square, taken: list[bool]) -> None:
    writer = await square.add(PUBLIC, "writer")
    first, second = await writer.says("one"), await writer.says("two")
    assert taken == [True]
    assert second["account"]["statuses_count"] == first["account"]["statuses_count"] + 1
    assert second["account"]["last_status_at"] == now().date().isoformat()
    await writer.says("a #tag")
    await writer.says("a #tag again")
    assert taken == [True, False, True], "a tag that nobody used is made the long way"
    assert [t["name"] for t in (await writer.says("the #tag"))["tags"]] == ["tag"]


async def test_of_an_author_who_is_not_known_the_usual_settings_are_tried(square: Square, taken: list[bool]) -> None:
    usual, particular = await square.add(INSIDE, "usual"), await square.add(INSIDE, "particular")
    async with square.services.db.system() as tx:
        await tx.run("""UPDATE accounts SET settings = '{"privacy": "unlisted"}' WHERE id = %s""", (particular.id,))
    for writer in (usual, particular):
        await writer.says("so that the app is known")
        square.services.plain._authors.forget(square.networks[INSIDE].org_id, writer.id)
    seen = [(await writer.says("hello"))["visibility"] for writer in (usual, particular, particular)]
    assert seen == ["public", "unlisted", "unlisted"]
    assert taken == [True, False, True]


async def test_settings_that_changed_meanwhile_hold(square: Square, taken: list[bool]) -> None:
    """The process does not hear of it, and the post is as the settings are now."""
    writer = await square.add(INSIDE, "writer")
    await writer.says("known from here on")
    async with square.services.db.system() as tx:
        await tx.run(
            """UPDATE accounts SET settings = '{"privacy": "private", "language": "de"}' WHERE id = %s""", (writer.id,)
        )
    post = await writer.says("for followers")
    assert (post["visibility"], post["language"]) == ("private", "de")
    assert taken == [False]
    assert (await writer.says("and again"))["visibility"] == "private"
    assert taken == [False, True]


async def test_one_key_makes_one_post(square: Square, taken: list[bool]) -> None:
    writer = await square.add(INSIDE, "writer")
    await writer.says("known from here on")
    headers = {"Idempotency-Key": "k"}
    answers = await asyncio.gather(
        *(writer.post("/api/v1/statuses", json={"status": "once"}, headers=headers) for _ in range(6))
    )
    again = await writer.post("/api/v1/statuses", json={"status": "once"}, headers=headers)
    assert len({answer.json()["id"] for answer in (*answers, again)}) == 1
    assert taken.count(True) == 1
    seen = (await writer.get(f"/api/v1/accounts/{writer.id}/statuses")).json()
    assert sum("once" in one["content"] for one in seen) == 1


async def test_whoever_begins_to_speak_for_the_organisation_is_compared_from_then_on(
    square: Square, taken: list[bool]
) -> None:
    words = "the lantern project will be moved to the old harbour in the third week of november"
    await square.person(INSIDE, "bjorn").says(words)
    await square.settle()
    writer = await square.add(PUBLIC, "writer")
    await writer.says("known from here on")
    assert (await writer.says(f"they say that {words}"))["id"]
    assert taken == [True]
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET kind = 'team' WHERE id = %s", (writer.id,))
    refused = await writer.post("/api/v1/statuses", json={"status": f"we say that {words}"})
    assert refused.status_code == 422
    assert taken == [True, False]


async def test_the_database_and_the_leak_guard_mean_the_same_people(square: Square) -> None:
    office = await square.add(PUBLIC, "office", admin=True)
    team = await square.add(PUBLIC, "team")
    await square.add(PUBLIC, "passer-by")
    network, inside = square.networks[PUBLIC], square.networks[INSIDE]
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET kind = 'team' WHERE id = %s", (team.id,))
        rows = await tx.all("SELECT id, person_id FROM accounts WHERE network_id = %s", (network.id,))
    async with square.services.db.tx(network.scope) as tx:
        meant = {id_ for id_, _ in await guard.concerned(tx, network, [(r["id"], r["person_id"]) for r in rows])}
        params = (network.org_id, network.id, inside.id, [r["id"] for r in rows])
        found = await tx.value("SELECT torg_speaking(%s, %s, %s, %s::bigint[])", params)
        still = await tx.value("SELECT count(*) FROM accounts WHERE network_id = %s", (inside.id,))
    assert set(found) == meant
    assert {office.id, team.id} <= meant
    assert len(meant) < len(rows)
    assert still == 0, "the wall is closed again"


async def test_nobody_is_written_for_in_another_network(square: Square) -> None:
    """Whatever a caller says, an author's row has to be in the network that the post goes into."""
    people = {host: await square.add(host, "writer") for host in (PUBLIC, INSIDE, OTHER)}
    for host, person in people.items():
        for place in people:
            assert bool(await write(square, place, row(person.id))) is (place == host)
    async with square.services.db.system() as tx:
        wrong = await tx.value(
            """SELECT count(*) FROM posts p JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id
               WHERE (a.org_id, a.network_id) <> (p.org_id, p.network_id)"""
        )
    assert wrong == 0


async def test_who_moved_away_or_is_gone_is_not_written_for(square: Square) -> None:
    writer = await square.add(INSIDE, "writer")
    assert await write(square, INSIDE, row(writer.id))
    for change in ("moved_to_id = id", "moved_to_id = NULL, state = 'deleted'", "state = 'pending'"):
        async with square.services.db.system() as tx:
            await tx.run(f"UPDATE accounts SET {change} WHERE id = %s", (writer.id,))
        assert not await write(square, INSIDE, row(writer.id)), change


async def test_processes_that_write_for_the_same_authors_lose_no_count(square: Square) -> None:
    people = [await square.add(INSIDE, f"person{n}") for n in range(4)]
    rows = [[row(people[(n + step) % 4].id) for n in range(8)] for step in range(16)]
    written = await asyncio.gather(*(write(square, INSIDE, *some) for some in rows))
    assert sum(map(len, written)) == 128
    async with square.services.db.system() as tx:
        counts = await tx.column("SELECT posts_count FROM accounts WHERE handle LIKE 'person%%'")
    assert counts == [32] * 4


async def test_a_check_of_which_the_database_knows_nothing_is_asked(
    square: Square, taken: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def check(tx: Any, actor: Any, network: Any, outgoing: checks.Outgoing) -> None:
        asked.append(outgoing.draft.text)

    monkeypatch.setattr(checks, "before_publish", [*checks.before_publish, check])
    writer: Person = await square.add(PUBLIC, "writer")
    for text in ("one", "two", "three"):
        await writer.says(text)
    assert asked == ["one", "two", "three"]
    assert taken == []


async def test_what_takes_one_call_and_what_takes_steps_come_in_one_batch(square: Square, taken: list[bool]) -> None:
    people = [await square.add(INSIDE, f"person{n}") for n in range(3)]
    asked = await people[0].says("who comes?")
    for person in people:
        await person.says("known from here on")
    del taken[:]
    texts = [f"plain {n}" for n in range(6)] + [f"@person0 answer {n}" for n in range(6)]
    answers = await asyncio.gather(
        *(
            people[n % 3].says(text, **({"in_reply_to_id": asked["id"]} if "@" in text else {}))
            for n, text in enumerate(texts)
        )
    )
    assert ["@" in one["content"] for one in answers] == ["@" in text for text in texts]
    assert [bool(one["in_reply_to_id"]) for one in answers] == ["@" in text for text in texts]
    assert taken == [True] * 6
    shown = (await people[1].get(f"/api/v1/statuses/{asked['id']}")).json()
    assert shown["replies_count"] == 6
    me = (await people[1].get("/api/v1/accounts/verify_credentials")).json()
    assert me["statuses_count"] == 5


async def test_a_key_is_looked_for_by_itself_however_many_there_are(square: Square) -> None:
    """Not among all of the last hour, which a plan that was made while there were few would go through each time."""
    writer, network = await square.add(INSIDE, "writer"), square.networks[INSIDE]
    for count in (40, 1):
        rows = [msgspec.structs.replace(row(writer.id), key=f"{count}-{n}") for n in range(count)]
        async with square.services.db.tx(Scope(network.org_id, (network.id,))) as tx:
            given = {"org": network.org_id, "network": network.id, "given": at_once.encode(rows).decode()}
            found = await tx.all(at_once.PUBLISH, {**given, "kind": "PostPublished", "keyed": True, "guarded": False})
            assert [len(one["posts"]) for one in found] == [count]
            seen = await tx.value(
                "SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'idempotency_keys'"
            )
        assert seen == 0


async def test_the_time_of_the_last_post_stands_to_the_hour(square: Square) -> None:
    writer = await square.add(INSIDE, "writer")
    stands = []
    for hour, minute in ((10, 5), (10, 59), (11, 0), (10, 30)):
        at = datetime(2026, 3, 1, hour, minute, tzinfo=UTC)
        assert await write(square, INSIDE, msgspec.structs.replace(row(writer.id), created_at=at))
        async with square.services.db.system() as tx:
            stands.append(await tx.value("SELECT last_post_at FROM accounts WHERE id = %s", (writer.id,)))
    assert [(at.hour, at.minute) for at in stands] == [(10, 5), (10, 5), (11, 0), (11, 0)]
