"""Custom emoji on pages: `:names:` in text become still pictures; tags and their attributes are left as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping

from markupsafe import Markup, escape

# A tag with its quoted attributes, in which ">" and ":name:" are nothing special (clean HTML, serialised by nh3 or us).
_TAG = re.compile(r"""(<(?:"[^"]*"|'[^']*'|[^'">])*>)""")
_NAME = re.compile(r"(?<![^\W_]):([A-Za-z0-9_]{2,64}+):(?![^\W_])")


def with_pictures(html: str, pictures: Mapping[str, str]) -> Markup:
    """Clean HTML with the names in `pictures` (shortcode → address) shown; read out by their names."""
    if not pictures:
        return Markup(html)  # noqa: S704 - cleaned by text/ when it was stored
    parts = _TAG.split(html)
    parts[::2] = [_NAME.sub(lambda found: _shown(found, pictures), text) for text in parts[::2]]
    return Markup("".join(parts))  # noqa: S704 - as above, and what is added is escaped


def _shown(found: re.Match[str], pictures: Mapping[str, str]) -> str:
    address = pictures.get(found[1])
    if address is None:
        return found[0]
    return f'<img class="emoji" src="{escape(address)}" alt="{found[0]}" title="{found[0]}" width="20" height="20">'
