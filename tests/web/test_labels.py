"""What a post is besides a post is said above it; the doors of the inside are found; guests are led to their groups."""

from __future__ import annotations

from datetime import timedelta

from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.mastodon_api.group_helpers import office
from tests.web.reader import Reader
from torg.kernel.clock import now


async def test_events_questions_thanks_and_groups_are_named(square: Square) -> None:
    them = await office(square)
    await them.group("fika", display_name="Fikagruppen")
    await them.bjorn.says("!fika vem har mjölk?")
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    starts = (now() + timedelta(days=3)).isoformat()
    event = (await bjorn.post("/api/torg/v1/events", json={"title": "Julfest", "starts_at": starts})).json()
    await bjorn.post("/api/torg/v1/questions", json={"status": "Var är tejpen?"})
    form = {"status": "tack", "account_ids": [bjorn.id], "badge": "calm"}
    assert (await anna.post("/api/torg/v1/praise", json=form)).status_code == 200
    swedish = (await (await Reader(square, INSIDE, "sv").enters("bjorn")).open("/")).text
    english = (await (await Reader(square, INSIDE, "en").enters("bjorn")).open("/")).text
    assert f'<a href="/events/{event["id"]}">' in swedish
    for words in ("Evenemang: kommer du?", "Fråga</p>", 'href="/thanks?badge=calm">Lugn i stormen', "Fikagruppen"):
        assert words in swedish
    for words in ("Event: do you come?", "Question</p>", "Calm in the storm", 'href="/@fika"'):
        assert words in english


async def test_the_public_square_has_no_labels_of_the_inside(square: Square) -> None:
    said = await square.person(PUBLIC, "anna").says("hello, square")
    page = (await (await Reader(square, PUBLIC).enters("anna")).open(f"/@anna/{said['id']}")).text
    assert "/promotions" not in page
    for path in ("/must-see", "/thanks", "/calendar", "/directory"):
        assert f'href="{path}"' not in page


async def test_the_gate_shows_the_way_to_join(square: Square) -> None:
    stranger = Reader(square, INSIDE)
    for path in ("/", "/auth/sign_in"):
        assert 'href="/join"' in (await stranger.open(path)).text
    assert "/join" not in (await Reader(square, PUBLIC).open("/auth/sign_in")).text


async def test_who_sent_it_sees_how_many_have_read(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    sent = (await anna.post("/api/torg/v1/must_see", json={"status": "Fire drill"})).json()
    reader = await Reader(square, INSIDE).enters("anna")
    before = (await reader.open("/must-see")).text
    assert "0 of" in before
    await square.person(INSIDE, "bjorn").post(f"/api/torg/v1/must_see/{sent['id']}/read")
    assert "1 of" in (await reader.open("/must-see")).text
    assert "have read it" not in (await (await Reader(square, INSIDE).enters("bjorn")).open("/must-see")).text


async def test_a_guest_is_led_to_the_groups(square: Square) -> None:
    them = await office(square)
    await them.group("fika", "private", guests_allowed=True)
    reader = await Reader(square, INSIDE).enters("gustav")
    home = (await reader.open("/")).text
    assert "As a guest you read and write in your groups." in home
    assert 'action="/compose"' not in home
    assert 'href="/public"' not in home
