"""Animated GIF and WebP: turned into a soundless film (gifv). Runs in the worker only."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pyvips

from torg.kernel.errors import Invalid
from torg.media import images, rules, streams
from torg.media.formats import Format
from torg.media.model import Kind, Output, Processed
from torg.media.structure import Skeleton

_X264 = {"preset": "veryfast", "crf": "21"}
_FASTEST = 20
_DEFAULT = 100


def process(path: Path, into: Path, kind: Format, found: Skeleton) -> Processed:
    """The film, its preview and meta. Frames are decoded one after the other, never all at once."""
    target = into / "original.mp4"
    loader = pyvips.Image.gifload if kind is Format.GIF else pyvips.Image.webpload
    try:
        strip = loader(str(path), n=-1, access="sequential", fail_on="error")
        if strip.get("n-pages") > found.frames:
            raise Invalid(rules.BROKEN, log="more frames than the skeleton has")
        first, milliseconds = _film(strip, target)
    except pyvips.Error as error:
        raise Invalid(rules.BROKEN, log=f"{kind}: {error}") from error
    count, duration = strip.get("n-pages"), milliseconds / 1000
    rate = Fraction(count * 1000, milliseconds).limit_denominator(1000)
    small, small_meta = images.preview(first, into)
    width, height = first.width, first.height
    meta: dict[str, Any] = {
        "length": streams.clock(duration),
        "duration": round(duration, 2),
        "fps": max(1, round(float(rate))),
        **images.dimensions(width, height),
        "original": {
            "width": width,
            "height": height,
            "frame_rate": f"{rate.numerator}/{rate.denominator}",
            "duration": duration,
            "bitrate": int(target.stat().st_size * 8 / duration),
        },
        "small": small_meta,
    }
    return Processed(
        kind=Kind.GIFV,
        original=Output(target.name, "video/mp4"),
        preview=small,
        meta=meta,
        blurhash=images.hash_of(first),
    )


def _film(strip: Any, target: Path) -> tuple[Any, int]:
    """Write the film; the first frame and the whole length in milliseconds."""
    delays = [delay if delay >= _FASTEST else _DEFAULT for delay in strip.get("delay")]  # as browsers do
    first, at = None, 0
    with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as sink:
        out: Any = sink.add_stream("libx264", rate=25, options=dict(_X264))
        out.width, out.height = strip.width // 2 * 2 or 2, strip.get("page-height") // 2 * 2 or 2
        out.pix_fmt = "yuv420p"
        out.codec_context.time_base = Fraction(1, 1000)
        out.codec_context.thread_count = 2
        for page, delay in zip(_pages(strip), delays, strict=False):
            first = page if first is None else first
            frame = av.VideoFrame.from_ndarray(page.numpy(), format="rgb24")
            frame = frame.reformat(out.width, out.height, "yuv420p")
            frame.pts, frame.time_base = at, Fraction(1, 1000)
            sink.mux(out.encode(frame))
            at += delay
        sink.mux(out.encode(None))
    if first is None:
        raise Invalid(rules.BROKEN, log="no frames")
    even = (
        first
        if (first.width, first.height) == (out.width, out.height)
        else first.thumbnail_image(out.width, height=out.height, size="force")
    )
    return even, at


def _pages(strip: Any) -> Iterator[Any]:
    """Each frame as an opaque RGB picture; what is transparent becomes white."""
    high = strip.get("page-height")
    for index in range(strip.get("n-pages")):
        page = strip.crop(0, index * high, strip.width, high).copy_memory()
        if page.hasalpha():
            page = page.flatten(background=[255] * (page.bands - 1))
        page = page if page.interpretation == "srgb" and page.bands == 3 else page.colourspace("srgb")
        yield page.cast("uchar").copy_memory()
