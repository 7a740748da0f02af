"""The skeleton of an image file, read without decoding: dimensions, number of frames, and where the image ends.

Sources: ITU T.81 (JPEG), W3C PNG, GIF89a, the WebP container, ISO/IEC 14496-12 and 23008-12 (AVIF).
Everything a decoder would trust is checked here first, so that a bomb or a polyglot never reaches one.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

import msgspec

from torg.kernel.errors import Invalid
from torg.media.formats import Format
from torg.media.rules import BROKEN

_SCANS_LIMIT = 100
_CHUNKS_LIMIT = 20_000


class Skeleton(msgspec.Struct, frozen=True):
    """Width and height in pixels as stored (before rotation), frames, and the offset just past the image."""

    width: int
    height: int
    frames: int
    end: int


def read(data: bytes, kind: Format) -> Skeleton:
    """The skeleton of a complete image; Invalid (422) for one that is cut short or does not hold together."""
    try:
        found = _READERS[kind](data)
    except (struct.error, IndexError, ValueError) as error:
        raise Invalid(BROKEN, log=f"{kind}: {error}") from error
    if found.width < 1 or found.height < 1 or found.frames < 1:
        raise Invalid(BROKEN, log=f"{kind}: {found}")
    return found


def _jpeg(data: bytes) -> Skeleton:
    at, width, height, scans = 2, 0, 0, 0
    while True:
        if data[at] != 0xFF:
            raise ValueError("marker expected")
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        at += 2
        if marker == 0xD9:
            return Skeleton(width, height, min(1, scans), at)
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            continue
        (length,) = struct.unpack_from(">H", data, at)
        if length < 2:
            raise ValueError("segment too short")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            if width:
                raise ValueError("two frames")
            height, width = struct.unpack_from(">HH", data, at + 3)
        at += length
        if marker == 0xDA:
            scans += 1
            if scans > _SCANS_LIMIT:
                raise ValueError("too many scans")
            at = _past_entropy(data, at)


def _past_entropy(data: bytes, at: int) -> int:
    """The next marker after coded data, where FF00 is a byte of data and FFD0–FFD7 are restarts."""
    while True:
        at = data.index(b"\xff", at)
        if data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
        elif data[at + 1] == 0xFF:
            at += 1
        else:
            return at


def _png(data: bytes) -> Skeleton:
    width, height = struct.unpack_from(">II", data, 16)
    if data[12:16] != b"IHDR":
        raise ValueError("IHDR expected")
    at = 8
    for _ in range(_CHUNKS_LIMIT):
        (length,) = struct.unpack_from(">I", data, at)
        name = data[at + 4 : at + 8]
        at += 12 + length
        if at > len(data):
            raise ValueError("cut short")
        if name == b"IEND":
            return Skeleton(width, height, 1, at)
    raise ValueError("too many chunks")


def _gif(data: bytes) -> Skeleton:
    width, height, packed = struct.unpack_from("<HHB", data, 6)
    at, frames = 13 + _palette(packed), 0
    while True:
        block = data[at]
        if block == 0x3B:
            return Skeleton(width, height, frames, at + 1)
        if block == 0x21:
            at = _past_blocks(data, at + 2)
        elif block == 0x2C:
            frames += 1
            left, top, wide, high, packed = struct.unpack_from("<HHHHB", data, at + 1)
            width, height = max(width, left + wide), max(height, top + high)
            at = _past_blocks(data, at + 10 + _palette(packed) + 1)
        else:
            raise ValueError("unknown block")


def _palette(packed: int) -> int:
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _past_blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1


def _webp(data: bytes) -> Skeleton:
    (size,) = struct.unpack_from("<I", data, 4)
    end = 8 + size
    if end > len(data):
        raise ValueError("cut short")
    at, frames, width, height, animated = 12, 0, 0, 0, False
    while at + 8 <= end:
        name, (length,) = data[at : at + 4], struct.unpack_from("<I", data, at + 4)
        body = at + 8
        if body + length > end:
            raise ValueError("cut short")
        wide = high = 0
        if name == b"VP8X":
            animated = bool(data[body] & 2)
            wide, high = _int24(data, body + 4) + 1, _int24(data, body + 7) + 1
        elif name == b"VP8 ":
            wide, high = (n & 0x3FFF for n in struct.unpack_from("<HH", data, body + 6))
            frames += 1
        elif name == b"VP8L":
            (bits,) = struct.unpack_from("<I", data, body + 1)
            wide, high = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
            frames += 1
        elif name == b"ANMF":
            wide, high = _int24(data, body + 6) + 1, _int24(data, body + 9) + 1
            frames += 1
        width, height = max(width, wide), max(height, high)
        at = body + length + (length & 1)
    if frames > 1 and not animated:
        raise ValueError("frames without animation")
    return Skeleton(width, height, frames, end + (size & 1))


def _int24(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 3], "little")


def _avif(data: bytes) -> Skeleton:
    at, head = 0, b""
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, at + 8)
        if length == 0:
            length = len(data) - at
        if length < 8 or at + length > len(data):
            raise ValueError("box runs past the end")
        if name not in (b"ftyp", b"meta", b"mdat", b"free", b"skip", b"moov", b"uuid", b"idat", b"grpl"):
            raise ValueError(f"unexpected box {name!r}")
        if name in (b"meta", b"moov"):
            head += data[at : at + length]
        at += length
    sizes = [struct.unpack_from(">II", head, found.end() + 4) for found in re.finditer(b"ispe", head)]
    width, height = max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))
    return Skeleton(width, height, 1, at)


_READERS: dict[Format, Callable[[bytes], Skeleton]] = {
    Format.JPEG: _jpeg,
    Format.PNG: _png,
    Format.GIF: _gif,
    Format.WEBP: _webp,
    Format.AVIF: _avif,
}
