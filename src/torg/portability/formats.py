"""The CSV files that Mastodon writes and reads: which columns each kind has. No I/O."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Literal, get_args

import msgspec

from torg.kernel.errors import Invalid

Kind = Literal["following", "blocks", "mutes", "lists", "bookmarks", "domain_blocks"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# Mastodon gives only these two a line with names.
HEADS: dict[Kind, tuple[str, ...]] = {
    "following": ("Account address", "Show boosts", "Notify on new posts", "Languages"),
    "mutes": ("Account address", "Hide notifications"),
}
FILES: dict[Kind, str] = {
    "following": "following_accounts.csv",
    "blocks": "blocked_accounts.csv",
    "mutes": "muted_accounts.csv",
    "lists": "lists.csv",
    "bookmarks": "bookmarks.csv",
    "domain_blocks": "blocked_domains.csv",
}
HEAD_NAMES = ("account address", "#domain", "#uri", "list name")
MOST_LINES = 20_000
MOST_BYTES = 2 * 1024 * 1024
MOST_FIELD = 2_000


class Line(msgspec.Struct, frozen=True):
    """A line of the file: its number, counted from 1, and its fields by column name or place."""

    number: int
    fields: list[str]


def written(kind: Kind, rows: Iterable[Sequence[object]]) -> str:
    """A whole file. Fields that a spreadsheet would run as a formula cannot occur but in titles, and are quoted."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if kind in HEADS:
        writer.writerow(HEADS[kind])
    for row in rows:
        writer.writerow(["true" if v is True else "false" if v is False else v for v in row])
    return out.getvalue()


def read(kind: Kind, data: bytes) -> list[Line]:
    """The lines that say something, in the columns' usual order. Invalid (422) for what is no such file."""
    if len(data) > MOST_BYTES:
        raise Invalid(f"Validation failed: File is too large (maximum is {MOST_BYTES // 1024 // 1024} MB)")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("Validation failed: File must be text in UTF-8") from None
    if "\0" in text:
        raise Invalid("Validation failed: File must be text in UTF-8")
    found: list[Line] = []
    order: list[int] | None = None
    reader = csv.reader(io.StringIO(text))
    try:
        for fields in reader:
            cells = [cell.strip()[:MOST_FIELD] for cell in fields]
            if not any(cells):
                continue
            if not found and order is None and any(cell.lower() in HEAD_NAMES for cell in cells):
                order = _order(kind, cells)
                continue
            picked = cells if order is None else [cells[i] if 0 <= i < len(cells) else "" for i in order]
            found.append(Line(reader.line_num, picked))
            if len(found) > MOST_LINES:
                raise Invalid(f"Validation failed: File has too many lines (maximum is {MOST_LINES})")
    except csv.Error:
        raise Invalid("Validation failed: File is not CSV") from None
    if not found:
        raise Invalid("Validation failed: File is empty")
    return found


def _order(kind: Kind, names: Sequence[str]) -> list[int] | None:
    """Where the usual columns stand in this file; None if it names none of them."""
    if kind not in HEADS:
        return None
    given = [name.lower() for name in names]
    return [given.index(name.lower()) if name.lower() in given else -1 for name in HEADS[kind]]


def flag(text: str, default: bool) -> bool:
    """`true`, `1` or `yes`; the default for nothing."""
    return text.lower() in ("true", "1", "yes", "t") if text else default
