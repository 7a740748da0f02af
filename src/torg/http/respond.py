"""What a handler returns → a Starlette response: Structs as JSON, Paged with Mastodon's Link header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Generic
from urllib.parse import parse_qsl, urlencode

import msgspec
from starlette.responses import Response
from typing_extensions import TypeVar

from torg.http.wire import JSON_TYPE, NO_BODY, Json

if TYPE_CHECKING:
    from torg.http.call import Call

PAGING = frozenset({"max_id", "since_id", "min_id", "access_token"})


T = TypeVar("T", default=Any)


@dataclass(frozen=True, slots=True)
class Paged(Generic[T]):
    """A page of a list; `-> Paged[Status]` tells the OpenAPI document what is in it.

    `newest_id` and `oldest_id` are those of the rows paged by (None: no such link). `prev` names the parameter
    of the link to newer ones (`since_id` where Mastodon has it so). `next_query` and `prev_query` replace
    the cursor of a link, for methods that page by offset.
    """

    items: Sequence[T]
    newest_id: int | str | None = None
    oldest_id: int | str | None = None
    prev: str = "min_id"
    next_query: Mapping[str, Any] | None = None
    prev_query: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """A body with a status or headers of its own. bytes and str bodies are sent as they are, None as nothing."""

    body: T | None = None
    status: int = 200
    headers: Mapping[str, str] | None = None
    media_type: str | None = None


def _hook(value: Any) -> Any:
    if isinstance(value, Enum | Decimal):
        return str(value.value if isinstance(value, Enum) else value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON")


encoder = msgspec.json.Encoder(enc_hook=_hook)
encode = encoder.encode


def to_response(result: Any, call: Call) -> Response:
    """The response for whatever the handler returned. Encoding happens here, within the transaction."""
    if isinstance(result, Response):
        return result
    status = call.route.status
    if isinstance(result, msgspec.Struct) and status not in NO_BODY:
        return Json(encode(result), status)
    headers: dict[str, str] = {}
    media_type: str | None = None
    if isinstance(result, Reply):
        status, media_type = result.status, result.media_type
        headers.update(result.headers or {})
        result = result.body
        if result is None:
            return Response(status_code=status, headers=headers)
        if isinstance(result, bytes | str):
            return Response(result, status, headers, media_type or "text/plain; charset=utf-8")
    if isinstance(result, Paged):
        link = link_header(result, call)
        if link:
            headers["Link"] = link
        result = result.items
    return Response(encode(result), status, headers, media_type or JSON_TYPE)


def link_header(page: Paged, call: Call) -> str:
    """The Link header of a page that was asked for so."""
    return links(page, *asked(call))


def asked(call: Call) -> tuple[str, str]:
    """The address that was asked for, without its query, and the query."""
    path = call.request.scope.get("raw_path", b"").decode("latin-1") or call.request.url.path
    return f"{call.origin}{path}", call.request.scope["query_string"].decode("utf-8")


def links(page: Paged, url: str, query: str) -> str:
    """`<…?limit=2&max_id=7>; rel="next", <…?limit=2&min_id=9>; rel="prev"` (docs: api/guidelines#pagination)."""
    wanted = [
        ("next", page.next_query if page.next_query is not None else _cursor("max_id", page.oldest_id)),
        ("prev", page.prev_query if page.prev_query is not None else _cursor(page.prev, page.newest_id)),
    ]
    found = []
    for rel, cursor in wanted:
        if cursor:
            kept = [(k, v) for k, v in parse_qsl(query, keep_blank_values=True) if k not in PAGING and k not in cursor]
            found.append(f'<{url}?{urlencode([*kept, *cursor.items()])}>; rel="{rel}"')
    return ", ".join(found)


def _cursor(name: str, value: int | str | None) -> dict[str, Any]:
    return {} if value is None else {name: value}
