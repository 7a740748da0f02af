"""Film: H.264 and AAC in MP4, remuxed where it already is that, transcoded where not. Runs in the worker only."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer, OutputContainer

from torg.kernel.errors import Invalid
from torg.media import audio, frames, images, rules, streams
from torg.media.formats import Format
from torg.media.model import Kind, Output, Processed

_KEEPS_VIDEO = {"h264"}
_KEEPS_AUDIO = {"aac", "mp3"}
_PLAYABLE = {"yuv420p", "yuvj420p"}
_BROKEN_FRAMES_LIMIT = 20
_X264 = {"preset": "veryfast", "crf": "23", "maxrate": "2500k", "bufsize": "5000k", "profile": "high"}
_MP4 = {"movflags": "+faststart"}


def process(path: Path, into: Path, kind: Format) -> Processed:
    """A film with sound is `video`, one without is `gifv`, sound alone in a film's container is `audio`."""
    with streams.opened(path, kind) as source:
        film = streams.film_of(source)
        if film is None:
            return audio.process_opened(source, into)
        check(film)
        target = into / "original.mp4"
        with av.open(str(target), "w", format="mp4", options=_MP4) as sink:
            turned = _copy(source, film, sink)
    with streams.opened(target, Format.MP4) as made:
        return _describe(made, target, into, turned)


def check(film: Any) -> None:
    """Refuse by dimensions and frame rate (Mastodon's sentences)."""
    width, height, rate = film.codec_context.width, film.codec_context.height, streams.rate(film)
    if width < 1 or height < 1:
        raise Invalid(rules.BROKEN, log="film without dimensions")
    if width * height > rules.VIDEO_PIXEL_LIMIT:
        raise Invalid(f"{width}x{height} videos are not supported")
    if rate > rules.FRAME_RATE_LIMIT:
        raise Invalid(f"{int(rate)}fps videos are not supported")


def _copy(source: InputContainer, film: Any, sink: OutputContainer) -> int:
    """Bring film and sound over and nothing else (no tags, no chapters, no tracks of places); degrees turned."""
    sound = streams.sound_of(source)
    turned = _rotation(source, film)
    context = film.codec_context
    keep_film = context.codec.canonical_name in _KEEPS_VIDEO and context.pix_fmt in _PLAYABLE
    film_out = sink.add_stream_from_template(film) if keep_film else _encoder(sink, film)
    film_out.metadata.clear()
    if turned:
        film_out.set_display_rotation(turned)
    sound_out, recode = None, None
    if sound is not None:
        if sound.codec_context.codec.canonical_name in _KEEPS_AUDIO:
            sound_out = sink.add_stream_from_template(sound)
        else:
            recode = audio.Recoder(sink, sound, "aac")
        if sound_out is not None:
            sound_out.metadata.clear()
    coder = None if keep_film else _FilmCoder(film_out)
    for packet in source.demux(*[s for s in (film, sound) if s is not None]):
        if packet.stream is film and coder is not None:
            sink.mux(list(coder.packets(packet)))
        elif packet.stream is sound and recode is not None:
            sink.mux(list(recode.packets(packet)))
        elif packet.dts is not None:
            packet.stream = film_out if packet.stream is film else sound_out
            sink.mux(packet)
    if coder is not None:
        sink.mux(list(coder.rest()))
    if recode is not None:
        sink.mux(list(recode.rest()))
    return turned


def _rotation(source: InputContainer, film: Any) -> int:
    """Counter-clockwise degrees of the display matrix, as the first frame tells it."""
    frame = next(source.decode(film), None)
    if frame is None:
        raise Invalid(rules.BROKEN, log="film without a frame")
    turned = int(frame.rotation or 0)
    source.seek(0)
    film.codec_context.flush_buffers()
    return turned


def _encoder(sink: OutputContainer, film: Any) -> Any:
    out = sink.add_stream("libx264", rate=streams.rate(film) or 30, options=dict(_X264))
    width, height = images.within(film.codec_context.width, film.codec_context.height, rules.TRANSCODED_PIXELS)
    out.width, out.height = max(2, width // 2 * 2), max(2, height // 2 * 2)
    out.pix_fmt = "yuv420p"
    out.codec_context.time_base = Fraction(1, 90_000)
    out.codec_context.thread_count = 2
    return out


class _FilmCoder:
    """Decode, scale, encode; frames whose time does not go forward are dropped."""

    def __init__(self, out: Any) -> None:
        self._out = out
        self._last = -1.0
        self._broken = 0

    def packets(self, packet: Any) -> Iterator[Any]:
        """The encoded packets that this one sets free."""
        try:
            decoded = packet.decode()
        except av.error.InvalidDataError as error:
            self._broken += 1
            if self._broken > _BROKEN_FRAMES_LIMIT:
                raise Invalid(rules.BROKEN, log="too many broken frames") from error
            return
        for frame in decoded:
            if frame.width * frame.height > rules.VIDEO_PIXEL_LIMIT:
                raise Invalid(f"{frame.width}x{frame.height} videos are not supported")
            if frame.time is None or frame.time <= self._last:
                continue
            self._last = frame.time
            scaled = frame.reformat(self._out.width, self._out.height, "yuv420p")
            scaled.pts, scaled.time_base = frame.pts, frame.time_base
            scaled.pict_type = 0
            yield from self._out.encode(scaled)

    def rest(self) -> Iterator[Any]:
        """What the encoder held back."""
        if self._last < 0:
            raise Invalid(rules.BROKEN, log="no frame could be decoded")
        yield from self._out.encode(None)


def _describe(made: InputContainer, target: Path, into: Path, turned: int) -> Processed:
    """Meta, preview and BlurHash of the finished file."""
    film, sound = streams.film_of(made), streams.sound_of(made)
    if film is None:
        raise Invalid(rules.BROKEN, log="nothing came out")
    picture = frames.first_picture(made, film, turned)
    small, small_meta = images.preview(picture, into)
    width, height, rate = picture.width, picture.height, streams.rate(film)
    duration = streams.seconds(made, film)
    meta: dict[str, Any] = {
        "length": streams.clock(duration),
        "duration": round(duration, 2),
        "fps": round(float(rate)),
        **images.dimensions(width, height),
        **(streams.sound_meta(sound) if sound is not None else {}),
        "original": {
            "width": width,
            "height": height,
            "frame_rate": f"{rate.numerator}/{rate.denominator}",
            "duration": round(duration, 6),
            "bitrate": int(target.stat().st_size * 8 / duration) if duration else 0,
        },
        "small": small_meta,
    }
    return Processed(
        kind=Kind.VIDEO if sound is not None else Kind.GIFV,
        original=Output(target.name, "video/mp4"),
        preview=small,
        meta=meta,
        blurhash=images.hash_of(picture),
    )
