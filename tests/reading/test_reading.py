"""Read state: marks that only move forward, bounded counts, and nobody's but one's own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.entity_check import check
from tests.fixtures.square import INSIDE, OTHER, Person, Square
from torg.kernel.actor import Scope
from torg.kernel.ids import new_id
from torg.mastodon_api.entities.torg.reading import ReadMark, Unread
from torg.reading import reads


async def unread(person: Person, **params: Any) -> dict[str, Any]:
    response = await person.get("/api/torg/v1/unread", params=params)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    check(found, Unread)
    return found


async def read(person: Person, **fields: Any) -> dict[str, Any]:
    response = await person.post("/api/torg/v1/read", json=fields)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    check(found, ReadMark)
    return found


async def group(square: Square, kind: str, *members: Person) -> int:
    """A group with members, as the lead's tables have it."""
    network = square.networks[INSIDE]
    id_ = new_id()
    async with square.services.db.tx(network.scope) as tx:
        await tx.run(
            "INSERT INTO accounts (org_id, network_id, id, handle, kind) VALUES (%s, %s, %s, %s, 'group')",
            (network.org_id, network.id, id_, f"g{id_}"),
        )
        await tx.run(
            "INSERT INTO groups (org_id, network_id, id, kind) VALUES (%s, %s, %s, %s)",
            (network.org_id, network.id, id_, kind),
        )
        for member in members:
            await tx.run(
                "INSERT INTO follows (org_id, network_id, id, account_id, target_id) VALUES (%s, %s, %s, %s, %s)",
                (network.org_id, network.id, new_id(), member.id, id_),
            )
    return id_


async def test_home_counts_what_others_wrote_since_the_marker(square: Square) -> None:
    anna, bjorn = square.anna, square.bjorn
    await bjorn.follows(anna)
    first = await anna.says("one")
    await anna.says("two")
    await bjorn.says("mine")
    assert (await unread(bjorn))["home"] == {"count": 2, "more": False}
    await read(bjorn, timeline="home", last_read_id=first["id"])
    assert (await unread(bjorn))["home"] == {"count": 1, "more": False}
    markers = (await bjorn.get("/api/v1/markers", params={"timeline[]": "home"})).json()
    assert markers["home"]["last_read_id"] == first["id"], "it is Mastodon's own marker"


async def test_a_mark_never_goes_back_but_by_force(square: Square) -> None:
    post = await square.anna.says("hello")
    await read(square.bjorn, thread_id=post["id"], last_read_id=post["id"])
    back = await read(square.bjorn, thread_id=post["id"], last_read_id="5")
    assert back["last_read_id"] == post["id"]
    forced = await read(square.bjorn, thread_id=post["id"], last_read_id="5", force=True)
    assert forced["last_read_id"] == "5"


async def test_a_count_ends_at_a_hundred(square: Square) -> None:
    network = square.networks[INSIDE]
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    id_ = await group(square, "open", anna, bjorn)
    async with square.services.db.tx(network.scope) as tx:
        for _ in range(130):
            post = new_id()
            await tx.run(
                """INSERT INTO posts (org_id, network_id, id, account_id, audience, group_id, thread_id, created_at)
                   VALUES (%s, %s, %s, %s, 'group', %s, %s, now())""",
                (network.org_id, network.id, post, anna.id, id_, post),
            )
    (found,) = (await unread(bjorn))["groups"]
    assert (found["group_id"], found["count"], found["more"], found["last_read_id"]) == (str(id_), 100, True, None)
    assert (await unread(anna))["groups"] == [], "one's own are read"
    await read(bjorn, group_id=str(id_), last_read_id=str(post))
    assert (await unread(bjorn))["groups"] == []


