"""Real files, made here: pictures, films, sounds, and hostile ones."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pyvips


def picture(width: int = 320, height: int = 200, *, alpha: bool = False) -> Any:
    """A colour gradient with a bright corner at the top left."""
    across = np.tile(np.linspace(0, 255, width), (height, 1))
    down = np.tile(np.linspace(0, 255, height)[:, None], (1, width))
    pixels = np.stack([across, down, np.full((height, width), 90.0)], axis=2).astype("uint8")
    pixels[: height // 4, : width // 4] = 255
    image = pyvips.Image.new_from_array(pixels).copy(interpretation="srgb")
    return image.bandjoin(128) if alpha else image


def encoded(suffix: str, width: int = 320, height: int = 200, *, alpha: bool = False, **options: Any) -> bytes:
    return bytes(picture(width, height, alpha=alpha).write_to_buffer(suffix, **options))


def exif_with_place(orientation: int = 1) -> bytes:
    """An APP1 segment by hand: orientation, and a GPS directory with latitude 59° 19' N."""
    ifd0 = struct.pack(">H", 2)
    ifd0 += struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    gps_at = 8 + 2 + 2 * 12 + 4
    ifd0 += struct.pack(">HHII", 0x8825, 4, 1, gps_at) + struct.pack(">I", 0)
    values_at = gps_at + 2 + 2 * 12 + 4
    gps = struct.pack(">H", 2)
    gps += struct.pack(">HHI", 1, 2, 2) + b"N\x00\x00\x00"
    gps += struct.pack(">HHII", 2, 5, 3, values_at) + struct.pack(">I", 0)
    gps += struct.pack(">IIIIII", 59, 1, 19, 1, 4217, 100)
    body = b"Exif\x00\x00MM\x00\x2a" + struct.pack(">I", 8) + ifd0 + gps
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def jpeg_with_place(width: int = 320, height: int = 200, orientation: int = 1) -> bytes:
    plain = encoded(".jpg", width, height, keep="none")
    comment = b"\xff\xfe" + struct.pack(">H", 2 + 14) + b"Home, Nacka 12"
    return plain[:2] + exif_with_place(orientation) + comment + plain[2:]


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_bomb(side: int = 50_000) -> bytes:
    """A PNG whose header claims side × side pixels, with little in it."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    rows = _chunk(b"IDAT", zlib.compress(b"\x00" * 1_000_000, 9))
    return b"\x89PNG\r\n\x1a\n" + head + rows + _chunk(b"IEND", b"")


def png_with_text(text: bytes) -> bytes:
    plain = encoded(".png")
    return plain[:33] + _chunk(b"tEXt", b"Comment\x00" + text) + plain[33:]


def gif(frames: int, width: int = 32, height: int = 32, delay: int = 10) -> bytes:
    """A GIF by hand: each frame a full picture of one of two colours, `delay` in hundredths of a second."""
    out = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\xff\x00\x00\x00\x00\xff"
    one = b"\x21\xf9\x04\x00" + struct.pack("<H", delay) + b"\x00\x00"
    for index in range(frames):
        out += one + b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + _lzw(width * height, index % 2)
    return out + b"\x3b"


def _lzw(pixels: int, colour: int) -> bytes:
    """Uncompressed LZW: 3-bit codes with a clear code before the table can grow."""
    bits, count, body = 0, 0, bytearray()

    def put(code: int) -> None:
        nonlocal bits, count
        bits |= code << count
        count += 3
        while count >= 8:
            body.append(bits & 255)
            bits >>= 8
            count -= 8

    for index in range(pixels):
        if index % 2 == 0:
            put(4)
        put(colour)
    put(5)
    body.append(bits & 255)
    blocks = b"".join(bytes([len(body[n : n + 255])]) + body[n : n + 255] for n in range(0, len(body), 255))
    return b"\x02" + blocks + b"\x00"


def webp_animation(frames: int = 5, width: int = 64, height: int = 48) -> bytes:
    pages = [picture(width, height).linear(1, 10 * index).cast("uchar") for index in range(frames)]
    strip = pyvips.Image.arrayjoin(pages, across=1).copy()
    strip.set_type(pyvips.GValue.gint_type, "page-height", height)
    strip.set_type(pyvips.GValue.array_int_type, "delay", [80] * frames)
    return bytes(strip.webpsave_buffer())


def zip_file() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("evil.html", "<script>alert(1)</script>")
    return held.getvalue()


def film(path: Path, **given: Any) -> Path:
    """A second of moving gradient, with a tone: see `_film` for what can be asked for.

    It is made in a thread that ends with it: SVT-AV1, when root runs it, gives the calling thread real-time priority
    and leaves it there, so that a process of tests and all that it starts would take the machine from everyone else.
    """
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(_film, path, **given).result()


def _film(
    path: Path,
    *,
    codec: str = "libx264",
    sound: str | None = "aac",
    size: tuple[int, int] = (320, 240),
    frames: int = 30,
    rotation: int = 0,
    metadata: dict[str, str] | None = None,
) -> Path:
    with av.open(str(path), "w") as out:
        out.metadata.update(metadata or {})
        video: Any = out.add_stream(codec, rate=30)
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        if rotation:
            video.set_display_rotation(rotation)
        audio: Any = out.add_stream(sound, rate=48_000, layout="stereo") if sound else None
        base = picture(*size).numpy()
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(np.roll(base, index * 3, axis=1), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 30)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        if audio is not None:
            _tone(out, audio, frames / 30, 48_000)
    return path


def tone(path: Path, codec: str, rate: int = 44_100, metadata: dict[str, str] | None = None) -> Path:
    """A second and a half of a tone."""
    with av.open(str(path), "w") as out:
        out.metadata.update(metadata or {})
        _tone(out, out.add_stream(codec, rate=rate, layout="stereo"), 1.5, rate)
    return path


def _tone(out: Any, stream: Any, seconds: float, rate: int) -> None:
    total = int(seconds * rate)
    wave = (np.sin(np.arange(total) * 440 * 2 * np.pi / rate) * 12_000).astype("int16")
    wanted = stream.format.name
    resampler = av.AudioResampler(format=wanted, layout="stereo", rate=rate, frame_size=stream.frame_size or 1024)
    for at in range(0, total, 1024):
        part = np.repeat(wave[at : at + 1024], 2)[None, :]
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(part), format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
        for even in resampler.resample(frame):
            out.mux(stream.encode(even))
    for even in resampler.resample(None):
        out.mux(stream.encode(even))
    out.mux(stream.encode(None))
