"""Paging as Mastodon does it: by id, newest first, with max_id, since_id, min_id and limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller asked for. `min_id` pages upwards from a point, `since_id` stops at it."""

    limit: int = 20
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None

    def capped(self, default: int, most: int) -> Page:
        """With the method's own bounds; a limit of 0 or less means the default."""
        wanted = self.limit if self.limit > 0 else default
        return msgspec.structs.replace(self, limit=min(wanted, most))

    @property
    def is_first(self) -> bool:
        """Whether it is the newest, whatever they are."""
        return self.max_id is None and self.since_id is None and self.min_id is None

    def where(self, column: str) -> tuple[str, dict[str, int]]:
        """SQL condition and parameters for this page, for `WHERE … AND {condition} ORDER BY {order}`."""
        conditions = ["TRUE"]
        params: dict[str, int] = {}
        for name, sign in (("max_id", "<"), ("since_id", ">"), ("min_id", ">")):
            value = getattr(self, name)
            if value is not None:
                conditions.append(f"{column} {sign} %(page_{name})s")
                params[f"page_{name}"] = value
        return " AND ".join(conditions), params

    @property
    def direction(self) -> str:
        """`ASC` when paging upwards from `min_id`, else `DESC`."""
        return "ASC" if self.min_id is not None else "DESC"


class Slice(msgspec.Struct, Generic[T], frozen=True):
    """One page of things, newest first, with the ids that the Link header needs."""

    items: Sequence[T]
    first_id: int | None = None
    last_id: int | None = None


def in_order(page: Page, rows: Sequence[T]) -> list[T]:
    """Rows as fetched (ascending for min_id) turned newest first."""
    return list(reversed(rows)) if page.min_id is not None else list(rows)
