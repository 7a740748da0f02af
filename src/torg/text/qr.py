"""A text as a QR code (ISO/IEC 18004:2015): byte mode, error correction level L, up to version 12 (367 bytes)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

EC_BYTES = (7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24)
"""Error correction bytes in each block, by version (table 9, level L)."""
BLOCKS = (1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4)
QUIET = 4
"""Light modules around it (§5.3.8)."""
FORMAT_MASK, FORMAT_POLY, VERSION_POLY = 0x5412, 0x537, 0x1F25
LEVEL_L = 1
FINDER = (True, False, True, True, True, False, True)

Matrix = list[list[bool]]


def svg(text: str) -> str:
    """The code as an SVG element; its colours are its own, since a reader needs dark on light."""
    made = matrix(text)
    size = len(made) + 2 * QUIET
    marks = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y, row in enumerate(made) for x, dark in enumerate(row) if dark
    )
    return (
        f'<svg class="qr" viewBox="0 0 {size} {size}" aria-hidden="true" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/><path fill="#000" d="{marks}"/></svg>'
    )


def matrix(text: str) -> Matrix:
    """The modules by row, true where dark. ValueError for a text that is too long."""
    data = text.encode()
    version = next((v for v in range(1, len(BLOCKS) + 1) if len(data) <= _room(v)), None)
    if version is None:
        raise ValueError(f"{len(data)} bytes do not fit into a QR code of version {len(BLOCKS)}")
    bits = list(_bits(_interleaved(_padded(data, version), version)))
    made = [_masked(version, bits, mask) for mask in range(8)]
    return min(made, key=_penalty)


def _size(version: int) -> int:
    return 17 + 4 * version


def _count_bits(version: int) -> int:
    return 8 if version < 10 else 16


@cache
def _all_bytes(version: int) -> int:
    """Bytes in a code of a version, data and error correction."""
    fixed, size = _fixed(version), _size(version)
    return (size * size - sum(row.count(True) for row in fixed)) // 8


def _data_bytes(version: int) -> int:
    return _all_bytes(version) - EC_BYTES[version - 1] * BLOCKS[version - 1]


def _room(version: int) -> int:
    return (_data_bytes(version) * 8 - 4 - _count_bits(version)) // 8


def _padded(data: bytes, version: int) -> bytes:
    """Mode, length, data, terminator, and padding up to the version's bytes (§7.4)."""
    length = _count_bits(version)
    number = ((0b0100 << length | len(data)) << 8 * len(data)) | int.from_bytes(data, "big")
    used, room = 4 + length + 8 * len(data), 8 * _data_bytes(version)
    end = min(4, room - used)
    number, used = number << end, used + end
    number, used = number << -used % 8, used + -used % 8
    pads = bytes((0xEC, 0x11)[at % 2] for at in range((room - used) // 8))
    return number.to_bytes(used // 8, "big") + pads


def _interleaved(data: bytes, version: int) -> bytes:
    """Data in blocks, each with its error correction, taken in turns (§7.6)."""
    blocks, extra = BLOCKS[version - 1], EC_BYTES[version - 1]
    short, longer = divmod(len(data), blocks)
    parts, at = [], 0
    for block in range(blocks):
        length = short + (block >= blocks - longer)
        parts.append(data[at : at + length])
        at += length
    checks = [_correction(part, extra) for part in parts]
    body = bytes(part[i] for i in range(short + 1) for part in parts if i < len(part))
    return body + bytes(check[i] for i in range(extra) for check in checks)


@cache
def _logs() -> tuple[list[int], list[int]]:
    """Powers and logarithms of GF(256) modulo x⁸ + x⁴ + x³ + x² + 1."""
    powers, logs, value = [0] * 510, [0] * 256, 1
    for at in range(255):
        powers[at] = powers[at + 255] = value
        logs[value] = at
        value = value << 1 ^ (0x11D if value & 0x80 else 0)
    return powers, logs


def _times(one: int, other: int) -> int:
    powers, logs = _logs()
    return powers[logs[one] + logs[other]] if one and other else 0


def _correction(data: bytes, count: int) -> bytes:
    """The Reed–Solomon remainder of a block."""
    powers, _ = _logs()
    generator = [1]
    for at in range(count):
        grown = [*generator, 0]
        for i, factor in enumerate(generator):
            grown[i + 1] ^= _times(factor, powers[at])
        generator = grown
    rest = [0] * count
    for byte in data:
        lead = byte ^ rest[0]
        rest = [*rest[1:], 0]
        rest = [value ^ _times(factor, lead) for value, factor in zip(rest, generator[1:], strict=True)]
    return bytes(rest)


def _bits(data: bytes) -> Iterator[bool]:
    return (bool(byte >> shift & 1) for byte in data for shift in range(7, -1, -1))


@cache
def _alignments(version: int) -> tuple[int, ...]:
    """Where the centres of alignment patterns are, across and down (annex E)."""
    if version == 1:
        return ()
    count, last = version // 7 + 2, _size(version) - 7
    step = -(-(last - 6) // (count - 1) // 2) * 2 if count > 2 else last - 6
    return (6, *reversed([last - step * at for at in range(count - 1)]))


def _centres(version: int) -> list[tuple[int, int]]:
    spots = _alignments(version)
    corners = {(6, 6), (6, spots[-1]), (spots[-1], 6)} if spots else set()
    return [(x, y) for x in spots for y in spots if (x, y) not in corners]


@cache
def _fixed(version: int) -> tuple[tuple[bool, ...], ...]:
    """Which modules carry no data."""
    size = _size(version)
    made = [[False] * size for _ in range(size)]

    def fill(left: int, top: int, width: int, height: int) -> None:
        for y in range(top, top + height):
            made[y][left : left + width] = [True] * width

    fill(0, 0, 9, 9)
    fill(size - 8, 0, 8, 9)
    fill(0, size - 8, 9, 8)
    fill(6, 0, 1, size)
    fill(0, 6, size, 1)
    for x, y in _centres(version):
        fill(x - 2, y - 2, 5, 5)
    if version >= 7:
        fill(size - 11, 0, 3, 6)
        fill(0, size - 11, 6, 3)
    return tuple(tuple(row) for row in made)


def _remainder(value: int, poly: int, bits: int) -> int:
    """A BCH code: the value followed by its remainder of `bits` bits."""
    rest = value
    for _ in range(bits):
        rest = rest << 1 ^ (poly if rest >> (bits - 1) & 1 else 0)
    return value << bits | rest & ((1 << bits) - 1)


def _drawn(version: int, mask: int) -> Matrix:
    """The patterns that are the same for every text, and the version and mask."""
    size = _size(version)
    made = [[False] * size for _ in range(size)]
    for at in range(size):
        made[6][at] = made[at][6] = at % 2 == 0
    for left, top in ((0, 0), (size - 7, 0), (0, size - 7)):
        for y in range(-1, 8):
            for x in range(-1, 8):
                if 0 <= left + x < size and 0 <= top + y < size:
                    ring = max(abs(x - 3), abs(y - 3))
                    made[top + y][left + x] = ring in (0, 1, 3)
    for cx, cy in _centres(version):
        for y in range(-2, 3):
            for x in range(-2, 3):
                made[cy + y][cx + x] = max(abs(x), abs(y)) != 1
    _draw_format(made, _remainder(LEVEL_L << 3 | mask, FORMAT_POLY, 10) ^ FORMAT_MASK)
    if version >= 7:
        number = _remainder(version, VERSION_POLY, 12)
        for at in range(18):
            made[at // 3][size - 11 + at % 3] = made[size - 11 + at % 3][at // 3] = bool(number >> at & 1)
    return made


def _draw_format(made: Matrix, number: int) -> None:
    size = len(made)
    around = [(8, y) for y in (0, 1, 2, 3, 4, 5, 7, 8)] + [(x, 8) for x in (7, 5, 4, 3, 2, 1, 0)]
    beside = [(x, 8) for x in range(size - 1, size - 9, -1)] + [(8, y) for y in range(size - 7, size)]
    for at, spots in enumerate(zip(around, beside, strict=True)):
        for x, y in spots:
            made[y][x] = bool(number >> at & 1)
    made[size - 8][8] = True


MASKS: tuple[Callable[[int, int], int], ...] = (
    lambda x, y: (x + y) % 2,
    lambda x, y: y % 2,
    lambda x, y: x % 3,
    lambda x, y: (x + y) % 3,
    lambda x, y: (x // 3 + y // 2) % 2,
    lambda x, y: x * y % 2 + x * y % 3,
    lambda x, y: (x * y % 2 + x * y % 3) % 2,
    lambda x, y: ((x + y) % 2 + x * y % 3) % 2,
)
"""A mask turns the modules over for which it is zero (table 10)."""


def _path(size: int) -> Iterator[tuple[int, int]]:
    """The modules in the order in which data fill them: two columns at a time, up and down (§7.7.3)."""
    for turn, right in enumerate([*range(size - 1, 6, -2), 5, 3, 1]):
        rows = range(size) if turn % 2 else range(size - 1, -1, -1)
        for y in rows:
            yield right, y
            yield right - 1, y


def _masked(version: int, bits: list[bool], mask: int) -> Matrix:
    made, fixed, at = _drawn(version, mask), _fixed(version), 0
    for x, y in _path(len(made)):
        if not fixed[y][x]:
            made[y][x] = (bits[at] if at < len(bits) else False) != (MASKS[mask](x, y) == 0)
            at += 1
    return made


def _penalty(made: Matrix) -> int:
    """How hard to read a code is (§7.8.3)."""
    size, total = len(made), 0
    for lines in (made, [list(column) for column in zip(*made, strict=True)]):
        for line in lines:
            total += _runs(line)
            for at in range(size - 6):
                if tuple(line[at : at + 7]) == FINDER and (_light(line, at - 4, at) or _light(line, at + 7, at + 11)):
                    total += 40
    for y in range(size - 1):
        for x in range(size - 1):
            total += 3 * (made[y][x] == made[y][x + 1] == made[y + 1][x] == made[y + 1][x + 1])
    share = sum(map(sum, made)) * 20 // (size * size)
    return total + 10 * (abs(share - 10) if share < 10 else max(share - 10, 0))


def _runs(line: list[bool]) -> int:
    total, length = 0, 1
    for at in range(1, len(line) + 1):
        if at < len(line) and line[at] == line[at - 1]:
            length += 1
        else:
            total += length - 2 if length >= 5 else 0
            length = 1
    return total


def _light(line: list[bool], start: int, end: int) -> bool:
    return not any(line[max(start, 0) : min(end, len(line))])
