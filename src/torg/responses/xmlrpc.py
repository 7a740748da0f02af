"""The little of XML-RPC that Pingback speaks: written by hand, read without DTDs, entities or size beyond a cap."""

from __future__ import annotations

from enum import IntEnum
from xml.parsers import expat
from xml.sax.saxutils import escape

from torg.text.normal import normal

MOST_BYTES = 16 * 1024
MOST_TEXT = 4096
METHOD = "pingback.ping"


class Fault(IntEnum):
    """Pingback 1.0 §3, and XML-RPC's own for what is no call of ours."""

    GENERIC = 0
    NO_SOURCE = 16
    NO_LINK = 17
    NO_TARGET = 32
    NOT_A_TARGET = 33
    KNOWN = 48
    DENIED = 49
    UPSTREAM = 50
    NO_METHOD = -32601
    NOT_XML = -32700


class Unreadable(ValueError):
    """Not well-formed, too large, with a DTD, or of another shape."""


class _Reader:
    """Collects the texts of `methodName`, and of each `value` with the name of its type."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.text: list[str] = []
        self.length = 0
        self.root = ""
        self.method = ""
        self.values: list[str] = []

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self.root = self.root or name
        if len(self.path) > 20:
            raise Unreadable("nested too deep")
        self.path.append(name)
        self.text = []

    def data(self, text: str) -> None:
        self.length += len(text)
        if self.length > MOST_TEXT:
            raise Unreadable("too much text")
        self.text.append(text)

    def end(self, name: str) -> None:
        self.path.pop()
        said = "".join(self.text).strip()
        if name == "methodName":
            self.method = said
        elif name in ("string", "int", "i4") or (name == "value" and said):
            self.values.append(said)
        self.text = []


def _read(body: bytes) -> _Reader:
    if len(body) > MOST_BYTES:
        raise Unreadable("too large")
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data

    def refuse(*_: object) -> None:
        raise Unreadable("a DTD is not read")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError) as broken:
        raise Unreadable(str(broken)) from broken
    return reader


def call(body: bytes) -> tuple[str, list[str]]:
    """(method, arguments) of a call. Unreadable."""
    reader = _read(body)
    if reader.root != "methodCall" or not reader.method:
        raise Unreadable("this is no call")
    return reader.method, reader.values


def ping(source: str, target: str) -> bytes:
    """The call that tells of a link."""
    params = "".join(f"<param><value><string>{_safe(one)}</string></value></param>" for one in (source, target))
    return _document(f"<methodCall><methodName>{METHOD}</methodName><params>{params}</params></methodCall>")


def done(text: str) -> bytes:
    """The answer to a call that was taken."""
    value = f"<params><param><value><string>{_safe(text)}</string></value></param></params>"
    return _document(f"<methodResponse>{value}</methodResponse>")


def fault(code: Fault, text: str) -> bytes:
    """The answer to one that was not."""
    members = (
        f"<member><name>faultCode</name><value><int>{int(code)}</int></value></member>"
        f"<member><name>faultString</name><value><string>{_safe(text)}</string></value></member>"
    )
    return _document(
        f"<methodResponse><fault><value><struct>{members}</struct></value></fault></methodResponse>"
    )


def fault_of(body: bytes) -> int | None:
    """The code of a fault in an answer, None if it is none. Unreadable."""
    reader = _read(body)
    if reader.root != "methodResponse":
        raise Unreadable("this is no answer")
    code = next((value for value in reader.values if value.lstrip("-").isdecimal() and len(value) < 10), None)
    return int(code) if code is not None and b"<fault" in body else None


def _safe(text: str) -> str:
    return escape(normal(text))


def _document(inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{inner}\n'.encode()
