"""Pictures of a fixed shape: avatars, headers, custom emoji. Runs in the worker only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyvips

from torg.kernel.errors import Invalid
from torg.media import images, rules
from torg.media.formats import Format
from torg.media.model import Kind, Output, Processed

AVATAR = (400, 400)
HEADER = (1500, 500)
EMOJI = (128, 128)
CARD = (1200, 1200)
_MOVING_FRAMES = 250


def avatar(path: Path, into: Path, kind: Format) -> Processed:
    """400×400, cut to the middle; one that moves stays so, with a still one beside it."""
    return _cut(path, into, kind, AVATAR)


def header(path: Path, into: Path, kind: Format) -> Processed:
    """1500×500, cut to the middle; one that moves stays so, with a still one beside it."""
    return _cut(path, into, kind, HEADER)


def emoji(path: Path, into: Path, kind: Format) -> Processed:
    """At most 128×128, of its own shape, transparent where it was."""
    return _make(path, into, kind, lambda image: _inside(image, EMOJI))


def card(path: Path, into: Path, kind: Format) -> Processed:
    """A link card's picture: at most 1200×1200, of its own shape, its first frame if it moves."""
    images.inspect(path, kind)
    still = _inside(images.open_still(path, kind), CARD).copy_memory()
    made = images.save(still, into, "card", "image/jpeg" if kind is Format.JPEG else "image/png")
    meta = {"original": images.dimensions(still.width, still.height)}
    return Processed(kind=Kind.IMAGE, original=made, meta=meta, blurhash=images.hash_of(still))


def _cut(path: Path, into: Path, kind: Format, size: tuple[int, int]) -> Processed:
    return _make(path, into, kind, lambda image: _filled(image, size))


def _filled(image: Any, size: tuple[int, int]) -> Any:
    return image.thumbnail_image(size[0], height=size[1], crop="centre", size="both")


def _inside(image: Any, size: tuple[int, int]) -> Any:
    return image.thumbnail_image(size[0], height=size[1], size="down")


def _make(path: Path, into: Path, kind: Format, shape: Any) -> Processed:
    found = images.inspect(path, kind)
    still = shape(images.open_still(path, kind)).copy_memory()
    mime = "image/jpeg" if kind is Format.JPEG else "image/png"
    static = images.save(still, into, "static", mime)
    original = static
    if found.frames > 1:
        original = _moving(path, into, kind, found.frames, shape)
    meta = {"original": images.dimensions(still.width, still.height)}
    return Processed(kind=Kind.IMAGE, original=original, static=static, meta=meta, blurhash=images.hash_of(still))


def _moving(path: Path, into: Path, kind: Format, frames: int, shape: Any) -> Output:
    """An animated WebP of every frame, shaped alike."""
    if frames > _MOVING_FRAMES:
        raise Invalid(f"Validation failed: File has too many frames (maximum is {_MOVING_FRAMES})")
    loader = pyvips.Image.gifload if kind is Format.GIF else pyvips.Image.webpload
    try:
        strip = loader(str(path), n=-1, access="sequential", fail_on="error")
        high, count = strip.get("page-height"), strip.get("n-pages")
        delays = list(strip.get("delay"))
        shaped = []
        for index in range(count):
            page = strip.crop(0, index * high, strip.width, high).copy_memory().colourspace("srgb")
            shaped.append(shape(page if page.hasalpha() else page.addalpha()).copy_memory())
    except pyvips.Error as error:
        raise Invalid(rules.BROKEN, log=f"{kind}: {error}") from error
    joined = pyvips.Image.arrayjoin(shaped, across=1).copy()
    joined.set_type(pyvips.GValue.gint_type, "page-height", shaped[0].height)
    joined.set_type(pyvips.GValue.array_int_type, "delay", delays)
    joined.set_type(pyvips.GValue.gint_type, "loop", 0)
    target = into / "original.webp"
    joined.webpsave(str(target), Q=85, effort=2, keep="none")
    return Output(target.name, "image/webp")
