"""Posts from CSV and TSV files with a column map, tolerant of what real files do.

Lines beginning with `#` before the column names are a header and are passed over; later ones are data.
A text is the field's value as it stands: quotes undoubled where the field was quoted, line ends kept as they are,
HTML entities neither made nor undone (a file's writer may have meant `&lt;` or may have typed it).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from torg.imports import mapping as column_map
from torg.imports.encoding import decode
from torg.imports.fields import post_from
from torg.imports.model import Record, Refused
from torg.imports.splitter import Line, Row, Shape, Splitter, lines_of, naive
from torg.imports.times import read_time
from torg.kernel.errors import Misused

_DIGITS = re.compile(r"\d+")
_ONE_WORD = re.compile(r"\S+")


def read_delimited(
    path: Path, columns: Mapping[str, str], time_format: str | None = None, delimiter: str | None = None
) -> Iterator[Record]:
    """The file's records in file order. Raises Misused if the column names do not fit the map."""
    text, _ = decode(path.read_bytes())
    lines = lines_of(text)
    head, names, delimiter = _names(text, lines, columns, delimiter)
    places = column_map.positions(columns, names)
    shape = _shape(text, lines[head + 1 :], places, len(names), delimiter, time_format)
    for row in Splitter(text, delimiter, lines, shape).rows(head + 1):
        yield _record(row, names, {key: columns[key] for key in places}, places, shape, time_format)


def _names(
    text: str, lines: Sequence[Line], columns: Mapping[str, str], delimiter: str | None
) -> tuple[int, list[str], str]:
    """Index of the line with the column names, the names, and the delimiter. `#id,time…` may name them too."""
    last_comment: int | None = None
    for at, line in enumerate(lines):
        content = text[line.start : line.end]
        if not content.strip():
            continue
        if content.startswith("#"):
            last_comment = at
            continue
        mark = delimiter or _delimiter(content)
        names = [name.strip() for name in naive(content, mark)]
        text_column, id_column = (column_map.alternatives(columns[key])[0] for key in ("text", "id"))
        if text_column not in names and last_comment is not None:
            comment = text[lines[last_comment].start : lines[last_comment].end].lstrip("# ")
            commented = [name.strip() for name in naive(comment, delimiter or _delimiter(comment))]
            if text_column in commented and id_column in commented:
                return last_comment, commented, delimiter or _delimiter(comment)
        return at, names, mark
    raise Misused("The file holds no line with column names")


def _delimiter(names: str) -> str:
    """Tab if there is one, else whichever of `,` `;` `|` separates the most column names."""
    return "\t" if "\t" in names else max(",;|", key=names.count)


def _shape(
    text: str, lines: Sequence[Line], places: Mapping[str, int], width: int, delimiter: str, time_format: str | None
) -> Shape:
    narrowest = 1 + max(places[key] for key in column_map.NEEDED)
    text_at = places["text"]
    id_at = places["id"] if places["id"] < text_at else None
    time_at = places["time"] if places["time"] < text_at else None
    if id_at is None and time_at is None:
        return Shape(narrowest, width, text_at, None)
    id_form = _id_form(text, lines, id_at, text_at, delimiter)
    return Shape(narrowest, width, text_at, _start_test(id_at, id_form, time_at, text_at, time_format))


def _id_form(text: str, lines: Sequence[Line], id_at: int | None, text_at: int, delimiter: str) -> re.Pattern[str]:
    """Digits if most lines that reach the text column have digits for an id, else any one word."""
    if id_at is None:
        return _ONE_WORD
    cut = (text[line.start : line.end].split(delimiter, text_at + 1) for line in lines)
    ids = [fields[id_at].strip('"') for fields in cut if len(fields) > text_at]
    return _DIGITS if sum(id_.isdigit() for id_ in ids) * 2 > len(ids) else _ONE_WORD


def _start_test(
    id_at: int | None, id_form: re.Pattern[str], time_at: int | None, text_at: int, time_format: str | None
) -> Callable[[Sequence[str]], bool]:
    def starts(fields: Sequence[str]) -> bool:
        if len(fields) <= text_at:
            return False
        if id_at is not None and not id_form.fullmatch(fields[id_at].strip()):
            return False
        if time_at is None:
            return True
        try:
            read_time(fields[time_at], time_format)
        except ValueError:
            # A record with a wrong time still starts one when its id is plainly an id.
            return id_form is _DIGITS
        return True

    return starts


def _record(
    row: Row,
    names: Sequence[str],
    columns: Mapping[str, str],
    places: Mapping[str, int],
    shape: Shape,
    time_format: str | None,
) -> Record:
    if len(row.fields) < shape.narrowest:
        key = row.fields[places["id"]] if places["id"] < len(row.fields) else None
        return Refused(row.line, key, f"it has {len(row.fields)} columns, {shape.narrowest} are needed")
    held = dict(zip(reversed(names[: len(row.fields)]), reversed(row.fields[: len(names)]), strict=True))
    return post_from(column_map.filled(columns, lambda name: held.get(name, "")), row.line, time_format)