async def test_groups_that_one_is_not_in_are_neither_counted_nor_told(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    id_ = await group(square, "hidden", anna)
    post = await anna.says("secret", group_id=str(id_))
    assert (await unread(bjorn))["groups"] == []
    real = await bjorn.post("/api/torg/v1/read", json={"group_id": str(id_), "last_read_id": "1"})
    never = await bjorn.post("/api/torg/v1/read", json={"group_id": str(id_ + 1), "last_read_id": "1"})
    assert (real.status_code, real.json()["error"]) == (never.status_code, never.json()["error"])
    assert real.status_code == 404
    thread = await bjorn.post("/api/torg/v1/read", json={"thread_id": post["id"], "last_read_id": "1"})
    assert thread.status_code == 404
    assert (await unread(bjorn, **{"thread_ids[]": post["id"]}))["threads"] == []


async def test_a_thread_counts_its_new_replies(square: Square) -> None:
    post = await square.anna.says("begin")
    reply = await square.shop.says("one", in_reply_to_id=post["id"])
    await read(square.bjorn, thread_id=reply["id"], last_read_id=reply["id"])
    await square.shop.says("two", in_reply_to_id=reply["id"])
    await square.bjorn.says("mine", in_reply_to_id=reply["id"])
    (found,) = (await unread(square.bjorn, **{"thread_ids[]": post["id"]}))["threads"]
    assert found == {"id": post["id"], "count": 1, "more": False}
    await square.bjorn.get(f"/api/v1/statuses/{post['id']}/context")
    (found,) = (await unread(square.bjorn, **{"thread_ids[]": post["id"]}))["threads"]
    assert found["count"] == 1, "looking at a thread does not mark it"


async def test_conversations_are_read_to_their_end(square: Square) -> None:
    await square.anna.says("@bjorn one", visibility="direct")
    assert (await unread(square.bjorn))["conversations"] == {"count": 1, "more": False}
    (there,) = (await square.bjorn.get("/api/v1/conversations")).json()
    last = there["last_status"]["id"]
    await read(square.bjorn, conversation_id=there["id"], last_read_id=str(int(last) - 1))
    assert (await unread(square.bjorn))["conversations"]["count"] == 1
    await read(square.bjorn, conversation_id=there["id"], last_read_id=last)
    assert (await unread(square.bjorn))["conversations"]["count"] == 0
    other = await square.shop.post("/api/torg/v1/read", json={"conversation_id": there["id"], "last_read_id": last})
    assert other.status_code == 404


async def test_notifications_count_from_their_marker(square: Square) -> None:
    await square.anna.says("@bjorn hello")
    await square.settle()
    assert (await unread(square.bjorn))["notifications"] == {"count": 1, "more": False}
    (notice,) = (await square.bjorn.get("/api/v1/notifications")).json()
    await read(square.bjorn, timeline="notifications", last_read_id=notice["id"])
    assert (await unread(square.bjorn))["notifications"]["count"] == 0


async def test_the_inner_function_answers_for_another_network(square: Square) -> None:
    """What shows new things beside each of a person's networks."""
    bjorn = square.person(INSIDE, "bjorn")
    await square.person(INSIDE, "anna").says("@bjorn hello")
    await square.settle()
    network = square.networks[INSIDE]
    async with square.services.db.tx(Scope(network.org_id, (network.id,), viewer=bjorn.id)) as tx:
        found = await reads.unread(tx, bjorn.id)
    assert found.total == 1


async def test_the_wall_stands_around_reading(square: Square) -> None:
    post = await square.person(INSIDE, "anna").says("inside")
    for outsider in (square.bjorn, square.person(OTHER, "olga")):
        response = await outsider.post("/api/torg/v1/read", json={"thread_id": post["id"], "last_read_id": post["id"]})
        assert response.status_code == 404
    assert (await square.nobody(INSIDE).get("/api/torg/v1/unread")).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {}, {"last_read_id": "1"}, {"last_read_id": "x", "timeline": "home"}, {"last_read_id": "1", "timeline": "x"},
        {"last_read_id": "1", "timeline": "home", "thread_id": "1"}, {"last_read_id": "-1", "timeline": "home"},
        {"last_read_id": "99999999999999999999", "timeline": "home"}, {"last_read_id": "1", "group_id": "-5"},
    ],
)  # fmt: skip
async def test_bad_input_is_an_answer(square: Square, body: dict[str, Any]) -> None:
    assert 400 <= (await square.bjorn.post("/api/torg/v1/read", json=body)).status_code < 500
