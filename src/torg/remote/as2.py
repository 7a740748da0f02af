"""Small helpers for JSON of other servers (ActivityStreams 2.0): what may be a string, an object or a list of them.

Nothing here trusts the shape of anything; what does not fit is None or empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
PUBLIC_NAMES = frozenset({PUBLIC, "as:Public", "Public"})
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
MOST_DEPTH = 24
MOST_NODES = 20_000
MOST_URI = 2_048
MOST_LISTED = 1_000


def decode(body: bytes) -> Any:
    """JSON without its NUL characters: legal in a string there, kept by no PostgreSQL, meant by nobody.

    Raises msgspec.DecodeError, UnicodeDecodeError or RecursionError for what is no JSON.
    """
    return msgspec.json.decode(_NUL.sub(rb"\1", body))


def bounded(value: Any) -> bool:
    """Whether a decoded document is neither too deep nor too big, and holds no NUL (PostgreSQL keeps none)."""
    level, depth, count = [value], 0, 0
    while level:
        depth += 1
        if depth > MOST_DEPTH:
            return False
        below: list[Any] = []
        for one in level:
            count += 1
            if isinstance(one, str):
                if "\0" in one:
                    return False
            elif isinstance(one, Mapping):
                if any("\0" in key for key in one):
                    return False
                below += one.values()
            elif isinstance(one, list):
                below += one
        if count + len(below) > MOST_NODES:
            return False
        level = below
    return True


def list_of(value: Any) -> list[Any]:
    """A property's values: a list as it is (cut where it is absurdly long), None as nothing, else the one value."""
    if value is None:
        return []
    return value[:MOST_LISTED] if isinstance(value, list) else [value]


def id_of(value: Any) -> str | None:
    """The id that a string, an object, or a list with such a first element stands for."""
    for one in list_of(value):
        found = one.get("id") or one.get("@id") if isinstance(one, Mapping) else one
        if isinstance(found, str) and found.strip() and len(found) <= MOST_URI:
            return found.strip()
    return None


def ids_of(value: Any) -> list[str]:
    """All ids of a property, each once, in order."""
    return list(dict.fromkeys(found for one in list_of(value) if (found := id_of(one)) is not None))


def types_of(value: Any) -> list[str]:
    """The types of an object, without the namespace that some spell out."""
    found = list_of(value.get("type") or value.get("@type")) if isinstance(value, Mapping) else []
    return [one.removeprefix("as:").rpartition("#")[2] for one in found if isinstance(one, str)]


def type_of(value: Any, known: Iterable[str]) -> str | None:
    """The first of an object's types that is among the known ones."""
    wanted = set(known)
    return next((one for one in types_of(value) if one in wanted), None)


def text_of(value: Any) -> str:
    """A property that should be a text; the first one of a list, and nothing of anything else."""
    return next((one for one in list_of(value) if isinstance(one, str)), "")


def object_of(value: Any) -> Mapping[str, Any] | None:
    """The first embedded object of a property."""
    return next((one for one in list_of(value) if isinstance(one, Mapping)), None)


def number_of(value: Any, most: int = 2_000_000_000) -> int | None:
    """A count that somebody states: never negative, never beyond what a column holds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return None
    return int(max(0, min(most, value)))


def moment_of(value: Any) -> datetime | None:
    """A date and time with its zone (UTC if it has none)."""
    text = text_of(value)
    if not text or len(text) > 64:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_public(address: Any) -> bool:
    """Whether an address is everybody: the collection's id, or one of the two short names that JSON-LD permits."""
    return isinstance(address, str) and address in PUBLIC_NAMES


def is_web(url: Any) -> bool:
    """Whether this is an http(s) address with a host, and nothing that hides another (`user@host`, spaces)."""
    return origin_of(url) is not None


def origin_of(url: Any) -> tuple[str, str, int] | None:
    """(scheme, host, port) of an http(s) address; None for anything else."""
    if not isinstance(url, str) or len(url) > MOST_URI or any(c.isspace() or c < " " for c in url):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        return None
    return parts.scheme, host.lower().rstrip("."), port or (443 if parts.scheme == "https" else 80)


def same_origin(one: Any, other: Any) -> bool:
    """Whether two addresses are of one server: scheme, host and port. False if either is no web address."""
    first = origin_of(one)
    return first is not None and first == origin_of(other)


def host_of(url: Any) -> str:
    """The host of an address, with its port where that is not the scheme's own; '' for what is none."""
    found = origin_of(url)
    if found is None:
        return ""
    scheme, host, port = found
    return host if port == (443 if scheme == "https" else 80) else f"{host}:{port}"
