"""Praise with badges: posts that mention the praised, a wall of thanks, counts."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import msgspec

from tests.fixtures import colleagues
from tests.fixtures.square import INSIDE, Person, Square
from torg.praise.drawings import DEFAULTS, DRAWINGS

URL = "/api/torg/v1/praise"


async def give(by: Person, *to: Person, badge: str = "thanks", text: str = "for the help", **more: Any) -> Any:
    form = {"status": text, "account_ids": [p.id for p in to], "badge": badge, **more}
    response = await by.post(URL, json=form)
    assert response.status_code == 200, response.text
    return response.json()


async def walled(person: Person, **query: Any) -> list[str]:
    response = await person.get(URL, params=query)
    assert response.status_code == 200, response.text
    return [one["id"] for one in response.json()]


async def test_praise_is_a_post_that_mentions_the_praised(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea = await square.add(INSIDE, "svea")
    made = await give(anna, bjorn, svea, text="@bjorn carried the desk")
    assert [m["acct"] for m in made["mentions"]] == ["bjorn", "svea"]
    assert made["content"].count("bjorn") > 0
    assert made["praise"]["badge"]["names"] == {"en": "Thank you", "sv": "Tack"}
    assert {a["acct"] for a in made["praise"]["accounts"]} == {"bjorn", "svea"}
    await square.settle()
    for person in (bjorn, svea):
        told = (await person.get("/api/v1/notifications")).json()
        assert [(n["type"], n["status"]["id"]) for n in told] == [("mention", made["id"])]
    plain = (await bjorn.get(f"/api/v1/statuses/{made['id']}")).json()
    assert "praise" not in plain, "an ordinary status to Mastodon's clients"


async def test_nobody_praises_himself_or_nobody_or_with_what_is_not_there(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    for wrong, code in (
        ({"account_ids": [anna.id]}, 422),
        ({"account_ids": [anna.id, bjorn.id]}, 422),
        ({"account_ids": []}, 422),
        ({"account_ids": list(range(1, 23))}, 422),
        ({"account_ids": [1]}, 404),
        ({"account_ids": [square.bjorn.id]}, 404),
        ({"account_ids": [bjorn.id], "badge": "no_such"}, 422),
        ({"account_ids": [bjorn.id], "status": " "}, 422),
    ):
        form = {"status": "well done", "badge": "thanks", **wrong}
        assert (await anna.post(URL, json=form)).status_code == code, wrong
    assert await walled(anna) == []


async def test_the_wall_is_paged_and_filtered(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea = await square.add(INSIDE, "svea")
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        await tx.run(
            "INSERT INTO colleague_profiles (org_id, network_id, account_id, department, kept_here) "
            "SELECT org_id, network_id, id, 'Sales', true FROM accounts WHERE id = %s",
            (svea.id,),
        )
    one = (await give(anna, bjorn))["id"]
    two = (await give(bjorn, svea, badge="great_work"))["id"]
    three = (await give(bjorn, anna, svea))["id"]
    assert await walled(anna) == [three, two, one]
    assert await walled(anna, limit=2) == [three, two]
    assert await walled(anna, max_id=two) == [one]
    assert await walled(anna, account_id=svea.id) == [three, two]
    assert await walled(anna, from_id=anna.id) == [one]
    assert await walled(anna, badge="great_work") == [two]
    assert await walled(anna, department="sales") == [three, two]
    standing = (await anna.get(f"/api/torg/v1/accounts/{svea.id}/praise")).json()
    assert (standing["given"], standing["received"]) == (0, 2)
    assert {b["badge"]["key"]: b["count"] for b in standing["badges"]} == {"thanks": 1, "great_work": 1}
    assert (await anna.delete(f"/api/v1/statuses/{one}")).status_code == 200
    assert await walled(anna) == [three, two]
    assert (await anna.get(f"{URL}/{one}")).status_code == 404


async def test_administrators_add_and_retire_badges(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    path = "/api/torg/v1/badges"
    new = {"key": "viking", "drawing": "shield", "name_en": "Viking", "name_sv": "Viking"}
    assert (await bjorn.post(path, json=new)).status_code == 403
    assert (await anna.post(path, json={**new, "drawing": "<svg/>"})).status_code == 422
    assert (await anna.post(path, json={**new, "key": "Å"})).status_code == 422
    assert (await anna.post(path, json=new)).status_code == 200
    keys = [badge["key"] for badge in (await bjorn.get(path)).json()]
    assert keys == [*(badge.key for badge in DEFAULTS), "viking"]
    made = await give(anna, bjorn, badge="viking")
    for key in ("viking", "thanks"):
        assert (await anna.delete(f"{path}/{key}")).status_code == 200
    assert (await anna.delete(f"{path}/never")).status_code == 404
    left = [badge["key"] for badge in (await bjorn.get(path)).json()]
    assert "viking" not in left
    assert "thanks" not in left
    again = {"status": "x", "account_ids": [bjorn.id], "badge": "viking"}
    assert (await anna.post(URL, json=again)).status_code == 422
    assert (await bjorn.get(f"{URL}/{made['id']}")).json()["praise"]["badge"]["retired"] is True
    elsewhere = [badge["key"] for badge in (await square.bjorn.get(path)).json()]
    assert elsewhere == [badge.key for badge in DEFAULTS], "each network has its own"


def test_the_drawings_are_small_whole_and_carry_no_script() -> None:
    assert {badge.drawing for badge in DEFAULTS} == set(DRAWINGS)
    for svg in DRAWINGS.values():
        root = ET.fromstring(svg)
        assert len(svg) < 800
        assert {child.tag.rpartition("}")[2] for child in root.iter()} == {"svg", "circle", "g", "path"}


async def test_the_wall_of_dialogue_holds(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea, gone = await square.add(INSIDE, "svea"), await square.add(INSIDE, "gone")
    visitor = await colleagues.guest(square)
    room = await colleagues.group(square, "hemlig", anna, bjorn)
    secret = await give(anna, bjorn, text="hemligt rum", group_id=room)
    await give(anna, svea, text="hemligt alla")
    await colleagues.leaves(square, gone)
    for who, person in {**colleagues.strangers(square), "an ex-member": gone}.items():
        for path in (URL, f"{URL}/{secret['id']}", f"/api/torg/v1/accounts/{bjorn.id}/praise"):
            response = await person.get(path)
            assert "hemligt" not in response.text, f"{who} {path}"
            assert response.status_code in (401, 403, 404, 422) or path == URL, f"{who} {path}"
    assert await walled(visitor) == []
    assert (await visitor.get(f"{URL}/{secret['id']}")).status_code == 404
    assert (await visitor.get(f"/api/torg/v1/accounts/{bjorn.id}/praise")).status_code == 404
    assert len(await walled(svea)) == 1
    assert (await svea.get(f"/api/torg/v1/accounts/{bjorn.id}/praise")).json()["received"] == 0
    assert (await svea.post(URL, json={"status": "x", "account_ids": [anna.id], "badge": "thanks", "group_id": room})
            ).status_code in (404, 422)  # fmt: skip
    for viewer, seen in ((bjorn.id, 2), (svea.id, 1), (0, 1)):
        scope = msgspec.structs.replace(square.networks[INSIDE].scope, viewer=viewer)
        async with square.services.db.tx(scope) as tx:
            assert await tx.value("SELECT count(*) FROM praise") == seen
            assert await tx.value("SELECT count(*) FROM praised") == seen
