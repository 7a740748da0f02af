"""One record's values, already by our keys, to a post or the reason why not. Shared by CSV, TSV and JSONL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from torg.imports.model import ImportedPost, Record, Refused
from torg.imports.times import read_time
from torg.kernel import clock

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
LONGEST_TEXT = 100_000
LONGEST_KEY = 500


def post_from(values: Mapping[str, str], line: int, time_format: str | None) -> Record:
    """A post from `id time text author` and, if there, `name reply_to language tags url`."""
    key = values.get("id", "").strip()
    try:
        for value in values.values():
            storable(value)
        return ImportedPost(
            source_key=_key(key),
            author_handle=_author(values.get("author", "")),
            author_name=values.get("name", "").strip(),
            author_email=_email(values.get("email", "")),
            text=_text(values.get("text", "")),
            time=_time(values.get("time", ""), time_format),
            line=line,
            reply_to_key=values.get("reply_to", "").strip() or None,
            language=_language(values.get("language", "")),
            url=values.get("url", "").strip() or None,
            tags=tuple(tag.lstrip("#") for tag in re.split(r"[\s,;|]+", values.get("tags", "")) if tag.strip("#")),
        )
    except ValueError as error:
        return Refused(line, key or None, str(error))


def _key(key: str) -> str:
    if not key:
        raise ValueError("the id is missing")
    if len(key) > LONGEST_KEY:
        raise ValueError(f"the id is longer than {LONGEST_KEY} characters")
    return key


def _author(author: str) -> str:
    if not author.strip():
        raise ValueError("the author is missing")
    if len(author) > LONGEST_KEY:
        raise ValueError(f"the author is longer than {LONGEST_KEY} characters")
    return author.strip()


def _email(value: str) -> str | None:
    """An address, or None where there is none; a malformed one is a fault of the record."""
    value = value.strip()
    if value and not _EMAIL.fullmatch(value):
        raise ValueError(f"{value!r} is not an e-mail address")
    return value or None


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("the text is empty")
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"the text has {len(text)} characters, at most {LONGEST_TEXT} are taken")
    return text


def storable(text: str) -> str:
    """`text` itself if PostgreSQL can hold it: no NUL, no half of a surrogate pair. Raises ValueError."""
    if "\0" in text:
        raise ValueError("it holds a NUL character, which cannot be stored")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("it holds half a surrogate pair, which is not a character") from None
    return text


def _time(value: str, time_format: str | None) -> datetime:
    moment = read_time(value, time_format)
    if moment > clock.now() + timedelta(days=1):
        raise ValueError(f"the time {value.strip()!r} lies in the future")
    return moment


def _language(value: str) -> str | None:
    """The two- or three-letter code at the head of a language tag (`sv-SE` → `sv`)."""
    match = _LANGUAGE.match(value.strip().lower())
    return match[0] if match else None
