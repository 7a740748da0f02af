"""A request whose headers are looked up by a dict, and whose body is taken at once where it is there already."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request as StarletteRequest
from starlette.types import Receive, Scope

from torg.http.wire import at_hand, capped
from torg.kernel.errors import TooLarge


class Heads(Headers):
    """Starlette's headers, of which the first of a name is found without going through all of them."""

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        super().__init__(raw=raw)
        self._first = dict(reversed(raw))

    def __getitem__(self, key: str) -> str:
        return self._first[key.lower().encode("latin-1")].decode("latin-1")

    def get(self, key: str, default: Any = None) -> Any:
        found = self._first.get(key.lower().encode("latin-1"))
        return default if found is None else found.decode("latin-1")

    def __contains__(self, key: Any) -> bool:
        return key.lower().encode("latin-1") in self._first


class Request(StarletteRequest):
    """Starlette's request, with `cap` and `whole`."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        super().__init__(scope, receive)
        self._headers = Heads(scope["headers"])
        self._uncapped = receive
        self._most: int | None = None

    def cap(self, most: int) -> None:
        """Whoever reads the body from now on gets no more than `most` bytes: TooLarge (413)."""
        self._most = most
        self._receive = capped(self._uncapped, most)

    def whole(self) -> bytes | None:
        """The body, if nobody has read of it and all of it has come; None if it has to be waited for."""
        if self._stream_consumed or (body := at_hand(self._uncapped)) is None:
            return None
        self._stream_consumed = True
        if self._most is not None and len(body) > self._most:
            raise TooLarge(f"The request body may be at most {self._most // 1024} kB")
        return body
