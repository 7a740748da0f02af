"""Posts in groups: where they go, who reads them, and that PostgreSQL itself keeps the others out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.square import INSIDE, Person, Square
from torg.kernel.actor import Scope
from torg.kernel.ids import new_id
from torg.posts import store
from torg.posts.schedule import publish_due

KINDS = ("open", "moderated", "private", "hidden")
SECRET = "the price is 4711 kronor"


async def group(square: Square, handle: str, kind: str, *members: Person, host: str = INSIDE, **more: Any) -> int:
    """A group as the tables have it, with members."""
    network, id_ = square.networks[host], new_id()
    async with square.services.db.system() as tx:
        await tx.run(
            "INSERT INTO accounts (org_id, network_id, id, handle, kind, locked) VALUES (%s, %s, %s, %s, 'group', %s)",
            (network.org_id, network.id, id_, handle, kind != "open"),
        )
        await tx.run(
            "INSERT INTO groups (org_id, network_id, id, kind, posting) VALUES (%s, %s, %s, %s, %s)",
            (network.org_id, network.id, id_, kind, more.get("posting", "members")),
        )
        for member in members:
            await tx.run(
                "INSERT INTO follows (org_id, network_id, id, account_id, target_id, notify) "
                "VALUES (%s, %s, %s, %s, %s, %s)",
                (network.org_id, network.id, new_id(), member.id, id_, more.get("notify", False)),
            )
    return id_


async def guest(square: Square, handle: str = "gustav") -> Person:
    person = await square.add(INSIDE, handle)
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET guest = true WHERE id = %s", (person.id,))
    return person


async def home(person: Person) -> list[str]:
    return [status["id"] for status in (await person.get("/api/v1/timelines/home")).json()]


@pytest.fixture
async def anna(square: Square) -> Person:
    return square.person(INSIDE, "anna")


@pytest.fixture
async def bjorn(square: Square) -> Person:
    return square.person(INSIDE, "bjorn")


@pytest.mark.parametrize("addressed", ["!choir", "@choir", "by id"])
async def test_a_post_goes_to_the_group_that_it_addresses(
    square: Square, anna: Person, bjorn: Person, addressed: str
) -> None:
    choir = await group(square, "choir", "private", anna)
    more = {"group_id": str(choir)} if addressed == "by id" else {}
    said = await anna.says(f"{SECRET} {'' if more else addressed}", visibility="public", **more)
    assert (said["visibility"], said["group_id"]) == ("private", str(choir))
    assert (await bjorn.get(f"/api/v1/statuses/{said['id']}")).status_code == 404
    for path in ("home", "public", "public?local=true"):
        assert SECRET not in (await bjorn.get(f"/api/v1/timelines/{path}")).text
    page = (await anna.get(f"/api/v1/accounts/{choir}/statuses")).json()
    assert [status["id"] for status in page] == [said["id"]]
    assert (await bjorn.get(f"/api/v1/accounts/{choir}/statuses")).json() == []
    assert (await bjorn.get(f"/api/v1/accounts/{anna.id}/statuses")).json() == []


@pytest.mark.parametrize("kind", KINDS)
async def test_who_reads_a_group(square: Square, anna: Person, bjorn: Person, kind: str) -> None:
    outsider, stranger = await square.add(INSIDE, "carla"), await guest(square)
    choir = await group(square, "choir", kind, anna, bjorn)
    said = await anna.says(f"{SECRET} !choir")
    assert said["id"] in await home(bjorn)
    assert said["id"] not in await home(outsider), "a group's posts stay in it, also when all may read them"
    open_to_all = kind in ("open", "moderated")
    assert (await outsider.get(f"/api/v1/statuses/{said['id']}")).status_code == (200 if open_to_all else 404)
    assert (await outsider.get(f"/api/v1/accounts/{choir}")).status_code == (404 if kind == "hidden" else 200)
    assert (await stranger.get(f"/api/v1/statuses/{said['id']}")).status_code == 404
    assert (await stranger.get(f"/api/v1/accounts/{choir}")).status_code == 404
    assert (await outsider.post(f"/api/v1/statuses/{said['id']}/reblog")).status_code in (403, 404, 422)


async def test_a_mention_opens_no_door(square: Square, anna: Person, bjorn: Person) -> None:
    await group(square, "board", "private", anna)
    said = await anna.says(f"{SECRET} @bjorn !board")
    await square.settle()
    assert (await bjorn.get(f"/api/v1/statuses/{said['id']}")).status_code == 404
    assert (await bjorn.get("/api/v1/notifications")).json() == []


async def test_a_reply_stays_in_the_group(square: Square, anna: Person, bjorn: Person) -> None:
    choir = await group(square, "choir", "private", anna, bjorn)
    first = await anna.says("Who sings? !choir")
    reply = await bjorn.says(SECRET, in_reply_to_id=first["id"], visibility="public")
    assert reply["group_id"] == str(choir)
    outsider = await square.add(INSIDE, "carla")
    assert (await outsider.get(f"/api/v1/statuses/{reply['id']}")).status_code == 404
    refused = await bjorn.post(
        "/api/v1/statuses", json={"status": "elsewhere", "in_reply_to_id": first["id"], "group_id": "12345"}
    )
    assert refused.status_code == 422


async def test_only_members_post_and_only_staff_where_the_group_says_so(
    square: Square, anna: Person, bjorn: Person
) -> None:
    await group(square, "choir", "open", anna)
    refused = await bjorn.post("/api/v1/statuses", json={"status": "la la !choir"})
    assert (refused.status_code, "not a member" in refused.text) == (422, True)
    await group(square, "news", "open", anna, bjorn, posting="admins")
    assert (await anna.post("/api/v1/statuses", json={"status": "news !news"})).status_code == 422
    hidden = await group(square, "board", "hidden", anna)
    said = await bjorn.says("What !board is that?")
    assert "group_id" not in said, "a name that one cannot know of is a word"
    assert (await bjorn.post("/api/v1/statuses", json={"status": "x", "group_id": str(hidden)})).status_code == 404


async def test_a_guest_reads_and_writes_in_his_groups_alone(square: Square, anna: Person, bjorn: Person) -> None:
    visitor = await guest(square)
    choir = await group(square, "choir", "private", anna, visitor)
    everyone = await anna.says(f"{SECRET} #price")
    in_group = await anna.says("Welcome @gustav !choir")
    assert await home(visitor) == [in_group["id"]]
    for path in (
        f"/api/v1/statuses/{everyone['id']}", f"/api/v1/accounts/{bjorn.id}", "/api/v1/accounts/lookup?acct=bjorn",
    ):  # fmt: skip
        assert (await visitor.get(path)).status_code == 404, path
    for path in (
        "/api/v1/timelines/public", "/api/v1/timelines/tag/price", f"/api/v1/accounts/{anna.id}/statuses",
        "/api/v2/search?q=bjorn", "/api/v2/search?q=price", "/api/v1/directory",
        f"/api/v1/accounts/{anna.id}/followers",
    ):  # fmt: skip
        answer = (await visitor.get(path)).text
        assert SECRET not in answer, path
        assert "bjorn" not in answer, path
    assert (await visitor.get(f"/api/v1/accounts/{anna.id}")).status_code == 200
    assert (await visitor.post("/api/v1/statuses", json={"status": "Hello all"})).status_code == 403
    assert (await visitor.says("Hello choir", group_id=str(choir)))["group_id"] == str(choir)


async def test_a_planned_reply_stays_in_the_group_when_what_it_answers_is_gone(
    square: Square, anna: Person, bjorn: Person
) -> None:
    choir = await group(square, "choir", "private", anna, bjorn)
    first = await anna.says("Who sings? !choir")
    form = {"status": SECRET, "in_reply_to_id": first["id"], "scheduled_at": "2099-01-01T00:00:00Z"}
    planned = (await bjorn.post("/api/v1/statuses", json=form)).json()
    await anna.delete(f"/api/v1/statuses/{first['id']}")
    network = square.networks[INSIDE]
    async with square.services.db.tx(network.scope) as tx:
        await tx.run("UPDATE scheduled_posts SET scheduled_at = now()")
        post_id = await publish_due(tx, network, int(planned["id"]), origin="http://inside.acme.test")
        assert post_id is not None
        post = await store.get(tx, post_id)
    assert post is not None
    assert post.group_id == choir


async def test_the_bell_of_a_group_rings_for_its_members(square: Square, anna: Person, bjorn: Person) -> None:
    choir = await group(square, "choir", "private", anna, bjorn, notify=True)
    said = await anna.says("Practice at six !choir")
    await square.settle()
    told = (await bjorn.get("/api/v1/notifications")).json()
    assert [(one["type"], one["status"]["id"]) for one in told] == [("status", said["id"])]
    assert told[0]["status"]["group_id"] == str(choir)


async def test_the_database_itself_keeps_groups_shut(square: Square, anna: Person, bjorn: Person) -> None:
    """Without any condition of ours, a viewer's transaction returns nothing of a group that he or she is not in."""
    visitor = await guest(square)
    open_group = await group(square, "choir", "open", anna)
    board = await group(square, "board", "hidden", anna)
    for text in (f"{SECRET} !board", "la la !choir", "To all"):
        await anna.says(text)
    network = square.networks[INSIDE]

    async def seen(viewer: int | None, *, as_guest: bool = False) -> tuple[set[str], set[int]]:
        scope = Scope(network.org_id, (network.id,), viewer=viewer, guest=as_guest)
        async with square.services.db.tx(scope) as tx:
            return set(await tx.column("SELECT source FROM posts")), set(await tx.column("SELECT id FROM accounts"))

    whole, _ = await seen(None)
    assert len(whole) == 3
    assert (await seen(anna.id))[0] == whole
    posts, accounts = await seen(bjorn.id)
    assert posts == {"la la !choir", "To all"}
    assert board not in accounts
    assert open_group in accounts
    posts, accounts = await seen(visitor.id, as_guest=True)
    assert posts == set()
    assert accounts == {visitor.id}


