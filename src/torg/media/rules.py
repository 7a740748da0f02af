"""Decisions about media: limits, texts of refusals, what may hang on one post. Pure; no I/O."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from torg.kernel.errors import Invalid, invalid
from torg.media.formats import Family, Format, sniff
from torg.media.model import Attachment, Kind, State
from torg.text.normal import normal

MEGABYTE = 1024 * 1024
IMAGE_PIXEL_LIMIT = 33_177_600
VIDEO_PIXEL_LIMIT = 8_294_400
GIF_PIXEL_LIMIT = 1280 * 720
FRAME_RATE_LIMIT = 120
FRAME_COUNT_LIMIT = 1_000
ANIMATION_PIXEL_LIMIT = 500_000_000
ORIGINAL_PIXELS = 3840 * 2160
TRANSCODED_PIXELS = 1920 * 1080
PREVIEW_PIXELS = 640 * 360
DESCRIPTION_LIMIT = 1500
ATTACHMENTS_PER_POST = 4

# Mastodon's sentences, since clients show them and some compare them (docs: methods/media, 422).
UNSUPPORTED = "Validation failed: File content type is invalid, File is invalid"
BROKEN = "Validation failed: File is invalid"
FAILED = "Error processing thumbnail for uploaded media"
IN_USE = "Media attachment is currently used by a status"


class Sizes(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that a still or moving picture, and film or sound, may have as sent."""

    image: int = 16 * MEGABYTE
    video: int = 99 * MEGABYTE


def accept(head: bytes, size: int, sizes: Sizes) -> Format:
    """The format of an upload by its first bytes; refused by type and by size (422 both, as Mastodon)."""
    if size == 0:
        raise invalid("file", "ERR_BLANK", "can't be blank")
    found = sniff(head)
    if found is None:
        raise Invalid(UNSUPPORTED)
    limit = sizes.image if found.family is Family.IMAGE else sizes.video
    if size > limit:
        raise invalid("file", "ERR_TOO_LONG", f"must be less than {limit // MEGABYTE} MB")
    return found


def describe(text: str | None) -> str | None:
    """An alternative text, trimmed; empty is none. More than 1,500 characters is refused."""
    trimmed = (text or "").strip().replace("\x00", "")
    if len(trimmed) > DESCRIPTION_LIMIT:
        raise invalid("description", "ERR_TOO_LONG", f"is too long (maximum is {DESCRIPTION_LIMIT} characters)")
    return trimmed or None


def file_name(text: str | None) -> str | None:
    """The last part of an uploaded file's name, cut to 255 characters; none for an empty one."""
    name = normal(text or "").replace("\\", "/").rpartition("/")[2].strip()
    return name[:255] or None


def focal_point(text: str | None) -> tuple[float, float] | None:
    """`"x,y"` with both from -1 to 1 (docs: api/guidelines#focal-points); beyond is brought to the edge."""
    if text is None or not text.strip():
        return None
    parts = text.split(",")
    try:
        x, y = (float(part) for part in parts)
    except ValueError:
        raise invalid("focus", "ERR_INVALID", "is invalid") from None
    if not (math.isfinite(x) and math.isfinite(y)):
        raise invalid("focus", "ERR_INVALID", "is invalid")
    return max(-1.0, min(1.0, x)), max(-1.0, min(1.0, y))


def check_together(wanted: Sequence[int], found: Sequence[Attachment]) -> None:
    """Whether these may hang on one post: all there, ready, at most four, and film or sound alone."""
    if len(wanted) > ATTACHMENTS_PER_POST:
        raise Invalid("Validation failed: Cannot attach more than 4 files")
    have = {attachment.id for attachment in found}
    missing = [str(id_) for id_ in wanted if id_ not in have]
    if missing:
        raise Invalid(f"Validation failed: Media {', '.join(missing)} not found or already attached to another post")
    if any(attachment.state is not State.READY for attachment in found):
        raise Invalid(
            "Validation failed: Cannot attach files that have not finished processing. Try again in a moment!"
        )
    if len(found) > 1 and any(attachment.kind in (Kind.VIDEO, Kind.AUDIO) for attachment in found):
        raise Invalid("Validation failed: Cannot attach a video to a post that already contains images")
