"""Film and sound files opened with care, and what is said about them. Runs in the worker only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.stream import Disposition

from torg.kernel.errors import Invalid
from torg.media import rules, smuggling
from torg.media.formats import Format

# Named, so that no other demuxer is tried: a playlist could ask for other files or addresses.
_DEMUXERS = {
    Format.MP4: "mov",
    Format.M4A: "mov",
    Format.WEBM: "matroska",
    Format.MP3: "mp3",
    Format.OGG: "ogg",
    Format.WAV: "wav",
    Format.FLAC: "flac",
    Format.AAC: "aac",
}
_HEAD = 4096
_TAIL = 70_000


@contextmanager
def opened(path: Path, kind: Format) -> Iterator[InputContainer]:
    """The file as a container; what its decoder dislikes becomes Invalid (422)."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(max(0, path.stat().st_size - _TAIL))
        smuggling.check_stream(head, file.read())
    try:
        with av.open(
            str(path),
            format=_DEMUXERS[kind],
            options={"protocol_whitelist": "file"},
            metadata_errors="ignore",
        ) as container:
            yield container
    except (av.error.FFmpegError, av.error.EOFError) as error:
        raise Invalid(rules.BROKEN, log=f"{kind}: {error}") from error


def film_of(container: InputContainer) -> Any | None:
    """The first stream of moving pictures; a cover is none."""
    return next((s for s in container.streams.video if not s.disposition & Disposition.attached_pic), None)


def sound_of(container: InputContainer) -> Any | None:
    """The first stream of sound."""
    return next(iter(container.streams.audio), None)


def cover_of(container: InputContainer) -> Any | None:
    """The picture that a sound file carries along."""
    return next((s for s in container.streams.video if s.disposition & Disposition.attached_pic), None)


def seconds(container: InputContainer, stream: Any) -> float:
    """Duration, from the container or else the stream."""
    if container.duration:
        return float(container.duration / 1_000_000)
    return float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0


def clock(duration: float) -> str:
    """`meta.length`: H:MM:SS.cc."""
    minutes, rest = divmod(duration, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{rest:05.2f}"


def rate(stream: Any) -> Fraction:
    """Frames per second, 0 when unknown."""
    return Fraction(stream.average_rate or stream.guessed_rate or 0)


def sound_meta(stream: Any) -> dict[str, Any]:
    """`audio_encode`, `audio_bitrate` (the sample rate, as Mastodon shows it) and `audio_channels`."""
    context = stream.codec_context
    profile = f" ({context.profile})" if context.profile else ""
    return {
        "audio_encode": f"{context.codec.canonical_name}{profile}",
        "audio_bitrate": f"{context.sample_rate} Hz",
        "audio_channels": context.layout.name,
    }
