"""The forms of the inside: each does what its API twin does, refuses whom that refuses, and keeps to its network."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.fixtures import colleagues
from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.media.makers import encoded
from tests.web.reader import HIDDEN, Reader
from torg.kernel.clock import now


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


async def test_what_must_be_seen_is_sent_and_counted(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    outsider = await Reader(square, INSIDE).enters("bjorn")
    assert (await outsider.open("/must-see/new")).status_code == 403
    assert "/must-see/new" not in (await outsider.open("/must-see")).text
    page = await outsider.open("/questions/new")
    refused = await outsider.send(page, "/must-see/new", text="I am not in office")
    assert refused.status_code == (await bjorn.post("/api/torg/v1/must_see", json={"status": "nor here"})).status_code
    assert refused.status_code == 403
    reader = await Reader(square, INSIDE).enters("anna")
    assert "/must-see/new" in (await reader.open("/must-see")).text
    page = await reader.open("/must-see/new")
    for wrong in ({"ends_at": "2020-01-01T10:00"}, {"ends_at": "soon"}, {"remind_days": "400"}, {"text": " "}):
        form: dict[str, Any] = {"text": "Fire drill", **wrong}
        assert (await reader.send(page, "/must-see/new", **form)).status_code == 422, wrong
    until = (now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    form = {"text": "Fire drill", "ends_at": f"{until}Z", "email": "true", "remind_days": "0"}
    sent = await reader.send(page, "/must-see/new", **form)
    assert sent.status_code == 303, sent.text
    address = sent.headers["location"]
    id_ = address.split("/")[2]
    extra = (await bjorn.get(f"/api/torg/v1/must_see/{id_}")).json()["must_see"]
    assert (extra["ends_at"][:16], extra["email"], extra["remind_at"]) == (until, True, None)
    await bjorn.post(f"/api/torg/v1/must_see/{id_}/read")
    counted = (await anna.get(f"/api/torg/v1/must_see/{id_}/readers")).json()
    seen = await reader.open(address)
    assert f'<progress value="1" max="{counted["total"]}"' in seen.text
    assert "@bjorn" in (await reader.open(f"{address}?who=read")).text
    assert "@bjorn" not in (await reader.open(f"{address}?who=unread")).text
    table = await reader.open(f"{address}.csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text == (await anna.get(f"/api/torg/v1/must_see/{id_}/readers.csv")).text
    for path in (address, f"{address}.csv"):
        assert (await outsider.open(path)).status_code == 403, "for the sender"


async def test_staff_of_a_group_send_to_it_alone(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    group = await colleagues.group(square, "projekt", anna, bjorn, staff=bjorn)
    reader = await Reader(square, INSIDE).enters("bjorn")
    page = await reader.open("/must-see/new")
    assert 'option value=""' not in page.text
    assert (await reader.send(page, "/must-see/new", text="To all", group="")).status_code == 403
    assert (await reader.send(page, "/must-see/new", text="To us", group=group)).status_code == 303


async def test_an_event_is_planned_changed_and_called_off(square: Square) -> None:
    bjorn = square.person(INSIDE, "bjorn")
    reader = await Reader(square, INSIDE).enters("anna")
    page = await reader.open("/events/new")
    assert 'value="Europe/Stockholm"' in page.text
    form: dict[str, Any] = {"title": "Fika <now>", "starts_at": "2031-01-10T10:00", "timezone": "Europe/Stockholm"}
    wrongs: list[dict[str, Any]] = [
        {"title": ""}, {"starts_at": ""}, {"starts_at": "soon"}, {"timezone": "Mars/Base"}, {"url": "javascript:1"},
        {"ends_at": "2031-01-09T10:00"}, {"capacity": "-1"},
    ]  # fmt: skip
    for wrong in wrongs:
        refused = await reader.send(page, "/events/new", **{**form, **wrong})
        assert refused.status_code == 422, wrong
        assert "mistake" in refused.text, wrong
    sent = await reader.send(page, "/events/new", **form, place="Kitchen", capacity="", remind_minutes="")
    assert sent.status_code == 303, sent.text
    address = sent.headers["location"]
    api = f"/api/torg/v1{address}"
    event = (await bjorn.get(api)).json()["event"]
    assert (event["title"], event["starts_at"], event["capacity"]) == ("Fika <now>", "2031-01-10T09:00:00.000Z", None)
    other = await Reader(square, INSIDE).enters("bjorn")
    seen = await other.open(address)
    assert f"{address}/edit" not in seen.text
    assert f"{address}/cancel" not in seen.text
    assert (await other.open(f"{address}/edit")).status_code == 403
    assert (await other.send(seen, f"{address}/edit", **form)).status_code == 403
    assert (await other.send(seen, f"{address}/cancel")).status_code == 403
    page = await reader.open(f"{address}/edit")
    assert 'value="2031-01-10T10:00"' in page.text
    assert 'value="Fika &lt;now&gt;"' in page.text
    changed = {**form, "starts_at": "2031-01-10", "ends_at": "2031-01-11T23:59", "all_day": "true", "capacity": "7"}
    assert (await reader.send(page, f"{address}/edit", **changed)).status_code == 303
    event = (await bjorn.get(api)).json()["event"]
    assert (event["all_day"], event["capacity"], event["ends_at"]) == (True, 7, "2031-01-11T23:00:00.000Z")
    assert 'value="2031-01-11T23:59"' in (await reader.open(f"{address}/edit")).text, "the last day, not the next"
    assert (await reader.send(page, f"{address}/cancel")).status_code == 303
    assert (await bjorn.get(api)).json()["event"]["cancelled_at"]
    assert "Cancelled" in (await other.open(address)).text
    assert (await reader.send(page, f"{address}/edit", **form)).status_code == 422


async def test_staff_changes_a_group_and_its_members(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    carol = await square.add(INSIDE, "carol")
    id_ = await colleagues.group(square, "projekt", anna, bjorn, staff=bjorn)
    api = f"/api/torg/v1/groups/{id_}"
    reader = await Reader(square, INSIDE).enters("bjorn")
    page = await reader.open(f"/groups/{id_}/edit")
    assert page.status_code == 200
    form: dict[str, Any] = {
        "display_name": "Project", "note": "Of <ours>", "kind": "moderated", "posting": "members",
        "aliases": "proj, pro",
    }  # fmt: skip
    for wrong in ({"display_name": " "}, {"aliases": "no/name"}):
        refused = await reader.send(page, f"/groups/{id_}/edit", **{**form, **wrong})
        assert refused.status_code == 422, wrong
        assert "mistake" in refused.text, wrong
    assert (await reader.send(page, f"/groups/{id_}/edit", **form)).status_code == 303
    group = (await bjorn.get(api)).json()
    assert (group["kind"], group["display_name"], sorted(group["aliases"])) == ("moderated", "Project", ["pro", "proj"])
    sent = await reader.send(page, f"/groups/{id_}/invite", to="nobody")
    assert sent.status_code == 422
    assert (await reader.send(page, f"/groups/{id_}/invite", to="@carol")).status_code == 303
    invited = (await bjorn.get(f"{api}/invitations")).json()
    assert [one["account"]["id"] for one in invited] == [str(carol.id)]
    assert "@carol" in (await reader.open(f"/groups/{id_}/invite")).text
    back = await reader.send(page, f"/groups/{id_}/invitations/{invited[0]['id']}/withdraw")
    assert back.status_code == 303
    assert (await bjorn.get(f"{api}/invitations")).json() == []
    last = await reader.send(page, f"/groups/{id_}/members/{bjorn.id}/role", role="none")
    assert last.headers["location"].endswith("?last=1")
    assert (await reader.send(page, f"/groups/{id_}/members/{anna.id}/role", role="moderator")).status_code == 303
    roles = {one["id"]: one["group_role"] for one in (await bjorn.get(f"{api}/members")).json()}
    assert roles == {str(anna.id): "moderator", str(bjorn.id): "admin"}
    assert f"/members/{anna.id}/remove" in (await reader.open(f"/groups/{id_}/members")).text
    assert (await reader.send(page, f"/groups/{id_}/members/{anna.id}/remove")).status_code == 303
    assert [one["id"] for one in (await bjorn.get(f"{api}/members")).json()] == [str(bjorn.id)]
    said = (await bjorn.post("/api/v1/statuses", json={"status": "Read this", "group_id": str(id_)})).json()
    for verb in ("pin", "announce"):
        assert (await reader.send(page, f"/groups/{id_}/posts/{said['id']}/{verb}")).status_code == 303, verb
    assert [one["id"] for one in (await bjorn.get(f"{api}/pins")).json()] == [said["id"]]
    assert [one["id"] for one in (await bjorn.get(f"{api}/announcements")).json()] == [said["id"]]
    assert (await reader.send(page, f"/groups/{id_}/posts/{said['id']}/unpin")).status_code == 303
    assert (await bjorn.get(f"{api}/pins")).json() == []
    assert (await reader.send(page, f"/groups/{id_}/edit", **form, archived="1")).status_code == 303
    assert (await bjorn.get(api)).json()["archived"] is True


async def test_only_staff_does_that_and_only_here(square: Square) -> None:
    bjorn = square.person(INSIDE, "bjorn")
    carol = await square.add(INSIDE, "carol")
    id_ = await colleagues.group(square, "projekt", carol, bjorn, staff=bjorn)
    said = (await bjorn.post("/api/v1/statuses", json={"status": "Ours", "group_id": str(id_)})).json()
    form = {"display_name": "Mine", "kind": "open", "posting": "members", "role": "admin", "to": "anna"}
    posts = [
        "edit", "invite", f"members/{carol.id}/role", f"members/{bjorn.id}/remove", f"posts/{said['id']}/pin",
        f"posts/{said['id']}/announce",
    ]  # fmt: skip
    plain = await Reader(square, INSIDE).enters("carol")
    page = await plain.open("/questions/new")
    shown = (await plain.open("/@projekt")).text + (await plain.open(f"/groups/{id_}/members")).text
    for path in posts:
        assert f"/groups/{id_}/{path}" not in shown, path
        assert (await plain.send(page, f"/groups/{id_}/{path}", **form)).status_code == 403, path
    outside = await Reader(square, PUBLIC).enters("anna")
    page = await outside.open("/questions/new")
    for path in posts:
        assert (await outside.send(page, f"/groups/{id_}/{path}", **form)).status_code == 404, path
    assert (await outside.open(f"/groups/{id_}/edit")).status_code == 404
    assert (await bjorn.get(f"/api/torg/v1/groups/{id_}")).json()["display_name"] == "Projekt"


async def test_a_delegate_is_let_in_posts_and_is_let_go(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    leader = await Reader(square, INSIDE).enters("anna")
    page = await leader.open("/settings/delegates")
    for wrong in ({"to": "nobody"}, {"to": "bjorn", "rights[]": []}, {"to": "bjorn", "ends_at": "2020-01-01T10:00"}):
        refused = await leader.send(page, "/settings/delegates", **{"rights[]": ["post"], **wrong})
        assert refused.status_code == 422, wrong
        assert "mistake" in refused.text, wrong
    helper = await Reader(square, INSIDE).enters("bjorn")
    assert (await helper.open(f"/compose/as/{anna.id}")).status_code == 404
    form = {"to": "@bjorn", "rights[]": ["post", "reply"]}
    assert (await leader.send(page, "/settings/delegates", **form)).status_code == 303
    (held,) = (await bjorn.get("/api/torg/v1/delegations")).json()
    assert (held["account"]["id"], held["rights"]) == (str(anna.id), ["post", "reply"])
    assert (await leader.send(page, "/settings/delegates/byline", byline="initials")).status_code == 303
    assert (await anna.get(f"/api/torg/v1/accounts/{anna.id}/byline")).json()["byline"] == "initials"
    assert f"/compose/as/{anna.id}" in (await helper.open("/settings/delegates")).text
    page = await helper.open(f"/compose/as/{anna.id}")
    assert "Post as @anna" in page.text
    assert (await helper.send(page, "/compose", text=" ")).status_code == 422
    sent = await helper.send(page, "/compose", text="For her")
    assert sent.status_code == 303, sent.text
    id_ = sent.headers["location"].rpartition("/")[2]
    assert (await anna.get(f"/api/v1/statuses/{id_}")).json()["account"]["id"] == str(anna.id)
    assert (await anna.get(f"/api/torg/v1/statuses/{id_}/by")).json()["account"]["id"] == str(bjorn.id)
    outside = await Reader(square, PUBLIC).enters("bjorn")
    assert (await outside.open(f"/compose/as/{anna.id}")).status_code == 404
    foreign = await outside.open("/settings/delegates")
    assert f"/delegates/{held['id']}/end" not in foreign.text
    assert (await outside.send(foreign, f"/settings/delegates/{held['id']}/end")).status_code == 404
    page = await leader.open("/settings/delegates")
    assert (await leader.send(page, f"/settings/delegates/{held['id']}/end")).status_code == 303
    assert (await bjorn.get("/api/torg/v1/delegations")).json() == []
    assert (await helper.open(f"/compose/as/{anna.id}")).status_code == 404
    page = await helper.open("/compose")
    assert "Write as somebody else" not in page.text
    late = await helper.send(page, "/compose", text="Still?", by=str(anna.id))
    assert late.status_code == 422
    assert "Still?</textarea>" in late.text
    assert 'name="by"' not in late.text
    assert "Still?" not in (await helper.open("/@anna")).text


async def test_ones_networks_stand_beside_each_other_inside_only(square: Square) -> None:
    inner = square.person(INSIDE, "bjorn")
    async with square.services.db.system() as tx:
        first = await tx.value("SELECT person_id FROM accounts WHERE id = %s", (square.bjorn.id,))
        await tx.run("UPDATE accounts SET person_id = %s WHERE id = %s", (first, inner.id))
    await square.anna.says("@bjorn hej")
    await square.person(INSIDE, "anna").says("@bjorn hemligt")
    await square.settle()
    page = await (await Reader(square, INSIDE).enters("bjorn")).open("/networks")
    assert f'href="http://{PUBLIC}/auth/sign_in?next=%2F"' in page.text
    assert page.text.count("1 new notification") == 2
    assert page.text.count("You are here.") == 1
    outside = await (await Reader(square, PUBLIC).enters("bjorn")).open("/networks")
    assert outside.status_code == 200
    assert f"@bjorn@{INSIDE}" not in outside.text, "the public network knows the way inside, and does not look in"
    assert "1 unread" not in outside.text
    assert outside.text.count("new notification") == 1
    assert (await Reader(square, INSIDE).open("/networks")).headers["location"] == "/auth/sign_in?next=/networks"


async def test_ones_profile_is_changed_here_alone(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    before = (await square.anna.get("/api/v1/accounts/verify_credentials")).json()
    reader = await Reader(square, INSIDE).enters("anna")
    page = await reader.open("/settings/profile")
    assert page.status_code == 200
    for wrong in ({"display_name": "x" * 40}, {"note": "x" * 600}, {"field_names[]": ["", ""]}):
        form: dict[str, Any] = {"display_name": "Anna", "field_names[]": ["A", "B"], "field_values[]": ["a", "b"]}
        form |= wrong
        refused = await reader.send(page, "/settings/profile", **form)
        assert refused.status_code == 422, wrong
        assert "mistake" in refused.text, wrong
    form = {
        "display_name": "Anna <A>", "note": "Here", "field_names[]": ["Room", ""], "field_values[]": ["12", ""],
        "locked": "true", "hide_collections": "true",
    }  # fmt: skip
    files = {"avatar": ("a.png", encoded(".png"), "image/png")}
    hidden = dict(HIDDEN.findall(page.text))
    sent = await reader.http.post("/settings/profile", data={**hidden, **form, "avatar_description": "Me"}, files=files)
    assert (sent.status_code, sent.headers["location"]) == (303, "/settings/profile?done=1"), sent.text
    now_ = (await anna.get("/api/v1/accounts/verify_credentials")).json()
    assert (now_["display_name"], now_["source"]["note"], now_["locked"]) == ("Anna <A>", "Here", True)
    assert (now_["discoverable"], now_["hide_collections"], now_["avatar_description"]) == (False, True, "Me")
    assert [(one["name"], one["value"]) for one in now_["source"]["fields"]] == [("Room", "12")]
    page = await reader.open("/settings/profile")
    assert 'value="Anna &lt;A&gt;"' in page.text
    assert 'value="Me"' in page.text
    assert (await square.anna.get("/api/v1/accounts/verify_credentials")).json() == before, "the public Anna"
    assert (await reader.http.post("/settings/profile", data={"display_name": "forged"})).status_code == 403


async def test_tags_are_followed_and_people_let_back(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    reader = await Reader(square, INSIDE).enters("anna")
    page = await reader.open("/tags/fika")
    assert (await reader.send(page, "/tags/fika/follow")).headers["location"] == "/tags/fika"
    assert [one["name"] for one in (await anna.get("/api/v1/followed_tags")).json()] == ["fika"]
    assert "/tags/fika/unfollow" in (await reader.open("/tags/fika")).text
    page = await reader.open("/settings/tags")
    assert "#fika" in page.text
    assert (await reader.send(page, "/tags/fika/unfollow")).headers["location"] == "/settings/tags"
    assert (await anna.get("/api/v1/followed_tags")).json() == []
    for verb, which in (("mute", "mutes"), ("block", "blocks")):
        await anna.post(f"/api/v1/accounts/{bjorn.id}/{verb}")
        page = await reader.open(f"/settings/blocks?which={which}")
        assert f"/accounts/{bjorn.id}/un{verb}" in page.text
        outside = await Reader(square, PUBLIC).enters("anna")
        assert str(bjorn.id) not in (await outside.open(f"/settings/blocks?which={which}")).text
        assert (await reader.send(page, f"/accounts/{bjorn.id}/un{verb}")).status_code == 303
        assert (await anna.get(f"/api/v1/{which}")).json() == []


async def test_a_server_is_blocked_and_let_back(square: Square) -> None:
    reader = await Reader(square, PUBLIC).enters("anna")
    page = await reader.open("/settings/blocks")
    assert (await reader.send(page, "/settings/blocks/domains", domain="no host")).status_code == 422
    assert (await reader.send(page, "/settings/blocks/domains", domain="Bad.example")).status_code == 303
    assert (await square.anna.get("/api/v1/domain_blocks")).json() == ["bad.example"]
    page = await reader.open("/settings/blocks")
    sent = await reader.http.post(
        "/settings/blocks/domains",
        data={**dict(HIDDEN.findall(page.text)), "undo": "true", "domain": "bad.example"},
    )
    assert sent.status_code == 303
    assert (await square.anna.get("/api/v1/domain_blocks")).json() == []


FORMS = ["/thanks/new", "/questions/new", "/questions", "/must-see/new", "/events/new"]


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
    for path in ("/questions?which=all", "/questions/new", "/thanks", "/thanks/new", "/events/new"):
        assert "hemligt" not in (await outside.open(path)).text, path
    planned = {"title": "hemligt", "starts_at": (now() + timedelta(days=3)).isoformat()}
    event = (await anna.post("/api/torg/v1/events", json=planned)).json()
    sent = (await anna.post("/api/torg/v1/must_see", json={"status": "hemligt"})).json()
    seen = f"/must-see/{sent['id']}/readers"
    for path in (f"/events/{event['id']}/edit", seen, f"{seen}.csv"):
        assert (await outside.open(path)).status_code == 404, path
    assert (await outside.send(page, f"/events/{event['id']}/cancel")).status_code == 404
    for verb in ("best", "close", "reopen"):
        sent = await outside.send(page, f"/questions/{asked['id']}/{verb}", answer_id=answered["id"])
        assert sent.status_code == 404, verb
    assert (await anna.get(f"/api/torg/v1/questions/{asked['id']}")).json()["question"]["state"] == "open"
