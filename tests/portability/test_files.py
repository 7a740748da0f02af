"""Files out and in: the formats, the round trip, overwriting, what is refused and why, the wall."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.fediverse import Elsewhere, Home
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from torg.kernel.errors import Invalid
from torg.portability import formats, importing

EXPORTS, IMPORTS = "/api/torg/v1/exports", "/api/torg/v1/imports"


async def brings(person: Person, kind: str, text: str | bytes, **more: Any) -> dict[str, Any]:
    data = text.encode() if isinstance(text, str) else text
    sent = await person.post(IMPORTS, data={"type": kind, **more}, files={"data": ("x.csv", data, "text/csv")})
    assert sent.status_code == 200, sent.text
    assert sent.json()["state"] == "in_progress"
    await person.square.settle()
    found = (await person.get(f"{IMPORTS}/{sent.json()['id']}")).json()
    assert (found["state"], found["done"]) == ("finished", found["total"])
    return dict(found)


async def file(person: Person, kind: str) -> str:
    answer = await person.get(f"{EXPORTS}/{kind}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    return answer.text


async def test_each_file_is_as_mastodon_writes_it_and_comes_back(square: Square) -> None:
    anna, bjorn, shop = square.anna, square.bjorn, square.shop
    post = await shop.says("worth keeping")
    options = {"reblogs": False, "notify": True, "languages": ["sv", "en"]}
    await anna.post(f"/api/v1/accounts/{bjorn.id}/follow", json=options)
    await anna.post(f"/api/v1/accounts/{square.reporter.id}/block")
    await anna.post(f"/api/v1/accounts/{shop.id}/mute", json={"notifications": False})
    made = (await anna.post("/api/v1/lists", json={"title": 'Friends, "old"'})).json()
    await anna.post(f"/api/v1/lists/{made['id']}/accounts", json={"account_ids": [str(bjorn.id)]})
    await anna.post(f"/api/v1/statuses/{post['id']}/bookmark")
    await anna.post("/api/v1/domain_blocks", data={"domain": "bad.example"})
    expected = {
        "following": f'Account address,Show boosts,Notify on new posts,Languages\nbjorn@{PUBLIC},false,true,"sv, en"\n',
        "blocks": f"reporter@{PUBLIC}\n",
        "mutes": f"Account address,Hide notifications\nshop@{PUBLIC},false\n",
        "lists": f'"Friends, ""old""",bjorn@{PUBLIC}\n',
        "bookmarks": f"http://{PUBLIC}/users/shop/statuses/{post['id']}\n",
        "domain_blocks": "bad.example\n",
    }
    files = {kind: await file(anna, kind) for kind in expected}
    assert files == expected
    eva = await square.add(PUBLIC, "eva")
    for kind, text in files.items():
        for _twice in range(2):
            found = await brings(eva, kind, text)
            assert (found["imported"], found["refused"]) == (1, []), found
        assert await file(eva, kind) == text


async def test_overwriting_ends_what_the_file_does_not_hold(square: Square) -> None:
    anna, bjorn, shop = square.anna, square.bjorn, square.shop
    posts = [(await shop.says(f"post {n}"))["id"] for n in range(2)]
    for kind, before, after in (
        ("following", f"bjorn@{PUBLIC}\nshop\n", f"shop@{PUBLIC}\n"),
        ("mutes", f"bjorn@{PUBLIC}\n", f"shop@{PUBLIC}\n"),
        ("lists", "One,bjorn\nOne,shop\nTwo,shop\n", f"One,shop@{PUBLIC}\n"),
        ("bookmarks", f"http://{PUBLIC}/@shop/{posts[0]}\n", f"http://{PUBLIC}/users/shop/statuses/{posts[1]}\n"),
        ("domain_blocks", "bad.example\n", "worse.example\n"),
        ("blocks", f"bjorn@{PUBLIC}\n", f"shop@{PUBLIC}\n"),
    ):
        assert (await brings(anna, kind, before))["refused"] == [], kind
        await brings(anna, kind, after, mode="overwrite")
        lines = (await file(anna, kind)).splitlines()
        assert lines[-1].startswith(after.strip()), kind
        assert len(lines) == 1 + (kind in formats.HEADS), kind
    assert bjorn.id


