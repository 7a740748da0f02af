"""Custom emoji that documents bring along in their tags."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from torg.remote import as2
from torg.remote.model import Emoji

MOST = 100
_SHORTCODE = re.compile(r"[a-zA-Z0-9_]{1,100}")


def emojis_of(tags: Any) -> list[Emoji]:
    """The emoji among the tags of an actor or object, each shortcode once."""
    found: dict[str, Emoji] = {}
    for one in as2.list_of(tags):
        if not isinstance(one, Mapping) or as2.type_of(one, ("Emoji",)) is None:
            continue
        shortcode = as2.text_of(one.get("name")).strip(":")
        icon = as2.object_of(one.get("icon")) or {}
        url = as2.id_of(icon.get("url")) or as2.text_of(icon.get("href"))
        if _SHORTCODE.fullmatch(shortcode) and as2.is_web(url):
            found.setdefault(shortcode, Emoji(shortcode, url, as2.moment_of(one.get("updated"))))
    return list(found.values())[:MOST]
