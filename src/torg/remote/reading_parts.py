"""The parts of an ActivityStreams object that are lists of things: files and the options of a poll; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from torg.cards.model import Stated
from torg.kernel.clock import now
from torg.media.remote import RemoteFile
from torg.posts.received import PollReceived
from torg.remote.as2 import id_of, is_web, list_of, moment_of, number_of, object_of, text_of, types_of
from torg.remote.note_model import Document
from torg.text.clean import to_plain
from torg.text.normal import normal

MOST_FILES = 16
MOST_OPTIONS = 50
MOST_OPTION = 500
MOST_DESCRIPTION = 10_000
FILE_TYPES = {"Document": "", "Image": "image/jpeg", "Video": "video/mp4", "Audio": "audio/mpeg"}
SUFFIXES = {
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp",
    ".avif": "image/avif", ".mp4": "video/mp4", ".webm": "video/webm", ".mov": "video/quicktime",
    ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".m4a": "audio/mp4", ".flac": "audio/flac",
}  # fmt: skip
BLURHASH = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~")


def files_of(document: Document) -> list[RemoteFile]:
    """The attachments that are files at an http(s) address; a link preview (Page, Link to HTML) is none."""
    values = list_of(document.get("attachment"))
    if "Image" in types_of(document):
        values = [document, *values]
    found: dict[str, RemoteFile] = {}
    for one in values:
        if isinstance(one, Mapping) and (file := _file(one)) is not None and len(found) < MOST_FILES:
            found.setdefault(file.url, file)
    return list(found.values())


def preview_of(document: Document, links: Sequence[str], host: str) -> Stated | None:
    """What an object's own server says of a page that its text links to (FEP-8967): a Link with a `preview`."""
    for one in list_of(document.get("attachment"))[:MOST_FILES]:
        if not isinstance(one, Mapping) or "Link" not in types_of(one):
            continue
        url, said = id_of(one.get("href")), object_of(one.get("preview"))
        if url is not None and said is not None and url in links:
            title = text_of(said.get("name")) or text_of(one.get("name"))
            summary = to_plain(text_of(said.get("summary"))[:MOST_DESCRIPTION])
            return Stated(url=url, title=title[:MOST_DESCRIPTION], description=summary, stated_by=host)
    return None


def _file(value: Mapping[str, Any]) -> RemoteFile | None:
    kinds = types_of(value)
    kind = next((one for one in kinds if one in FILE_TYPES), "Link" if "Link" in kinds else None)
    if kind is None:
        return None
    url, mime = _address(value)
    if url is None:
        return None
    mime = mime or SUFFIXES.get(_suffix(url), FILE_TYPES.get(kind, ""))
    if kind == "Link" and not mime.startswith(("image/", "video/", "audio/")):
        return None
    icon = object_of(value.get("icon")) or object_of(value.get("preview")) or {}
    preview = id_of(icon.get("url")) or id_of(icon.get("href"))
    described = text_of(value.get("name")) or text_of(value.get("summary"))
    return RemoteFile(
        url=url,
        mime=mime or None,
        description=normal(described)[:MOST_DESCRIPTION].strip() or None,
        blurhash=_blurhash(text_of(value.get("blurhash"))),
        focus=_focus(value.get("focalPoint")),
        width=number_of(value.get("width"), 100_000) or None,
        height=number_of(value.get("height"), 100_000) or None,
        preview_url=preview if preview and is_web(preview) else None,
    )


def _address(value: Mapping[str, Any]) -> tuple[str | None, str]:
    """(address, type) of a file; of several Links the first that is one."""
    own = text_of(value.get("mediaType"))
    for one in [*list_of(value.get("url")), *list_of(value.get("href"))]:
        href = (id_of(one.get("href")) or id_of(one.get("url"))) if isinstance(one, Mapping) else id_of(one)
        if href is not None and is_web(href):
            mime = text_of(one.get("mediaType")) if isinstance(one, Mapping) else ""
            if not mime.startswith("text/"):
                return href, (mime or own).partition(";")[0].strip().lower()[:100]
    return None, ""


def _suffix(url: str) -> str:
    name = urlsplit(url).path.rpartition("/")[2].lower()
    return name[name.rfind(".") :] if "." in name else ""


def _blurhash(text: str) -> str | None:
    return text if 6 <= len(text) <= 200 and set(text) <= BLURHASH else None


def _focus(value: Any) -> tuple[float, float] | None:
    numbers = [one for one in list_of(value) if isinstance(one, int | float) and not isinstance(one, bool)]
    if len(numbers) != 2 or not all(-1 <= one <= 1 for one in numbers):
        return None
    return float(numbers[0]), float(numbers[1])


def poll_of(document: Document) -> PollReceived | None:
    """A Question's options and totals (docs: spec/activitypub, Poll). None without two options."""
    one_of, any_of = list_of(document.get("oneOf")), list_of(document.get("anyOf"))
    if "Question" not in types_of(document) or not (one_of or any_of):
        return None
    options: dict[str, int] = {}
    for option in (any_of or one_of)[:MOST_OPTIONS]:
        if isinstance(option, Mapping):
            title = " ".join(to_plain(text_of(option.get("name"))[: MOST_OPTION * 4]).split())[:MOST_OPTION]
            replies = object_of(option.get("replies")) or {}
            if title:
                options.setdefault(title, number_of(replies.get("totalItems")) or 0)
    if len(options) < 2:
        return None
    closed = document.get("closed")
    closed_at = moment_of(closed)
    ends = moment_of(document.get("endTime")) or closed_at
    is_closed = closed is True or (closed_at is not None and closed_at <= now())
    voters = number_of(document.get("votersCount"))
    return PollReceived(
        options=list(options),
        tallies=list(options.values()),
        multiple=bool(any_of),
        voters=min(2_000_000_000, sum(options.values())) if voters is None and not any_of else voters or 0,
        ends_at=min(ends, now()) if is_closed and ends else now() if is_closed else ends,
        closed=is_closed,
    )
