"""The wall at the pages: an inside tells a stranger nothing, whatever he or she asks for (DESIGN §2)."""

from __future__ import annotations

import re

import pytest

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Square
from tests.web.reader import Reader, session_of
from torg.access import sessions

SECRET = "the figures of the quarter"


async def strangers(square: Square) -> dict[str, Reader]:
    """Everybody who has no business on the inside, by how they try."""
    reporter, olga, forged, foreign = (Reader(square, INSIDE) for _ in range(4))
    reporter.http.cookies.set(sessions.COOKIE, await session_of(square, PUBLIC, "anna"))
    olga.http.cookies.set(sessions.COOKIE, await session_of(square, OTHER, "olga"))
    forged.http.cookies.set(sessions.COOKIE, "x" * 43)
    foreign.http.headers["Authorization"] = f"Bearer {square.anna.token}"
    return {
        "anonymous": Reader(square, INSIDE),
        "session of the public network": reporter,
        "session of another organisation": olga,
        "forged session": forged,
        "token of the public network": foreign,
    }


async def test_strangers_get_the_same_way_in_for_what_is_there_and_what_is_not(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    said = await anna.says(f"{SECRET} #figures")
    pairs = [
        ("/@anna", "/@nobodyatall"),
        (f"/@anna/{said['id']}", "/@anna/1234567890"),
        ("/tags/figures", "/tags/nothingofthekind"),
        ("/users/anna", "/users/nobodyatall"),
        (f"/users/anna/statuses/{said['id']}", "/users/anna/statuses/1234567890"),
        ("/public", "/about"),
    ]
    for who, reader in (await strangers(square)).items():
        for there, never in pairs:
            real, made_up = await reader.open(there), await reader.open(never)
            assert real.status_code == made_up.status_code == 303, (who, there)
            assert real.headers["location"].startswith("/auth/sign_in?next="), (who, there)
            for page in (real, made_up):
                assert page.content == b""
                assert "etag" not in page.headers
            assert drop_varying(real, there) == drop_varying(made_up, never), (who, there)


def drop_varying(page: object, path: str) -> dict[str, str]:
    """Headers but for the time, the request's number, and the asked-for path itself."""
    headers = dict(page.headers)  # type: ignore[attr-defined]
    location = headers.pop("location")
    assert location.partition("next=")[2].replace("%2F", "/").replace("%40", "@") == path
    return {name: value for name, value in headers.items() if name not in ("date", "x-request-id")}


async def test_front_page_of_an_inside_tells_nothing(square: Square) -> None:
    before = (await Reader(square, INSIDE).open("/")).text
    anna = square.person(INSIDE, "anna")
    await anna.says(SECRET)
    for who, reader in (await strangers(square)).items():
        page = await reader.open("/")
        assert page.status_code == 200, who
        assert page.text == before, who
        assert "no-store" in page.headers["cache-control"], who
        assert not re.search(r"anna|bj[oö]rn|post-\d|posts", page.text, re.IGNORECASE), who
        assert "/auth/sign_in" in page.text, who


async def test_members_read_and_nobody_may_index_or_cache(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    said = await anna.says(f"{SECRET} #figures")
    reader = await Reader(square, INSIDE).enters("bjorn")
    for path in ("/public", "/@anna", f"/@anna/{said['id']}", "/tags/figures"):
        page = await reader.open(path)
        assert page.status_code == 200, path
        assert SECRET in page.text, path
        assert page.headers["cache-control"] == "private, no-store", path
        assert '<meta name="robots" content="noindex, nofollow">' in page.text, path
        assert "og:description" not in page.text, path


async def test_an_inside_post_has_no_page_elsewhere(square: Square) -> None:
    inside = await square.person(INSIDE, "anna").says(SECRET)
    for reader in (Reader(square), await Reader(square).enters("anna"), Reader(square, OTHER)):
        real = await reader.open(f"/@anna/{inside['id']}")
        never = await reader.open("/@anna/1234567890")
        assert real.status_code == never.status_code == 404
        assert real.text == never.text
        for path in ("/", "/@anna", "/public"):
            assert SECRET not in (await reader.open(path)).text


async def test_an_ended_session_is_none(square: Square) -> None:
    reader = await Reader(square, INSIDE).enters("bjorn")
    secret = reader.http.cookies[sessions.COOKIE]
    assert (await reader.open("/public")).status_code == 200
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        await sessions.end(tx, secret)
    assert (await reader.open("/public")).status_code == 303


@pytest.mark.parametrize("host", [PUBLIC, INSIDE])
async def test_strangers_cannot_post(square: Square, host: str) -> None:
    reader = Reader(square, host)
    answer = await reader.http.post("/compose", data={"text": "spam", "audience": "public", "csrf": "x"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/auth/sign_in")
    assert "spam" not in (await square.person(host, "anna").get("/api/v1/timelines/public")).text
