"""Nouns: the column."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["home", "notifications", "public", "local", "remote", "list", "tag", "group", "search"]


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """`subject`: the id of a list or group, a tag's name, a search; else empty. `place`: from the left."""

    id: int
    kind: Kind
    subject: str
    place: int
