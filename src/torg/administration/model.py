"""Nouns: the rule of the house and the version of the terms as their keepers see them, and the role."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec

from torg.orgs.about import Words


class HouseRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule with its place in the list; `translations` by language code."""

    id: int
    text: str
    hint: str
    position: int
    translations: dict[str, Words]


class TermsVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the terms of service, Markdown as typed; it holds from a day until the next one's."""

    id: int
    effective_date: date
    content: str
    published_at: datetime


class TermsDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is being written: of the terms of service or of the usage policy. Nobody but those in office sees it."""

    content: str
    effective_date: date | None
    saved_by: int
    saved_at: datetime


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A role: a higher position acts upon lower ones. `accounts`: how many hold it."""

    id: int
    name: str
    color: str
    permissions: int
    position: int
    highlighted: bool
    accounts: int = 0

    def values(self) -> dict[str, Any]:
        """The columns that an administrator writes."""
        names = ("name", "color", "permissions", "position", "highlighted")
        return {name: getattr(self, name) for name in names}
