"""Avatars, headers and custom emoji of other servers: made by a job, gone with their server's welcome."""

from __future__ import annotations

from typing import Any

from tests.fixtures.outside import remote_account, remote_post
from tests.fixtures.square import PUBLIC, Square
from tests.media import makers
from tests.web.test_remote_files import BLOCKS, Far, far, town
from torg.media import remote

__all__ = ["far", "town"]

MISSING = f"http://{PUBLIC}/avatars/original/missing.png"


async def want(town: Square, account_id: int, avatar: str | None, header: str | None = None) -> None:
    async with town.services.db.tx(town.networks[PUBLIC].scope) as tx:
        await remote.want_portraits(tx, account_id, avatar, header)


async def face(town: Square, account_id: int) -> dict[str, Any]:
    found: dict[str, Any] = (await town.bjorn.get(f"/api/v1/accounts/{account_id}")).json()
    return found


async def test_portraits_are_made_and_follow_their_address(town: Square, far: Far) -> None:
    elsa = await remote_account(town, "elsa@far.example")
    one = far.puts("/1.jpg", makers.jpeg_with_place())
    two = far.puts("/2.png", makers.encoded(".png"), "image/png")
    await want(town, elsa, one, two)
    assert (await face(town, elsa))["avatar"] == MISSING
    await town.settle()
    first = await face(town, elsa)
    picture = await town.nobody().get(first["avatar"])
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    assert b"Exif" not in picture.content
    assert "missing" not in first["header"]
    await want(town, elsa, one, two)  # the same again asks nobody
    await town.settle()
    assert (far.asked("/1.jpg"), far.asked("/2.png")) == (1, 1)
    await want(town, elsa, two, None)
    await town.settle()
    second = await face(town, elsa)
    assert second["avatar"] not in (first["avatar"], MISSING)
    assert second["header"].endswith("/headers/original/missing.png")
    assert (await town.nobody().get(first["avatar"])).status_code == 404


async def test_what_is_no_portrait_leaves_the_missing_one(town: Square, far: Far) -> None:
    elsa = await remote_account(town, "elsa@far.example")
    for path, data, mime in (("/a.svg", b"<svg/>", "image/svg+xml"), ("/b.png", makers.png_bomb(), "image/png")):
        await want(town, elsa, far.puts(path, data, mime), f"{far.server.origin}/nothing.png")
        await town.settle()
        assert (await face(town, elsa))["avatar"] == MISSING
        await want(town, elsa, f"{far.server.origin}{path}")
        await town.settle()
        assert far.asked(path) == 1


async def test_a_rejected_servers_pictures_are_not_asked_for_and_old_ones_go(town: Square, far: Far) -> None:
    elsa = await remote_account(town, "elsa@far.example")
    url = far.puts("/1.jpg", makers.encoded(".jpg"))
    emoji = far.puts("/e.png", makers.encoded(".png", 64, 64), "image/png")
    await want(town, elsa, url)
    async with town.services.db.tx(town.networks[PUBLIC].scope) as tx:
        await remote.want_emojis(tx, town.networks[PUBLIC], "far.example", {"skog": (emoji, None)})
    await town.settle()
    post = await remote_post(town, elsa, "I :skog:")
    await town.anna.post("/api/v1/statuses", json={"status": "I :skog:"})
    status = (await town.bjorn.get(f"/api/v1/statuses/{post}")).json()
    [shown] = status["emojis"]
    assert (shown["shortcode"], shown["visible_in_picker"]) == ("skog", False)
    assert (await town.nobody().get(shown["url"])).status_code == 200
    own = await town.bjorn.says("I :skog:")
    assert own["emojis"] == []  # another server's emoji are its people's
    avatar = (await face(town, elsa))["avatar"]

    terms = {"domain": "far.example", "severity": "silence", "reject_media": True}
    made = (await town.anna.post(BLOCKS, json=terms)).json()
    await town.settle()
    assert (await face(town, elsa))["avatar"] == MISSING
    assert (await town.bjorn.get(f"/api/v1/statuses/{post}")).json()["emojis"] == []
    for gone in (avatar, shown["url"]):
        assert (await town.nobody().get(gone)).status_code == 404
    await want(town, elsa, far.puts("/3.jpg", makers.encoded(".jpg")))
    await town.settle()
    assert far.asked("/3.jpg") == 0
    await town.anna.delete(f"{BLOCKS}/{made['id']}")
    await town.settle()
    assert (await face(town, elsa))["avatar"] != MISSING
    assert (far.asked("/3.jpg"), far.asked("/e.png")) == (1, 2)
