"""Parameters that many methods share, and paging to and from the kit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from torg.http import Paged
from torg.kernel.page import Page, Slice


class Nothing(msgspec.Struct, kw_only=True):
    """A method without parameters."""


class ById(msgspec.Struct, kw_only=True):
    id: int


class PageParams(msgspec.Struct, kw_only=True):
    """Mastodon's paging parameters; inherit from it."""

    limit: int | None = None
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None


class PageById(PageParams, kw_only=True):
    id: int


def page(params: PageParams, default: int = 20, most: int = 40) -> Page:
    """The page asked for, within the method's documented bounds."""
    wanted = Page(
        limit=params.limit or 0,
        max_id=params.max_id,
        since_id=params.since_id,
        min_id=params.min_id,
    )
    return wanted.capped(default, most)


def paged(items: Sequence[Any], ids: Sequence[int]) -> Paged:
    """A page whose cursors are the ids of its first and last row."""
    return Paged(items, ids[0] if ids else None, ids[-1] if ids else None)


def sliced(items: Sequence[Any], found: Slice[Any]) -> Paged:
    """A page whose cursors are those of a slice (ids of marks, follows and the like)."""
    return Paged(items, found.first_id, found.last_id, prev="since_id" if found.first_id is None else "min_id")
