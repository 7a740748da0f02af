"""Pictures that stand in for what is missing, drawn here: a figure for avatars, hills for headers, a frame."""

from __future__ import annotations

import functools
import math
import struct
import zlib

Colour = tuple[int, int, int]
PAPER: Colour = (221, 226, 235)
INK: Colour = (139, 151, 173)
SIDE = 400
HEADER = (1500, 500)


def _png(width: int, height: int, rows: list[bytes]) -> bytes:
    """A PNG of two colours from rows of one byte per pixel (0 paper, 1 ink)."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    data = zlib.compress(b"".join(b"\x00" + row for row in rows), 9)
    parts = (chunk(b"IHDR", head), chunk(b"PLTE", bytes(PAPER + INK)), chunk(b"IDAT", data), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _run(width: int, centre: float, half: float) -> bytes:
    """A row with ink from centre - half to centre + half."""
    first, last = max(0, round(centre - half)), min(width, round(centre + half))
    inked = max(0, last - first)
    return (
        b"\x00" * (width - inked if not inked else first) + b"\x01" * inked + b"\x00" * (width - last if inked else 0)
    )


def _chord(y: float, centre: float, height: float, width: float) -> float:
    """Half the width of an ellipse at `y`."""
    inside = 1 - ((y - centre) / height) ** 2
    return width * math.sqrt(inside) if inside > 0 else 0.0


@functools.cache
def missing_avatar() -> bytes:
    """400×400: head and shoulders."""
    rows = []
    for y in range(SIDE):
        head, shoulders = _chord(y, 155, 78, 72), _chord(y, 400, 140, 135)
        rows.append(_run(SIDE, SIDE / 2, max(head, shoulders)))
    return _png(SIDE, SIDE, rows)


@functools.cache
def missing_header() -> bytes:
    """1500×500: two hills."""
    width, height = HEADER
    ridge = [430 - 110 * math.sin(x / 310) - 40 * math.sin(x / 97 + 1) for x in range(width)]
    return _png(width, height, [bytes(int(y > top) for top in ridge) for y in range(height)])


@functools.cache
def missing_file() -> bytes:
    """400×400: an empty frame, for a file that could not be processed."""
    rows = []
    for y in range(SIDE):
        edge = 90 <= y < 98 or 302 <= y < 310
        if edge:
            rows.append(_run(SIDE, SIDE / 2, 130))
        elif 98 <= y < 302:
            side = b"\x00" * 70 + b"\x01" * 8
            rows.append(side + b"\x00" * (SIDE - 2 * len(side)) + side[::-1])
        else:
            rows.append(b"\x00" * SIDE)
    return _png(SIDE, SIDE, rows)
