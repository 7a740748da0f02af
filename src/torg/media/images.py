"""Still images: turned upright, brought to sRGB, re-encoded without any metadata. Runs in the worker only."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import blurhash
import pyvips

from torg.kernel.errors import Invalid
from torg.media import rules, smuggling, structure
from torg.media.formats import EXTENSIONS, Format
from torg.media.model import Kind, Output, Processed
from torg.media.structure import Skeleton

pyvips.cache_set_max(0)
Image = pyvips.Image

_LOADERS = {
    Format.JPEG: Image.jpegload,
    Format.PNG: Image.pngload,
    Format.GIF: Image.gifload,
    Format.WEBP: Image.webpload,
    Format.AVIF: Image.heifload,
}
_HASH_SIDE = 48


def inspect(path: Path, kind: Format) -> Skeleton:
    """Everything that can be known without decoding; refuses bombs, polyglots and broken files (422)."""
    data = path.read_bytes()
    found = structure.read(data, kind)
    smuggling.check_image(data, found.end)
    check_pixels(found, kind)
    return found


def check_pixels(found: Skeleton, kind: Format) -> None:
    """Refuse by the dimensions in the header: 33 megapixels, less for what moves."""
    moving = found.frames > 1
    limit = rules.GIF_PIXEL_LIMIT if moving or kind is Format.GIF else rules.IMAGE_PIXEL_LIMIT
    if found.width * found.height > limit:
        raise Invalid(f"{found.width}x{found.height} images are not supported")
    if found.frames > rules.FRAME_COUNT_LIMIT:
        raise Invalid(f"Validation failed: File has too many frames (maximum is {rules.FRAME_COUNT_LIMIT})")
    if found.frames * found.width * found.height > rules.ANIMATION_PIXEL_LIMIT:
        raise Invalid("Validation failed: File has too many frames for its dimensions")


def open_still(path: Path, kind: Format) -> Any:
    """The first frame, upright, sRGB, 8 bits. Invalid (422) where the decoder gives up."""
    try:
        image = _LOADERS[kind](str(path), fail_on="error")
        if image.width * image.height > rules.IMAGE_PIXEL_LIMIT:
            raise Invalid(f"{image.width}x{image.height} images are not supported")
        return _srgb(image.copy_memory().autorot())
    except pyvips.Error as error:
        raise Invalid(rules.BROKEN, log=f"{kind}: {error}") from error


def _srgb(image: Any) -> Any:
    if image.get_typeof("icc-profile-data"):
        try:
            image = image.icc_transform("srgb", embedded=True, intent="perceptual", depth=8).copy_memory()
        except pyvips.Error:  # a profile that cannot be read is as good as none
            image = image.colourspace("srgb")
    elif image.interpretation != "srgb":
        image = image.colourspace("srgb")
    if image.bands == 2:
        image = image.colourspace("srgb")
    return image.cast("uchar")


def within(width: int, height: int, pixels: int) -> tuple[int, int]:
    """Width and height of the same shape with at most so many pixels; never larger than given."""
    scale = min(1.0, math.sqrt(pixels / (width * height)))
    return max(1, int(width * scale)), max(1, int(height * scale))


def fit(image: Any, pixels: int) -> Any:
    """The image shrunk to an area, alpha respected."""
    width, height = within(image.width, image.height, pixels)
    if (width, height) == (image.width, image.height):
        return image
    return image.thumbnail_image(width, height=height, size="force")


def save(image: Any, into: Path, name: str, mime: str) -> Output:
    """Write without metadata; the file's name gets the type's extension."""
    path = into / f"{name}.{EXTENSIONS[mime]}"
    if mime == "image/jpeg":
        if image.hasalpha():
            image = image.flatten(background=[255, 255, 255])
        image.jpegsave(str(path), Q=90, optimize_coding=True, interlace=True, keep="none")
    elif mime == "image/png":
        image.pngsave(str(path), compression=7, keep="none")
    else:
        image.webpsave(str(path), Q=88, alpha_q=100, effort=3, keep="none")
    return Output(path.name, mime)


def preview(image: Any, into: Path) -> tuple[Output, dict[str, Any]]:
    """The small picture (640×360 in area): JPEG, or WebP where it is transparent; and its `meta.small`."""
    small = fit(image, rules.PREVIEW_PIXELS)
    mime = "image/webp" if small.hasalpha() else "image/jpeg"
    return save(small, into, "small", mime), dimensions(small.width, small.height)


def dimensions(width: int, height: int) -> dict[str, Any]:
    """`meta.original` or `meta.small` (docs: entities/MediaAttachment#meta)."""
    return {"width": width, "height": height, "size": f"{width}x{height}", "aspect": width / height}


def hash_of(image: Any) -> str:
    """BlurHash with 4×3 components."""
    tiny = image.thumbnail_image(_HASH_SIDE, height=_HASH_SIDE, size="force")
    if tiny.hasalpha():
        tiny = tiny.flatten(background=[255, 255, 255])
    if tiny.bands == 1:
        tiny = tiny.bandjoin([tiny, tiny])
    return str(blurhash.encode(tiny.extract_band(0, n=3).numpy().tolist(), 4, 3))


def process(path: Path, into: Path, kind: Format) -> Processed:
    """Original (8.3 megapixels at most) and preview of a still image."""
    image = open_still(path, kind)
    full = fit(image, rules.ORIGINAL_PIXELS)
    if kind is Format.JPEG or (kind is Format.AVIF and not full.hasalpha()):
        mime = "image/jpeg"
    else:
        mime = "image/png" if kind in (Format.PNG, Format.GIF) else "image/webp"
    small, small_meta = preview(full, into)
    return Processed(
        kind=Kind.IMAGE,
        original=save(full, into, "original", mime),
        preview=small,
        meta={"original": dimensions(full.width, full.height), "small": small_meta},
        blurhash=hash_of(full),
    )
