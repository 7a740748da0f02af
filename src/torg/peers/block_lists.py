"""Lists of blocked and allowed servers as files: Mastodon's CSV, or a name a line. Pure; no I/O."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import msgspec

from torg.kernel.errors import Invalid
from torg.moderation import rules
from torg.moderation.model import AllowedDomain, BlockedDomain, DomainSeverity

HEAD = ("#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate")
MOST_BYTES = 5 * 1024 * 1024
MOST_LINES = 20_000
MOST_COMMENT = 2_000
TRUE = ("true", "1", "yes", "t")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What a list says of a server."""

    domain: str
    severity: DomainSeverity = "suspend"
    reject_media: bool = False
    reject_reports: bool = False
    public_comment: str | None = None
    obfuscate: bool = False


class Refused(msgspec.Struct, frozen=True):
    """A line that is none: its number, counted from 1, what it says, and why it is left out."""

    line: int
    text: str
    reason: str


class Read(msgspec.Struct, frozen=True):
    """A list as read: each server once, as it was named last."""

    entries: list[Entry]
    refused: list[Refused]


def written(blocks: Iterable[BlockedDomain]) -> str:
    """The file that Mastodon exports and imports."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    for one in blocks:
        writer.writerow(
            (
                one.domain, one.severity, _word(one.reject_media), _word(one.reject_reports),
                _plain(one.public_comment or ""), _word(one.obfuscate),
            )
        )  # fmt: skip
    return out.getvalue()


def written_allows(allows: Iterable[AllowedDomain]) -> str:
    """The same for an allow-list: names alone."""
    return "\n".join(["#domain", *(one.domain for one in allows)]) + "\n"


def _word(value: bool) -> str:
    return "true" if value else "false"


def _plain(text: str) -> str:
    """A comment on one line, which no spreadsheet takes for a formula."""
    line = " ".join(text.split())
    return f"'{line}" if line[:1] in ("=", "+", "-", "@") else line


def read(data: bytes, *, severity: DomainSeverity = "suspend") -> Read:
    """A list, whichever of the forms it has; `severity` of lines that name none. Invalid (422) for what is no list."""
    if len(data) > MOST_BYTES:
        raise Invalid(f"Validation failed: File is too large (maximum is {MOST_BYTES // 1024 // 1024} MB)")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("Validation failed: File must be text in UTF-8") from None
    if "\0" in text or text.lstrip()[:1] == "<":
        raise Invalid("Validation failed: File is not a list of domains")
    found: dict[str, Entry] = {}
    refused: list[Refused] = []
    names: list[str] | None = None
    reader = csv.reader(io.StringIO(text))
    try:
        for fields in reader:
            cells = [cell.strip() for cell in fields]
            if not any(cells):
                continue
            if names is None and (head := _head(cells)):
                names = head
                continue
            if cells[0].startswith("#"):
                continue
            if reader.line_num > MOST_LINES:
                raise Invalid(f"Validation failed: File has too many lines (maximum is {MOST_LINES})")
            one = dict(zip(names or ("domain",), cells, strict=False))
            try:
                entry = _entry(one, severity)
            except Invalid as wrong:
                refused.append(Refused(reader.line_num, cells[0][:200], wrong.text))
            else:
                found[entry.domain] = entry
    except csv.Error:
        raise Invalid("Validation failed: File is not a list of domains") from None
    return Read(list(found.values()), refused)


def _head(cells: list[str]) -> list[str] | None:
    names = [cell.lower().removeprefix("#").strip() for cell in cells]
    return names if "domain" in names else None


def _entry(one: dict[str, str], severity: DomainSeverity) -> Entry:
    name = rules.domain(one.get("domain", "").removeprefix("*."))
    if "." not in name:
        raise Invalid("Validation failed: Domain is a whole top-level domain")  # a slip that would block the world
    given = one.get("severity", "").lower()
    if given and given not in rules.DOMAIN_SEVERITIES:
        raise Invalid("Validation failed: Severity is not included in the list")
    return Entry(
        domain=name,
        severity=given or severity,  # type: ignore[arg-type]
        reject_media=one.get("reject_media", "").lower() in TRUE,
        reject_reports=one.get("reject_reports", "").lower() in TRUE,
        public_comment=one.get("public_comment", "")[:MOST_COMMENT].replace("\x00", "") or None,
        obfuscate=one.get("obfuscate", "").lower() in TRUE,
    )
