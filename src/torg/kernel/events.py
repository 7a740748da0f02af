"""What happened: the base of every feature's events, and the register that decodes them from the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

E = TypeVar("E", bound="Event")

_known: dict[str, type[Event]] = {}


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """A fact, written with its cause: `class PostPublished(Event, frozen=True): post_id: int`.

    The class name is the event's `kind` in the outbox and the log, so it stays what it is for as long as
    the log is kept; a new field needs a default, so that older rows still decode. What has its default is not stored:
    a default stays what it is, too, and whoever looks at a stored payload asks for such a field by `get`.
    """

    def __init_subclass__(cls, **config: Any) -> None:
        known = _known.get(cls.__name__)
        if known is not None and known.__module__ != cls.__module__:
            raise TypeError(f"two events are called {cls.__name__}: in {known.__module__} and in {cls.__module__}")
        _known[cls.__name__] = cls
        super().__init_subclass__(**config)


def kind_of(event: Event | type[Event]) -> str:
    """The name under which an event is stored."""
    return (event if isinstance(event, type) else type(event)).__name__


def known_kinds() -> Mapping[str, type[Event]]:
    """Every event class imported so far, by kind (a contract test asks that each is documented)."""
    return _known


def decode(kind: str, payload: Any) -> Event:
    """The event of a stored row. Raises LookupError for a kind that nobody defines (any more)."""
    try:
        cls = _known[kind]
    except KeyError:
        raise LookupError(f"unknown event kind {kind!r}: its module is not imported, or it was removed") from None
    return msgspec.convert(payload, cls)
