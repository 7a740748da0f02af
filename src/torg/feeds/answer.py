"""A feed as an answer: whole, or 304 for who has it already (RFC 9110 §13); cacheable by anybody."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.responses import Response

from torg.feeds import atom, json_feed, rss
from torg.feeds.model import Feed, Format
from torg.http import Call

FOR_ANYBODY = "public, max-age=60, stale-while-revalidate=300"
WRITERS = {Format.RSS: rss.write, Format.ATOM: atom.write, Format.JSON: json_feed.write}


def written(feed: Feed) -> bytes:
    """The feed in its format."""
    return WRITERS[feed.wanted.format](feed)


def links(feed: Feed) -> str:
    """The Link header of a feed, with its hub (WebSub §4)."""
    found = [f'<{feed.shown}>; rel="self"']
    if feed.hub and not feed.archive:
        found.insert(0, f'<{feed.hub}>; rel="hub"')
    return ", ".join(found)


def answer(call: Call, feed: Feed) -> Response:
    body = written(feed)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    changed = feed.updated.astimezone(UTC).replace(microsecond=0)
    headers = {
        "ETag": etag,
        "Last-Modified": format_datetime(changed, usegmt=True),
        "Cache-Control": FOR_ANYBODY,
        "Link": links(feed),
        "Access-Control-Allow-Origin": "*",
        "Content-Language": feed.language,
    }
    if _has(call, etag, changed):
        return Response(b"", 304, headers)
    return Response(body, 200, headers, f"{feed.wanted.format.media_type}; charset=utf-8")


def _has(call: Call, etag: str, changed: datetime) -> bool:
    """By the tag if one is given, else by the time."""
    given = call.request.headers.get("if-none-match")
    if given is not None:
        tags = [part.strip().removeprefix("W/") for part in given.split(",")]
        return etag in tags or "*" in tags
    try:
        since = parsedate_to_datetime(call.request.headers.get("if-modified-since", ""))
        return changed <= (since if since.tzinfo else since.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return False
