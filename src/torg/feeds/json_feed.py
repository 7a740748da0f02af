"""JSON Feed 1.1 (jsonfeed.org)."""

from __future__ import annotations

from typing import Any

import msgspec

from torg.feeds.entries import one_line
from torg.feeds.model import Entry, Feed, Person
from torg.kernel.clock import iso

VERSION = "https://jsonfeed.org/version/1.1"


def write(feed: Feed) -> bytes:
    """The document."""
    document = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.shown,
        "description": feed.description,
        "next_url": feed.older,
        "icon": feed.icon,
        "authors": [_person(feed.author)] if feed.author else None,
        "language": feed.language,
        "hubs": [{"type": "WebSub", "url": feed.hub}] if feed.hub and not feed.archive else None,
        "items": [_item(one) for one in feed.entries],
    }
    return msgspec.json.encode(_given(document))


def _item(one: Entry) -> dict[str, Any]:
    """Without a title unless it says more than the text does, as readers of short posts want it."""
    return _given(
        {
            "id": one.uri,
            "url": one.url,
            "external_url": one.via,
            "title": one.title if one.warning or one.by else None,
            "content_html": one.html,
            "content_text": one.text,
            "summary": one_line(one.warning) or None,
            "image": next((f.url for f in one.enclosures if f.medium == "image" and not one.sensitive), None),
            "date_published": iso(one.published),
            "date_modified": iso(one.updated) if one.updated > one.published else None,
            "authors": [_person(who) for who in (one.author, one.by) if who],
            "tags": [name for name, _ in one.tags] or None,
            "language": one.language,
            "attachments": [
                _given(
                    {
                        "url": file.url,
                        "mime_type": file.mime,
                        "title": file.description or None,
                        "size_in_bytes": file.size,
                        "duration_in_seconds": file.seconds,
                    }
                )
                for file in one.enclosures
            ]
            or None,
            "_torg": _given(
                {
                    "in_reply_to": one.answers.url if one.answers else None,
                    "sensitive": one.sensitive or None,
                    "boosted_by": _person(one.by) if one.by else None,
                }
            )
            or None,
        }
    )


def _person(who: Person) -> dict[str, Any]:
    return _given({"name": who.name, "url": who.url, "avatar": who.avatar})


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
