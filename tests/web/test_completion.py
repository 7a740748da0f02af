"""What the composer asks while one writes, and the wall around it."""

from __future__ import annotations

from typing import Any

from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.media import makers
from tests.web.reader import Reader


async def asked(reader: Reader, sign: str, q: str) -> list[dict[str, Any]]:
    answer = await reader.http.get("/complete", params={"sign": sign, "q": q})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_people_and_tags_are_completed_for_members_alone(square: Square) -> None:
    await square.bjorn.says("Wheels #bicycles")
    await square.bjorn.says("For friends #secretplan", visibility="private")
    reader = await Reader(square).enters("anna")
    assert [one["text"] for one in await asked(reader, "@", "bjo")] == ["@bjorn"]
    assert [one["text"] for one in await asked(reader, "#", "bicy")] == ["#bicycles"]
    assert await asked(reader, "#", "secretp") == [], "a tag of a followers' post tells what that is about"
    assert await asked(reader, "@", "") == []
    assert (await Reader(square).http.get("/complete?sign=@&q=bjo")).status_code == 404
    odd = await reader.http.get("/complete?sign=x&q=bjo")
    assert 400 <= odd.status_code < 500


async def test_the_session_of_one_network_completes_nothing_in_another(square: Square) -> None:
    public = await Reader(square).enters("anna")
    inside = Reader(square, INSIDE)
    inside.http.cookies.update(public.http.cookies)
    assert (await inside.http.get("/complete?sign=@&q=bjo")).status_code == 404
    assert PUBLIC != INSIDE


async def test_a_file_is_stored_as_it_is_chosen_and_posted_with_its_point_of_view(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    page = await reader.open("/compose")
    csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    picture = {"file": ("red.png", makers.encoded(".png"), "image/png")}
    assert (await reader.http.post("/compose/files", data={"csrf": "x"}, files=picture)).status_code == 403
    assert (await Reader(square).http.post("/compose/files", data={"csrf": csrf}, files=picture)).status_code == 404
    broken = {"file": ("red.png", b"no picture", "image/png")}
    assert (await reader.http.post("/compose/files", data={"csrf": csrf}, files=broken)).status_code == 422
    assert (await reader.http.post("/compose/files", data={"csrf": csrf})).status_code == 422
    stored = (await reader.http.post("/compose/files", data={"csrf": csrf}, files=picture)).json()
    assert stored["kind"] == "image"
    fields = {"media_ids[]": stored["id"], "keep[]": stored["id"], "alts[]": "Red", "focuses[]": "0.5,-0.2"}
    sent = await reader.send(page, "/compose", text="Look", audience="public", **fields)
    assert sent.status_code == 303, sent.text
    [status] = (await square.anna.get(f"/api/v1/accounts/{square.anna.id}/statuses")).json()
    [media] = status["media_attachments"]
    assert (media["description"], media["meta"]["focus"]) == ("Red", {"x": 0.5, "y": -0.2})


async def test_another_member_s_file_is_not_posted(square: Square) -> None:
    theirs = await Reader(square).enters("bjorn")
    csrf = (await theirs.open("/compose")).text.partition('name="csrf" value="')[2].partition('"')[0]
    picture = {"file": ("red.png", makers.encoded(".png"), "image/png")}
    stored = (await theirs.http.post("/compose/files", data={"csrf": csrf}, files=picture)).json()
    reader = await Reader(square).enters("anna")
    fields = {"media_ids[]": stored["id"], "keep[]": stored["id"], "alts[]": "", "focuses[]": ""}
    sent = await reader.send(await reader.open("/compose"), "/compose", text="Mine", audience="public", **fields)
    assert 400 <= sent.status_code < 500
    assert (await square.anna.get(f"/api/v1/accounts/{square.anna.id}/statuses")).json() == []
