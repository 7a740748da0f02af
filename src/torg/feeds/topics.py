"""Addresses of feeds read back: a topic that somebody wants to subscribe to → the feed that it names."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote

from torg.feeds.gather import Found
from torg.feeds.model import Format, Kind, Wanted
from torg.websub.rules import SEARCHES

ENDING = r"\.(rss|atom|feed\.json)"
SHAPES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("replies", re.compile(rf"/@([^/?]+)/with_replies{ENDING}")),
    ("account", re.compile(rf"/@([^/?]+){ENDING}")),
    ("tag", re.compile(rf"/tags/([^/?]+){ENDING}")),
)
SEARCH = re.compile(r"/search\.(rss|atom|feed\.json)\?(q=[^&]{1,2000})")
NETWORK = {"/feed.rss": Format.RSS, "/feed.atom": Format.ATOM, "/feed.json": Format.JSON}


def wanted_of(path: str) -> Wanted | None:
    """The feed at a path that has news to tell; None for any other address, and for any other spelling of one."""
    if path in NETWORK:
        return Wanted(kind="network", format=NETWORK[path])
    if found := SEARCH.fullmatch(path):
        asked = parse_qs(found[2], keep_blank_values=True).get("q", [""])
        wanted = Wanted(kind="search", name=asked[0], format=Format(found[1]))
        return wanted if wanted.path == path and wanted.name.isprintable() else None
    for kind, shape in SHAPES:
        if found := shape.fullmatch(path):
            wanted = Wanted(kind=kind, name=unquote(found[1]), format=Format(found[2]))
            return wanted if wanted.path == path and wanted.name.isprintable() else None
    return None


def key_of(found: Found) -> str:
    """What changes the feed (websub/rules.py:keys)."""
    if found.account is not None:
        return f"account:{found.account.id}"
    if found.wanted.kind == "search":
        return SEARCHES
    return f"tag:{found.wanted.name}" if found.wanted.kind == "tag" else "network"
