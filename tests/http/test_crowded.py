"""A public page that a crowd asks for is made once a second, and nothing else is shared."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from tests.fixtures.town import INSIDE, PUBLIC, Town
from torg.http.crowded import OFTEN, Crowded

ORIGIN = "https://square.example"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Maker:
    """Makes the answers of a handler, and counts them."""

    def __init__(self, **headers: str) -> None:
        self.headers = {"cache-control": "public, max-age=10", "vary": "Accept-Language, Cookie", **headers}
        self.times = 0
        self.status = 200

    async def __call__(self) -> Response:
        self.times += 1
        body = f"page {self.times}"
        await asyncio.sleep(0)
        return Response(body, self.status, {k.replace("_", "-"): v for k, v in self.headers.items()})


def asked(path: str = "/", method: str = "GET", query: bytes = b"", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "path": path, "query_string": query, "headers": raw})


async def crowd(pages: Crowded, make: Maker, times: int = OFTEN + 1, **headers: str) -> Response:
    for _ in range(times):
        response = await pages.answer(asked(**headers), ORIGIN, make)
    return response


async def test_few_readers_get_a_page_each_and_a_crowd_gets_one_for_a_second() -> None:
    clock, make = Clock(), Maker()
    pages = Crowded(clock)
    await crowd(pages, make, OFTEN)
    assert make.times == OFTEN
    first = await crowd(pages, make, 1)
    again = await crowd(pages, make, 50)
    assert make.times == OFTEN + 1
    assert again.body == first.body
    assert again.raw_headers == first.raw_headers
    clock.now += 1.0
    assert (await crowd(pages, make, 1)).body != first.body, "the crowd has gone"


async def test_what_came_at_once_is_made_once() -> None:
    make = Maker()
    pages = Crowded(Clock())
    await crowd(pages, make)
    pages._pages.clear()
    before = make.times
    answers = await asyncio.gather(*(pages.answer(asked(), ORIGIN, make) for _ in range(100)))
    assert make.times == before + OFTEN + 1
    assert len({one.body for one in answers}) == OFTEN + 1


async def test_languages_addresses_and_origins_are_told_apart() -> None:
    make = Maker()
    pages = Crowded(Clock())
    swedish = await crowd(pages, make, accept_language="sv")
    english = await crowd(pages, make, accept_language="en")
    assert swedish.body != english.body
    assert (await crowd(pages, make, 1, accept_language="sv", user_agent="another")).body == swedish.body
    made = make.times
    for other in (asked("/about"), asked(query=b"page=2")):
        await pages.answer(other, ORIGIN, make)
    await pages.answer(asked(), "https://other.example", make)
    assert make.times == made + 3


async def test_what_is_not_for_everybody_is_made_each_time() -> None:
    for make in (Maker(cache_control="private"), Maker(cache_control="no-store"), Maker(set_cookie="a=b")):
        await crowd(Crowded(Clock()), make, 3 * OFTEN)
        assert make.times == 3 * OFTEN
    failing = Maker()
    failing.status = 503
    await crowd(Crowded(Clock()), failing, 3 * OFTEN)
    assert failing.times == 3 * OFTEN
    for name in ("authorization", "cookie", "range"):
        make = Maker()
        pages = Crowded(Clock())
        await crowd(pages, make)
        before = make.times
        await crowd(pages, make, 5, **{name: "x"})
        assert make.times == before + 5, name
    make = Maker()
    pages = Crowded(Clock())
    await crowd(pages, make)
    before = make.times
    await pages.answer(asked(method="HEAD"), ORIGIN, make)
    assert make.times == before + 1


async def test_who_has_it_already_is_told_so() -> None:
    make = Maker(etag='W/"one"')
    pages = Crowded(Clock())
    await crowd(pages, make)
    response = await pages.answer(asked(if_none_match='W/"zero", W/"one"'), ORIGIN, make)
    assert (response.status_code, response.body) == (304, b"")
    assert response.headers["etag"] == 'W/"one"'
    assert "content-length" not in response.headers


async def test_a_handler_that_fails_fails_for_each_who_waited() -> None:
    pages = Crowded(Clock())
    good = Maker()
    await crowd(pages, good)
    pages._pages[ORIGIN, "/", b""].made.clear()

    async def broken() -> Response:
        await asyncio.sleep(0)
        raise ZeroDivisionError

    answers = await asyncio.gather(*(pages.answer(asked(), ORIGIN, broken) for _ in range(5)), return_exceptions=True)
    assert [type(one) for one in answers] == [ZeroDivisionError] * 5
    assert (await pages.answer(asked(), ORIGIN, good)).status_code == 200


async def test_the_wall_a_crowd_before_the_gate_is_not_let_in_by_a_member(town: Town) -> None:
    """What a member reads, inside or outside, is given to nobody else, however many ask."""
    secret = await town.token("anna", INSIDE)
    async with town.client(INSIDE, token=secret) as anna, town.client(INSIDE) as nobody, town.client() as visitor:
        answer = await anna.post("/api/v1/statuses", json={"status": "for the house"})
        assert answer.status_code == 200
        path = f"/@anna/{answer.json()['id']}"
        for _ in range(2 * OFTEN):
            await anna.get(path)
            for stranger in (nobody, visitor):
                given = await stranger.get(path, headers={"accept": "text/html"})
                assert "for the house" not in given.text


async def test_a_crowd_before_a_public_page_reads_what_is_at_most_a_second_old(town: Town) -> None:
    async with town.client(token=await town.token("anna")) as anna, town.client() as visitor:
        for text in ("first words", "second words"):
            assert (await anna.post("/api/v1/statuses", json={"status": text})).status_code == 200
            async with asyncio.timeout(30):
                while True:
                    pages = await asyncio.gather(*(visitor.get("/@anna") for _ in range(2 * OFTEN)))
                    assert {one.status_code for one in pages} == {200}
                    if text in pages[-1].text:
                        break
        assert pages[-1].headers["x-request-id"] != pages[-2].headers["x-request-id"]
        assert PUBLIC in pages[-1].text
