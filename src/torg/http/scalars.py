"""One value of a parameter, from text or JSON: numbers, truth, dates, files, leniently where clients differ."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from typing import Any

from torg.http.uploads import Upload
from torg.kernel.ids import MAX_ID

Converter = Callable[[Any], Any]

TRUE = frozenset({"1", "true", "t", "on", "yes", "y"})
FALSE = frozenset({"0", "false", "f", "off", "no", "n"})
INTEGER = re.compile(r"[+-]?[0-9]{1,40}")


class Repeated(list[Any]):
    """A plain key given several times (`id=1&id=2`): a list where one is wanted, else the last value."""


class Wrong(Exception):
    """One or more wrong fields below the present one: (dotted name, Mastodon's code, sentence)."""

    def __init__(self, code: str, text: str, field: str = "", more: Collection[tuple[str, str, str]] = ()) -> None:
        self.all = list(more) or [(field, code, text)]


class _Absent:
    """Nothing usable was given: take the field's default."""


ABSENT = _Absent()


def one(raw: Any) -> Any:
    return (raw[-1] if raw else None) if isinstance(raw, Repeated) else raw


def text(raw: Any) -> Any:
    raw = one(raw)
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int | float):
        return str(raw)
    if raw is None:
        return ABSENT
    raise Wrong("ERR_INVALID", "must be text")


def integer(raw: Any) -> Any:
    raw = one(raw)
    if isinstance(raw, str):
        raw = raw.strip()
        if not raw:
            return ABSENT
        if not INTEGER.fullmatch(raw):
            raise Wrong("ERR_INVALID", "is not a number")
        raw = int(raw)
    elif raw is None:
        return ABSENT
    elif isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise Wrong("ERR_INVALID", "is not a number")
    if not -MAX_ID <= raw <= MAX_ID:
        raise Wrong("ERR_INVALID", "is out of range")
    return raw


def cursor(raw: Any) -> Any:
    """A paging id: beyond the largest id means "from the end", as apps ask with all nines."""
    value = one(raw)
    if isinstance(value, str) and INTEGER.fullmatch(value.strip()):
        return max(-MAX_ID, min(MAX_ID, int(value)))
    return integer(raw)


def number(raw: Any) -> Any:
    raw = one(raw)
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return ABSENT
    try:
        if isinstance(raw, bool) or not isinstance(raw, int | float | str):
            raise ValueError
        value = float(raw)
        if not math.isfinite(value):
            raise ValueError
    except (ValueError, OverflowError):
        raise Wrong("ERR_INVALID", "is not a number") from None
    return value


def truth(raw: Any) -> Any:
    raw = one(raw)
    if isinstance(raw, bool):
        return raw
    if raw is None:
        return ABSENT
    if isinstance(raw, int | str):
        word = str(raw).strip().lower()
        if word in TRUE:
            return True
        if word in FALSE:
            return False
        if not word:
            return ABSENT
    raise Wrong("ERR_INVALID", "must be true or false")


def moment(raw: Any) -> Any:
    raw = one(raw)
    if raw is None or raw == "":
        return ABSENT
    try:
        given = datetime.fromisoformat(raw.strip())
        return (given if given.tzinfo else given.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, AttributeError):
        raise Wrong("ERR_INVALID", "is not an ISO 8601 date and time") from None


def day(raw: Any) -> Any:
    value = moment(raw)
    return value if value is ABSENT else value.date()


def upload(raw: Any) -> Any:
    raw = one(raw)
    if raw is None or raw == "":
        return ABSENT
    if not isinstance(raw, Upload):
        raise Wrong("ERR_INVALID", "must be a file sent as multipart/form-data")
    return raw


def anything(raw: Any) -> Any:
    return one(raw)


SCALARS: dict[Any, Converter] = {
    str: text,
    int: integer,
    float: number,
    bool: truth,
    datetime: moment,
    date: day,
    Upload: upload,
    Any: anything,
}
