"""Posts from a Mastodon archive: outbox.json, actor.json and media_attachments/ (docs: user/moving, Exporting).

A direct message in it is refused: a message never becomes a post (FEATURES T4). A boost of somebody else's post
is refused, since that post is not in the archive; a boost of an own post comes as `ImportedBoost`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from torg.imports.archive import Archive
from torg.imports.fields import LONGEST_TEXT, storable
from torg.imports.html_text import plain
from torg.imports.model import (
    ImportedBoost,
    ImportedMedia,
    ImportedPoll,
    ImportedPost,
    ImportedProfile,
    Record,
    Refused,
)
from torg.imports.times import read_time
from torg.kernel.errors import Misused

PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})


def is_mastodon_archive(archive: Archive) -> bool:
    """Whether the archive has an outbox."""
    return archive.find("outbox.json") is not None


def read_profile(archive: Archive) -> ImportedProfile:
    """Whose archive it is, from actor.json."""
    name = archive.find("actor.json")
    if name is None:
        raise Misused("The archive holds no actor.json, so its owner is not known")
    actor = archive.json(name)
    handle = actor.get("preferredUsername") if isinstance(actor, dict) else None
    if not isinstance(handle, str) or not handle:
        raise Misused("actor.json in the archive has no preferredUsername")
    fields = [
        (_string(entry.get("name")), plain(_string(entry.get("value"))))
        for entry in _dicts(actor.get("attachment"))
        if entry.get("type") == "PropertyValue"
    ]
    return ImportedProfile(
        handle=handle,
        name=_string(actor.get("name")) or handle,
        note=plain(_string(actor.get("summary"))),
        fields=tuple(fields),
        created_at=_moment(actor.get("published")),
        locked=actor.get("manuallyApprovesFollowers") is True,
        avatar=_image(archive, actor.get("icon")),
        header=_image(archive, actor.get("image")),
    )


def read_mastodon_archive(archive: Archive) -> Iterator[Record]:
    """Every activity of the outbox, oldest as it stands there; `line` is its place from 1."""
    profile = read_profile(archive)
    name = archive.find("outbox.json")
    outbox = archive.json(name) if name else None
    items = outbox.get("orderedItems") if isinstance(outbox, dict) else None
    if not isinstance(items, list):
        raise Misused("outbox.json in the archive has no orderedItems")
    own = {
        item["object"]["id"] for item in _dicts(items) if _is_post(item) and isinstance(item["object"].get("id"), str)
    }
    for line, item in enumerate(items, 1):
        yield _record(item, line, profile, archive, own)


def left_out(archive: Archive) -> list[Refused]:
    """What is not imported: likes and bookmarks, which are of posts on other servers."""
    notes = []
    for name in ("likes.json", "bookmarks.json"):
        found = archive.find(name)
        listing = archive.json(found) if found else None
        items = listing.get("orderedItems") if isinstance(listing, dict) else None
        if items and isinstance(items, list):
            notes.append(Refused(0, None, f"{name}: {len(items)} posts on other servers are left out"))
    return notes


def _is_post(item: Mapping[str, Any]) -> bool:
    return item.get("type") == "Create" and isinstance(item.get("object"), dict)


def _record(item: Any, line: int, profile: ImportedProfile, archive: Archive, own: set[str]) -> Record:
    if not isinstance(item, dict):
        return Refused(line, None, "it is not an activity")
    key = _string(item.get("id")) or None
    kind = item.get("type")
    if kind == "Announce":
        return _boost(item, line, key, profile, own)
    if not _is_post(item):
        return Refused(line, key, f"an activity of the type {kind!r} is not a post")
    note: dict[str, Any] = item["object"]
    if note.get("type") not in ("Note", "Question"):
        return Refused(line, key, f"an object of the type {note.get('type')!r} is not a post")
    try:
        return _post(note, line, profile, archive)
    except ValueError as error:
        return Refused(line, _string(note.get("id")) or key, str(error))


def _boost(item: Mapping[str, Any], line: int, key: str | None, profile: ImportedProfile, own: set[str]) -> Record:
    target = item.get("object")
    if isinstance(target, dict):
        target = target.get("id")
    if not isinstance(target, str) or target not in own:
        return Refused(line, key, f"a boost of a post that is not in the archive: {target}")
    try:
        time = read_time(_string(item.get("published")))
    except ValueError as error:
        return Refused(line, key, str(error))
    return ImportedBoost(
        source_key=key or f"boost:{target}", author_handle=profile.handle, target_key=target, time=time, line=line
    )


def _post(note: Mapping[str, Any], line: int, profile: ImportedProfile, archive: Archive) -> ImportedPost:
    key = _string(note.get("id"))
    if not key:
        raise ValueError("the post has no id")
    visibility = _visibility(note)
    tags = list(_dicts(note.get("tag")))
    host = urlsplit(key).hostname or ""
    mentions = {
        _string(tag.get("href")): _mention(_string(tag.get("name")), profile, host)
        for tag in tags
        if tag.get("type") == "Mention"
    }
    media, lacking = _media(note, archive)
    text = plain(_string(note.get("content")), _with_pages(mentions))
    poll = _poll(note)
    if not text.strip() and not media and poll is None:
        raise ValueError(
            "the post is empty" if not lacking else f"its files are not in the archive: {', '.join(lacking)}"
        )
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"the text has {len(text)} characters, at most {LONGEST_TEXT} are taken")
    language = next(iter(note["contentMap"]), None) if isinstance(note.get("contentMap"), dict) else None
    return ImportedPost(
        source_key=storable(key),
        author_handle=profile.handle,
        author_name=profile.name,
        text=storable(text),
        time=read_time(_string(note.get("published"))),
        line=line,
        reply_to_key=_string(note.get("inReplyTo")) or None,
        spoiler=storable(_string(note.get("summary"))),
        sensitive=note.get("sensitive") is True,
        language=language if isinstance(language, str) and language != "und" else None,
        visibility=visibility,
        url=_string(note.get("url")) or None,
        tags=tuple(_string(tag.get("name")).lstrip("#") for tag in tags if tag.get("type") == "Hashtag"),
        media=media,
        lacking=lacking,
        poll=poll,
    )


def _visibility(note: Mapping[str, Any]) -> str:
    to, cc = _strings(note.get("to")), _strings(note.get("cc"))
    if note.get("directMessage") is True:
        raise ValueError("a direct message never becomes a post")
    if PUBLIC.intersection(to):
        return "public"
    if PUBLIC.intersection(cc):
        return "unlisted"
    if any(address.rstrip("/").endswith("/followers") for address in (*to, *cc)):
        return "private"
    raise ValueError("a direct message never becomes a post")


def _mention(name: str, profile: ImportedProfile, host: str) -> str:
    """`@bo@b.example` as it is; a name on the archive's own server without its host if it is the owner's."""
    user, _, at_host = name.lstrip("@").partition("@")
    if user.lower() == profile.handle.lower() and at_host in ("", host):
        return f"@{user}"
    return f"@{user}@{at_host or host}"


def _with_pages(mentions: Mapping[str, str]) -> dict[str, str]:
    """A mention's tag names the actor (`…/users/bo`), its link often the page (`…/@bo`): know both."""
    known = dict(mentions)
    for href, written in mentions.items():
        address = urlsplit(href)
        if address.hostname:
            known.setdefault(f"{address.scheme}://{address.netloc}/@{written.lstrip('@').split('@')[0]}", written)
    return known


