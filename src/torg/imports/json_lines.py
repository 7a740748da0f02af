"""Posts from JSONL: one JSON object per line, columns named by key or by a dotted path (`user.screen_name`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from torg.imports.encoding import decode
from torg.imports.fields import post_from
from torg.imports.mapping import filled
from torg.imports.model import Record, Refused


def read_json_lines(path: Path, columns: Mapping[str, str], time_format: str | None = None) -> Iterator[Record]:
    """The file's records in file order; a line that is not a JSON object is refused."""
    text, _ = decode(path.read_bytes())
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            entry = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeEncodeError) as error:
            yield Refused(number, None, f"it is not JSON: {error}")
            continue
        if not isinstance(entry, dict):
            yield Refused(number, None, "it is not a JSON object")
            continue
        yield post_from(_values(entry, columns), number, time_format)


def _values(entry: dict[str, Any], columns: Mapping[str, str]) -> dict[str, str]:
    return filled(columns, lambda column: _plain(_at(entry, column)))


def _at(entry: dict[str, Any], column: str) -> Any:
    """The value at a key that is written out whole, else along the dots."""
    if column in entry:
        return entry[column]
    here: Any = entry
    for part in column.split("."):
        if not isinstance(here, dict) or part not in here:
            return None
        here = here[part]
    return here


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case list():
            return " ".join(_plain(item) for item in value)
        case dict():
            return _plain(value.get("text") or value.get("name"))
        case _:
            return str(value)
