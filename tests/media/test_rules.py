"""What a file is told by, and what is said about alternative texts, focus and what hangs together."""

from __future__ import annotations

import pytest

from tests.media import makers
from torg.kernel.clock import now
from torg.kernel.errors import Invalid
from torg.media import rules
from torg.media.formats import Format, sniff
from torg.media.model import Attachment, Kind, State


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"\xff\xd8\xff\xe0", Format.JPEG),
        (b"\x89PNG\r\n\x1a\n", Format.PNG),
        (b"GIF89a", Format.GIF),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", Format.WEBP),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", Format.WAV),
        (b"RIFF\x00\x00\x00\x00AVI LIST", None),
        (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf", Format.AVIF),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00avifmif1miaf", Format.AVIF),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", None),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42", Format.MP4),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ", Format.MP4),
        (b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00M4A mp42isom", Format.M4A),
        (b"\x1aE\xdf\xa3\x01", Format.WEBM),
        (b"OggS\x00", Format.OGG),
        (b"fLaC\x00", Format.FLAC),
        (b"ID3\x04\x00", Format.MP3),
        (b"\xff\xfb\x90\x00", Format.MP3),
        (b"\xff\xf1\x50\x80", Format.AAC),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", None),
        (b"<!DOCTYPE html><script>", None),
        (b"%PDF-1.7", None),
        (b"PK\x03\x04", None),
        (b"#EXTM3U\nhttp://169.254.169.254/", None),
        (b"BM\x00\x00", None),
        (b"II*\x00", None),
        (b"\x7fELF", None),
        (b"", None),
        (b"\xff", None),
    ],
)
def test_a_file_is_what_its_first_bytes_are(head: bytes, found: Format | None) -> None:
    assert sniff(head) is found


def test_sizes_by_family() -> None:
    sizes = rules.Sizes()
    assert rules.accept(b"\xff\xd8\xff", 16 * rules.MEGABYTE, sizes) is Format.JPEG
    with pytest.raises(Invalid, match="must be less than 16 MB"):
        rules.accept(b"\xff\xd8\xff", 16 * rules.MEGABYTE + 1, sizes)
    assert rules.accept(b"OggS", 99 * rules.MEGABYTE, sizes) is Format.OGG
    with pytest.raises(Invalid, match="must be less than 99 MB"):
        rules.accept(b"OggS", 99 * rules.MEGABYTE + 1, sizes)
    with pytest.raises(Invalid, match="can't be blank"):
        rules.accept(b"", 0, sizes)
    with pytest.raises(Invalid, match="File content type is invalid"):
        rules.accept(makers.zip_file()[:64], 100, sizes)


def test_descriptions() -> None:
    assert rules.describe("  a cat\x00 ") == "a cat"
    assert rules.describe("  ") is None
    assert rules.describe(None) is None
    assert rules.describe("å" * 1500) == "å" * 1500
    with pytest.raises(Invalid, match="maximum is 1500 characters"):
        rules.describe("å" * 1501)


def test_focal_points() -> None:
    assert rules.focal_point("-0.42,0.69") == (-0.42, 0.69)
    assert rules.focal_point(" 3 , -7 ") == (1.0, -1.0)
    assert rules.focal_point("") is None
    for bad in ("1", "1,2,3", "a,b", "nan,0", "inf,0"):
        with pytest.raises(Invalid, match="Focus is invalid"):
            rules.focal_point(bad)


def one(id_: int, kind: Kind = Kind.IMAGE, state: State = State.READY) -> Attachment:
    return Attachment(org_id=1, network_id=1, id=id_, account_id=1, kind=kind, state=state, created_at=now())


def test_what_may_hang_together() -> None:
    rules.check_together([1, 2, 3, 4], [one(n) for n in (1, 2, 3, 4)])
    rules.check_together([1], [one(1, Kind.VIDEO)])
    rules.check_together([1, 2], [one(1), one(2, Kind.GIFV)])
    with pytest.raises(Invalid, match="Cannot attach more than 4 files"):
        rules.check_together([1, 2, 3, 4, 5], [one(n) for n in (1, 2, 3, 4, 5)])
    with pytest.raises(Invalid, match="Media 2 not found or already attached to another post"):
        rules.check_together([1, 2], [one(1)])
    with pytest.raises(Invalid, match="have not finished processing"):
        rules.check_together([1], [one(1, state=State.PROCESSING)])
    for kind in (Kind.VIDEO, Kind.AUDIO):
        with pytest.raises(Invalid, match="Cannot attach a video"):
            rules.check_together([1, 2], [one(1), one(2, kind)])
