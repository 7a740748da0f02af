"""Pictures come out upright, small enough and without a trace; bombs and double files do not come in."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import pytest
import pyvips

from tests.media import makers
from tests.media.conftest import Run, refusal
from torg.kernel.errors import Invalid
from torg.media import rules
from torg.media.model import Kind

pytestmark = pytest.mark.asyncio(loop_scope="module")

TRACES = (b"Exif", b"GPS", b"Nacka", b"xmp", b"ICC_PROFILE", b"iCCP", b"tEXt", b"ICCP", b"XMP ", b"EXIF")


async def test_a_jpeg_loses_its_place_and_stands_upright(run: Run, into: Path) -> None:
    given = makers.jpeg_with_place(320, 200, orientation=6)
    sent = pyvips.Image.new_from_buffer(given, "")
    assert any("GPS" in name for name in sent.get_fields())  # the file made here does carry a place
    done = await run(given)
    assert done.kind is Kind.IMAGE
    assert done.meta["original"] == {"width": 200, "height": 320, "size": "200x320", "aspect": 0.625}
    for output in (done.original, done.preview):
        assert output is not None
        data = (into / output.name).read_bytes()
        assert not [trace for trace in TRACES if trace in data]
        made = pyvips.Image.new_from_buffer(data, "")
        assert (made.width, made.height) == (200, 320)
        assert not [name for name in made.get_fields() if name.startswith(("exif", "xmp", "icc", "iptc"))]
        # Orientation 6: what was at the top left is at the top right now.
        assert min(made.getpoint(190, 10)) > 240
        assert min(made.getpoint(10, 10)) < 200


async def test_text_in_a_png_is_dropped(run: Run, into: Path) -> None:
    done = await run(makers.png_with_text(b"taken at Nacka 12"))
    assert b"Nacka" not in (into / done.original.name).read_bytes()


@pytest.mark.parametrize(
    ("suffix", "alpha", "original", "preview"),
    [
        (".jpg", False, "image/jpeg", "image/jpeg"),
        (".png", False, "image/png", "image/jpeg"),
        (".png", True, "image/png", "image/webp"),
        (".webp", False, "image/webp", "image/jpeg"),
        (".webp", True, "image/webp", "image/webp"),
        (".gif", False, "image/png", "image/jpeg"),
        (".avif", False, "image/jpeg", "image/jpeg"),
        (".avif", True, "image/webp", "image/webp"),
    ],
)
async def test_every_format(run: Run, into: Path, suffix: str, alpha: bool, original: str, preview: str) -> None:
    done = await run(makers.encoded(suffix, 900, 600, alpha=alpha))
    assert done.preview is not None
    assert (done.original.mime, done.preview.mime) == (original, preview)
    assert done.meta["original"]["size"] == "900x600"
    assert done.meta["small"]["width"] * done.meta["small"]["height"] <= 640 * 360
    small = pyvips.Image.new_from_file(str(into / done.preview.name))
    assert (small.width, small.height) == (done.meta["small"]["width"], done.meta["small"]["height"])
    assert done.blurhash is not None
    assert len(done.blurhash) == 28


async def test_large_pictures_are_made_smaller(run: Run, into: Path) -> None:
    done = await run(makers.encoded(".jpg", 6000, 4000))
    width, height = done.meta["original"]["width"], done.meta["original"]["height"]
    assert width * height <= 3840 * 2160
    assert width * height > 3840 * 2160 * 0.99
    assert abs(width / height - 1.5) < 0.01


async def test_other_colours_become_srgb(run: Run, into: Path) -> None:
    picture = makers.picture(100, 100)
    given = picture.colourspace("cmyk")
    done = await run(bytes(given.write_to_buffer(".jpg")))
    made = pyvips.Image.new_from_file(str(into / done.original.name))
    assert (made.interpretation, made.bands) == ("srgb", 3)
    deep = await run(bytes(picture.colourspace("rgb16").write_to_buffer(".png")))
    assert pyvips.Image.new_from_file(str(into / deep.original.name)).format == "uchar"
    grey = await run(bytes(picture.colourspace("b-w").write_to_buffer(".png")))
    assert grey.meta["original"]["size"] == "100x100"


async def test_an_animated_gif_becomes_a_film(run: Run, into: Path) -> None:
    done = await run(makers.gif(12, 64, 48, delay=5))
    assert done.kind is Kind.GIFV
    assert done.original.mime == "video/mp4"
    assert (done.meta["duration"], done.meta["fps"], done.meta["size"]) == (0.6, 20, "64x48")
    with av.open(str(into / done.original.name)) as film:
        assert not film.streams.audio
        assert film.streams.video[0].codec_context.codec.canonical_name == "h264"
        colours = [frame.to_ndarray(format="rgb24")[24, 32] for frame in film.decode(video=0)]
    assert len(colours) == 12
    assert colours[0][0] > 200 > 60 > colours[0][2]  # red, then blue
    assert colours[1][2] > 200 > 60 > colours[1][0]


async def test_an_animated_webp_becomes_a_film(run: Run) -> None:
    done = await run(makers.webp_animation(5))
    assert (done.kind, done.meta["length"]) == (Kind.GIFV, "0:00:00.40")


async def test_odd_dimensions_survive_the_film(run: Run) -> None:
    done = await run(makers.gif(3, 33, 21))
    assert done.meta["size"] == "32x20"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (makers.png_bomb(), "50000x50000 images are not supported"),
        (makers.gif(2, 2000, 2000), "2000x2000 images are not supported"),
        (makers.gif(5000, 8, 8), "too many frames"),
        (b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + makers.gif(1)[19:], "images are not supported"),
    ],
    ids=["png header", "large gif", "5000 frames", "gif header"],
)
async def test_bombs_are_refused_before_decoding(run: Run, given: bytes, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        await run(given)


async def test_a_webp_header_may_not_lie(run: Run) -> None:
    given = bytearray(makers.webp_animation(3))
    at = given.index(b"VP8X") + 8
    given[at + 4 : at + 7] = given[at + 7 : at + 10] = b"\xff\x3f\x00"
    with pytest.raises(Invalid, match="16384x16384 images are not supported"):
        await run(bytes(given))


@pytest.mark.parametrize(
    "tail",
    [
        makers.zip_file(),
        b"<script>alert(1)</script>",
        b"<?php system($_GET['c']); ?>",
        b"*/=1;alert(1)//",
        b"%PDF-1.7 ...",
        b"MZ\x90\x00",
        b"\x00" * 10 + makers.zip_file(),
        makers.zip_file() + b"SEFT",
    ],
    ids=["zip", "script", "php", "javascript", "pdf", "exe", "padded zip", "zip as camera data"],
)
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".gif", ".webp", ".avif"])
async def test_nothing_may_follow_the_image(run: Run, suffix: str, tail: bytes) -> None:
    with pytest.raises(Invalid, match="File is invalid"):
        await run(makers.encoded(suffix) + tail)


async def test_archives_and_scripts_inside_are_refused(run: Run) -> None:
    with pytest.raises(Invalid, match="File content type is invalid"):
        await run(makers.png_with_text(b"<script>alert(1)</script>"))
    plain = makers.encoded(".jpg")
    comment = b"<html><body onload=alert(1)>"
    with pytest.raises(Invalid, match="File content type is invalid"):
        await run(plain[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + plain[2:])
    # A second JPEG after the first is what telephones write, a ZIP's directory behind it is not.
    with pytest.raises(Invalid, match="File content type is invalid"):
        await run(plain + plain + makers.zip_file())


async def test_what_telephones_append_is_dropped(run: Run, into: Path) -> None:
    plain = makers.encoded(".jpg")
    gain_map = makers.encoded(".jpg", 40, 30)
    for tail in (gain_map, b"\x00" * 64, b"\x00\x00\x01\x0aImage_UTC_Data1469\x00\x00SEFT"):
        done = await run(plain + tail)
        data = (into / done.original.name).read_bytes()
        assert data.endswith(b"\xff\xd9")
        assert b"SEFT" not in data
        assert done.meta["original"]["size"] == "320x200"


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".gif", ".webp", ".avif"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.7, 0.98])
async def test_cut_files_are_refused(run: Run, suffix: str, part: float) -> None:
    given = makers.encoded(suffix)
    with pytest.raises(Invalid):
        await run(given[: max(12, int(len(given) * part))])


async def test_damaged_files_never_end_in_an_error_of_ours(run: Run) -> None:
    """Bytes changed at many places: refused or processed, but always answered by the same worker pool."""
    for suffix in (".jpg", ".png", ".gif", ".webp", ".avif"):
        given = makers.encoded(suffix, 64, 64)
        for place in range(12, len(given), max(1, len(given) // 15)):
            broken = bytearray(given)
            broken[place] ^= 0xFF
            text = await refusal(run, bytes(broken))
            assert text != rules.FAILED, f"an exception of ours at byte {place} of {suffix}"


async def test_avatars_headers_and_emoji(run: Run, into: Path) -> None:
    avatar = await run(makers.encoded(".jpg", 900, 600), "avatar")
    assert avatar.meta["original"]["size"] == "400x400"
    assert avatar.static == avatar.original
    header = await run(makers.encoded(".png", 900, 600), "header")
    assert header.meta["original"]["size"] == "1500x500"
    emoji = await run(makers.encoded(".png", 300, 100, alpha=True), "emoji")
    assert emoji.meta["original"]["size"] == "128x43"
    assert pyvips.Image.new_from_file(str(into / emoji.original.name)).hasalpha()
    moving = await run(makers.gif(4, 50, 50), "avatar")
    assert moving.static is not None
    assert (moving.original.mime, moving.static.mime) == ("image/webp", "image/png")
    strip = pyvips.Image.webpload(str(into / moving.original.name), n=-1)
    assert (strip.get("n-pages"), strip.get("page-height")) == (4, 400)
    with pytest.raises(Invalid):
        await run(makers.zip_file(), "avatar")
