"""The catalogue of Mastodon's documented methods, read from mastodon_routes.txt."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

CATALOGUE = Path(__file__).with_name("mastodon_routes.txt")


class Route(NamedTuple):
    """A method and a path with {placeholders}."""

    method: str
    path: str

    @property
    def shape(self) -> tuple[str, str]:
        """The route with its placeholders nameless: how they are called is the implementer's business."""
        return self.method, re.sub(r"\{[^}]*\}", "{}", self.path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def documented() -> list[Route]:
    """Every route of the catalogue in its order; a malformed line is an error."""
    routes = []
    for number, line in enumerate(CATALOGUE.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("#") or not line.strip():
            continue
        found = re.fullmatch(r"(GET|POST|PUT|PATCH|DELETE) (/\S*)", line)
        if found is None:
            raise ValueError(f"{CATALOGUE.name}:{number}: not a route: {line!r}")
        routes.append(Route(found[1], found[2]))
    return routes
