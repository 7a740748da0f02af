"""QR codes: read back as a reader does it, module by module, with the remainder of every block looked at."""

from __future__ import annotations

import pytest

from torg.text import qr


def read(made: list[list[bool]]) -> bytes:
    """The text of a code, by its own format bits; fails where a block is not what its correction bytes say."""
    size = len(made)
    version = (size - 17) // 4
    spots = [(8, y) for y in (0, 1, 2, 3, 4, 5, 7, 8)] + [(x, 8) for x in (7, 5, 4, 3, 2, 1, 0)]
    number = sum(made[y][x] << at for at, (x, y) in enumerate(spots)) ^ qr.FORMAT_MASK
    mask = number >> 10 & 7
    assert number >> 13 == qr.LEVEL_L
    fixed = qr._fixed(version)
    bits = [made[y][x] != (qr.MASKS[mask](x, y) == 0) for x, y in qr._path(size) if not fixed[y][x]]
    whole = [sum(bit << 7 - i for i, bit in enumerate(bits[at : at + 8])) for at in range(0, len(bits) - 7, 8)]
    blocks, extra = qr.BLOCKS[version - 1], qr.EC_BYTES[version - 1]
    room = len(whole) - blocks * extra
    lengths = [room // blocks + (block >= blocks - room % blocks) for block in range(blocks)]
    parts: list[list[int]] = [[] for _ in lengths]
    taken = iter(whole)
    for i in range(max(lengths)):
        for part, length in zip(parts, lengths, strict=True):
            if i < length:
                part.append(next(taken))
    checks: list[list[int]] = [[] for _ in lengths]
    for _ in range(extra):
        for check in checks:
            check.append(next(taken))
    for part, check in zip(parts, checks, strict=True):
        assert divides([*part, *check], extra)
    data = bytes(byte for part in parts for byte in part)
    assert data[0] >> 4 == 4, "bytes"
    number = int.from_bytes(data, "big")
    wide = 8 if version < 10 else 16
    total = 8 * len(data)
    length = number >> (total - 4 - wide) & (1 << wide) - 1
    return (number >> (total - 4 - wide - 8 * length) & (1 << 8 * length) - 1).to_bytes(length, "big")


def divides(block: list[int], extra: int) -> bool:
    """Whether the first powers of two are roots of a block taken as a polynomial over GF(256)."""
    powers, _logs = qr._logs()
    for at in range(extra):
        value = 0
        for byte in block:
            value = qr._times(value, powers[at]) ^ byte
        if value:
            return False
    return True


@pytest.mark.parametrize(("length", "size"), [(1, 21), (17, 21), (18, 25), (134, 41), (155, 49), (231, 57), (367, 65)])
def test_a_code_is_read_back(length: int, size: int) -> None:
    text = "otpauth://totp/Å:%20"[:length].ljust(length, "x")
    while len(text.encode()) > length:
        text = text[:-1]
    made = qr.matrix(text)
    assert len(made) == size
    assert read(made) == text.encode()


def test_the_known_numbers_of_the_standard() -> None:
    """ISO/IEC 18004 table C.1 (level L, mask 4) and table D.1 (version 7)."""
    assert qr._remainder(qr.LEVEL_L << 3 | 4, qr.FORMAT_POLY, 10) ^ qr.FORMAT_MASK == 0b110011000101111
    assert qr._remainder(7, qr.VERSION_POLY, 12) == 0x07C94
    assert qr._correction(bytes.fromhex("10200c5661 80ec11ec11ec11ec11ec11"), 10).hex() == "a524d4c1ed36c7872c55"


def test_what_is_too_long_is_refused_and_the_drawing_is_dark_on_light() -> None:
    with pytest.raises(ValueError, match="368 bytes"):
        qr.matrix("x" * 368)
    drawn = qr.svg("x")
    assert 'fill="#fff" d="M0 0h29v29h-29z"' in drawn
    assert "style" not in drawn
