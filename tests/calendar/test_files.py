"""Calendar files read back by the library and by another parser; and the secret address of one's calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import icalendar
import vobject

from tests.calendar.test_events import SOON, URL, comes, plan
from tests.fixtures import colleagues
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square

FEED = "/api/torg/v1/calendar_feed"
AWKWARD = "Fika; bullar, kaffe\\te och åäö – " + "långt " * 30


async def ics(person: Person, id_: str) -> bytes:
    response = await person.get(f"{URL}/{id_}.ics")
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    return response.content


def only(data: bytes) -> icalendar.Event:
    found = icalendar.Calendar.from_ical(data)
    assert isinstance(found, icalendar.Calendar)
    (event,) = found.walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    return event


async def test_two_parsers_read_what_we_write(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    text = "Rad ett\nBEGIN:VEVENT\nrad, tre; slut\\"
    made = await plan(anna, AWKWARD.strip()[:200], place="Rum 1; våning, 2", description=text)
    data = await ics(anna, made["id"])
    assert b"\r\n" in data
    assert data.replace(b"\r\n", b"").count(b"\n") == 0
    assert max(len(line) for line in data.split(b"\r\n")) <= 75, "folded by octets"
    event = only(data)
    other = vobject.readOne(data.decode()).vevent
    starts = datetime.fromisoformat(made["event"]["starts_at"])
    for title, place, description, start, uid in (
        (str(event["summary"]), str(event["location"]), str(event["description"]), event.start, str(event["uid"])),
        (other.summary.value, other.location.value, other.description.value, other.dtstart.value, other.uid.value),
    ):
        assert title == made["event"]["title"]
        assert place == "Rum 1; våning, 2"
        assert description == text
        assert start.astimezone(UTC) == starts.replace(microsecond=0)
        assert uid == f"event-{made['id']}@{INSIDE}"
    assert event["status"] == "CONFIRMED"
    assert int(event["sequence"]) == 0


async def test_a_change_raises_the_sequence_and_the_end_is_a_cancellation(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    made = await plan(anna)
    uid = str(only(await ics(anna, made["id"]))["uid"])
    await anna.put(f"{URL}/{made['id']}", json={"title": "Moved"})
    event = only(await ics(anna, made["id"]))
    assert (str(event["uid"]), int(event["sequence"]), str(event["summary"])) == (uid, 1, "Moved")
    await anna.post(f"{URL}/{made['id']}/cancel")
    data = await ics(anna, made["id"])
    event = only(data)
    assert (str(event["uid"]), int(event["sequence"]), str(event["status"])) == (uid, 2, "CANCELLED")
    assert b"METHOD:CANCEL\r\n" in data


async def test_whole_days_are_dates(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    form = {"all_day": True, "starts_at": "2027-03-28", "ends_at": "2027-03-29", "timezone": "America/New_York"}
    event = only(await ics(anna, (await plan(anna, **form))["id"]))
    assert event["dtstart"].dt == date(2027, 3, 28)
    assert event["dtend"].dt == date(2027, 3, 29), "the first day that it is over"


async def test_the_secret_address_has_ones_own_events_and_no_others(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea = await square.add(INSIDE, "svea")
    room = await colleagues.group(square, "hemlig", anna, bjorn)
    coming, refused, secret = (
        await plan(anna, "coming"),
        await plan(anna, "refused"),
        await plan(anna, "hemligt", group_id=room),
    )
    await plan(anna, "never answered")
    await comes(bjorn, coming, "maybe")
    await comes(bjorn, refused, "no")
    await comes(bjorn, secret)
    await plan(bjorn, "my own", starts_at=(SOON + timedelta(days=1)).isoformat())
    assert (await bjorn.get(FEED)).json() == {"active": False, "created_at": None, "url": None}
    url = (await bjorn.post(FEED)).json()["url"]
    path = url.removeprefix(f"http://{INSIDE}").removeprefix(f"https://{INSIDE}")
    assert (await bjorn.get(FEED)).json()["url"] is None, "told once"
    nobody = square.nobody(INSIDE)

    async def titles() -> list[str]:
        response = await nobody.get(path)
        assert response.status_code == 200, response.text
        assert "no-store" in response.headers["cache-control"]
        found = icalendar.Calendar.from_ical(response.content)
        assert isinstance(found, icalendar.Calendar)
        return sorted(str(event["summary"]) for event in found.walk("VEVENT"))

    assert await titles() == ["coming", "hemligt", "my own"]
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        stored = await tx.value("SELECT encode(secret_hash, 'escape') FROM calendar_feeds")
        assert path.split("/")[-1].removesuffix(".ics") not in str(stored)
        await tx.run("DELETE FROM follows WHERE account_id = %s AND target_id = %s", (bjorn.id, room))
    assert await titles() == ["coming", "my own"], "no longer in the group"
    for host in (PUBLIC, OTHER):
        assert (await square.nobody(host).get(path)).status_code == 404
    fresh = (await bjorn.post(FEED)).json()["url"]
    assert fresh != url
    assert (await nobody.get(path)).status_code == 404, "the former address"
    path = fresh.removeprefix(f"http://{INSIDE}").removeprefix(f"https://{INSIDE}")
    assert await titles() == ["coming", "my own"]
    assert (await svea.delete(FEED)).status_code == 200
    assert await titles() == ["coming", "my own"], "only one's own can be revoked"
    await colleagues.leaves(square, bjorn)
    assert (await nobody.get(path)).status_code == 404, "left the network"
    never = await nobody.get("/calendar/never.ics")
    assert (never.status_code, never.text) == (404, (await nobody.get(path)).text)