async def test_the_home_of_an_inside_network_is_the_feed_of_all_colleagues(
    square: Square, anna: Person, bjorn: Person
) -> None:
    said = await anna.says("Good morning, everyone")
    assert said["id"] in await home(bjorn)
    aside = await anna.says("Only for those who follow", visibility="unlisted")
    assert aside["id"] not in await home(bjorn)
    assert (await bjorn.get("/api/torg/v1/home")).json() == {"feed": "company", "chosen": False}
    chosen = await bjorn.put("/api/torg/v1/home", json={"feed": "followed"})
    assert chosen.json() == {"feed": "followed", "chosen": True}
    assert await home(bjorn) == []
    await bjorn.put("/api/torg/v1/home", json={"feed": None})
    assert said["id"] in await home(bjorn)
    assert (await bjorn.put("/api/torg/v1/home", json={"feed": "all"})).status_code == 422
    network = square.networks[INSIDE]
    async with square.services.db.tx(network.scope) as tx:
        await tx.run("""UPDATE networks SET settings = settings || '{"home_feed": "followed"}'
                        WHERE org_id = %s AND id = %s""", (network.org_id, network.id))  # fmt: skip
    assert await home(bjorn) == []
    assert said["id"] not in await home(square.person("acme.test", "bjorn"))


