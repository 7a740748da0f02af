"""What an answer depends on, for whoever remembers it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from torg.engine.keys import Key


class Growing(Protocol):
    """A page that can be brought up to date without being asked for again."""

    weight: int
    """Bytes, roughly."""

    def advance(self, since: int) -> bool | None:
        """Take in what happened since that ticket: whether the page changed; None if it has to be read anew."""

    def answer(self) -> tuple[bytes, bytes]:
        """The Link header, empty for none, and the body."""

    def again(self, call: Any, params: Any) -> Growing | None:
        """The page for another request (`Call`) of the same viewer; None if too little of it is known."""


class Depends:
    """What an answer depends on, as its handler said (`Call.remember`)."""

    __slots__ = ("follows", "growing", "keys", "until")

    def __init__(self) -> None:
        self.keys: set[Key] = set()
        self.follows: Mapping[int, Any] = {}
        self.until: list[float] = []
        self.growing: Growing | None = None
