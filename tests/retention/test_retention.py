"""What is old goes, the way its author would delete it: by network, by group, batch by batch, never what is held."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.fixtures.square import INSIDE, OTHER, Person, Square
from tests.media.makers import encoded
from torg.kernel.ids import new_id
from torg.media.upkeep import sweep
from torg.retention import actions

ADMIN = "/api/torg/v1/admin/retention"


async def age(square: Square, id_: str | int, days: int, table: str = "posts") -> None:
    """As if it had been written so many days ago."""
    async with square.services.db.system() as tx:
        await tx.run(f"UPDATE {table} SET created_at = now() - %s WHERE id = %s", (timedelta(days=days), int(id_)))


async def rows(square: Square, table: str, where: str = "true", *values: Any) -> int:
    async with square.services.db.system() as tx:
        return int(await tx.value(f"SELECT count(*) FROM {table} WHERE {where}", values))


async def group(square: Square, owner: Person, handle: str, days: int | None = None) -> int:
    """A group by hand, with its owner in it."""
    network, id_ = square.networks[owner.host], new_id()
    async with square.services.db.system() as tx:
        await tx.run(
            "INSERT INTO accounts (org_id, network_id, id, kind, handle) VALUES (%s, %s, %s, 'group', %s)",
            (network.org_id, network.id, id_, handle),
        )
        await tx.run(
            "INSERT INTO groups (org_id, network_id, id, kind, retention_days) VALUES (%s, %s, %s, 'open', %s)",
            (network.org_id, network.id, id_, days),
        )
        await tx.run(
            "INSERT INTO follows (org_id, network_id, id, account_id, target_id) VALUES (%s, %s, %s, %s, %s)",
            (network.org_id, network.id, new_id(), owner.id, id_),
        )
    return id_


async def into_group(square: Square, id_: str, group_id: int) -> None:
    async with square.services.db.system() as tx:
        await tx.run("UPDATE posts SET audience = 'group', group_id = %s WHERE id = %s", (group_id, int(id_)))


async def run(square: Square, host: str = INSIDE) -> None:
    response = await square.person(host, "anna").post(f"{ADMIN}/run")
    assert response.status_code == 200, response.text
    await square.settle()


async def test_old_posts_go_with_all_that_hangs_on_them(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    picture = (await bjorn.post("/api/v2/media", files={"file": ("a.png", encoded(".png"), "image/png")})).json()
    old = await bjorn.says("gammalt #arkiv", media_ids=[picture["id"]])
    reply = await anna.says("@bjorn svar", in_reply_to_id=old["id"])
    new = await bjorn.says("nytt")
    for verb in ("bookmark", "favourite"):
        assert (await anna.post(f"/api/v1/statuses/{old['id']}/{verb}")).status_code == 200
    assert (await bjorn.post(f"/api/v1/statuses/{old['id']}/pin")).status_code == 200
    await square.settle()
    await age(square, old["id"], 40)
    response = await anna.patch(ADMIN, json={"retention_days": 30})
    assert response.status_code == 200, response.text
    assert response.json()["retention_days"] == 30
    await run(square)
    assert (await anna.get(f"/api/v1/statuses/{old['id']}")).status_code == 404
    assert (await anna.get(f"/api/v1/statuses/{new['id']}")).status_code == 200
    left = (await anna.get(f"/api/v1/statuses/{reply['id']}")).json()
    assert left["in_reply_to_id"] is None, "a reply that is not old stays, without what it answered"
    assert (await anna.get(f"/api/v1/accounts/{bjorn.id}")).json()["statuses_count"] == 1
    for table in ("deleted_posts", "kept_media"):
        assert await rows(square, table) == 0, "retention leaves no copy"
    assert await rows(square, "post_search", "post_id = %s", int(old["id"])) == 0
    files = await rows(square, "media_files", "media_id = %s", int(picture["id"]))
    await sweep(square.services.db, square.services.blobs)
    assert files > 0
    assert await rows(square, "media_files", "media_id = %s", int(picture["id"])) == 0
    assert await rows(square, "event_log", "kind = 'PostDeleted'") == 1, "streams are told"
    assert await rows(square, "admin_log", "target_type = 'retention'") == 2, "who set the days, and who ran it"


async def test_a_groups_own_days_win_longer_or_shorter(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    short, long = await group(square, anna, "kort"), await group(square, anna, "lang")
    posts = {name: await anna.says(name) for name in ("short", "long", "none")}
    for name, place in (("short", short), ("long", long)):
        await into_group(square, posts[name]["id"], place)
    for post in posts.values():
        await age(square, post["id"], 20)
    assert (await anna.patch(ADMIN, json={"retention_days": 15})).status_code == 200
    assert (await anna.put(f"{ADMIN}/groups/{short}", json={"retention_days": 5})).status_code == 200
    shown = await anna.put(f"{ADMIN}/groups/{long}", json={"retention_days": 365})
    assert {one["handle"]: one["retention_days"] for one in shown.json()["groups"]} == {"kort": 5, "lang": 365}
    seen = (await anna.get(f"{ADMIN}/preview", params={"group_id": short})).json()
    assert (seen["total"], seen["days"], seen["by_group"][0]["name"]) == (1, 5, "kort")
    await run(square)
    left = {name for name, post in posts.items() if await rows(square, "posts", "id = %s", int(post["id"]))}
    assert left == {"long"}
    assert await rows(square, "admin_log", "target_type = 'group_retention'") == 2


async def test_a_look_tells_what_would_go_and_removes_nothing(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    first = await bjorn.says("ett")
    second = await anna.says("@bjorn två", in_reply_to_id=first["id"])
    message = await bjorn.says("@anna tre", visibility="direct")
    await age(square, first["id"], 100)
    await age(square, second["id"], 90)
    await age(square, message["id"], 80, "messages")
    nothing = (await anna.get(f"{ADMIN}/preview")).json()
    assert (nothing["total"], nothing["days"]) == (0, None)
    seen = (await anna.get(f"{ADMIN}/preview", params={"days": 60, "message_days": 60})).json()
    assert seen["total"] == 3
    assert seen["by_kind"] == {"post": 1, "reply": 1, "boost": 0, "message": 1}
    assert {one["name"]: one["count"] for one in seen["by_author"]} == {"bjorn": 2, "anna": 1}
    assert [one["text"] for one in seen["examples"]] == ["ett", "@bjorn två", "@anna tre"]
    page = (await anna.get(f"{ADMIN}/preview", params={"days": 60, "after": first["id"], "limit": 1})).json()
    assert [one["text"] for one in page["examples"]] == ["@bjorn två"]
    assert await rows(square, "posts") == 2


async def test_messages_have_days_of_their_own(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    old = await bjorn.says("@anna gammalt", visibility="direct")
    new = await bjorn.says("@anna nytt", visibility="direct")
    await age(square, old["id"], 10, "messages")
    assert (await anna.patch(ADMIN, json={"message_retention_days": 7})).status_code == 200
    await run(square)
    assert await rows(square, "messages", "id = ANY (%s)", [int(old["id"]), int(new["id"])]) == 1
    assert await rows(square, "deleted_messages") == 0


async def test_snapshots_of_what_was_deleted_go_after_their_own_time(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    post = await bjorn.says("bort")
    message = await bjorn.says("@anna bort", visibility="direct")
    for one in (post, message):
        assert (await bjorn.delete(f"/api/v1/statuses/{one['id']}")).status_code == 200
    assert (await rows(square, "deleted_posts"), await rows(square, "deleted_messages")) == (1, 1)
    await run(square)
    assert (await rows(square, "deleted_posts"), await rows(square, "deleted_messages")) == (1, 1)
    async with square.services.db.system() as tx:
        for table in ("deleted_posts", "deleted_messages"):
            await tx.run(f"UPDATE {table} SET deleted_at = now() - interval '31 days'")
    await run(square)
    assert (await rows(square, "deleted_posts"), await rows(square, "deleted_messages")) == (0, 0)
    assert (await anna.patch(ADMIN, json={"deleted_retention_days": 0})).status_code == 422


async def test_a_run_that_was_cut_off_goes_on(square: Square, monkeypatch: pytest.MonkeyPatch) -> None:
    bjorn = square.person(INSIDE, "bjorn")
    for n in range(5):
        await age(square, (await bjorn.says(f"nr {n}"))["id"], 50)
    async with square.services.db.system() as tx:
        await tx.run("""UPDATE networks SET settings = '{"retention_days": 30}' WHERE host = %s""", (INSIDE,))
        network = await actions.orgs.network_by_host(tx, INSIDE)
    assert network is not None
    monkeypatch.setattr(actions, "BATCH", 2)
    cut = await actions.run(square.services.db, network, seconds=0)
    assert (cut.posts, cut.finished) == (2, False)
    rest = await actions.run(square.services.db, network)
    assert (rest.posts, rest.finished) == (3, True)
    assert await rows(square, "posts") == 0
    shown = (await bjorn.get(f"/api/v1/accounts/{bjorn.id}")).json()
    assert shown["statuses_count"] == 0


async def test_another_network_keeps_its_posts(square: Square) -> None:
    anna, olga = square.person(INSIDE, "anna"), square.person(OTHER, "olga")
    for post in (await olga.says("annorstädes"), await square.anna.says("ute")):
        await age(square, post["id"], 500)
    assert (await anna.patch(ADMIN, json={"retention_days": 1, "message_retention_days": 1})).status_code == 200
    await run(square)
    assert await rows(square, "posts") == 2
    seen = (await anna.get(f"{ADMIN}/preview", params={"days": 1})).json()
    assert (seen["total"], seen["examples"]) == (0, [])


async def test_only_who_manages_compliance(square: Square) -> None:
    bjorn = square.person(INSIDE, "bjorn")
    for method, path in (
        ("GET", ADMIN), ("PATCH", ADMIN), ("GET", f"{ADMIN}/preview"), ("POST", f"{ADMIN}/run"),
        ("PUT", f"{ADMIN}/groups/1"),
    ):  # fmt: skip
        assert (await bjorn.http.request(method, path)).status_code == 403, path
    anna = square.person(INSIDE, "anna")
    assert (await anna.put(f"{ADMIN}/groups/1", json={"retention_days": 5})).status_code == 404
    assert (await anna.get(f"{ADMIN}/preview", params={"group_id": 1})).status_code == 404
    for bad in ({"retention_days": 0}, {"message_retention_days": 99999999}, {"deleted_retention_days": 0}):
        assert (await anna.patch(ADMIN, json=bad)).status_code == 422
