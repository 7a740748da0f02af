"""What an answer depends on, for whoever remembers it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torg.engine.keys import Key


class Depends:
    """What an answer depends on, as its handler said (`Call.remember`)."""

    __slots__ = ("follows", "keys", "until")

    def __init__(self) -> None:
        self.keys: set[Key] = set()
        self.follows: Collection[int] = ()
        self.until: list[float] = []
