"""Side-threads at the API: begun, answered, in groups, counted, outliving the public thread; and their wall."""

from __future__ import annotations

from tests.bridge.wallside import SIDE, group, guest
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square


async def public_thread(square: Square) -> tuple[str, str]:
    """A reporter's question and the shop's answer, in public."""
    asked = await square.reporter.says("When does the new bridge open?")
    answered = await square.shop.says("Soon", in_reply_to_id=asked["id"])
    return asked["id"], answered["id"]


async def test_colleagues_discuss_beside_a_public_thread(square: Square) -> None:
    asked, answered = await public_thread(square)
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    empty = (await anna.get(f"{SIDE}/{answered}")).json()
    assert [s["id"] for s in empty["public"]] == [asked, answered]
    assert empty["public"][0]["url"].startswith(f"http://{PUBLIC}/@reporter/")
    assert empty["context"]["descendants"] == empty["discussions"] == []
    first = (await anna.post(f"{SIDE}/{answered}/posts", json={"status": "We must not promise a day"})).json()
    assert first["in_reply_to_id"] is None
    second = (await bjorn.post(f"{SIDE}/{asked}/posts", json={"status": "Agreed"})).json()
    assert second["in_reply_to_id"] == first["id"]
    third = await bjorn.post(f"{SIDE}/{asked}/posts", json={"status": "Really", "in_reply_to_id": second["id"]})
    assert third.json()["in_reply_to_id"] == second["id"]
    shown = (await bjorn.get(f"{SIDE}/{asked}", params={"newest_first": "true"})).json()
    assert [s["id"] for s in shown["context"]["descendants"]] == [third.json()["id"], second["id"], first["id"]]
    assert (shown["colleagues_count"], shown["statuses_count"], shown["public_deleted"]) == (2, 3, False)
    (listed,) = (await anna.get(SIDE)).json()
    assert (listed["public_thread_id"], listed["root_id"]) == (asked, first["id"])
    assert (listed["colleagues_count"], listed["statuses_count"], listed["public_acct"]) == (2, 3, "reporter")
    params = {"public_post_ids[]": [asked, answered, "1"]}
    counted = (await anna.get(f"{SIDE}/counts", params=params)).json()
    assert {c["public_status_id"]: c["colleagues_count"] for c in counted} == {asked: 2, answered: 2}


async def test_a_groups_side_thread_is_the_groups(square: Square) -> None:
    asked, _ = await public_thread(square)
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    room = await group(square, "press", "Pressen", "hidden", bjorn)
    made = await bjorn.post(f"{SIDE}/{asked}/posts", json={"status": "Hush in the group", "group_id": room})
    assert made.status_code == 200, made.text
    assert made.json()["visibility"] == "private"
    assert "Hush" in (await bjorn.get(f"{SIDE}/{asked}")).text
    for path in (f"{SIDE}/{asked}", SIDE, f"{SIDE}/counts?public_post_ids[]={asked}"):
        answer = await anna.get(path)
        assert answer.status_code == 200
        assert "Hush" not in answer.text
        assert str(room) not in answer.text
    assert (await anna.get(f"{SIDE}/{asked}")).json()["discussions"] == []
    refused = await anna.post(f"{SIDE}/{asked}/posts", json={"status": "x", "group_id": room})
    never = await anna.post(f"{SIDE}/{asked}/posts", json={"status": "x", "group_id": 1234567})
    assert (refused.status_code, refused.json()) == (never.status_code, never.json()) == (404, never.json())


async def test_the_side_thread_outlives_the_public_one(square: Square) -> None:
    asked, _ = await public_thread(square)
    anna = square.person(INSIDE, "anna")
    first = (await anna.post(f"{SIDE}/{asked}/posts", json={"status": "Note"})).json()
    assert (await square.reporter.delete(f"/api/v1/statuses/{asked}")).status_code == 200
    shown = (await anna.get(f"{SIDE}/{asked}")).json()
    assert (shown["public_deleted"], shown["public"]) == (True, [])
    assert [s["id"] for s in shown["context"]["descendants"]] == [first["id"]]
    assert shown["discussions"][0]["public_text"] == "When does the new bridge open?"
    assert (await anna.post(f"{SIDE}/{asked}/posts", json={"status": "Gone"})).status_code == 200
    assert (await anna.delete(f"/api/v1/statuses/{first['id']}")).status_code == 200
    assert (await anna.get(f"{SIDE}/{asked}")).json()["discussions"][0]["root_id"] is None
    again = (await anna.post(f"{SIDE}/{asked}/posts", json={"status": "Anew"})).json()
    assert (await anna.get(f"{SIDE}/{asked}")).json()["discussions"][0]["root_id"] == again["id"]


async def test_only_members_see_side_threads_and_the_public_side_shows_nothing(square: Square) -> None:
    asked, answered = await public_thread(square)
    public = [f"/api/v1/statuses/{asked}", f"/api/v1/statuses/{asked}/context", f"/@reporter/{asked}"]
    before = [(await square.nobody().get(path)).text for path in public]
    anna = square.person(INSIDE, "anna")
    made = (await anna.post(f"{SIDE}/{asked}/posts", json={"status": "Hemligt vid sidan"})).json()
    await square.settle()
    assert [(await square.nobody().get(path)).text for path in public] == before
    gone = await square.add(INSIDE, "exa")
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET suspended_at = now() WHERE id = %s", (gone.id,))
    outsiders: dict[str, tuple[Person, int]] = {
        "nobody outside": (square.nobody(PUBLIC), 401),
        "nobody inside": (square.nobody(INSIDE), 401),
        "a public member": (square.shop, 404),
        "the public administrator": (square.anna, 404),
        "another organisation": (square.person(OTHER, "olga"), 404),
        "a guest": (await guest(square, "gisela"), 404),
        "an ex-member": (gone, 403),
    }
    for who, (person, status) in outsiders.items():
        for path in (SIDE, f"{SIDE}/{asked}", f"{SIDE}/{answered}", f"{SIDE}/123456"):
            answer = await person.get(path)
            assert answer.status_code == status, f"{who} {path}: {answer.text}"
            assert "Hemligt" not in answer.text
            assert made["id"] not in answer.text
        posted = await person.post(f"{SIDE}/{asked}/posts", json={"status": "x"})
        assert posted.status_code == status, who
    other = (await square.person(OTHER, "olga").says("theirs"))["id"]
    assert (await anna.get(f"{SIDE}/{other}")).json() == (await anna.get(f"{SIDE}/123456")).json()
    assert (await anna.get(f"{SIDE}/{made['id']}")).status_code == 404, "an inside id is no public one"
