"""Groups in the browser, without scripts."""

from __future__ import annotations

import re
from urllib.parse import unquote

from tests.fixtures.square import INSIDE, Square
from tests.mastodon_api.group_helpers import GROUPS, nothing, office, ok
from tests.web.reader import Reader


async def test_made_joined_written_in_and_left(square: Square) -> None:
    them = await office(square)
    bjorn = await Reader(square, INSIDE).enters("bjorn")
    cecilia = await Reader(square, INSIDE, "sv").enters("cecilia")
    form = await bjorn.open("/groups/new")
    wrong = await bjorn.send(form, "/groups/new", name="bjorn", kind="private", guests_allowed="1")
    assert (wrong.status_code, "This name is taken." in wrong.text) == (422, True)
    assert re.search(r'value="private" checked', wrong.text)
    made = await bjorn.send(form, "/groups/new", name="fika", display_name="Fika <b>", kind="private")
    assert (made.status_code, made.headers["location"]) == (303, "/@fika")
    page = await bjorn.open("/@fika")
    assert "Fika &lt;b&gt;" in page.text
    id_ = re.search(r"/groups/(\d+)/members", page.text)
    assert id_ is not None
    group = id_[1]
    sent = await bjorn.send(page, "/compose", text="Bara vi")
    assert sent.headers["location"] == "/@fika"
    assert "Bara vi" in (await bjorn.open("/@fika")).text

    seen = await cecilia.open("/@fika")
    assert "Be att få gå med" in seen.text
    assert "Bara vi" not in seen.text
    assert "compose-text" not in seen.text
    await cecilia.send(seen, f"/groups/{group}/join")
    assert "Du har bett att få gå med." in (await cecilia.open("/@fika")).text
    people = await bjorn.open(f"/groups/{group}/members")
    assert "They ask to join" in people.text
    await bjorn.send(people, f"/groups/{group}/requests/{them.cecilia.id}", verdict="authorize")
    inside = await cecilia.open("/@fika")
    assert "Bara vi" in inside.text
    assert "Dina grupper" in (await cecilia.open("/groups")).text
    stuck = await bjorn.send(page, f"/groups/{group}/leave")
    assert stuck.headers["location"] == f"/groups/{group}/members?last=1"
    assert "last administrator" in (await bjorn.open(stuck.headers["location"])).text
    await cecilia.send(inside, f"/groups/{group}/leave")
    assert "Bara vi" not in (await cecilia.open("/@fika")).text


async def test_the_conversation_with_the_newest_reply_is_on_top(square: Square) -> None:
    them = await office(square)
    await them.group("fika")
    one, _two = await them.bjorn.says("!fika ettan"), await them.bjorn.says("!fika tvåan")
    reader = await Reader(square, INSIDE).enters("bjorn")
    text = (await reader.open("/@fika")).text
    assert text.index("tvåan") < text.index("ettan")
    await them.bjorn.says("svar", in_reply_to_id=one["id"])
    text = (await reader.open("/@fika")).text
    assert text.index("ettan") < text.index("tvåan")
    thread = await reader.open(f"/@bjorn/{one['id']}")
    assert "Those who read in the group can read this." in thread.text
    assert 'href="/@fika"' in thread.text
    assert (await reader.open(f"/groups/{one['group_id']}")).headers["location"] == "/@fika"


async def test_a_hidden_group_has_no_page_for_others(square: Square) -> None:
    them = await office(square)
    group = await them.group("tyst", "hidden", display_name="Hemligheten")
    await them.bjorn.says("!tyst planen")
    for handle in ("david", "gustav"):
        reader = await Reader(square, INSIDE).enters(handle)
        form = await reader.open("/groups")
        assert "Hemligheten" not in form.text
        for path in ("/@tyst", f"/groups/{group['id']}", f"/groups/{group['id']}/members", "/@bjorn"):
            page = await reader.open(path)
            assert "Hemligheten" not in page.text, path
            assert "planen" not in page.text, path
            assert page.status_code == (200 if path == "/@bjorn" and handle == "david" else 404), path
        for verb in ("join", "leave", "decline", "posts"):
            assert (await reader.send(form, f"/groups/{group['id']}/{verb}", text="x")).status_code in (403, 404)
    nobody = Reader(square, INSIDE)
    for path in ("/groups", "/groups/new", f"/groups/{group['id']}"):
        page = await nobody.open(path)
        assert (page.status_code, unquote(page.headers["location"])) == (303, f"/auth/sign_in?next={path}")


async def test_an_invitation_is_answered_in_the_directory(square: Square) -> None:
    them = await office(square)
    group = await them.group("tyst", "hidden", display_name="Hemligheten")
    ok(await them.bjorn.post(f"{GROUPS}/{group['id']}/invitations", json={"account_ids": [them.david.id]}))
    reader = await Reader(square, INSIDE).enters("david")
    page = await reader.open("/groups")
    assert "You are invited" in page.text
    assert (await reader.send(page, f"/groups/{group['id']}/decline")).headers["location"] == "/groups"
    assert "Hemligheten" not in (await reader.open("/groups")).text
    nothing(await them.david.get(f"{GROUPS}/{group['id']}"))


async def test_a_form_from_elsewhere_does_nothing(square: Square) -> None:
    them = await office(square)
    group = await them.group("fika")
    reader = await Reader(square, INSIDE).enters("david")
    answer = await reader.http.post(f"/groups/{group['id']}/join", data={"csrf": "x"})
    assert answer.status_code == 403
    assert not ok(await them.david.get(f"{GROUPS}/{group['id']}"))["member"]


async def test_who_is_mentioned_and_does_not_read_in_the_group_is_named_before_posting(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    made = (await anna.post(GROUPS, json={"name": "board", "display_name": "Board", "kind": "private"})).json()
    reader = await Reader(square, INSIDE).enters("anna")
    page = await reader.open(f"/compose?group={made['id']}")
    assert "Only members of the group can read this." in page.text
    asked = await reader.send(page, "/compose", text="What does @bjorn say?")
    assert asked.status_code == 422
    assert "will not see it" in asked.text
    assert "@bjorn</li>" in asked.text
    assert (await anna.get(f"/api/v1/accounts/{anna.id}/statuses")).json() == []
    sent = await reader.send(asked, "/compose", text="What does @bjorn say?", sure="1")
    assert sent.status_code == 303, sent.text
    [said] = (await anna.get(f"/api/v1/accounts/{anna.id}/statuses")).json()
    assert (await bjorn.get(f"/api/v1/statuses/{said['id']}")).status_code == 404
    reply = await reader.open(f"/@anna/{said['id']}")
    again = await reader.send(reply, "/compose", text="@bjorn still nothing")
    assert again.status_code == 422, "an answer in the group, too"
    assert (await reader.send(await reader.open("/compose"), "/compose", text="@bjorn hello")).status_code == 303


async def test_a_visitor_finds_the_groups_in_which_everybody_reads_and_no_other(square: Square) -> None:
    for handle, kind in (("choir", "open"), ("watched", "moderated"), ("closed", "private"), ("secret", "hidden")):
        form = {"handle": handle, "name": handle, "kind": kind}
        made = await square.anna.post("/api/torg/v1/groups", json=form)
        assert made.status_code == 200, made.text
    page = (await Reader(square).open("/groups")).text
    assert "/@choir" in page
    assert "/@watched" in page
    for name in ("closed", "secret"):
        assert f"/@{name}" not in page
        assert f"/@{name}" not in (await Reader(square).open(f"/groups?q={name}")).text
    assert "Make a group" not in page
    assert (await Reader(square, INSIDE).open("/groups")).status_code == 303
