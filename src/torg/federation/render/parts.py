"""Parts that actors and objects have in common: pictures, emoji, hashtags, links."""

from __future__ import annotations

import mimetypes
from typing import Any

from torg.emojis.model import Emoji
from torg.kernel.actor import NetworkKind
from torg.media import links
from torg.text.tags import tag_url


def file(origin: str, key: str) -> str:
    """The address of a stored file; what federates is public."""
    return links.url(NetworkKind.PUBLIC, origin, key)


def image(origin: str, key: str, description: str = "") -> dict[str, Any]:
    """A picture; its description is what Mastodon and GoToSocial read as alternative text."""
    kind, _ = mimetypes.guess_type(key)
    found: dict[str, Any] = {"type": "Image", "url": file(origin, key)}
    if kind:
        found["mediaType"] = kind
    if description:
        found["summary"] = description
        found["name"] = description
    return found


def emoji(origin: str, one: Emoji) -> dict[str, Any]:
    return {
        "id": f"{origin}/emojis/{one.id}",
        "type": "Emoji",
        "name": f":{one.shortcode}:",
        "icon": image(origin, one.key),
    }


def hashtag(origin: str, name: str) -> dict[str, Any]:
    return {"type": "Hashtag", "href": tag_url(origin, name), "name": f"#{name}"}
