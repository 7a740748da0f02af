"""Files that are two things at once: refused, although nothing but our own re-encoding is ever served."""

from __future__ import annotations

import re

from torg.kernel.errors import Invalid
from torg.media.rules import UNSUPPORTED

_SCRIPT = re.compile(rb"<script[\s>/]|<html[\s>]|<!doctype\s+html|<\?php\s|<svg[\s>]|<iframe[\s>]", re.IGNORECASE)
_FOREIGN = re.compile(rb"PK\x03\x04|PK\x05\x06|%PDF-|\x7fELF|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\x1f\x8b\x08")
_HEAD = 64 * 1024
_ZIP_END = b"PK\x05\x06"


def check_image(data: bytes, end: int) -> None:
    """Refuse scripts anywhere, an archive's directory, and anything after the image but what cameras put there."""
    tail = data[end:]
    if tail and not _from_a_camera(tail):
        raise Invalid(UNSUPPORTED, log=f"{len(tail)} bytes after the image")
    if _SCRIPT.search(data):
        raise Invalid(UNSUPPORTED, log="markup or script in an image")
    _no_archive(data)


def check_stream(head: bytes, tail: bytes) -> None:
    """Refuse markup at the start of film or sound (`head`), and an archive's directory at its end (`tail`)."""
    if _SCRIPT.search(head[:_HEAD]):
        raise Invalid(UNSUPPORTED, log="markup or script in a media file")
    _no_archive(tail)


def _from_a_camera(tail: bytes) -> bool:
    """Zero padding, a second JPEG (gain map, multi-picture), a motion photo's film, or Samsung's block.

    Telephones write these after most pictures; they are dropped by re-encoding.
    """
    rest = tail.lstrip(b"\x00")
    if not rest:
        return True
    if _FOREIGN.search(rest) and not (rest[:3] == b"\xff\xd8\xff" or rest[4:8] == b"ftyp"):
        return False
    return rest[:3] == b"\xff\xd8\xff" or rest[4:8] == b"ftyp" or rest[-4:] == b"SEFT"


def _no_archive(data: bytes) -> None:
    """A ZIP is read from its end: the last 64 KiB hold a directory whose comment reaches exactly to the end."""
    window = data[-(65_535 + 22) :]
    at = window.rfind(_ZIP_END)
    while at >= 0:
        comment = int.from_bytes(window[at + 20 : at + 22], "little")
        if at + 22 <= len(window) and at + 22 + comment <= len(window):
            raise Invalid(UNSUPPORTED, log="a ZIP directory in a media file")
        at = window.rfind(_ZIP_END, 0, at)
