"""Film and sound: what comes out plays everywhere, tells nothing, and is described as Mastodon does."""

from __future__ import annotations

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

PLACE = {"location": "+59.3172+018.0650/", "artist": "Anna", "comment": "at home in Nacka", "title": "secret title"}


def codecs(path: Path) -> tuple[str, str | None]:
    with av.open(str(path)) as made:
        sound = made.streams.audio[0].codec_context.codec.canonical_name if made.streams.audio else None
        return made.streams.video[0].codec_context.codec.canonical_name, sound


async def test_a_film_is_copied_without_its_tags(run: Run, into: Path, tmp_path: Path) -> None:
    given = makers.film(tmp_path / "a.mp4", metadata=PLACE)
    assert b"Nacka" in given.read_bytes()
    done = await run(given)
    assert done.kind is Kind.VIDEO
    data = (into / done.original.name).read_bytes()
    for trace in (b"Nacka", b"Anna", b"+59.3172", b"secret title"):
        assert trace not in data
    assert data.index(b"moov") < data.index(b"mdat")  # plays before it has been read whole
    assert done.meta["original"].pop("bitrate") > 1000
    assert done.meta == {
        "length": "0:00:01.00",
        "duration": 1.0,
        "fps": 30,
        "size": "320x240",
        "width": 320,
        "height": 240,
        "aspect": 320 / 240,
        "audio_encode": "aac (LC)",
        "audio_bitrate": "48000 Hz",
        "audio_channels": "stereo",
        "original": {"width": 320, "height": 240, "frame_rate": "30/1", "duration": 1.0},
        "small": {"width": 320, "height": 240, "size": "320x240", "aspect": 320 / 240},
    }
    assert done.preview is not None
    assert done.preview.mime == "image/jpeg"


@pytest.mark.parametrize(
    ("name", "codec", "sound"),
    [
        ("a.mp4", "libx264", "aac"),
        ("a.mov", "libx264", "aac"),
        ("a.m4v", "libx264", "aac"),
        ("h.mp4", "libx265", "aac"),
        ("m.mp4", "mpeg4", "libmp3lame"),
        ("8.webm", "libvpx", "libopus"),
        ("9.webm", "libvpx-vp9", "libopus"),
        ("1.webm", "libsvtav1", "libopus"),
    ],
)
async def test_every_film_becomes_h264(run: Run, into: Path, tmp_path: Path, name: str, codec: str, sound: str) -> None:
    done = await run(makers.film(tmp_path / name, codec=codec, sound=sound))
    assert done.kind is Kind.VIDEO
    film, heard = codecs(into / done.original.name)
    assert film == "h264"
    assert heard in ("aac", "mp3")
    assert 0.9 < done.meta["duration"] < 1.2
    with av.open(str(into / done.original.name)) as made:
        assert sum(1 for _ in made.decode(video=0)) >= 29


async def test_a_film_without_sound_loops(run: Run, tmp_path: Path) -> None:
    assert (await run(makers.film(tmp_path / "a.mp4", sound=None))).kind is Kind.GIFV


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
async def test_a_turned_film_stays_turned(run: Run, into: Path, tmp_path: Path, codec: str) -> None:
    done = await run(makers.film(tmp_path / "a.mp4", codec=codec, rotation=-90))
    assert done.meta["size"] == "240x320"
    assert done.meta["small"]["size"] == "240x320"
    with av.open(str(into / done.original.name)) as made:
        assert next(made.decode(video=0)).rotation % 360 == 270
    assert done.preview is not None
    picture = pyvips.Image.new_from_file(str(into / done.preview.name))
    # The bright corner, top left as filmed, is top right when turned clockwise.
    assert min(picture.getpoint(230, 10)) > 220
    assert min(picture.getpoint(10, 310)) < 200


async def test_a_large_film_is_made_smaller_when_transcoded(run: Run, tmp_path: Path) -> None:
    done = await run(makers.film(tmp_path / "a.mp4", codec="libx265", size=(2560, 1440), frames=3, sound=None))
    assert done.meta["width"] * done.meta["height"] <= 1920 * 1080


