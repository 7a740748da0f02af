"""Sound: MP3 without its tags, the cover kept as the preview. Runs in the worker only."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.audio.resampler import AudioResampler
from av.container import InputContainer, OutputContainer

from torg.kernel.errors import Invalid
from torg.media import frames, images, rules, streams
from torg.media.formats import Format
from torg.media.model import Kind, Output, Processed

_CODERS = {
    # codec → (encoder, sample format, sample rates, bits per second)
    "mp3": ("libmp3lame", "fltp", (16_000, 22_050, 24_000, 32_000, 44_100, 48_000), 192_000),
    "aac": ("aac", "fltp", (16_000, 22_050, 24_000, 32_000, 44_100, 48_000), 128_000),
}
_BROKEN_FRAMES_LIMIT = 50
_LATEST_START = 10.0


def process(path: Path, into: Path, kind: Format) -> Processed:
    """A sound file as MP3; MP3 itself is copied frame by frame, so that nothing is lost but the tags."""
    with streams.opened(path, kind) as source:
        if streams.film_of(source) is not None:
            raise Invalid(rules.UNSUPPORTED, log="film in a sound file")
        return process_opened(source, into)


def process_opened(source: InputContainer, into: Path) -> Processed:
    """As `process`, for a container that is open already."""
    sound = streams.sound_of(source)
    if sound is None:
        raise Invalid(rules.BROKEN, log="no sound")
    cover = _cover(source)
    target = into / "original.mp3"
    with av.open(str(target), "w", format="mp3", options={"id3v2_version": "0"}) as sink:
        _copy(source, sound, sink)
    with streams.opened(target, Format.MP3) as made:
        return _describe(made, target, into, cover)


def _copy(source: InputContainer, sound: Any, sink: OutputContainer) -> None:
    source.seek(0)
    if sound.codec_context.codec.canonical_name == "mp3":
        out = sink.add_stream_from_template(sound)
        out.metadata.clear()
        for packet in source.demux(sound):
            if packet.dts is not None:
                packet.stream = out
                sink.mux(packet)
        return
    recode = Recoder(sink, sound, "mp3")
    for packet in source.demux(sound):
        sink.mux(list(recode.packets(packet)))
    sink.mux(list(recode.rest()))


class Recoder:
    """Decode, resample, encode one stream of sound."""

    def __init__(self, sink: OutputContainer, sound: Any, codec: str) -> None:
        name, sample_format, rates, bits = _CODERS[codec]
        context = sound.codec_context
        if not context.sample_rate or not context.layout.nb_channels:
            raise Invalid(rules.BROKEN, log="sound without rate or channels")
        rate = context.sample_rate if context.sample_rate in rates else 48_000
        layout = "mono" if context.layout.nb_channels == 1 else "stereo"
        out: Any = sink.add_stream(name, rate=rate, layout=layout, format=sample_format)
        out.bit_rate = bits if layout == "stereo" else bits // 2
        self._out = out
        self._resampler = AudioResampler(format=sample_format, layout=layout, rate=rate)
        self._samples = 0
        self._start: float | None = None
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
            for even in self._resampler.resample(frame):
                yield from self._encode(even)

    def _encode(self, frame: Any) -> Iterator[Any]:
        # Times by counting: gaps and jumps of hostile files cannot make the file longer than its samples.
        if self._start is None:
            self._start = min(max(frame.time or 0.0, 0.0), _LATEST_START)
        frame.pts = int(self._start * frame.sample_rate) + self._samples
        frame.time_base = Fraction(1, frame.sample_rate)
        self._samples += frame.samples
        yield from self._out.encode(frame)

    def rest(self) -> Iterator[Any]:
        """What resampler and encoder held back."""
        for frame in self._resampler.resample(None):
            yield from self._encode(frame)
        if not self._samples:
            raise Invalid(rules.BROKEN, log="no sample could be decoded")
        yield from self._out.encode(None)


def _cover(source: InputContainer) -> Any | None:
    """The cover as a picture; one that is too large or broken is left out, since the sound is what was sent."""
    stream = streams.cover_of(source)
    if stream is None or not 0 < stream.codec_context.width * stream.codec_context.height <= rules.VIDEO_PIXEL_LIMIT:
        return None
    try:
        return frames.first_picture(source, stream)
    except (av.error.FFmpegError, Invalid):
        return None


def _describe(made: InputContainer, target: Path, into: Path, cover: Any | None) -> Processed:
    sound = streams.sound_of(made)
    if sound is None:
        raise Invalid(rules.BROKEN, log="nothing came out")
    duration = streams.seconds(made, sound)
    meta: dict[str, Any] = {
        "length": streams.clock(duration),
        "duration": round(duration, 2),
        **streams.sound_meta(sound),
        "original": {
            "duration": round(duration, 6),
            "bitrate": int(target.stat().st_size * 8 / duration) if duration else 0,
        },
    }
    small = None
    if cover is not None:
        small, meta["small"] = images.preview(cover, into)
    return Processed(
        kind=Kind.AUDIO,
        original=Output(target.name, "audio/mpeg"),
        preview=small,
        meta=meta,
        blurhash=images.hash_of(cover) if cover is not None else None,
    )
