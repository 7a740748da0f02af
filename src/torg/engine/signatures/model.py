"""A request as it is signed, a signature as it is read, and why one is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Literal

import msgspec

from torg.kernel.errors import Unauthorized

Scheme = Literal["cavage", "rfc9421"]
"""draft-cavage-http-signatures-12, or HTTP Message Signatures (RFC 9421)."""


class BadSignature(Unauthorized):
    """Final: this request is not what the owner of a key sent just now. The text tells the sender's operator why."""

    default = "The request's signature is not valid"
    challenge: ClassVar[str] = 'Signature realm="Torg", headers="(request-target) host date digest"'

    def __init__(self, why: str) -> None:
        super().__init__(f"{self.default}: {why}")


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A request. `target`: path and query undecoded; `host`: with the port that is not the scheme's own.

    `headers`: lower-case name → its lines, in order.
    """

    method: str
    scheme: str
    host: str
    target: str
    headers: Mapping[str, list[str]]
    body: bytes

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}{self.target}"

    def line(self, name: str) -> str | None:
        """The only line of a header, None without one. BadSignature when there are several."""
        lines = self.headers.get(name, [])
        if len(lines) > 1:
            raise BadSignature(f"several {name} headers")
        return lines[0].strip() if lines else None


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """What a request says of its signature, checked as far as that goes without the key."""

    scheme: Scheme
    key_id: str
    algorithm: str | None
    covered: tuple[str, ...]
    value: bytes
    created: int | None = None
    expires: int | None = None


def header_lines(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Lines by lower-case name; Starlette's Headers give every line of a repeated one."""
    lines: dict[str, list[str]] = {}
    for name, value in headers.items() if isinstance(headers, Mapping) else headers:
        lines.setdefault(name.lower(), []).append(value)
    return lines
