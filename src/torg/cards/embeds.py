"""Embedded players: foreign HTML is never kept; of a player only its address is, in a frame that we write ourselves."""

from __future__ import annotations

import html
from typing import Any
from urllib.parse import urlsplit

import msgspec

from torg.cards.tags import read

SANDBOX = "allow-scripts allow-same-origin allow-popups allow-presentation"
MOST_PIXELS = 10_000


def parse(answer: bytes) -> dict[str, Any] | None:
    """An oEmbed answer as a dict; None when it is not a JSON object."""
    try:
        return msgspec.json.decode(answer, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def source_of(markup: str) -> str | None:
    """The address of the first iframe in an oEmbed's HTML."""
    return next((tag.attributes.get("src") for tag in read(markup[:20_000]) if tag.name == "iframe"), None)


def may_embed(source: str, *owners: str) -> bool:
    """Whether a player may be framed: https, and of the same site as the page or its oEmbed provider."""
    parts = urlsplit(source)
    return parts.scheme == "https" and any(
        related(parts.hostname or "", urlsplit(owner).hostname or "") for owner in owners if owner
    )


def related(one: str, other: str) -> bool:
    """Whether two hosts are the same, or one is below the other (`player.vimeo.com` and `vimeo.com`)."""
    one, other = (host.lower().removeprefix("www.") for host in (one, other))
    short, long = sorted((one, other), key=len)
    return bool(short) and (short == long or ("." in short and long.endswith("." + short)))


def frame(source: str, width: int, height: int) -> str:
    """The card's `html`: a sandboxed frame."""
    size = f' width="{width}" height="{height}"' if width and height else ""
    return (
        f'<iframe src="{html.escape(source, quote=True)}"{size} sandbox="{SANDBOX}" '
        'referrerpolicy="strict-origin-when-cross-origin" loading="lazy" frameborder="0" allowfullscreen></iframe>'
    )


def pixels(value: object) -> int:
    """A width or height as oEmbed and Open Graph write them: a number or its text; 0 when it is none."""
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 10:
        value = int(value)
    return int(value) if isinstance(value, (int, float)) and 0 < value <= MOST_PIXELS else 0
