"""The ground under every entity: the base class, the optional marker and the documented string formats.

The formats are patterns that msgspec checks when it reads, which is what the contract tests do.
Writing is not slowed by them.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

__all__ = ["UNSET", "Count", "Date", "Datetime", "Entity", "Id", "Maybe", "UnixTime", "UnsetType", "Url"]

T = TypeVar("T")

Maybe: TypeAlias = T | UnsetType
"""An attribute documented as optional: left out of the JSON while it is UNSET."""

Id = Annotated[str, Meta(pattern=r"^-?\d+$")]
"""An identifier. Mastodon promises only a string, but common clients cast it to an integer, so ours are digits."""

Datetime = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
"""An instant in UTC with milliseconds and Z, as `kernel.clock.iso` writes it."""

Date = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
"""A calendar date in UTC."""

Url = Annotated[str, Meta(pattern=r"^(https?|wss?)://\S+$")]
"""An absolute address."""

Count = Annotated[str, Meta(pattern=r"^\d+$")]
"""A whole number that the documentation gives as a string."""

UnixTime = Annotated[str, Meta(pattern=r"^\d+$")]
"""Seconds since 1970 that the documentation gives as a string."""


class Entity(msgspec.Struct, kw_only=True):
    """A JSON object of the client API: attributes are written in the order declared, UNSET ones are left out.

    `kw_only` is not inherited by msgspec, so each entity says it again.
    """
