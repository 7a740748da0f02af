"""How far the home was read, without scripts, and the numbers of others on a page that stays open."""

from __future__ import annotations

from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.web.reader import Reader
from tests.web.test_undo import line


async def test_the_home_is_marked_as_read_by_a_button_and_the_mark_goes_back(square: Square) -> None:
    await square.anna.follows(square.bjorn)
    said = await square.bjorn.says("New")
    reader = await Reader(square).enters("anna")
    page = await reader.open("/")
    assert "Mark the home as read" in page.text
    sent = await reader.send(page, "/read")
    page = await reader.open(sent.headers["location"])
    assert "Mark the home as read" not in page.text
    markers = (await square.anna.get("/api/v1/markers?timeline[]=home")).json()
    assert markers["home"]["last_read_id"] == said["id"]
    text, path, fields = line(page)
    assert (text, path) == ("The home is marked as read.", "/read")
    assert (await reader.http.post(path, data=fields)).status_code == 303
    page = await reader.open("/")
    assert line(page)[0] == "Undone."
    assert "Mark the home as read" in page.text
    forged = await reader.http.post("/read", data={"id": said["id"], "csrf": "x"})
    assert forged.status_code == 403


async def test_the_numbers_of_others_are_told_to_those_who_may_read(square: Square) -> None:
    said = await square.bjorn.says("Count me")
    boost = (await square.shop.post(f"/api/v1/statuses/{said['id']}/reblog")).json()
    for person in (square.shop, square.reporter):
        await person.post(f"/api/v1/statuses/{said['id']}/favourite")
    secret = await square.person(INSIDE, "anna").says("within")
    private = await square.bjorn.says("for followers", visibility="private")
    reader = await Reader(square).enters("anna")
    asked = [said["id"], boost["id"], secret["id"], private["id"], "1234567890"]
    answer = await reader.open("/counts?" + "&".join(f"ids[]={id_}" for id_ in asked))
    expected = {"reply": "", "boost": "1", "favourite": "2"}
    assert answer.json() == {said["id"]: expected, boost["id"]: expected}
    assert answer.headers["cache-control"] == "private, no-store"
    assert (await reader.open("/counts")).json() == {}
    for bad in ("ids[]=x", "ids[]=" + "9" * 40, "ids[]=-1"):
        assert (await reader.open(f"/counts?{bad}")).status_code in (200, 400, 422)
    for stranger in (Reader(square, PUBLIC), Reader(square, INSIDE)):
        assert (await stranger.open(f"/counts?ids[]={said['id']}")).status_code == 404