async def test_what_one_writes_in_a_group_is_not_counted_outside_it(
    square: Square, anna: Person, bjorn: Person
) -> None:
    choir = await group(square, "choir", "private", anna)

    async def facts(who: int) -> tuple[int, str | None]:
        shown = (await bjorn.get(f"/api/v1/accounts/{who}")).json()
        return shown["statuses_count"], shown["last_status_at"]

    before = await facts(anna.id)
    said = await anna.says(f"{SECRET} !choir")
    assert await facts(anna.id) == before
    assert (await facts(choir))[0] == 1
    await anna.delete(f"/api/v1/statuses/{said['id']}")
    assert await facts(anna.id) == before
    assert (await facts(choir))[0] == 0


async def test_where_only_administrators_post_the_others_answer_and_write_in_groups(
    square: Square, anna: Person, bjorn: Person
) -> None:
    await group(square, "choir", "open", bjorn)
    changed = await anna.patch("/api/torg/v1/admin/settings", json={"posting": "admins"})
    assert changed.status_code == 200, changed.text
    said = await anna.says("The shop is closed on Friday")
    refused = await bjorn.post("/api/v1/statuses", json={"status": "Lunch?"})
    assert (refused.status_code, "administrators" in refused.text) == (403, True)
    assert (await bjorn.says("Thanks", in_reply_to_id=said["id"]))["in_reply_to_id"] == said["id"]
    assert "group_id" in await bjorn.says("Lunch? !choir")
