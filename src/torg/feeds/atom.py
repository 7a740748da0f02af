"""Atom (RFC 4287), with paging and archives (RFC 5005) and threads (RFC 4685)."""

from __future__ import annotations

from torg import __version__
from torg.feeds import xml
from torg.feeds.model import Entry, Feed, Format, Person
from torg.feeds.xml import Element, add, moment


def write(feed: Feed) -> bytes:
    """The document."""
    top = xml.root("feed", {"xmlns": xml.ATOM, "xmlns:thr": xml.THREADS, "xmlns:fh": xml.HISTORY,
                            "xmlns:media": xml.MEDIA, "xml:lang": feed.language})  # fmt: skip
    add(top, "id", feed.url)
    add(top, "title", feed.title)
    add(top, "subtitle", feed.description)
    add(top, "updated", moment(feed.updated))
    add(top, "generator", "Torg", version=__version__)
    if feed.icon:
        add(top, "icon", feed.icon)
        add(top, "logo", feed.icon)
    if feed.archive:
        add(top, "fh:archive")
    links(top, "link", feed)
    if feed.author:
        _person(top, "author", feed.author)
    for one in feed.entries:
        _entry(top, one)
    return xml.written(top)


def links(top: Element, name: str, feed: Feed) -> None:
    """Where the feed is, what it shows, its hub, and the ways to older and newer parts (RFC 5005 §3, §4)."""
    mime = feed.wanted.format.media_type
    add(top, name, rel="self", type=mime, href=feed.shown)
    if feed.wanted.format is Format.ATOM:
        add(top, name, rel="alternate", type="text/html", href=feed.home)
    if feed.hub and not feed.archive:
        add(top, name, rel="hub", href=feed.hub)
    if feed.archive:
        add(top, name, rel="current", type=mime, href=feed.url)
        add(top, name, rel="first", type=mime, href=feed.url)
    if feed.newer:
        add(top, name, rel="previous", type=mime, href=feed.newer)
    if feed.older:
        add(top, name, rel="next", type=mime, href=feed.older)
        add(top, name, rel="prev-archive", type=mime, href=feed.older)


def _entry(top: Element, one: Entry) -> None:
    made = add(top, "entry", xml__lang=one.language)
    add(made, "id", one.uri)
    add(made, "title", one.title)
    add(made, "published", moment(one.published))
    add(made, "updated", moment(one.updated))
    _person(made, "author", one.author)
    if one.by:
        _person(made, "contributor", one.by)
    add(made, "link", rel="alternate", type="text/html", href=one.url)
    if one.via:
        add(made, "link", rel="via", type="text/html", href=one.via)
    for file in one.enclosures:
        add(made, "link", rel="enclosure", type=file.mime, href=file.url, length=str(file.size),
            title=file.description or None)  # fmt: skip
    if one.answers:
        add(made, "thr:in-reply-to", ref=one.answers.uri, href=one.answers.url, type="text/html")
    for name, url in one.tags:
        add(made, "category", term=name, scheme=url.rpartition("/")[0] + "/", label=f"#{name}")
    if one.warning:
        add(made, "summary", one.warning)
    if one.sensitive:
        add(made, "media:rating", "adult", scheme="urn:simple")
    add(made, "content", one.html, type="html")


def _person(parent: Element, name: str, who: Person) -> None:
    made = add(parent, name)
    add(made, "name", who.name)
    add(made, "uri", who.url)
