"""Parameters that the documents of federation share."""

from __future__ import annotations

from typing import Literal

import msgspec

from torg.kernel.page import Page

ITEMS = 20


class Nothing(msgspec.Struct, kw_only=True):
    """A document without parameters."""


class Named(msgspec.Struct, kw_only=True):
    handle: str


class Turned(Named, kw_only=True):
    """A collection, or with `page` a page of it."""

    page: Literal["true", "1"] | None = None
    max_id: int | None = None
    min_id: int | None = None

    def window(self) -> Page:
        return Page(limit=ITEMS, max_id=self.max_id, min_id=self.min_id)

    def asked(self) -> dict[str, int | None]:
        """What tells this page from the others, for its id."""
        return {"max_id": self.max_id, "min_id": self.min_id}


class OnePost(Named, kw_only=True):
    id: int


class OfPost(OnePost, kw_only=True):
    """A collection that hangs on a post."""

    page: Literal["true", "1"] | None = None
    min_id: int | None = None
    only_other_accounts: Literal["true", "false"] | None = None
