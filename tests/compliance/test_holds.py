"""While a hold lasts nothing that it matches is really gone, and the one who is held cannot find out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.fixtures.square import INSIDE, PUBLIC, Person, Square
from tests.media.makers import encoded
from torg.kernel.clock import now
from torg.media.upkeep import sweep

HOLDS = "/api/torg/v1/admin/holds"


async def lay(square: Square, **more: Any) -> dict[str, Any]:
    response = await square.person(INSIDE, "anna").post(HOLDS, json={"name": "Tvist 7", "reason": "process", **more})
    assert response.status_code == 200, response.text
    await square.settle()
    made: dict[str, Any] = response.json()
    return made


async def release(square: Square, hold: dict[str, Any]) -> None:
    response = await square.person(INSIDE, "anna").post(f"{HOLDS}/{hold['id']}/release")
    assert response.json()["state"] == "released", response.text
    await square.settle()


async def kept(square: Square, hold: dict[str, Any]) -> tuple[int, int, int]:
    response = await square.person(INSIDE, "anna").get(f"{HOLDS}/{hold['id']}")
    assert response.status_code == 200, response.text
    found = response.json()
    return found["kept_posts"], found["kept_messages"], found["kept_media"]


async def delete(person: Person, status: dict[str, Any], **params: Any) -> None:
    response = await person.delete(f"/api/v1/statuses/{status['id']}", params=params)
    assert response.status_code == 200, response.text


async def value(square: Square, sql: str, *values: Any) -> Any:
    async with square.services.db.system() as tx:
        return await tx.value(sql, values)


async def test_a_persons_posts_messages_edits_and_files_are_kept_whole(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    hold = await lay(square, kind="person", account_id=bjorn.id)
    picture = (await bjorn.post("/api/v2/media", files={"file": ("a.png", encoded(".png"), "image/png")})).json()
    post = await bjorn.says("första ordet #sak", media_ids=[picture["id"]])
    assert (await anna.post(f"/api/v1/statuses/{post['id']}/favourite")).status_code == 200
    changed = await bjorn.put(f"/api/v1/statuses/{post['id']}", json={"status": "andra ordet", "media_ids": []})
    assert changed.status_code == 200, changed.text
    message = await bjorn.says("@anna i förtroende", visibility="direct")
    await delete(bjorn, message)
    await delete(bjorn, post, delete_media="true")
    assert (await bjorn.get(f"/api/v1/statuses/{post['id']}")).status_code == 404
    snapshot = await value(square, "SELECT snapshot FROM deleted_posts WHERE id = %s", int(post["id"]))
    assert snapshot["source"] == "andra ordet"
    assert [edit["source"] for edit in snapshot["edits"]] == ["första ordet #sak", "andra ordet"]
    assert snapshot["author"]["handle"] == "bjorn"
    assert snapshot["favourited_by"] == [anna.id]
    assert [media["id"] for media in snapshot["media"]] == [int(picture["id"])]
    said = await value(square, "SELECT snapshot FROM deleted_messages WHERE id = %s", int(message["id"]))
    assert said["source"] == "@anna i förtroende"
    assert await kept(square, hold) == (1, 1, 1)
    key = snapshot["media"][0]["key"]
    async with square.services.db.system() as tx:
        await tx.run("DELETE FROM media WHERE id = %s", (int(picture["id"]),))
    await sweep(square.services.db, square.services.blobs)
    assert await square.services.blobs.stat(key) is not None, "the file stays in the store"
    assert (await bjorn.get(f"/media/{key}")).status_code == 404, "and is served to nobody"
    await release(square, hold)
    await sweep(square.services.db, square.services.blobs)
    assert await square.services.blobs.stat(key) is None
    assert await value(square, "SELECT holds FROM deleted_posts WHERE id = %s", int(post["id"])) == []


async def test_a_hold_beats_retention(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    tagged, searched, free = [
        (await bjorn.says(text))["id"] for text in ("om #Projekt", "budgeten för hemligheten", "väder")
    ]
    by_tag = await lay(square, kind="tag", tag="#projekt")
    by_search = await lay(square, kind="search", expression='"för hemligheten" -väder')
    async with square.services.db.system() as tx:
        await tx.run("UPDATE posts SET created_at = now() - interval '99 days'")
    seen = (await anna.get("/api/torg/v1/admin/retention/preview", params={"days": 30})).json()
    assert (seen["total"], seen["held"]) == (1, 2)
    assert (await anna.patch("/api/torg/v1/admin/retention", json={"retention_days": 30})).status_code == 200
    for hold, left in ((None, {tagged, searched}), (by_tag, {searched}), (by_search, set())):
        if hold:
            await release(square, hold)
        await anna.post("/api/torg/v1/admin/retention/run")
        await square.settle()
        there = {
            id_
            for id_ in (tagged, searched, free)
            if await value(square, "SELECT 1 FROM posts WHERE id = %s", int(id_))
        }
        assert there == left


async def test_what_was_deleted_before_the_hold_is_held_too(square: Square) -> None:
    bjorn = square.person(INSIDE, "bjorn")
    post = await bjorn.says("#projekt bort")
    await delete(bjorn, post)
    other = await bjorn.says("annat bort")
    await delete(bjorn, other)
    hold = await lay(square, kind="tag", tag="projekt")
    assert await kept(square, hold) == (1, 0, 0)
    await value(square, "UPDATE deleted_posts SET deleted_at = now() - interval '99 days' RETURNING 1")
    await square.person(INSIDE, "anna").post("/api/torg/v1/admin/retention/run")
    await square.settle()
    assert await value(square, "SELECT array_agg(id) FROM deleted_posts") == [int(post["id"])]


async def test_two_holds_on_the_same_and_one_that_ends_by_itself(square: Square) -> None:
    bjorn = square.person(INSIDE, "bjorn")
    network = await lay(square, kind="network", ends_at=(now() + timedelta(days=1)).isoformat())
    tag = await lay(square, kind="tag", tag="x")
    post = await bjorn.says("#x")
    await delete(bjorn, post)
    assert len(await value(square, "SELECT holds FROM deleted_posts")) == 2
    await release(square, tag)
    assert await value(square, "SELECT holds FROM deleted_posts") == [int(network["id"])]
    await value(square, "UPDATE legal_holds SET ends_at = now() - interval '1 second' RETURNING 1")
    async with square.services.db.system() as tx:
        await tx.run("INSERT INTO jobs (org_id, network_id, kind, payload) VALUES (0, 0, 'compliance.sweep', 'null')")
    await square.settle()
    assert await value(square, "SELECT holds FROM deleted_posts") == []
    again = await bjorn.says("efter")
    await delete(bjorn, again)
    assert await value(square, "SELECT holds FROM deleted_posts WHERE id = %s", int(again["id"])) == []


async def test_a_hold_ends_at_the_network_but_follows_a_person(square: Square) -> None:
    inside, outside = square.person(INSIDE, "bjorn"), square.person(PUBLIC, "bjorn")
    async with square.services.db.system() as tx:
        await tx.run(
            "UPDATE accounts SET person_id = (SELECT person_id FROM accounts WHERE id = %s) WHERE id = %s",
            (inside.id, outside.id),
        )
    await lay(square, kind="network")
    free = await outside.says("utanför")
    await delete(outside, free)
    assert await value(square, "SELECT holds FROM deleted_posts WHERE id = %s", int(free["id"])) == []
    hold = await lay(square, kind="person", account_id=inside.id)
    post = await outside.says("utanför igen")
    await delete(outside, post)
    assert await value(square, "SELECT holds FROM deleted_posts WHERE id = %s", int(post["id"])) == [int(hold["id"])]


async def test_the_one_who_is_held_cannot_find_out(square: Square) -> None:
    """Every answer that he gets is the same as for a colleague who is not held."""
    bjorn, eva = square.person(INSIDE, "bjorn"), await square.add(INSIDE, "eva_x")
    hold = await lay(square, kind="person", account_id=bjorn.id)
    answers: list[list[tuple[int, list[str]]]] = []
    for person in (bjorn, eva):
        post = await person.says("ett ord")
        seen = [
            await person.put(f"/api/v1/statuses/{post['id']}", json={"status": "två ord"}),
            await person.get(f"/api/v1/statuses/{post['id']}/history"),
            await person.delete(f"/api/v1/statuses/{post['id']}"),
            await person.get(f"/api/v1/statuses/{post['id']}"),
            await person.get("/api/v1/accounts/verify_credentials"),
            await person.get("/api/v1/preferences"),
            await person.get("/api/v1/notifications"),
            await person.post("/api/torg/v1/my_data"),
            await person.get(HOLDS),
            await person.post(HOLDS, json={"name": "x", "kind": "network"}),
            await person.get(f"{HOLDS}/{hold['id']}"),
            await person.get(f"{HOLDS}/1"),
            await person.post(f"{HOLDS}/{hold['id']}/release"),
        ]
        answers.append([(one.status_code, _shape(one.json())) for one in seen])
    assert answers[0] == answers[1]
    assert [status for status, _ in answers[0][-5:]] == [403] * 5
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        assert await tx.value("SELECT count(*) FROM legal_holds") == 1
        await tx.seen_by(bjorn.id)
        for table in ("legal_holds", "deleted_posts", "kept_media", "held_records", "deleted_messages"):
            assert await tx.value(f"SELECT count(*) FROM {table}") == 0, table


def _shape(answer: Any) -> list[str]:
    return sorted(answer) if isinstance(answer, dict) else [str(len(answer))]


async def test_a_deleted_account_is_kept_whole_under_a_hold_and_looks_gone(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    post = await bjorn.says("kvar i mappen")
    message = await bjorn.says("@anna mellan oss", visibility="direct")
    hold = await lay(square, kind="person", account_id=bjorn.id)
    response = await anna.post(f"/api/torg/v1/admin/accounts/{bjorn.id}/erase", json={"mode": "delete"})
    assert response.status_code == 200, response.text
    await square.settle()
    assert (await anna.get(f"/api/v1/accounts/{bjorn.id}")).status_code == 404
    assert (await anna.get(f"/api/v1/statuses/{post['id']}")).status_code == 404
    assert await kept(square, hold) == (1, 1, 0)
    record = await value(square, "SELECT record FROM held_records WHERE kind = 'account'")
    assert (record["handle"], record["email"]) == ("bjorn", f"bjorn@{INSIDE}")
    await release(square, hold)
    for table in ("deleted_posts", "deleted_messages", "held_records", "kept_media"):
        assert await value(square, f"SELECT count(*) FROM {table}") == 0, f"{table}: the erasure was due"
    assert message


async def test_wrong_drafts_are_refused_and_acts_are_logged(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    hidden = square.person(PUBLIC, "bjorn")
    for bad in (
        {"kind": "network"}, {"name": "x", "kind": "all"}, {"name": "x", "kind": "tag"},
        {"name": "x", "kind": "search", "expression": " - "}, {"name": "x", "kind": "group", "group_id": 1},
        {"name": "x", "kind": "person", "account_id": hidden.id}, {"name": "x" * 201, "kind": "network"},
        {"name": "x", "kind": "network", "ends_at": "2001-01-01T00:00:00Z"},
    ):  # fmt: skip
        response = await anna.post(HOLDS, json=bad)
        assert response.status_code == 422, bad
    hold = await lay(square, kind="network")
    await release(square, hold)
    assert [one["state"] for one in (await anna.get(HOLDS)).json()] == ["released"]
    assert (await anna.get(HOLDS, params={"active": "true"})).json() == []
    assert (await anna.get(f"{HOLDS}/1")).status_code == 404
    verbs = await value(square, "SELECT array_agg(verb ORDER BY id) FROM admin_log WHERE target_type = 'legal_hold'")
    assert verbs == ["create", "release"]
    outside = square.anna
    assert (await outside.get(f"{HOLDS}/{hold['id']}")).status_code == 404, "another network's hold"


async def test_a_groups_posts_are_kept_and_only_while_they_are_the_groups(square: Square) -> None:
    bjorn = square.person(INSIDE, "bjorn")
    group_ids = {}
    for name, kind in (("styrelsen", "private"), ("fika", "open")):
        made = await bjorn.post("/api/torg/v1/groups", json={"name": name, "kind": kind})
        assert made.status_code == 200, made.text
        group_ids[name] = made.json()["id"]
    held = await bjorn.says("i styrelsen", group_id=group_ids["styrelsen"])
    answer = await bjorn.says("svar i styrelsen", in_reply_to_id=held["id"])
    other, outside = await bjorn.says("i fikat", group_id=group_ids["fika"]), await bjorn.says("för alla")
    early = await bjorn.says("borta före", group_id=group_ids["styrelsen"])
    await delete(bjorn, early)
    hold = await lay(square, kind="group", group_id=group_ids["styrelsen"])
    assert await kept(square, hold) == (1, 0, 0), "what was deleted before is held as far as it is there"
    for status in (answer, held, other, outside):
        await delete(bjorn, status)
    assert await kept(square, hold) == (3, 0, 0)
    found = await value(
        square, "SELECT array_agg(snapshot->>'source' ORDER BY id) FROM deleted_posts WHERE holds <> '{}'"
    )
    assert found == ["i styrelsen", "svar i styrelsen", "borta före"]
    dissolved = await bjorn.delete(f"/api/torg/v1/groups/{group_ids['styrelsen']}")
    assert dissolved.status_code == 200, dissolved.text
    await square.settle()
    assert await kept(square, hold) == (3, 0, 0), "the group itself may go"
    await release(square, hold)
