"""The pages of what colleagues use: announcements that must be seen, thanks, events; in both languages, for members."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fixtures import colleagues
from tests.fixtures.square import INSIDE, Square
from tests.web.reader import Reader
from torg.kernel.clock import now


async def test_an_announcement_stands_at_the_top_until_it_is_read(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    sent = (await anna.post("/api/torg/v1/must_see", json={"status": "Fire drill at ten"})).json()
    reader = await Reader(square, INSIDE, "sv").enters("bjorn")
    assert "1 meddelande måste ses" in (await reader.open("/")).text
    page = await reader.open(f"/must-see/{sent['id']}")
    assert "Fire drill at ten" in page.text
    assert "Jag har läst det här" in page.text
    assert (await reader.http.post(f"/must-see/{sent['id']}/read")).status_code == 403, "not from our page"
    done = await reader.send(page, f"/must-see/{sent['id']}/read")
    assert (done.status_code, done.headers["location"]) == (303, "/must-see")
    assert "Du har läst det här" in (await reader.open("/must-see")).text
    assert "måste ses:" not in (await reader.open("/")).text
    assert (await anna.get(f"/api/torg/v1/must_see/{sent['id']}/readers")).json()["read"] == 1


async def test_the_wall_of_thanks(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    form = {"status": "carried <b>desks</b>", "account_ids": [bjorn.id], "badge": "helping_hand"}
    assert (await anna.post("/api/torg/v1/praise", json=form)).status_code == 200
    reader = await Reader(square, INSIDE, "sv").enters("bjorn")
    page = await reader.open("/thanks")
    assert page.status_code == 200
    assert "Hjälpande hand" in page.text
    assert "<svg" in page.text
    assert "&lt;b&gt;" in page.text
    assert "carried" not in (await reader.open("/thanks?badge=calm")).text


async def test_an_event_is_answered_with_a_plain_form(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    start = (now() + timedelta(days=3)).isoformat()
    form = {"title": "Fika <now>", "starts_at": start, "place": "Köket", "capacity": 1}
    event = (await anna.post("/api/torg/v1/events", json=form)).json()
    reader = await Reader(square, INSIDE).enters("bjorn")
    listed = (await reader.open("/calendar")).text
    assert "Fika &lt;now&gt;" in listed
    page = await reader.open(f"/events/{event['id']}")
    assert "Do you come?" in page.text
    sent = await reader.send(page, f"/events/{event['id']}/rsvp", answer="yes", mail_reminder="true")
    assert sent.status_code == 303
    page = await reader.open(f"/events/{event['id']}")
    assert "You come." in page.text
    assert "1 comes of at most 1" in page.text
    file = await reader.open(f"/events/{event['id']}.ics")
    assert file.headers["content-type"].startswith("text/calendar")
    await anna.post(f"/api/torg/v1/events/{event['id']}/cancel")
    late = await reader.send(page, f"/events/{event['id']}/rsvp", answer="yes")
    assert late.status_code == 422
    assert "Cancelled" in late.text


@pytest.mark.parametrize(
    "path", ["/must-see", "/must-see/{id}", "/thanks", "/calendar", "/events/{id}", "/events/{id}.ics"]
)
async def test_strangers_are_led_to_the_login_whatever_the_id(square: Square, path: str) -> None:
    anna = square.person(INSIDE, "anna")
    start = (now() + timedelta(days=3)).isoformat()
    event = (await anna.post("/api/torg/v1/events", json={"title": "hemligt", "starts_at": start})).json()
    guest = await colleagues.guest(square)
    stranger, visitor = Reader(square, INSIDE), await Reader(square, INSIDE).enters(guest.handle)
    for id_ in (event["id"], str(int(event["id"]) + 1)):
        answer = await stranger.open(path.format(id=id_))
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/auth/sign_in?next=")
        inside = await visitor.open(path.format(id=id_))
        assert "hemligt" not in inside.text
        assert inside.status_code == (404 if "{id}" in path else 200)
