"""Multipart bodies: fields as text, files streamed to a temporary folder, all within a byte cap."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

import anyio.to_thread
import msgspec
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from torg.kernel.errors import BadRequest, TooLarge

MAX_FIELD_BYTES = 1024 * 1024


class Upload(msgspec.Struct, frozen=True):
    """A file as sent. Its `path` is removed after the request: move or read it within the handler.

    `filename` and `content_type` are the sender's claims, not facts.
    """

    filename: str
    content_type: str
    path: Path
    size: int

    def read(self) -> bytes:
        """All bytes, at most the route's `max_body` (blocking: in a thread for large ones)."""
        return self.path.read_bytes()


class _Reading:
    """The parser's callbacks. Files are opened when their headers end and written chunk by chunk."""

    def __init__(self, folder: Path, max_fields: int) -> None:
        self.folder, self.max_fields = folder, max_fields
        self.pairs: list[tuple[str, Any]] = []
        self.paths: list[Path] = []
        self.waiting: list[tuple[BinaryIO, bytes]] = []
        self.open_files: list[BinaryIO] = []
        self.ended = False
        self._count = 0
        self._header_name = self._header_value = b""
        self._start()

    def _start(self) -> None:
        self._headers: dict[bytes, bytes] = {}
        self._text = bytearray()
        self._size = 0
        self._file: BinaryIO | None = None
        self._name = self._filename = ""

    def callbacks(self) -> dict[str, Any]:
        return {
            "on_part_begin": self._start,
            "on_part_data": self._data,
            "on_part_end": self._part_end,
            "on_header_field": self._on_header_name,
            "on_header_value": self._on_header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_end": self._end,
        }

    def _end(self) -> None:
        self.ended = True

    def _on_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _headers_finished(self) -> None:
        self._count += 1
        if self._count > self.max_fields:
            raise BadRequest(f"The request has more than {self.max_fields} fields")
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if b"name" not in options:
            raise BadRequest("A part of the multipart body has no name")
        self._name = _utf8(options[b"name"])
        if b"filename" in options:
            self._filename = _utf8(options[b"filename"]).replace("\0", "")
            handle, path = tempfile.mkstemp(prefix="upload-", dir=self.folder)
            self.paths.append(Path(path))
            self._file = os.fdopen(handle, "wb")
            self.open_files.append(self._file)

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._size += end - start
        if self._file is not None:
            self.waiting.append((self._file, bytes(data[start:end])))
            return
        if self._size > MAX_FIELD_BYTES:
            raise TooLarge(f"The field {self._name[:100]!r} is larger than 1 MB")
        self._text += data[start:end]

    def _part_end(self) -> None:
        if self._file is None:
            self.pairs.append((self._name, _utf8(bytes(self._text))))
            return
        kind = self._headers.get(b"content-type", b"application/octet-stream").decode("latin-1").strip().lower()
        # A browser sends an empty, nameless part for a file input left empty
        empty = not self._filename and not self._size
        self.pairs.append((self._name, "" if empty else Upload(self._filename, kind, self.paths[-1], self._size)))

    def write_waiting(self) -> None:
        for file, data in self.waiting:
            file.write(data)
        self.waiting.clear()

    def close(self) -> None:
        for file in self.open_files:
            with contextlib.suppress(OSError):  # a full disk has been reported by the write already
                file.close()


async def read_multipart(request: Request, folder: Path, *, max_body: int, max_fields: int) -> list[tuple[str, Any]]:
    """The parts as (name, text or Upload), in order; files to be removed are kept in the request's scope."""
    _, options = parse_options_header(request.headers["content-type"].encode("latin-1"))
    boundary = options.get(b"boundary", b"")
    if not boundary:
        raise BadRequest("The multipart body has no boundary")
    reading = _Reading(folder, max_fields)
    request.scope["torg.uploads"] = reading.paths
    total = 0
    try:
        parser = MultipartParser(boundary, reading.callbacks())  # type: ignore[arg-type]
        async for chunk in request.stream():
            total += len(chunk)
            if total > max_body:
                raise TooLarge(f"The upload may be at most {max_body // 1024} kB")
            parser.write(chunk)
            if reading.waiting:
                await anyio.to_thread.run_sync(reading.write_waiting)
        parser.finalize()
    except FormParserError:
        raise BadRequest("The multipart body is malformed") from None
    finally:
        reading.close()
    if total and not reading.ended:
        raise BadRequest("The multipart body ends too early")
    return reading.pairs


def remove_uploads(request: Request) -> None:
    """Delete the files that the handler left where they were."""
    for path in request.scope.get("torg.uploads", ()):
        path.unlink(missing_ok=True)


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest("The parameters are not valid UTF-8") from None
