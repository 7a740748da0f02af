"""Public pages that a crowd asks for at once: made once a second for all of them, instead of once for each.

Only what everybody may keep (`Cache-Control: public`) and nobody's token or cookie had a part in; a page is told from
another as a shared cache does it, by its address and the headers that it names in `Vary` (RFC 9111 §4.1).
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

OFTEN = 10
"""Asked for more often than so within a second, a page is one that a crowd asks for."""
SECONDS = 1.0
MOST, VARIANTS = 64, 16
LARGEST = 256 * 1024
NOT_AGAIN = frozenset({"authorization", "cookie", "range"})
IF = "if-none-match"
SAID = frozenset({b"cache-control", b"etag", b"vary"})
"""Of a 304, as RFC 9110 §15.4.5 has it."""

Headers = tuple[tuple[bytes, bytes], ...]
Made = tuple[float, int, Headers, bytes]
"""When, status, headers, body."""


class Page:
    """One address. `asked`: how often in this second; `made` and `coming` by the values of what it varies by."""

    __slots__ = ("asked", "coming", "made", "second", "vary")

    def __init__(self) -> None:
        self.second = self.asked = 0
        self.vary: tuple[str, ...] = ()
        self.made: dict[tuple[str, ...], Made] = {}
        self.coming: dict[tuple[str, ...], asyncio.Future[None]] = {}

    def is_crowded(self, now: float) -> bool:
        """Count one more."""
        if self.second != int(now):
            self.second, self.asked = int(now), 0
        self.asked += 1
        return self.asked > OFTEN

    def variant(self, request: Request) -> tuple[str, ...]:
        return tuple(request.headers.get(name, "") for name in self.vary)


class Crowded:
    """The pages of a process that many ask for."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pages: OrderedDict[tuple[str, str, bytes], Page] = OrderedDict()

    async def answer(self, request: Request, origin: str, make: Callable[[], Awaitable[Response]]) -> Response:
        """What `make` makes, or made for somebody else within the last second; for readers who are nobody."""
        if request.method != "GET" or any(name in request.headers for name in NOT_AGAIN):
            return await make()
        page = self._page(request, origin)
        if not page.is_crowded(self._clock()):
            return await make()
        for _ in range(2):  # by the second time it is known by which headers the page varies
            variant = page.variant(request)
            made = page.made.get(variant)
            if made is not None and self._clock() - made[0] < SECONDS:
                return _given(made, request)
            if (coming := page.coming.get(variant)) is None:
                return await self._make(page, variant, request, make)
            await asyncio.shield(coming)
        return await make()

    async def _make(
        self, page: Page, variant: tuple[str, ...], request: Request, make: Callable[[], Awaitable[Response]]
    ) -> Response:
        coming: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        page.coming[variant] = coming
        try:
            begun = self._clock()
            response = await make()
            if _may_be_shared(response):
                made = begun, response.status_code, tuple(response.raw_headers), bytes(response.body)
                vary = _vary(response)
                if vary != page.vary:  # what was made by other headers is of no use
                    page.vary, page.made = vary, {}
                while len(page.made) >= VARIANTS:
                    del page.made[next(iter(page.made))]
                page.made[page.variant(request)] = made
            return response
        finally:
            page.coming.pop(variant, None)
            coming.set_result(None)

    def _page(self, request: Request, origin: str) -> Page:
        key = (origin, request.url.path, request.scope["query_string"])
        page = self._pages.setdefault(key, Page())
        self._pages.move_to_end(key)
        if len(self._pages) > MOST:
            self._pages.popitem(last=False)
        return page


def _may_be_shared(response: Response) -> bool:
    return (
        response.status_code == 200
        and "public" in response.headers.get("cache-control", "")
        and "set-cookie" not in response.headers
        and isinstance(response.body, bytes)
        and 0 < len(response.body) <= LARGEST
    )


def _vary(response: Response) -> tuple[str, ...]:
    named = {name.strip().lower() for name in ",".join(response.headers.getlist("vary")).split(",")}
    return tuple(sorted(named - {"", "cookie"}))


def _given(made: Made, request: Request) -> Response:
    _, status, headers, body = made
    response = Response(body, status)
    response.raw_headers = list(headers)
    etag = response.headers.get("etag")
    if etag is not None and etag in [one.strip() for one in request.headers.get(IF, "").split(",")]:
        response = Response(status_code=304)
        response.raw_headers = [one for one in headers if one[0].lower() in SAID]
    return response
