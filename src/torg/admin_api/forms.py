"""Parameters and work that the methods for administrators share."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET

READ = "admin:read"
WRITE = "admin:write"

Empty = dict[str, object]


class Nothing(msgspec.Struct, kw_only=True):
    """A method without parameters."""


class ById(msgspec.Struct, kw_only=True):
    id: int


def given(form: msgspec.Struct) -> dict[str, Any]:
    """What was sent of a form whose fields are UNSET else; null and empty values count as sent."""
    return {name: value for name, value in msgspec.structs.asdict(form).items() if value is not UNSET}
