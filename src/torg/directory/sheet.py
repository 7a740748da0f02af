"""The directory as a sheet (CSV, RFC 4180): reading it with every mistake named by its line, and writing it. No I/O."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from torg.kernel.errors import Invalid

COLUMNS = ("email", "title", "department", "location", "phone", "manager_email", "expertise")
FIELDS = ("title", "department", "location", "phone", "expertise")
MOST_LINES = 2000
# What a spreadsheet would take for a formula is written with an apostrophe before it, and read without.
FORMULA = ("=", "+", "-", "@", "\t")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One person's line; a column that the file does not have is None and changes nothing."""

    number: int
    email: str
    fields: Mapping[str, str]
    manager_email: str | None


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a line (1 is the header)."""

    line: int
    column: str
    text: str


def read(raw: bytes) -> tuple[list[Line], list[Mistake]]:
    """The lines, and what is wrong with the file as such. UTF-8 with or without BOM; comma, semicolon or tab.

    Invalid (422) for what is no such sheet at all.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _no_sheet("is not UTF-8 text") from None
    if "\0" in text:
        raise _no_sheet("is not text")
    first = text.partition("\n")[0]
    separator = max((",", ";", "\t"), key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise _no_sheet(f"is not CSV: {error} in line {reader.line_num}") from None
    if not rows:
        raise _no_sheet("is empty")
    header = [name.strip().lower() for name in rows[0][1]]
    unknown = sorted(set(header) - set(COLUMNS))
    if "email" not in header or unknown or len(set(header)) != len(header):
        raise _no_sheet(f"needs a first line with email and others of: {', '.join(COLUMNS)}")
    if len(rows) - 1 > MOST_LINES:
        raise _no_sheet(f"has too many lines (maximum is {MOST_LINES})")
    return _lines(header, rows[1:])


def _lines(header: Sequence[str], rows: Iterable[tuple[int, list[str]]]) -> tuple[list[Line], list[Mistake]]:
    lines: list[Line] = []
    mistakes: list[Mistake] = []
    seen: dict[str, int] = {}
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            mistakes.append(Mistake(line=number, column="", text=f"has {len(row)} columns, not {len(header)}"))
            continue
        values = {name: _plain(cell) for name, cell in zip(header, row, strict=True)}
        email = values["email"].lower()
        if not email:
            mistakes.append(Mistake(line=number, column="email", text="can't be blank"))
        elif email in seen:
            mistakes.append(Mistake(line=number, column="email", text=f"is in line {seen[email]} already"))
        else:
            seen[email] = number
            manager = values.get("manager_email")
            lines.append(
                Line(
                    number=number,
                    email=email,
                    fields={name: values[name] for name in FIELDS if name in values},
                    manager_email=None if manager is None else manager.lower(),
                )
            )
    return lines, mistakes


def write(rows: Iterable[Mapping[str, str]]) -> str:
    """The sheet of these rows."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_safe(row.get(name, "")) for name in COLUMNS])
    return out.getvalue()


def _plain(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def _safe(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value


def _no_sheet(why: str) -> Invalid:
    return Invalid(details={"file": [("ERR_INVALID", why)]})
