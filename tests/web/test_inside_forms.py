"""The forms of the inside: each does what its API twin does, refuses whom that refuses, and keeps to its network."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures import colleagues
from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.web.reader import Reader


async def test_praise_with_a_form(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    reader = await Reader(square, INSIDE, "sv").enters("anna")
    page = await reader.open("/thanks/new?to=bjorn")
    assert page.status_code == 200
    assert "Tacka någon" in page.text
    assert 'value="bjorn"' in page.text
    sent = await reader.send(page, "/thanks/new", to="@bjorn", badge="helping_hand", text="carried desks")
    assert sent.status_code == 303, sent.text
    assert sent.headers["location"].startswith("/@anna/")
    again = await reader.send(page, "/thanks/new", to="@bjorn", badge="helping_hand", text="carried desks")
    assert again.headers["location"] == sent.headers["location"], "a second press does nothing"
    wall = (await bjorn.get("/api/torg/v1/praise")).json()
    assert [one["praise"]["badge"]["key"] for one in wall] == ["helping_hand"]
    assert [one["id"] for one in wall[0]["praise"]["accounts"]] == [str(bjorn.id)]
    for wrong in ({"to": "anna"}, {"to": "nobody"}, {"to": ""}, {"text": " "}, {"badge": "odd"}):
        page = await reader.open("/thanks/new")
        form: dict[str, Any] = {"to": "bjorn", "badge": "helping_hand", "text": "kept words", **wrong}
        refused = await reader.send(page, "/thanks/new", **form)
        assert refused.status_code == 422, wrong
        assert 'aria-invalid="true"' in refused.text or "mistake" in refused.text, wrong
        assert form["text"] in refused.text
    assert len((await anna.get("/api/torg/v1/praise")).json()) == 1


async def test_a_question_is_asked_answered_and_opened_again(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    asker = await Reader(square, INSIDE).enters("anna")
    page = await asker.open("/questions/new")
    assert (await asker.send(page, "/questions/new", text=" ")).status_code == 422
    sent = await asker.send(page, "/questions/new", text="Where is the <tape>?")
    assert sent.status_code == 303, sent.text
    address = sent.headers["location"]
    id_ = address.rpartition("/")[2]
    assert (await bjorn.get(f"/api/torg/v1/questions/{id_}")).json()["question"]["state"] == "open"
    form = {"status": "In the drawer", "in_reply_to_id": id_}
    reply = (await bjorn.post("/api/v1/statuses", json=form)).json()
    page = await asker.open(address)
    assert "This is the best answer" in page.text
    other = await Reader(square, INSIDE).enters("bjorn")
    seen = await other.open(address)
    assert "This question is open." in seen.text
    assert "This is the best answer" not in seen.text
    refused = await other.send(seen, f"/questions/{id_}/best", answer_id=reply["id"])
    assert refused.status_code == 403, "as over the API"
    done = await asker.send(page, f"/questions/{id_}/best", answer_id=reply["id"])
    assert (done.status_code, done.headers["location"]) == (303, address)
    asked = (await anna.get(f"/api/torg/v1/questions/{id_}")).json()["question"]
    assert asked["best_answer"]["id"] == reply["id"]
    assert "Where is the &lt;tape&gt;" in (await other.open("/questions?which=answered")).text
    assert "Where is" not in (await other.open("/questions")).text
    page = await asker.open(address)
    assert 'id="best"' in page.text
    await asker.send(page, f"/questions/{id_}/reopen")
    assert (await anna.get(f"/api/torg/v1/questions/{id_}")).json()["question"]["state"] == "open"
    await asker.send(page, f"/questions/{id_}/close")
    assert "This question is closed." in (await asker.open(address)).text


FORMS = ["/thanks/new", "/questions/new", "/questions"]


@pytest.mark.parametrize("path", FORMS)
async def test_forms_are_for_members_and_ours(square: Square, path: str) -> None:
    stranger = await Reader(square, INSIDE).open(path)
    assert stranger.status_code == 303
    assert stranger.headers["location"].startswith("/auth/sign_in?next=")
    if path.endswith("/new"):
        reader = await Reader(square, INSIDE).enters("anna")
        assert (await reader.http.post(path, data={"text": "forged"})).status_code == 403


async def test_a_guest_asks_and_thanks_in_his_groups_only(square: Square) -> None:
    anna, guest = square.person(INSIDE, "anna"), await colleagues.guest(square)
    group = await colleagues.group(square, "projekt", anna, guest)
    reader = await Reader(square, INSIDE).enters(guest.handle)
    page = await reader.open("/questions/new")
    assert 'option value=""' not in page.text
    everywhere = await reader.send(page, "/questions/new", text="May I?", group="")
    assert everywhere.status_code == (await guest.post("/api/torg/v1/questions", json={"status": "May I?"})).status_code
    assert everywhere.status_code == 403
    assert (await reader.send(page, "/questions/new", text="May I?", group=group)).status_code == 303


async def test_nothing_of_it_on_the_public_network(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    asked = (await anna.post("/api/torg/v1/questions", json={"status": "Where is hemligt?"})).json()
    reply = {"status": "In hemligt", "in_reply_to_id": asked["id"]}
    answered = (await bjorn.post("/api/v1/statuses", json=reply)).json()
    await colleagues.group(square, "hemligt", anna)
    outside = await Reader(square, PUBLIC).enters("anna")
    page = await outside.open("/questions/new")
    for path in ("/questions?which=all", "/questions/new", "/thanks", "/thanks/new"):
        assert "hemligt" not in (await outside.open(path)).text, path
    for verb in ("best", "close", "reopen"):
        sent = await outside.send(page, f"/questions/{asked['id']}/{verb}", answer_id=answered["id"])
        assert sent.status_code == 404, verb
    assert (await anna.get(f"/api/torg/v1/questions/{asked['id']}")).json()["question"]["state"] == "open"
