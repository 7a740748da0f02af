"""Announcements in the browser: written, planned, taken back and deleted; nothing of it in another network."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from tests.fixtures.square import INSIDE, OTHER, Square
from tests.web.reader import Reader
from tests.web.test_admin import in_office
from torg.kernel.clock import now

PLACE = "/admin/announcements"


async def test_an_announcement_from_draft_to_its_end(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open(PLACE)
    assert "Nothing has been announced yet" in page.text

    async def read() -> list[dict[str, object]]:
        found: list[dict[str, object]] = (await square.bjorn.get("/api/v1/announcements")).json()
        return found

    sent = await owner.send(page, PLACE, text="Open house on Friday", when="draft")
    assert sent.headers["location"] == f"{PLACE}?done=1"
    assert await read() == []
    (kept,) = (await square.anna.get("/api/torg/v1/admin/announcements")).json()
    await owner.send(page, f"{PLACE}/{kept['id']}/publish")
    assert [one["id"] for one in await read()] == [kept["id"]]
    await owner.send(page, f"{PLACE}/{kept['id']}/unpublish")
    assert await read() == []
    assert (await owner.send(page, f"{PLACE}/{kept['id']}/delete")).status_code == 303
    assert (await owner.send(page, f"{PLACE}/{kept['id']}/delete")).status_code == 404
    assert "Open house" in (await owner.open("/admin/audit")).text, "what is deleted stands in the log"


async def test_one_is_planned_and_mistakes_are_told(square: Square) -> None:
    await in_office(square, "shop", "Owner")
    owner = await Reader(square, language="sv").enters("shop")
    page = await owner.open(PLACE)
    for wrong in ({"text": " "}, {"text": "x", "when": "later"}, {"text": "x", "starts_at": "soon"}):
        refused = await owner.send(page, PLACE, **wrong)
        assert refused.status_code == 422, wrong
        assert "Det blev inte gjort" in refused.text
    later = now() + timedelta(days=2)
    typed = later.astimezone(ZoneInfo("Europe/Stockholm")).isoformat()[:16]
    assert "Efter klockan i Stockholm" in page.text, "whose clock the form asks by"
    assert (await owner.send(page, PLACE, text="Later", when="later", scheduled_at=typed)).status_code == 303
    (kept,) = (await square.anna.get("/api/torg/v1/admin/announcements")).json()
    assert kept["scheduled_at"][:16] == later.isoformat()[:16]
    assert kept["published"] is False


async def test_the_wall_between_networks(square: Square) -> None:
    """What is announced inside is no business of the public network's office, nor of another organisation's."""
    inside = await in_office(square, "bjorn", "Owner", INSIDE)
    page = await inside.open(PLACE)
    await inside.send(page, PLACE, text="Secret party", when="now")
    (kept,) = (await square.person(INSIDE, "anna").get("/api/torg/v1/admin/announcements")).json()
    for host, handle in (("acme.test", "shop"), (OTHER, "olga")):
        outside = await in_office(square, handle, "Owner", host)
        page = await outside.open(PLACE)
        assert "Secret party" not in page.text
        for verb in ("publish", "unpublish", "delete"):
            never = await outside.send(page, f"{PLACE}/1/{verb}")
            assert (await outside.send(page, f"{PLACE}/{kept['id']}/{verb}")).status_code == never.status_code == 404
