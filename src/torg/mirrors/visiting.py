"""One visit to a feed: asked with what we have, redirects followed by hand, so that a permanent one is remembered."""

from __future__ import annotations

from urllib.parse import urljoin

import msgspec

from torg.engine.fetch import Fetcher
from torg.engine.fetched import Fetched, FetchFailed, FetchRefused
from torg.mirrors.model import Mirror
from torg.mirrors.reading import MOST_BYTES

HOPS = 4
TIMEOUT = 20.0
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.8, "
    "application/json;q=0.7, text/html;q=0.3, */*;q=0.1"
)


class Visit(msgspec.Struct, frozen=True):
    """The answer, and where the feed lives for good (its own address, or where permanent redirects led)."""

    answer: Fetched
    home: str


async def visit(fetch: Fetcher, mirror: Mirror, origin: str) -> Visit:
    """Ask the feed. Raises FetchRefused or FetchFailed."""
    url = home = mirror.url
    permanent = True
    for _ in range(HOPS):
        headers = {}
        if url == mirror.url:  # what we have is from there
            if mirror.etag:
                headers["if-none-match"] = mirror.etag
            if mirror.last_modified:
                headers["if-modified-since"] = mirror.last_modified
        answer = await fetch.get(
            url, accept=ACCEPT, max_bytes=MOST_BYTES, timeout=TIMEOUT, headers=headers, redirects=0, origin=origin
        )
        location = answer.location()
        if location is None:
            return Visit(answer, home)
        onward = urljoin(url, location)
        if url.startswith("https:") and not onward.startswith("https:"):
            raise FetchRefused(onward, "a redirect from https to http is not followed")
        permanent = permanent and answer.status in (301, 308)
        url, home = onward, onward if permanent else home
    raise FetchFailed(mirror.url, f"more than {HOPS - 1} redirects")
