"""Writing for a team: with files, in answers and threads; and the wall, which no file of the composer crosses."""

from __future__ import annotations

import re

import pytest

from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.web.reader import Reader
from tests.web.test_threads import chain, uploaded


async def team(square: Square, host: str, privacy: str = "public") -> str:
    """A team account of Anna's."""
    anna = square.person(host, "anna")
    team = {"username": "support", "display_name": "Support"}
    made = (await anna.post("/api/torg/v1/team_accounts", json=team)).json()
    async with square.services.db.tx(square.networks[host].scope) as tx:
        await tx.run(
            "UPDATE accounts SET settings = settings || jsonb_build_object('privacy', %s::text) WHERE id = %s",
            (privacy, int(made["id"])),
        )
    return str(made["id"])


@pytest.mark.parametrize("host", [PUBLIC, INSIDE])
async def test_the_form_is_the_team_s_with_a_file_and_a_thread(square: Square, host: str) -> None:
    id_ = await team(square, host, "private")
    reader = await Reader(square, host).enters("anna")
    page = await reader.open("/compose")
    assert re.search(rf'name="face" value="{id_}"', page.text)
    picture = await uploaded(reader, page)
    hung = {"media_ids[]": picture, "alts[]": "A square", "keep[]": picture}
    chosen = await reader.send(page, "/compose", text="We open", face=id_, **hung)
    assert chosen.status_code == 200
    assert ">We open</textarea>" in chosen.text
    assert "You write as Support" in chosen.text
    assert "Only followers of Support can read this." in chosen.text, "the audience is the account's own"
    assert "for-another" in chosen.text
    assert ("<body class=\"inside" in chosen.text) is (host == INSIDE)
    then = {"more[1][text]": "At nine"}
    sent = await reader.send(chosen, "/compose", text="We open", audience="public", **hung, **then)
    assert sent.status_code == 303, sent.text
    first, second = (await square.person(host, "anna").get(f"/api/v1/accounts/{id_}/statuses")).json()[::-1]
    assert [one["description"] for one in first["media_attachments"]] == ["A square"]
    assert second["in_reply_to_id"] == first["id"]
    assert await chain(square.person(host, "anna")) == []
    back = await reader.send(chosen, "/compose", text="We open", face="me")
    assert "You write as" not in back.text


async def test_an_answer_is_the_team_s_and_only_to_what_the_member_reads(square: Square) -> None:
    id_ = await team(square, PUBLIC)
    said = await square.bjorn.says("Is anybody there?")
    reader = await Reader(square).enters("anna")
    page = await reader.open(f"/@bjorn/{said['id']}")
    chosen = await reader.send(page, "/compose", text="@bjorn Yes", face=id_)
    assert "Is anybody there?" in chosen.text
    sent = await reader.send(chosen, "/compose", text="@bjorn Yes")
    assert sent.headers["location"].startswith("/@support/")
    status = (await square.anna.get(f"/api/v1/accounts/{id_}/statuses")).json()[0]
    assert status["in_reply_to_id"] == said["id"]
    hidden = await square.bjorn.says("For mine", visibility="private")
    tried = await reader.send(chosen, "/compose", text="@bjorn Yes", reply_to=hidden["id"], once="another")
    assert tried.status_code in (404, 422)
    assert len((await square.anna.get(f"/api/v1/accounts/{id_}/statuses")).json()) == 1


async def test_nobody_writes_for_an_account_that_did_not_let_him(square: Square) -> None:
    id_ = await team(square, PUBLIC)
    reader = await Reader(square).enters("reporter")
    page = await reader.open("/compose")
    assert "Write as somebody else" not in page.text
    for field in ("by", "face"):
        sent = await reader.send(page, "/compose", text="We are them", **{field: id_})
        assert "You write as Support" not in sent.text
    assert (await square.anna.get(f"/api/v1/accounts/{id_}/statuses")).json() == []
    assert (await reader.open(f"/compose?by={id_}")).status_code == 404


@pytest.mark.parametrize(("home", "away"), [(PUBLIC, INSIDE), (INSIDE, PUBLIC)])
async def test_a_file_never_crosses_to_another_network(square: Square, home: str, away: str) -> None:
    """Neither as one's own, nor for a team, nor by a draft, nor in a thread: there it is a file that never was."""
    id_ = await team(square, away)
    near, far = await Reader(square, home).enters("anna"), await Reader(square, away).enters("anna")
    page = await near.open("/compose")
    picture = await uploaded(near, page)
    there = await far.open("/compose")
    never = "1234567890"

    async def tried(file: str, prefix: str, **more: str) -> tuple[int, str]:
        name = "{}[]".format if not prefix else f"{prefix}[{{}}][]".format
        hung = {name("media_ids"): file, name("alts"): "Mine", name("keep"): file, name("focuses"): "0,0"}
        text = {f"{prefix}[text]": "And"} if prefix else {}
        answer = await far.send(there, "/compose", text="Look", **text, **hung, **more)
        return answer.status_code, re.sub(r"[\w-]{16,}", "", answer.text.replace(file, "")[-4000:])

    for prefix in ("", "more[1]"):
        for more in ({}, {"by": id_}, {"face": id_}, {"do": "add"}):
            assert await tried(picture, prefix, **more) == await tried(never, prefix, **more), (prefix, more)
    kept = await far.send(there, "/compose", text="Look", do="draft", **{"media_ids[]": picture, "keep[]": picture})
    assert kept.status_code == 303
    draft = (await square.person(away, "anna").get("/api/torg/v1/drafts")).json()[0]
    assert f'value="{picture}"' not in (await far.open(f"/compose?draft={draft['id']}")).text
    for person in (square.person(away, "anna"), square.person(away, "bjorn")):
        assert (await person.get(f"/api/v1/media/{picture}")).status_code == 404
    assert [one for one in await chain(square.person(away, "anna")) if one["media_attachments"]] == []
    sent = await near.send(page, "/compose", text="Here", **{"media_ids[]": picture, "alts[]": "x", "keep[]": picture})
    assert sent.status_code == 303, "and it is still where it was uploaded"
