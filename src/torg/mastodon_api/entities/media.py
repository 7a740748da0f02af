"""Media attachments."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.base import UNSET, Entity, Id, Maybe, Url

MediaType = Annotated[str, Meta(pattern=r"^(unknown|image|gifv|video|audio)$")]


class MediaFocus(Entity, kw_only=True):
    """`meta[focus]`: the point that a crop should keep, from -1 to 1 both ways."""

    x: float | None
    y: float | None


class MediaSize(Entity, kw_only=True):
    """`meta[original]` and `meta[small]`: pixels, and for what moves a rate, seconds and bit/s."""

    width: Maybe[int] = UNSET
    height: Maybe[int] = UNSET
    size: Maybe[str] = UNSET
    aspect: Maybe[float] = UNSET
    frame_rate: Maybe[str] = UNSET
    duration: Maybe[float] = UNSET
    bitrate: Maybe[int] = UNSET


class MediaMeta(Entity, kw_only=True):
    """`meta`: facts about the file. All but the last three are for video and audio alone."""

    length: Maybe[str] = UNSET
    duration: Maybe[float] = UNSET
    fps: Maybe[int] = UNSET
    size: Maybe[str] = UNSET
    width: Maybe[int] = UNSET
    height: Maybe[int] = UNSET
    aspect: Maybe[float] = UNSET
    audio_encode: Maybe[str] = UNSET
    audio_bitrate: Maybe[str] = UNSET
    audio_channels: Maybe[str] = UNSET
    original: Maybe[MediaSize] = UNSET
    small: Maybe[MediaSize] = UNSET
    focus: Maybe[MediaFocus | None] = UNSET


class MediaAttachment(Entity, kw_only=True):
    """MediaAttachment: a file with a status; `url` is null until it has been processed."""

    id: Id
    type: MediaType
    url: Url | None
    preview_url: Url | None
    remote_url: Url | None
    meta: MediaMeta | None
    description: str | None
    blurhash: str | None
