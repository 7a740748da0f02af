"""Questions with a best answer: who marks it, what becomes of it, who is told."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.fixtures import colleagues
from tests.fixtures.square import INSIDE, Person, Square

URL = "/api/torg/v1/questions"


async def ask(person: Person, text: str = "Where is the key?", **more: Any) -> str:
    response = await person.post(URL, json={"status": text, **more})
    assert response.status_code == 200, response.text
    made = response.json()
    assert made["question"]["state"] == "open"
    return str(made["id"])


async def answer(person: Person, question: str, text: str = "under the mat") -> str:
    return str((await person.says(text, in_reply_to_id=question))["id"])


async def state(person: Person, question: str) -> tuple[str, str | None]:
    found = (await person.get(f"{URL}/{question}")).json()["question"]
    return found["state"], found["best_answer"] and found["best_answer"]["id"]


async def listed(person: Person, **query: Any) -> list[str]:
    response = await person.get(URL, params=query)
    assert response.status_code == 200, response.text
    return [one["id"] for one in response.json()]


async def test_the_asker_marks_changes_and_opens_again(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea = await square.add(INSIDE, "svea")
    question = await ask(bjorn)
    one, two = await answer(anna, question), await answer(svea, question, "in the lock")
    assert (await bjorn.put(f"{URL}/{question}/best", json={"answer_id": one})).status_code == 200
    assert await state(svea, question) == ("answered", one)
    assert (await bjorn.put(f"{URL}/{question}/best", json={"answer_id": two})).status_code == 200
    assert await state(svea, question) == ("answered", two)
    assert (await bjorn.delete(f"{URL}/{question}/best")).json()["question"]["state"] == "open"
    assert (await bjorn.post(f"{URL}/{question}/close")).json()["question"]["state"] == "closed"
    assert (await bjorn.post(f"{URL}/{question}/reopen")).json()["question"]["state"] == "open"


async def test_the_answerer_is_told_by_a_type_that_every_client_knows(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    question = await ask(bjorn)
    one = await answer(anna, question)
    for _ in range(2):
        await bjorn.put(f"{URL}/{question}/best", json={"answer_id": one})
    await square.settle()
    told = (await anna.get("/api/v1/notifications", params={"types[]": "update"})).json()
    assert [(n["account"]["acct"], n["status"]["id"]) for n in told] == [("bjorn", question)]


async def test_deleting_the_best_answer_opens_the_question(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    question = await ask(bjorn)
    one = await answer(anna, question)
    await bjorn.put(f"{URL}/{question}/best", json={"answer_id": one})
    assert (await anna.delete(f"/api/v1/statuses/{one}")).status_code == 200
    assert await state(anna, question) == ("open", None)
    assert (await bjorn.get(f"{URL}/{question}")).json()["question"]["answered_at"] is None


async def test_what_is_no_answer_and_who_may_not_mark(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea = await square.add(INSIDE, "svea")
    question, other = await ask(bjorn), str((await anna.says("elsewhere"))["id"])
    one = await answer(svea, question)
    assert (await bjorn.put(f"{URL}/{question}/best", json={"answer_id": other})).status_code == 422
    assert (await bjorn.put(f"{URL}/{question}/best", json={"answer_id": question})).status_code == 422
    assert (await bjorn.put(f"{URL}/{question}/best", json={"answer_id": 1})).status_code == 404
    assert (await bjorn.put(f"{URL}/{other}/best", json={"answer_id": one})).status_code == 404, "no question"
    assert (await svea.put(f"{URL}/{question}/best", json={"answer_id": one})).status_code == 403
    assert (await svea.post(f"{URL}/{question}/close")).status_code == 403
    assert (await anna.put(f"{URL}/{question}/best", json={"answer_id": one})).status_code == 200, "a moderator"
    log = (await anna.get("/api/torg/v1/admin/log")).text
    assert "best_answer" in log


async def test_a_groups_staff_marks_in_its_group(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea = await square.add(INSIDE, "svea")
    room = await colleagues.group(square, "rum", anna, bjorn, svea, staff=svea)
    question = await ask(bjorn, group_id=room)
    one = await answer(bjorn, question, "I know now")
    assert (await svea.put(f"{URL}/{question}/best", json={"answer_id": one})).status_code == 200


async def test_an_own_post_becomes_a_question_and_an_ordinary_one_again(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    post = await bjorn.says("who knows?")
    assert (await anna.post(URL, json={"id": post["id"]})).status_code == 404, "not one's own"
    assert (await bjorn.post(URL, json={"id": post["id"]})).status_code == 200
    reply = await answer(bjorn, post["id"])
    assert (await bjorn.post(URL, json={"id": reply})).status_code == 422
    assert (await anna.delete(f"{URL}/{post['id']}")).status_code == 404
    assert (await bjorn.delete(f"{URL}/{post['id']}")).status_code == 200
    assert (await bjorn.get(f"{URL}/{post['id']}")).status_code == 404
    assert (await bjorn.get(f"/api/v1/statuses/{post['id']}")).status_code == 200


async def test_lists(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    quiet, answered, own = await ask(bjorn, "one #nyckel"), await ask(bjorn, "two"), await ask(anna, "three")
    one = await answer(anna, answered)
    await answer(anna, own, "nobody?")
    assert await listed(anna) == [own, answered, quiet]
    assert await listed(anna, which="unanswered") == [own, quiet], "one's own reply is no answer"
    await bjorn.put(f"{URL}/{answered}/best", json={"answer_id": one})
    assert await listed(anna, which="open") == [own, quiet]
    assert await listed(anna, which="answered") == [answered]
    assert await listed(anna, which="mine") == [own]
    assert await listed(anna, tag="#Nyckel") == [quiet]
    assert await listed(anna, limit=1) == [own]
    assert (await anna.get(URL, params={"which": "lost"})).status_code == 422


async def test_the_wall(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea, gone = await square.add(INSIDE, "svea"), await square.add(INSIDE, "gone")
    visitor = await colleagues.guest(square)
    room = await colleagues.group(square, "hemlig", anna, bjorn)
    question = await ask(bjorn, "hemligt", group_id=room)
    one = await answer(anna, question, "hemligt svar")
    await ask(bjorn, "hemligt for all")
    await colleagues.leaves(square, gone)
    outside = {**colleagues.strangers(square), "an ex-member": gone, "a guest": visitor, "not in the group": svea}
    for who, person in outside.items():
        for method, path in (("GET", ""), ("PUT", "/best"), ("DELETE", "/best"), ("POST", "/close"), ("DELETE", "")):
            options = {"json": {"answer_id": one}} if method == "PUT" else {}
            real = await person.http.request(method, f"{URL}/{question}{path}", **options)
            assert real.status_code in (401, 403, 404, 422), f"{who} {method} {path} {real.status_code}"
            assert "hemligt" not in real.text
        assert "hemligt" not in (await person.get(URL)).text or who == "not in the group"
    assert question not in await listed(svea)
    assert await state(bjorn, question) == ("open", None)
    for viewer, seen in ((bjorn.id, 2), (svea.id, 1), (0, 1)):
        scope = msgspec.structs.replace(square.networks[INSIDE].scope, viewer=viewer)
        async with square.services.db.tx(scope) as tx:
            assert await tx.value("SELECT count(*) FROM questions") == seen
