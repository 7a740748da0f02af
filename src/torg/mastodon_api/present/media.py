"""Attachment → Mastodon's MediaAttachment entity."""

from __future__ import annotations

import msgspec

from torg.kernel.actor import NetworkKind
from torg.mastodon_api import entities
from torg.media import links
from torg.media.model import Attachment, Kind, State


def _url(kind: NetworkKind, origin: str, m: Attachment) -> str | None:
    if m.remote_url is not None:
        return links.remote(origin, m.id, m.token, "original") if m.kind is not Kind.UNKNOWN else None
    return links.url(kind, origin, m.original_key) if m.original_key else None


def _preview(kind: NetworkKind, origin: str, m: Attachment) -> str | None:
    if m.remote_url is not None:
        # Of a film there is one only once it has been looked at; of a picture, as soon as it is asked for.
        pictured = m.kind in (Kind.IMAGE, Kind.GIFV) or m.preview_key is not None
        return links.remote(origin, m.id, m.token, "small") if pictured else None
    return links.url(kind, origin, m.preview_key) if m.preview_key else None


def attachment(origin: str, m: Attachment, kind: NetworkKind = NetworkKind.PUBLIC) -> entities.MediaAttachment:
    """One file; its addresses are null until it has been processed (docs: entities/MediaAttachment).

    Of another server's file `url` is ours, where it is fetched when asked for; null for what we do not show.
    """
    ready = m.state is State.READY
    meta = dict(m.meta)
    if m.focus_x is not None and m.focus_y is not None:
        meta["focus"] = {"x": m.focus_x, "y": m.focus_y}
    return entities.MediaAttachment(
        id=str(m.id),
        type=m.kind.value,
        url=_url(kind, origin, m) if ready else None,
        preview_url=_preview(kind, origin, m) if ready else None,
        remote_url=m.remote_url,
        meta=msgspec.convert(meta, entities.MediaMeta) if meta else None,
        description=m.description,
        blurhash=m.blurhash,
    )
