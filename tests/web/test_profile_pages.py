"""One's own profile: pictures that go, verified links, topics, people shown, and the profile as others find it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.web.reader import HIDDEN, Reader

PROFILE = "/settings/profile"
PICTURE = Path(__file__).parents[2] / "src/torg/web/static/icon-96.png"


async def saved(reader: Reader, **fields: str) -> str:
    """Send the profile's form with these; the page afterwards."""
    page = await reader.open(PROFILE)
    hidden = dict(HIDDEN.findall(page.text))
    sent = await reader.http.post(PROFILE, data={**hidden, "display_name": "Anna", **fields})
    assert sent.status_code == 303, sent.text
    return (await reader.open(PROFILE)).text


async def test_a_picture_is_kept_described_and_taken_away(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    page = await reader.open(PROFILE)
    files = {"avatar": ("me.png", PICTURE.read_bytes(), "image/png")}
    data = {**dict(HIDDEN.findall(page.text)), "avatar_description": "Anna at the sea"}
    sent = await reader.http.post(PROFILE, data=data, files=files)
    assert sent.status_code == 303, sent.text
    page = await reader.open(PROFILE)
    assert 'alt="Anna at the sea"' in page.text
    kept = re.search(r'class="kept avatar" src="http://[^/]+(/media/[^"]+)"', page.text)
    assert kept is not None
    assert (await reader.open(kept[1])).status_code == 200
    assert 'class="kept' not in await saved(reader, avatar_off="true")
    assert (await reader.open(kept[1])).status_code == 404
    shown = (await square.anna.get("/api/v1/accounts/verify_credentials")).json()
    assert shown["avatar"].endswith("missing.png")


async def test_links_say_whether_they_are_verified(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    fields = {"field_names[]": "Home", "field_values[]": "https://anna.example/"}
    page = await saved(reader, attribution_domains="paper.example", **fields)
    assert "not verified: the page does not link back to you yet" in page
    assert f'&lt;a rel="me" href="http://{PUBLIC}/@anna"&gt;' in page
    assert ">paper.example</textarea>" in page
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await tx.run(
            """UPDATE accounts SET fields = jsonb_set(fields, '{0,verified_at}', '"2026-03-01T00:00:00Z"')
               WHERE id = %s""",
            (square.anna.id,),
        )
    assert "✓ verified since" in (await reader.open(PROFILE)).text
    inside = await (await Reader(square, INSIDE).enters("anna")).open(PROFILE)
    assert "rel=" not in inside.text.partition("<main")[2]


async def test_topics_are_put_on_and_taken_off(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    page = await reader.open(PROFILE)
    assert (await reader.send(page, f"{PROFILE}/tags", name="#Harbour")).status_code == 303
    assert ">#Harbour</bdi></a>" in (await Reader(square).open("/@anna")).text
    odd = await reader.send(page, f"{PROFILE}/tags", name="not a tag!")
    assert (odd.status_code, "This cannot be a topic" in odd.text) == (422, True)
    page = await reader.open(PROFILE)
    number = re.search(r'name="id" value="(\d+)"', page.text)
    assert number is not None
    other = await Reader(square).enters("bjorn")
    foreign = await other.send(await other.open(PROFILE), f"{PROFILE}/tags", id=number[1])
    assert foreign.status_code == 404
    assert (await reader.send(page, f"{PROFILE}/tags", id=number[1])).status_code == 303
    assert "#Harbour" not in (await Reader(square).open("/@anna")).text
    assert (await reader.http.post(f"{PROFILE}/tags", data={"csrf": "x", "name": "a"})).status_code == 403


async def test_people_are_shown_on_the_profile(square: Square) -> None:
    await square.anna.follows(square.bjorn)
    reader = await Reader(square).enters("anna")
    page = await reader.open("/@bjorn")
    assert (await reader.send(page, f"/accounts/{square.bjorn.id}/endorse")).status_code == 303
    profile = (await Reader(square).open("/@anna")).text
    assert "Recommends" in profile
    assert 'class="friend" href="/@bjorn"' in profile
    await reader.send(page, f"/accounts/{square.bjorn.id}/unendorse")
    assert "Recommends" not in (await Reader(square).open("/@anna")).text


@pytest.mark.parametrize("host", [PUBLIC, INSIDE])
async def test_the_profile_as_others_find_it(square: Square, host: str) -> None:
    anna = square.person(host, "anna")
    await anna.says("For everyone")
    await anna.says("For followers alone", visibility="private")
    reader = await Reader(square, host).enters("anna")

    async def found(seen: str, who: Reader = reader) -> set[str]:
        page = (await who.open(f"/@anna?seen={seen}")).text
        return {text for text in ("For everyone", "For followers alone") if text in page}

    assert await found("") == {"For everyone", "For followers alone"}
    assert await found("visitor") == {"For everyone"}
    assert await found("follower") == {"For everyone", "For followers alone"}
    assert (await reader.open("/@anna?seen=visitor")).headers["cache-control"] == "private, no-store"
    bjorn = await Reader(square, host).enters("bjorn")
    assert await found("follower", bjorn) == {"For everyone"}, "it shows nobody what is not his or hers"
    if host == PUBLIC:
        assert await found("follower", Reader(square)) == {"For everyone"}


async def test_the_home_can_be_chosen_inside(square: Square) -> None:
    reader = await Reader(square, INSIDE).enters("bjorn")
    await square.person(INSIDE, "anna").says("From a colleague whom I do not follow")
    await square.settle()
    assert "whom I do not follow" in (await reader.open("/")).text
    await reader.send(await reader.open("/settings"), "/settings", home_feed="followed")
    assert "whom I do not follow" not in (await reader.open("/")).text
    assert '<option value="followed" selected>Those whom' in (await reader.open("/settings")).text
