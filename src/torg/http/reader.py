"""One reader for every form in which parameters arrive: JSON, form-urlencoded, multipart, query, bracket names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from torg.http.request import Request
from torg.http.routes import MEGABYTE
from torg.http.scalars import Repeated
from torg.http.uploads import read_multipart
from torg.kernel.errors import BadRequest, TooLarge

MAX_FIELDS = 1000
MAX_DEPTH = 8
KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
PART = re.compile(r"\[([^\[\]]*)\]")

Pairs = list[tuple[str, Any]]


def from_query(query: bytes) -> dict[str, Any]:
    """The query string as nested data. BadRequest for bad encoding, too many or too deep fields."""
    return nest(_pairs(query)) if query else {}


async def from_body(request: Request, *, upload_folder: Path, max_body: int) -> dict[str, Any]:
    """The body as nested data; {} for a body of a kind that carries no parameters.

    BadRequest (400) for what is malformed, TooLarge (413) above 1 MB or, for multipart, the route's `max_body`.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return nest(await read_multipart(request, upload_folder, max_body=max_body, max_fields=MAX_FIELDS))
    if kind == "application/json" or kind.endswith("+json"):
        return from_json(await _bytes(request))
    if kind == "application/x-www-form-urlencoded":
        return nest(_pairs(await _bytes(request)))
    return {}


async def _bytes(request: Request) -> bytes:
    if (whole := request.whole()) is not None:
        if len(whole) > MEGABYTE:
            raise TooLarge("The request body may be at most 1 MB")
        return whole
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and len(length) < 20 and int(length) > MEGABYTE:
        raise TooLarge("The request body may be at most 1 MB")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MEGABYTE:
            raise TooLarge("The request body may be at most 1 MB")
    return bytes(body)


def from_json(body: bytes) -> dict[str, Any]:
    """A JSON object; an empty body is {}. BadRequest for anything else, NUL characters too."""
    if not body.strip():
        return {}
    try:
        data = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadRequest("The request body is not valid JSON") from None
    if not isinstance(data, dict):
        raise BadRequest("The JSON body must be an object")
    level: list[Any] = [data]
    depth, count = 0, 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise BadRequest(f"The JSON body is nested deeper than {MAX_DEPTH} levels")
        below: list[Any] = []
        for container in level:
            if isinstance(container, dict):
                if any("\0" in key for key in container):
                    raise BadRequest("Parameters may not contain null characters")
                container = container.values()
            count += len(container)
            for value in container:
                if isinstance(value, str):
                    if "\0" in value:
                        raise BadRequest("Parameters may not contain null characters")
                elif isinstance(value, dict | list):
                    below.append(value)
        if count > MAX_FIELDS:
            raise BadRequest(f"The JSON body has more than {MAX_FIELDS} fields")
        level = below
    return data


def _pairs(encoded: bytes) -> Pairs:
    try:
        text = encoded.decode("utf-8")
        if text.count("&") >= MAX_FIELDS:
            raise BadRequest(f"The request has more than {MAX_FIELDS} fields")
        return list(parse_qsl(text, keep_blank_values=True, errors="strict"))
    except ValueError:
        raise BadRequest("The parameters are not valid UTF-8") from None


def nest(pairs: Pairs) -> dict[str, Any]:
    """`poll[options][]=a` → {"poll": {"options": ["a"]}}, by Rack's rules, which Mastodon's clients rely on."""
    nested: dict[str, Any] = {}
    for key, value in pairs:
        if "\0" in key or (isinstance(value, str) and "\0" in value):
            raise BadRequest("Parameters may not contain null characters")
        if "[" not in key:
            _plain(nested, key, value)
            continue
        match = KEY.fullmatch(key)
        if match is None:
            continue  # not a name of ours, so an unknown field
        parts = PART.findall(match.group(2))
        if len(parts) >= MAX_DEPTH:
            raise BadRequest(f"A parameter is nested deeper than {MAX_DEPTH} levels")
        while parts[-2:] == ["", ""]:  # Mastodon.py's `id[][]` means `id[]`
            parts.pop()
        _store(nested, match.group(1), parts, value, key)
    return nested


def _plain(target: dict[str, Any], key: str, value: Any) -> None:
    if key not in target:
        target[key] = value
    elif isinstance(target[key], Repeated):
        target[key].append(value)
    elif isinstance(target[key], dict | list):
        raise BadRequest(f"Parameter {key[:100]!r} is given both as one value and as several")
    else:
        target[key] = Repeated([target[key], value])


def _store(target: dict[str, Any], name: str, parts: list[str], value: Any, key: str) -> None:
    if not parts:
        _plain(target, name, value)
        return
    head, rest = parts[0], parts[1:]
    existing = target.setdefault(name, [] if head == "" else {})
    if head == "" and isinstance(existing, list) and not isinstance(existing, Repeated):
        if not rest:
            existing.append(value)
            return
        # `a[][x]=1&a[][y]=2` is one object until a name comes again
        if not existing or not isinstance(existing[-1], dict) or (rest[0] in existing[-1] and rest[0] != ""):
            existing.append({})
        _store(existing[-1], rest[0], rest[1:], value, key)
    elif head != "" and isinstance(existing, dict):
        _store(existing, head, rest, value, key)
    else:
        raise BadRequest(f"Parameter {key[:100]!r} contradicts an earlier one")
