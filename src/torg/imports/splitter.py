"""Lines of a delimited file to records, also when quotes do not balance and line ends stand inside texts.

Each record is first read strictly (RFC 4180). That reading is dropped when it breaks a rule, has too few or too many
columns, or swallowed a line that is itself a record while the piece before it was already whole. Then the record
is taken to last until the next line that starts one: a line whose leading columns hold an id and a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

QUOTE = '"'
LONGEST_FIELD = 1 << 20
LONGEST_RECOVERY = 1000
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Line(NamedTuple):
    """A physical line: where it starts in the text, where its content ends, where the next one starts."""

    start: int
    end: int
    next: int


class Row(NamedTuple):
    """A record: its first line's number (from 1), its fields, and whether it had to be recovered."""

    line: int
    fields: list[str]
    recovered: bool


class Shape(NamedTuple):
    """What a record of this file looks like: widths in columns, the text's column, what starts a record."""

    narrowest: int
    widest: int
    text_at: int
    starts: Callable[[Sequence[str]], bool] | None


def lines_of(text: str) -> list[Line]:
    """All physical lines; CRLF, LF and bare CR end a line."""
    lines = []
    for match in _LINE.finditer(text):
        start, after = match.span()
        end = after
        while end > start and text[end - 1] in "\r\n":
            end -= 1
        lines.append(Line(start, end, after))
    return lines


def naive(line: str, delimiter: str) -> list[str]:
    """Fields of one line, cut at every delimiter; whole quoted fields are unquoted."""
    return [_unquoted(field) for field in line.split(delimiter)]


class Splitter:
    """Cuts one decoded text into rows."""

    def __init__(self, text: str, delimiter: str, lines: list[Line], shape: Shape) -> None:
        self._text = text
        self._delimiter = delimiter
        self._lines = lines
        self._shape = shape
        mark = re.escape(delimiter)
        self._quoted = re.compile(rf'"((?:[^"]++|"")*+)"(?={mark}|[\r\n]|\Z)')
        self._plain = re.compile(rf"[^{mark}\r\n]*+")

    def rows(self, first: int) -> Iterator[Row]:
        """The records from line index `first` on. Blank lines between records are passed over."""
        at = first
        while at < len(self._lines):
            line = self._lines[at]
            if line.start == line.end:
                at += 1
                continue
            row, at = self._row(at)
            yield row

    def _row(self, at: int) -> tuple[Row, int]:
        strict = self._strict(at)
        if strict is not None:
            fields, after = strict
            if self._fits(fields) and not self._swallowed(at, after):
                return Row(at + 1, fields, False), after
        return self._recovered(at, strict)

    def _fits(self, fields: Sequence[str]) -> bool:
        return self._shape.narrowest <= len(fields) <= self._shape.widest

    def _strict(self, at: int) -> tuple[list[str], int] | None:
        """Fields by RFC 4180 and the index of the line after the record; None where a rule is broken."""
        text, position, fields = self._text, self._lines[at].start, []
        while True:
            if text.startswith(QUOTE, position):
                match = self._quoted.match(text, position, min(len(text), position + LONGEST_FIELD))
                if match is None:
                    return None
                fields.append(match[1].replace('""', QUOTE))
            else:
                match = self._plain.match(text, position)
                assert match is not None  # the pattern matches the empty string too
                fields.append(match[0])
            position = match.end()
            if not text.startswith(self._delimiter, position):
                break
            position += len(self._delimiter)
        while self._lines[at].next <= position and at + 1 < len(self._lines):
            at += 1
        return fields, at + 1

    def _swallowed(self, at: int, after: int) -> bool:
        """Whether a strict reading over several lines took in a line that starts a record of its own.

        A quoted text may well quote such a line; then the piece before it lacks columns, and the reading holds.
        """
        if after - at < 2 or self._shape.starts is None:
            return False
        for inner in range(at + 1, after):
            if self._is_start(inner):
                before = self._text[self._lines[at].start : self._lines[inner - 1].end]
                return len(before.split(self._delimiter)) >= self._shape.narrowest
        return False

    def _is_start(self, at: int) -> bool:
        if self._shape.starts is None:
            return True
        line = self._lines[at]
        return self._shape.starts(naive(self._text[line.start : line.end], self._delimiter))

    def _recovered(self, at: int, strict: tuple[list[str], int] | None) -> tuple[Row, int]:
        if self._shape.starts is None:
            # No column tells where a record starts, so the count of columns must: lines join until there are enough.
            after, last = at + 1, min(len(self._lines), at + LONGEST_RECOVERY)
            while after < last and len(self._cut(at, after)) < self._shape.narrowest:
                after += 1
            if len(self._cut(at, after)) < self._shape.narrowest:
                after = strict[1] if strict else at + 1
        else:
            after = at + 1
            while after < min(len(self._lines), at + LONGEST_RECOVERY) and not self._is_start(after):
                after += 1
        return Row(at + 1, self._cut(at, after), True), after

    def _cut(self, at: int, after: int) -> list[str]:
        """Lines `at` to `after` as one record; surplus columns belong to the text, which held the delimiter."""
        end = after - 1
        while end > at and self._lines[end].start == self._lines[end].end:
            end -= 1
        pieces = _pieces(self._text[self._lines[at].start : self._lines[end].end], self._delimiter)
        surplus = len(pieces) - self._shape.widest
        if surplus > 0:
            text_at = self._shape.text_at
            joined = self._delimiter.join(pieces[text_at : text_at + surplus + 1])
            pieces[text_at : text_at + surplus + 1] = [joined]
        return [_unquoted(piece) for piece in pieces]


def _pieces(record: str, delimiter: str) -> list[str]:
    """Raw fields; a properly closed quoted field may hold delimiters, any other ends at the next one."""
    whole = re.compile(rf'"(?:[^"]++|"")*+"(?={re.escape(delimiter)}|\Z)')
    pieces, position = [], 0
    while True:
        match = whole.match(record, position) if record.startswith(QUOTE, position) else None
        end = match.end() if match else record.find(delimiter, position)
        if end == -1:
            end = len(record)
        pieces.append(record[position:end])
        if end >= len(record):
            return pieces
        position = end + len(delimiter)


def _unquoted(field: str) -> str:
    """A field's value. A quote that never closes is dropped only if doubled quotes show that the field was quoted."""
    if not field.startswith(QUOTE):
        return field
    inner = field[1:]
    if inner.endswith(QUOTE) and QUOTE not in inner[:-1].replace('""', ""):
        return inner[:-1].replace('""', QUOTE)
    if '""' in inner and QUOTE not in inner.replace('""', ""):
        return inner.replace('""', QUOTE)
    return field
