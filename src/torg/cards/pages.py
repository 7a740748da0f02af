"""Asking the web for a card: the page, its oEmbed answer, its picture, each at most once."""

from __future__ import annotations

import asyncio

import structlog

from torg.cards import rules
from torg.cards.model import Preview
from torg.engine.fetch import Fetcher, FetchError
from torg.kernel.actor import Scope
from torg.kernel.errors import Invalid
from torg.media.model import Picture
from torg.media.workshop import Workshop

log = structlog.get_logger(__name__)

PAGE_SECONDS = 10.0
OEMBED_SECONDS = 6.0
PICTURE_SECONDS = 10.0
OEMBED_CAP = 128 * 1024
PICTURE_CAP = 8 * 1024 * 1024


class NoCard(Exception):
    """The page gives no card: unreachable, not HTML, or without a title. `str()` says which, for the log."""


async def ask(fetcher: Fetcher, url: str, *, origin: str | None) -> Preview:
    """What the page at `url` says about itself. NoCard when it says nothing of use."""
    try:
        page = await fetcher.get(
            url,
            accept="text/html, application/xhtml+xml;q=0.9",
            max_bytes=rules.PAGE_CAP,
            timeout=PAGE_SECONDS,
            cut=True,
            origin=origin,
        )
    except FetchError as error:
        raise NoCard(error.reason) from error
    if page.status != 200:
        raise NoCard(f"the page answered {page.status}")
    if page.media_type not in rules.HTML_TYPES:
        raise NoCard(f"the page is {page.media_type[:80] or 'of no stated type'}")
    # A megabyte of tags takes a tenth of a second, which the event loop has better uses for.
    said = await asyncio.to_thread(_read, page.body, page.charset, page.url)
    if said.oembed_url:
        said = rules.complete(said, await _oembed(fetcher, said.oembed_url, origin), page.url)
    if not rules.worth_showing(said):
        raise NoCard("the page has no title")
    return said


def _read(body: bytes, charset: str | None, url: str) -> Preview:
    return rules.preview(rules.decode(body, charset), url)


async def _oembed(fetcher: Fetcher, url: str, origin: str | None) -> bytes | None:
    try:
        answer = await fetcher.get(
            url, accept="application/json", max_bytes=OEMBED_CAP, timeout=OEMBED_SECONDS, origin=origin
        )
    except FetchError as error:
        log.info("card_oembed_failed", reason=error.reason)
        return None
    return answer.body if answer.ok else None


async def picture(fetcher: Fetcher, url: str, *, origin: str | None) -> bytes | None:
    """The bytes of a card's picture, as they came; None when they cannot be had."""
    try:
        found = await fetcher.get(url, accept="image/*", max_bytes=PICTURE_CAP, timeout=PICTURE_SECONDS, origin=origin)
    except FetchError as error:
        log.info("card_picture_failed", reason=str(error))
        return None
    return found.body if found.ok else None


async def make_picture(workshop: Workshop, scope: Scope, data: bytes) -> Picture | None:
    """Our own copy of a card's picture, cleaned and made small by the media workers; None when it is not usable.

    Readers' devices never call the linked site. In use once `media.actions.keep_picture` is called.
    """
    try:
        return await workshop.picture(scope, "card", data)
    except Invalid as error:
        log.info("card_picture_failed", reason=str(error))
        return None
