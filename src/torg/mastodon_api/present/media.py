"""Attachment → Mastodon's MediaAttachment entity."""

from __future__ import annotations

import msgspec

from torg.kernel.actor import NetworkKind
from torg.mastodon_api import entities
from torg.media import links
from torg.media.model import Attachment, State


def attachment(origin: str, m: Attachment, kind: NetworkKind = NetworkKind.PUBLIC) -> entities.MediaAttachment:
    """One file; its addresses are null until it has been processed (docs: entities/MediaAttachment)."""
    ready = m.state is State.READY
    meta = dict(m.meta)
    if m.focus_x is not None and m.focus_y is not None:
        meta["focus"] = {"x": m.focus_x, "y": m.focus_y}
    return entities.MediaAttachment(
        id=str(m.id),
        type=m.kind.value,
        url=links.url(kind, origin, m.original_key) if ready and m.original_key else None,
        preview_url=links.url(kind, origin, m.preview_key) if ready and m.preview_key else None,
        remote_url=None,
        meta=msgspec.convert(meta, entities.MediaMeta) if meta else None,
        description=m.description,
        blurhash=m.blurhash,
    )