def _media(note: Mapping[str, Any], archive: Archive) -> tuple[tuple[ImportedMedia, ...], tuple[str, ...]]:
    found, lacking = [], []
    for entry in _dicts(note.get("attachment")):
        file = _file(archive, _string(entry.get("url")))
        if file is None:
            lacking.append(_string(entry.get("url")))
            continue
        found.append(
            ImportedMedia(
                file_name=file.rsplit("/", 1)[-1],
                opener=archive.opener(file),
                media_type=_string(entry.get("mediaType")) or None,
                description=_string(entry.get("name")) or None,
            )
        )
    return tuple(found), tuple(lacking)


def _file(archive: Archive, address: str) -> str | None:
    """The member that an attachment's address names: by its whole path, or from `media_attachments/` on."""
    path = urlsplit(address).path.lstrip("/")
    if not path:
        return None
    _, sign, rest = path.partition("media_attachments/")
    return archive.find(path) or (archive.find(f"media_attachments/{rest}") if sign else None)


def _image(archive: Archive, entry: Any) -> ImportedMedia | None:
    address = _string(entry.get("url")) if isinstance(entry, dict) else ""
    file = archive.find(address.lstrip("/")) if address and "://" not in address else None
    if file is None:
        return None
    return ImportedMedia(file.rsplit("/", 1)[-1], archive.opener(file), _string(entry.get("mediaType")) or None)


def _poll(note: Mapping[str, Any]) -> ImportedPoll | None:
    options = list(_dicts(note.get("oneOf"))) or list(_dicts(note.get("anyOf")))
    if note.get("type") != "Question" or not options:
        return None
    return ImportedPoll(
        options=tuple(storable(_string(option.get("name"))) for option in options),
        votes=tuple(_votes(option) for option in options),
        multiple=isinstance(note.get("anyOf"), list) and not note.get("oneOf"),
        ends_at=_moment(note.get("endTime")) or _moment(note.get("closed")),
    )


def _votes(option: Mapping[str, Any]) -> int:
    replies = option.get("replies")
    count = replies.get("totalItems") if isinstance(replies, dict) else 0
    return count if isinstance(count, int) and count > 0 else 0


def _moment(value: Any) -> datetime | None:
    try:
        return read_time(_string(value))
    except ValueError:
        return None  # a time that is only told beside the post: without it the post is still whole


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _strings(value: Any) -> Sequence[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        value = [value]
    return (item for item in value if isinstance(item, dict)) if isinstance(value, list) else iter(())
