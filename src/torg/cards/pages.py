"""Asking the web for a card: the page, its oEmbed answer, its picture, each at most once."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from pathlib import Path

import msgspec
import structlog

from torg.cards import rules
from torg.cards.model import Picture, Preview
from torg.engine.blobs import Blobs
from torg.engine.fetch import Fetcher, FetchError
from torg.kernel.errors import Invalid
from torg.media.formats import Family
from torg.media.pool import WorkerPool

log = structlog.get_logger(__name__)

PAGE_SECONDS = 10.0
OEMBED_SECONDS = 6.0
PICTURE_SECONDS = 10.0
OEMBED_CAP = 128 * 1024
PICTURE_CAP = 8 * 1024 * 1024
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}


class NoCard(Exception):
    """The page gives no card: unreachable, not HTML, or without a title. `str()` says which, for the log."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A picture, made in the temporary folder it lies in until stored."""

    path: Path
    mime: str
    width: int
    height: int
    blurhash: str | None


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


async def picture(
    fetcher: Fetcher, blobs: Blobs, pool: WorkerPool, url: str, folder: str, *, origin: str | None
) -> Picture | None:
    """Our own copy of a card's picture, cleaned and made small by the media workers; None when it is not usable.

    Kept under `folder` in the blob store, so that readers' devices never call the linked site.
    """
    try:
        answer = await fetcher.get(url, accept="image/*", max_bytes=PICTURE_CAP, timeout=PICTURE_SECONDS, origin=origin)
    except FetchError as error:
        log.info("card_picture_failed", reason=error.reason)
        return None
    if not answer.ok:
        return None
    with tempfile.TemporaryDirectory(prefix="torg-card-") as scratch:
        try:
            made = await _small(pool, answer.body, Path(scratch))
        except Invalid as refused:
            log.info("card_picture_refused", reason=str(refused))
            return None
        key = f"{folder}/{secrets.token_hex(16)}.{ENDINGS.get(made.mime, 'bin')}"
        await blobs.put_file(key, made.path)
        return Picture(
            key=key,
            mime=made.mime,
            size=(await asyncio.to_thread(made.path.stat)).st_size,
            width=made.width,
            height=made.height,
            blurhash=made.blurhash,
        )


async def _small(pool: WorkerPool, data: bytes, scratch: Path) -> Made:
    given, into = scratch / "given", scratch / "made"
    await asyncio.to_thread(given.write_bytes, data)
    await asyncio.to_thread(into.mkdir)
    done = await pool.run("thumbnail", given, into, Family.IMAGE)
    size = done.meta.get("small", {})
    return Made(
        path=into / done.original.name,
        mime=done.original.mime,
        width=int(size.get("width", 0)),
        height=int(size.get("height", 0)),
        blurhash=done.blurhash,
    )
