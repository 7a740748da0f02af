"""RSS 2.0, with what it lacks from Atom, Media RSS, Dublin Core and the threading extension."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

from torg import __version__
from torg.feeds import atom, xml
from torg.feeds.model import Entry, Feed
from torg.feeds.xml import Element, add, moment


def write(feed: Feed) -> bytes:
    """The document."""
    top = xml.root("rss", {"version": "2.0", "xmlns:atom": xml.ATOM, "xmlns:dc": xml.DUBLIN,
                           "xmlns:content": xml.CONTENT, "xmlns:media": xml.MEDIA,
                           "xmlns:thr": xml.THREADS, "xmlns:fh": xml.HISTORY})  # fmt: skip
    channel = add(top, "channel")
    add(channel, "title", feed.title)
    add(channel, "link", feed.home)
    add(channel, "description", feed.description)
    add(channel, "language", feed.language)
    add(channel, "lastBuildDate", _date(feed.updated))
    add(channel, "generator", f"Torg {__version__}")
    add(channel, "docs", "https://www.rssboard.org/rss-specification")
    if feed.icon:
        image = add(channel, "image")
        add(image, "url", feed.icon)
        add(image, "title", feed.title)
        add(image, "link", feed.home)
    if feed.archive:
        add(channel, "fh:archive")
    atom.links(channel, "atom:link", feed)
    for one in feed.entries:
        _item(channel, one)
    return xml.written(top)


def _item(channel: Element, one: Entry) -> None:
    item = add(channel, "item")
    add(item, "guid", one.uri, isPermaLink="false")
    add(item, "link", one.url)
    add(item, "title", one.title)
    add(item, "pubDate", _date(one.published))
    if one.updated > one.published:
        add(item, "atom:updated", moment(one.updated))
    add(item, "dc:creator", f"{one.author.name} (@{one.author.acct})")
    if one.by:
        add(item, "dc:contributor", f"{one.by.name} (@{one.by.acct})")
        add(item, "atom:link", rel="via", href=one.via)
    if one.language:
        add(item, "dc:language", one.language)
    add(item, "description", one.warning or one.text)
    add(item, "content:encoded", one.html)
    for name, url in one.tags:
        add(item, "category", name, domain=url.rpartition("/")[0] + "/")
    if one.enclosures:  # readers take one; the others are in Media RSS
        first = one.enclosures[0]
        add(item, "enclosure", url=first.url, type=first.mime, length=str(first.size))
    for file in one.enclosures:
        media = add(item, "media:content", url=file.url, type=file.mime, fileSize=str(file.size), medium=file.medium,
                    width=_number(file.width), height=_number(file.height), duration=_number(file.seconds))  # fmt: skip
        if file.description:
            add(media, "media:description", file.description, type="plain")
        add(media, "media:rating", "adult" if one.sensitive else "nonadult", scheme="urn:simple")
    if one.answers:
        add(item, "thr:in-reply-to", ref=one.answers.uri, href=one.answers.url, type="text/html")


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)


def _date(when: datetime) -> str:
    """RFC 822 with a four-digit year."""
    return format_datetime(when.astimezone(UTC).replace(microsecond=0), usegmt=True)
