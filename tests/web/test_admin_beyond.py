"""Emoji, block lists of others and partner networks in the browser, and the wall around each."""

from __future__ import annotations

import html
from typing import Any

import httpx2

from tests.admin_api.test_emojis import image
from tests.fixtures.square import INSIDE, OTHER, Square
from tests.peers.test_block_lists import Keeper, keeper, town
from tests.web.reader import HIDDEN, Reader
from tests.web.test_admin import in_office

__all__ = ["keeper", "town"]
PLACE = "/admin/emoji"
LISTS = "/admin/federation/lists"


async def upload(reader: Reader, page: httpx2.Response, files: Any = None, **form: str) -> httpx2.Response:
    hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(page.text)}
    return await reader.http.post(PLACE, data={**hidden, **form}, files=image() if files is None else files)


async def test_the_life_of_an_emoji(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open(PLACE)
    assert "no emoji of its own" in page.text
    for wrong in ({"shortcode": "a b"}, {"shortcode": ""}, {"shortcode": "fika", "category": "x" * 101}):
        assert (await upload(owner, page, **wrong)).status_code == 422, wrong
    assert (await upload(owner, page, files={"other": ("x.txt", b"x")}, shortcode="fika")).status_code == 422
    broken = {"image": ("x.png", b"no picture", "image/png")}
    assert (await upload(owner, page, files=broken, shortcode="fika")).status_code == 422
    assert (await upload(owner, page, shortcode=":fika:", category="Mat")).headers["location"] == f"{PLACE}?done=1"
    assert (await upload(owner, page, shortcode="fika")).status_code == 422, "taken"
    text = (await owner.open(PLACE)).text
    assert ":fika:" in text
    assert "Mat" in text
    async with square.services.db.system() as tx:
        emoji = await tx.value("SELECT id FROM custom_emojis")
    await owner.send(page, f"{PLACE}/{emoji}", category="Dryck", disabled="1")
    assert (await square.bjorn.get("/api/v1/custom_emojis")).json() == []
    await owner.send(page, f"{PLACE}/{emoji}", category="Dryck", visible="1")
    (shown,) = (await square.bjorn.get("/api/v1/custom_emojis")).json()
    assert (shown["category"], shown["visible_in_picker"]) == ("Dryck", True)
    other = await in_office(square, "olga", "Owner", OTHER)
    foreign = await other.open(PLACE)
    assert "fika" not in foreign.text
    for path in (f"{PLACE}/{emoji}", f"{PLACE}/{emoji}/delete"):
        assert (await other.send(foreign, path)).status_code == 404
    assert (await owner.send(page, f"{PLACE}/{emoji}/delete")).status_code == 303
    assert "custom_emoji" in (await owner.open("/admin/audit?verb=delete")).text
    assert (await (await Reader(square).enters("bjorn")).open(PLACE)).status_code == 403


async def test_one_of_another_server_is_copied(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open(PLACE)
    await upload(owner, page, shortcode="mine")
    network = square.networks[owner.host]
    async with square.services.db.tx(network.scope) as tx:
        key = await tx.value("SELECT key FROM custom_emojis")
        for shortcode, there in (("blob_cat", key), ("unseen", None)):
            await tx.run(
                """INSERT INTO remote_emojis (org_id, network_id, host, shortcode, image_url, key)
                   VALUES (%s, %s, 'far.example', %s, 'https://far.example/x', %s)""",
                (network.org_id, network.id, shortcode, there),
            )
    page = await owner.open(f"{PLACE}/elsewhere?q=blob_")
    assert "far.example" in page.text
    assert "unseen" not in (await owner.open(f"{PLACE}/elsewhere")).text, "there is no copy of it"
    taken = await owner.send(page, f"{PLACE}/elsewhere", name="mine")
    assert (taken.status_code, "has been taken already" in taken.text) == (422, True)
    made = await owner.send(page, f"{PLACE}/elsewhere", name="cat", category="Djur")
    assert made.headers["location"] == f"{PLACE}?done=1"
    assert {one["shortcode"] for one in (await square.bjorn.get("/api/v1/custom_emojis")).json()} == {"mine", "cat"}
    assert (await owner.send(page, f"{PLACE}/elsewhere", of="unseen")).status_code == 404
    inside = await in_office(square, "bjorn", "Owner", INSIDE)
    assert (await inside.open(f"{PLACE}/elsewhere")).status_code == 403, "an inside knows of no other server"


async def test_a_list_is_looked_at_followed_reviewed_and_left(town: Square, keeper: Keeper) -> None:
    owner = await in_office(town, "shop", "Owner")
    keeper.says("bad.example", "worse.example", "not a domain at all/")
    page = await owner.open(LISTS)
    looked = await owner.send(page, LISTS, url=keeper.url, act="look")
    assert "bad.example" in looked.text
    assert (await town.anna.get("/api/v1/admin/domain_blocks")).json() == [], "looked at, nothing done"
    for wrong in ("nothing", "http://10.0.0.1/list"):
        for act in ("look", "follow"):
            refused = await owner.send(page, LISTS, url=wrong, act=act)
            assert refused.status_code in ((422,) if act == "look" or wrong == "nothing" else (303,)), (wrong, act)
    assert (await owner.send(page, LISTS, url=keeper.url, act="follow", severity="silence")).status_code == 303
    assert (await owner.send(page, LISTS, url=keeper.url, act="follow")).status_code == 422, "followed already"
    await town.settle()
    blocks = (await town.anna.get("/api/v1/admin/domain_blocks")).json()
    assert {one["domain"]: one["severity"] for one in blocks} == {
        "bad.example": "silence", "worse.example": "silence",
    }  # fmt: skip
    async with town.services.db.system() as tx:
        list_ = await tx.value("SELECT id FROM block_subscriptions WHERE url = %s", (keeper.url,))
    keeper.says(*(f"s{number}.example" for number in range(150)))
    await owner.send(page, f"{LISTS}/{list_}/refresh")
    await town.settle()
    waiting = (await owner.open(LISTS)).text
    assert "waits for you" in waiting
    assert "it grew from 2 to 150 entries" in waiting
    assert "s149.example" in (await owner.send(page, LISTS, url=keeper.url, act="look")).text, "the difference"
    await owner.send(page, f"{LISTS}/{list_}/refresh")
    await town.settle()
    assert "waits for you" not in (await owner.open(LISTS)).text
    other = await in_office(town, "olga", "Owner", OTHER)
    foreign = await other.open(LISTS)
    assert keeper.url not in foreign.text
    for verb in ("refresh", "delete"):
        assert (await other.send(foreign, f"{LISTS}/{list_}/{verb}")).status_code == 404
    assert (await owner.send(page, f"{LISTS}/{list_}/delete")).status_code == 303
    assert keeper.url not in (await owner.open(LISTS)).text


async def test_partner_networks_are_added_and_named_at_the_inside_alone(square: Square) -> None:
    owner = await in_office(square, "anna", "Owner", INSIDE)
    page = await owner.open("/admin/networks")
    assert "acme.test" in page.text
    for wrong in ({"host": "no host", "name": "x"}, {"host": "acme.test", "name": "x"}, {"host": "p.acme.test"}):
        refused = await owner.send(page, "/admin/networks", **wrong)
        assert (refused.status_code, "That was not done" in refused.text) == (422, True), wrong
    made = await owner.send(page, "/admin/networks", host="p.acme.test", name="Projects")
    assert made.headers["location"] == "/admin/networks?done=1"
    assert "Projects" in (await owner.open("/admin/networks")).text
    async with square.services.db.system() as tx:
        partner = await tx.value("SELECT id FROM networks WHERE host = 'p.acme.test'")
    await owner.send(page, f"/admin/networks/{partner}", name="Project rooms")
    assert "Project rooms" in (await owner.open("/admin/networks")).text
    stranger = square.networks[OTHER].id
    assert (await owner.send(page, f"/admin/networks/{stranger}", name="Mine")).status_code == 404
    public = await in_office(square, "shop", "Owner")
    assert (await public.open("/admin/networks")).status_code == 403, "from there the others are not to be seen"
    form = await public.open("/admin/announcements")
    assert (await public.send(form, f"/admin/networks/{partner}", name="x")).status_code == 403