async def test_films_beyond_the_limits(run: Run, tmp_path: Path) -> None:
    large = makers.film(tmp_path / "a.mp4", size=(4096, 2400), frames=1, sound=None)
    with pytest.raises(Invalid, match="4096x2400 videos are not supported"):
        await run(large)


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.mp3", "libmp3lame", 44_100),
        ("a.ogg", "libopus", 48_000),
        ("a.wav", "pcm_s16le", 44_100),
        ("a.wav", "pcm_s16le", 8_000),
        ("a.wav", "pcm_s24le", 96_000),
        ("a.flac", "flac", 44_100),
        ("a.m4a", "aac", 44_100),
        ("a.aac", "aac", 44_100),
    ],
)
async def test_every_sound_becomes_mp3(run: Run, into: Path, tmp_path: Path, name: str, codec: str, rate: int) -> None:
    done = await run(makers.tone(tmp_path / name, codec, rate, metadata=PLACE))
    assert (done.kind, done.original.mime, done.preview) == (Kind.AUDIO, "audio/mpeg", None)
    assert 1.4 < done.meta["duration"] < 1.7
    assert done.meta["audio_encode"] == "mp3"
    data = (into / done.original.name).read_bytes()
    assert b"Nacka" not in data
    assert b"ID3" not in data[:3]


async def test_a_cover_becomes_the_preview(run: Run, into: Path, tmp_path: Path) -> None:
    tone = makers.tone(tmp_path / "a.mp3", "libmp3lame")
    with av.open(str(tone)) as source, av.open(str(tmp_path / "b.mp3"), "w") as sink:
        sound = sink.add_stream_from_template(source.streams.audio[0])
        cover = sink.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 300, 300, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        frame = av.VideoFrame.from_ndarray(makers.picture(300, 300).numpy(), format="rgb24")
        sink.mux(cover.encode(frame.reformat(300, 300, "yuvj420p")))
        sink.mux(cover.encode(None))
        for packet in source.demux(source.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = sound
                sink.mux(packet)
    done = await run(tmp_path / "b.mp3")
    assert done.kind is Kind.AUDIO
    assert done.preview is not None
    assert done.meta["small"]["size"] == "300x300"
    assert done.blurhash is not None
    with av.open(str(into / done.original.name)) as made:
        assert not made.streams.video


async def test_sound_in_a_films_container(run: Run, tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as out:
        makers._tone(out, out.add_stream("aac", rate=44_100, layout="stereo"), 1, 44_100)
    assert (await run(tmp_path / "a.mp4")).kind is Kind.AUDIO


async def test_broken_and_double_films_are_refused(run: Run, tmp_path: Path) -> None:
    whole = makers.film(tmp_path / "a.mp4").read_bytes()
    for given in (whole[:64], whole[: len(whole) // 2], whole[:32] + b"\x00" * 5000, whole + makers.zip_file()):
        with pytest.raises(Invalid, match="File is invalid"):
            await run(given)


async def test_a_playlist_in_disguise_reads_nothing(run: Run, tmp_path: Path) -> None:
    """A demuxer is named for each format, so that a list of other files is not even looked at."""
    (tmp_path / "secret.ts").write_bytes(b"secret")
    playlist = b"ID3\x04\x00\x00\x00\x00\x00\x00#EXTM3U\n#EXTINF:1,\n" + str(tmp_path / "secret.ts").encode()
    with pytest.raises(Invalid, match="File is invalid"):
        await run(playlist)


async def test_damaged_films_never_end_in_an_error_of_ours(run: Run, tmp_path: Path) -> None:
    for name, codec in (("a.mp4", "libx264"), ("a.webm", "libvpx")):
        whole = makers.film(tmp_path / name, codec=codec, sound="libopus", frames=10).read_bytes()
        for place in range(40, len(whole), len(whole) // 12):
            broken = bytearray(whole)
            broken[place : place + 4] = b"\xff\x00\xff\x7f"
            text = await refusal(run, bytes(broken))
            assert text != rules.FAILED, f"an exception of ours at byte {place} of {name}"
