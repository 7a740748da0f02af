"""A block over the wire: a real server is no longer heard, spoken to or shown, and heard again when it is lifted."""

from __future__ import annotations

from typing import Any

from tests.federation.arriving import by_uri, comes, count, followed, note_of
from tests.fixtures.fediverse import Citizen, Elsewhere, Home
from tests.media import makers

BLOCKS = "/api/v1/admin/domain_blocks"


async def met(home: Home, elsewhere: Elsewhere) -> tuple[Citizen, dict[str, Any]]:
    """Carol, whom Bjorn follows and who follows Bjorn, and a post of hers with a picture, here."""
    for path in ("/face.png", "/skog.png"):
        elsewhere.lie[path] = (makers.encoded(".png"), "image/png")
    face = {"type": "Image", "mediaType": "image/png", "url": f"{elsewhere.origin}/face.png"}
    carol = elsewhere.add("carol", icon=face)
    await followed(home, carol, home.bjorn)
    await comes(home, carol, carol.activity("Follow", home.actor_id("bjorn")))
    picture = {"type": "Document", "mediaType": "image/png", "url": f"{elsewhere.origin}/skog.png", "name": "Skog"}
    note = note_of(carol, "Hello", attachment=[picture])
    await comes(home, carol, carol.activity("Create", note))
    return carol, note


async def status_of(home: Home, note: dict[str, Any]) -> dict[str, Any]:
    found = await by_uri(home, note["id"], home.bjorn)
    assert found is not None
    return found


async def test_a_block_and_its_end(home: Home, elsewhere: Elsewhere) -> None:
    carol, note = await met(home, elsewhere)
    status = await status_of(home, note)
    [shown] = status["media_attachments"]
    address = shown["url"].removeprefix(home.origin)
    assert (shown["remote_url"], shown["description"]) == (f"{elsewhere.origin}/skog.png", "Skog")
    assert (await home.bjorn.get(address)).headers["content-type"] == "image/png"
    assert elsewhere.gets_of("/skog.png") == 1
    assert "missing" not in status["account"]["avatar"]
    assert elsewhere.gets_of("/face.png") == 1
    waiting = await count(home, "deliveries")
    await home.bjorn.says("To my followers")
    await home.settle()
    assert await count(home, "deliveries") == waiting + 1

    made = (await home.anna.post(BLOCKS, json={"domain": elsewhere.host, "severity": "suspend"})).json()
    assert made["domain"] == elsewhere.host
    assert (await home.bjorn.get(f"/api/v1/statuses/{status['id']}")).status_code == 404
    assert (await home.bjorn.get(address)).status_code == 404
    await comes(home, carol, carol.activity("Create", note_of(carol, "Still here")), status=403)
    await home.bjorn.says("To nobody there")
    await home.settle()
    assert await count(home, "deliveries") == waiting + 1
    notices = (await home.bjorn.get("/api/v1/notifications")).json()
    [event] = [one["event"] for one in notices if one["type"] == "severed_relationships"]
    assert (event["target_name"], event["followers_count"], event["following_count"]) == (elsewhere.host, 1, 1)
    found = await home.bjorn.get("/api/v2/search", params={"q": carol.id, "resolve": "true"})
    assert found.json()["accounts"] == []

    await home.anna.delete(f"{BLOCKS}/{made['id']}")
    await home.settle()
    assert (await home.bjorn.get(f"/api/v1/statuses/{status['id']}")).status_code == 200
    assert (await home.bjorn.get(address)).status_code == 200
    back = note_of(carol, "Back again", tag=[{"type": "Mention", "href": home.actor_id("bjorn")}])
    await comes(home, carol, carol.activity("Create", back))
    assert await by_uri(home, back["id"]) is not None


async def test_files_of_a_rejected_server_are_never_asked_for(home: Home, elsewhere: Elsewhere) -> None:
    terms = {"domain": elsewhere.host, "severity": "noop", "reject_media": True, "reject_reports": True}
    await home.anna.post(BLOCKS, json=terms)
    carol, note = await met(home, elsewhere)
    status = await status_of(home, note)
    assert status["media_attachments"] == []
    assert "missing" in status["account"]["avatar"]
    assert (elsewhere.gets_of("/face.png"), elsewhere.gets_of("/skog.png")) == (0, 0)
    flag = carol.activity("Flag", [home.actor_id("bjorn")], content="Bad")
    await comes(home, carol, flag)
    assert (await home.anna.get("/api/v1/admin/reports")).json() == []