async def test_each_refused_line_is_told_with_its_reason(square: Square) -> None:
    text = f"Account address,Show boosts\nbjorn@{PUBLIC},true\n\nnobody@{PUBLIC},true\nanna@{PUBLIC},true\n,true\n"
    found = await brings(square.anna, "following", text)
    assert (found["total"], found["imported"]) == (4, 1)
    assert [(one["line"], one["reason"]) for one in found["refused"]] == [
        (4, "This account is not known here."),
        (5, "Following your own account is not allowed"),
        (6, "This account is not known here."),
    ]
    inside = await square.person(INSIDE, "anna").says("secret")
    urls = [
        f"http://{INSIDE}/@anna/{inside['id']}",
        f"http://{PUBLIC}/@anna/{inside['id']}",
        f"http://{PUBLIC}/@anna/7",
    ]
    found = await brings(square.anna, "bookmarks", "\n".join([*urls, "", "x", "http://["]))
    assert {one["reason"] for one in found["refused"]} == {"This is not a post that can be read here."}
    assert found["imported"] == 0


async def test_a_job_that_is_cut_off_goes_on_where_it_was(square: Square, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 1)
    text = f"bjorn@{PUBLIC}\nshop@{PUBLIC}\nreporter@{PUBLIC}\n"
    sent = await square.anna.post(IMPORTS, data={"type": "following"}, files={"data": ("x", text.encode())})
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        await tx.run("UPDATE data_imports SET done = 2")
    await square.settle()
    found = (await square.anna.get(f"{IMPORTS}/{sent.json()['id']}")).json()
    assert (found["state"], found["done"]) == ("finished", 3)
    assert "reporter" in await file(square.anna, "following")
    assert "bjorn" not in await file(square.anna, "following")


async def test_odd_requests_are_refused(square: Square) -> None:
    for form, data in (
        ({"type": "nonsense"}, b"x"),
        ({}, b"x"),
        ({"type": "blocks", "mode": "perhaps"}, b"x"),
        ({"type": "blocks"}, b""),
        ({"type": "blocks"}, b"\xff\xfe\x00"),
        ({"type": "blocks"}, b"a\0b"),
        ({"type": "lists"}, b"\n" * 100),
        ({"type": "blocks"}, b"x\n" * 30_000),
    ):
        sent = await square.anna.post(IMPORTS, data=form, files={"data": ("x.csv", data, "text/csv")})
        assert sent.status_code == 422, (form, data[:10], sent.text)
    assert (await square.anna.post(IMPORTS, data={"type": "blocks", "data": "not a file"})).status_code == 422
    assert (await square.anna.post(IMPORTS, data={"type": "blocks"})).status_code == 422
    assert (await square.anna.get(f"{EXPORTS}/nonsense")).status_code == 404


async def test_nobody_else_sees_a_file(square: Square) -> None:
    found = await brings(square.anna, "blocks", f"bjorn@{PUBLIC}\n")
    for stranger in (square.bjorn, square.person(INSIDE, "anna"), square.person(OTHER, "olga")):
        assert (await stranger.get(f"{IMPORTS}/{found['id']}")).status_code == 404
        assert (await stranger.get(IMPORTS)).json() == []
        assert "bjorn" not in await file(stranger, "blocks")
    for path in (IMPORTS, f"{IMPORTS}/{found['id']}", f"{EXPORTS}/blocks"):
        assert (await square.nobody().get(path)).status_code == 401
    there = Person(square, INSIDE, "anna", square.anna.id, square.anna.token)
    assert (await there.get(f"{EXPORTS}/blocks")).status_code == 401


def test_columns_may_stand_in_any_order() -> None:
    lines = formats.read("following", b"Languages,Account address\nsv,anna@a.example\n")
    assert lines[0].fields == ["anna@a.example", "", "", "sv"]
    with pytest.raises(Invalid):
        formats.read("following", b"Account address\n")


async def test_whom_a_file_names_on_other_servers_is_looked_up(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    host = carol.acct.partition("@")[2]
    text = f"Account address,Show boosts\n{carol.acct},false\nnobody@{host},true\n"
    found = await brings(home.anna, "following", text)
    assert found["imported"] == 1
    assert [(one["line"], one["reason"]) for one in found["refused"]] == [(3, "This account is not known here.")]
    known = (await home.anna.get(f"/api/v1/accounts/lookup?acct={carol.acct}")).json()
    tie = (await home.anna.get("/api/v1/accounts/relationships", params={"id[]": known["id"]})).json()[0]
    assert tie["requested"] or tie["following"]
    assert (await brings(home.anna, "blocks", f"{dave.acct}\n"))["imported"] == 1
