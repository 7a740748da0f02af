"""Bytes to text without losing a character: UTF-8, UTF-16 with a mark, else a one-byte set line by line.

Characters that were mis-decoded before they came here (`Ã¥` for `å`) are valid text and are kept as they are:
a repair would be a guess about what someone wrote.
"""

from __future__ import annotations

import codecs
import re

_LINES = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
# Letters of western languages where each set puts them. Mac OS Roman has them at 0x80–0x9F, Windows at 0xC0–0xFF.
_WINDOWS_LETTERS = frozenset(range(0xC0, 0x100)) - {0xD7, 0xF7}
_MAC_LETTERS = frozenset(range(0x80, 0xA0)) | {0xAE, 0xAF, 0xBE, 0xBF, 0xCB, 0xCC, 0xCD, 0xCE, 0xCF, 0xD8, 0xD9}


def decode(raw: bytes) -> tuple[str, str]:
    """The text and the name of the encoding that was found.

    A file that is UTF-8 but for some lines keeps its UTF-8 lines; only the others are read as one-byte text.
    """
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark):
            try:
                return raw.decode(name), name
            except UnicodeDecodeError:
                break
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _by_line(raw)


def _by_line(raw: bytes) -> tuple[str, str]:
    bad: list[bytes] = []
    mixed = False
    for line in _LINES.findall(raw):
        try:
            line.decode("utf-8")
            mixed = mixed or not line.isascii()
        except UnicodeDecodeError:
            bad.append(line)
    one_byte = _one_byte(b"".join(bad))
    parts = []
    for line in _LINES.findall(raw):
        try:
            parts.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            parts.append(_decode_one_byte(line, one_byte))
    return "".join(parts), f"utf-8 and {one_byte}" if mixed else one_byte


def _one_byte(raw: bytes) -> str:
    """Mac OS Roman when the high bytes stand where its letters are, otherwise Windows-1252 (a superset of Latin-1)."""
    high = [byte for byte in raw if byte >= 0x80]
    mac = sum(byte in _MAC_LETTERS for byte in high)
    windows = sum(byte in _WINDOWS_LETTERS for byte in high)
    return "mac_roman" if mac > windows else "cp1252"


def _decode_one_byte(line: bytes, name: str) -> str:
    try:
        return line.decode(name)
    except UnicodeDecodeError:  # cp1252 leaves five bytes undefined; Latin-1 defines all
        return line.decode("latin-1")
