"""Decisions about profiles, their faces and expertise; no I/O."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date

import msgspec

from torg.accounts.model import Account
from torg.accounts.rules import MOST_FIELDS, MOST_NAME, MOST_NOTE, ProfileChange
from torg.directory.model import Copied, Counted, Field, FieldChange, FieldName, Source
from torg.kernel.actor import NetworkKind
from torg.kernel.errors import Invalid
from torg.search.rules import fold
from torg.text.normal import normal
from torg.text.profile import display_name

MOST: Mapping[FieldName, int] = {
    "display_name": MOST_NAME, "note": MOST_NOTE, "title": 100, "department": 100, "pronouns": 40, "location": 100,
    "expertise": 1500, "phone": 40, "email": 254, "birthday": 10, "other": 255,
}  # fmt: skip
MOST_LABEL = 60
MOST_OTHERS = 20
MOST_SKILLS = 30
MOST_SKILL = 60
MOST_QUERY_WORDS = 8
EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
PHONE = re.compile(r"[+0-9][0-9 ()./x#*-]*")
BIRTHDAY = re.compile(r"(\d{4}-|--)(\d\d)-(\d\d)")
STRENGTH: dict[Source, int] = {
    "same_manager": 0, "same_groups": 1, "same_department": 2, "followed_by_followed": 3,
}  # fmt: skip

Mistakes = dict[str, list[tuple[str, str]]]
Key = tuple[FieldName, str]


def clean(change: FieldChange) -> FieldChange:
    """The change as it would be stored: one line, but for the note."""
    if change.name == "note":
        value = normal(change.value).strip()
    elif change.name == "expertise":
        value = ", ".join(skills(normal(change.value)))
    else:
        value = display_name(change.value)
    faces = None if change.faces is None else list(dict.fromkeys(face.strip() for face in change.faces if face.strip()))
    label = display_name(change.label) if change.name == "other" else ""
    return msgspec.structs.replace(change, value=value, label=label, faces=faces)


def merged(
    stored: Sequence[Field], changes: Iterable[FieldChange], known: Collection[str], home: str
) -> tuple[list[Field], list[Key]]:
    """(all fields as they are to be, keys of those that go). Invalid (422) with `details` by field.

    `known`: the faces that the person has; `home`: the one that shows a new field of which nothing else is said.
    """
    wrong: Mistakes = {}
    fields: dict[Key, Field] = {(f.name, f.label): f for f in stored}
    gone: list[Key] = []
    for raw in changes:
        change = clean(raw)
        key = (change.name, change.label)
        mistakes = _mistakes(change, known)
        if mistakes:
            wrong.setdefault(change.label or change.name, []).extend(mistakes)
        elif not change.value:
            if fields.pop(key, None) is not None:
                gone.append(key)
        else:
            before = fields.get(key)
            faces = change.faces if change.faces is not None else before.faces if before else [home]
            fields[key] = Field(name=change.name, label=change.label, value=change.value, faces=list(faces))
    if sum(name == "other" for name, _ in fields) > MOST_OTHERS:
        wrong.setdefault("fields", []).append(("ERR_TOO_LONG", f"are too many (maximum is {MOST_OTHERS} of your own)"))
    if wrong:
        raise Invalid(details=wrong)
    return list(fields.values()), [key for key in gone if key not in fields]


def _mistakes(change: FieldChange, known: Collection[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    most = MOST[change.name]
    if len(change.value) > most:
        found.append(("ERR_TOO_LONG", f"is too long (maximum is {most} characters)"))
    elif change.value and (said := _misspelled(change.name, change.value)):
        found.append(("ERR_INVALID", said))
    if change.name == "other" and not change.label:
        found.append(("ERR_BLANK", "needs a label"))
    if len(change.label) > MOST_LABEL:
        found.append(("ERR_TOO_LONG", f"has a label that is too long (maximum is {MOST_LABEL} characters)"))
    if any(face not in known for face in change.faces or ()):
        found.append(("ERR_INCLUSION", "names a face that you do not have"))
    return found


def _misspelled(name: FieldName, value: str) -> str | None:
    if name == "email" and not EMAIL.fullmatch(value):
        return "is not an e-mail address"
    if name == "phone" and not PHONE.fullmatch(value):
        return "is not a telephone number"
    if name == "birthday" and not _is_day(value):
        return "must be a day such as 1990-05-17 or --05-17"
    if name == "expertise":
        names = skills(value)
        if len(names) > MOST_SKILLS:
            return f"names too much (maximum is {MOST_SKILLS})"
        if any(len(one) > MOST_SKILL for one in names):
            return f"names something too long (maximum is {MOST_SKILL} characters)"
    return None


def _is_day(value: str) -> bool:
    match = BIRTHDAY.fullmatch(value)
    if match is None:
        return False
    year = 2000 if match[1] == "--" else int(match[1][:4])
    try:
        date(year, int(match[2]), int(match[3]))
    except ValueError:
        return False
    return True


def skills(text: str) -> list[str]:
    """The names in a text with commas, each once."""
    found: dict[str, str] = {}
    for part in re.split(r"[,;\n]", text):
        name = display_name(part)
        if name:
            found.setdefault(skill_key(name), name)
    return list(found.values())


def skill_key(name: str) -> str:
    """By what two spellings of the same thing are one: letters in lower case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).lower().split())


def shown(fields: Iterable[Field], kind: NetworkKind, network_id: int) -> list[Field]:
    """The fields that a face shows."""
    return [f for f in fields if kind.value in f.faces or str(network_id) in f.faces]


def copied(fields: Sequence[Field], labels: Mapping[str, str]) -> Copied:
    """What of the fields that a face shows goes into its account: the name, the text, rows of the profile's table."""
    by_name = {f.name: f.value for f in fields if f.name != "other"}
    rows = [(labels[name], by_name[name]) for name in labels if name in by_name]
    rows += [(f.label, f.value) for f in fields if f.name == "other"]
    rows = [(label, value) for label, value in rows if len(value) <= MOST["other"]]
    return Copied(display_name=by_name.get("display_name"), note=by_name.get("note"), fields=rows)


def account_change(account: Account, before: Copied, after: Copied) -> ProfileChange | None:
    """How the account changes when what was copied into it does; None: not at all.

    What its owner typed there by other means (Mastodon's update_credentials) stays, unless it was a copy. The
    table of a profile has few rows in Mastodon's clients: what does not fit is left out.
    """
    gone = [row for row in before.fields if row not in after.fields]
    rows = [(f.name, f.value) for f in account.fields if (f.name, f.value) not in gone]
    for row in after.fields:
        if row not in before.fields and row not in rows and len(rows) < MOST_FIELDS:
            rows.append(row)
    change = ProfileChange(
        display_name=_text(account.display_name, before.display_name, after.display_name),
        note=_text(account.note, before.note, after.note),
        fields=rows if rows != [(f.name, f.value) for f in account.fields] else None,
    )
    return None if change == ProfileChange() else change


def _text(now: str, before: str | None, after: str | None) -> str | None:
    if after == before:
        return None
    if after is not None:
        return after
    return "" if now == before else None


def labels(_: Callable[[str], str]) -> dict[str, str]:
    """What the rows of a profile's table are called, in their order."""
    return {
        "title": _("Title"),
        "department": _("Department"),
        "pronouns": _("Pronouns"),
        "location": _("Location"),
        "expertise": _("Expertise"),
        "phone": _("Telephone"),
        "email": _("E-mail"),
        "birthday": _("Birthday"),
    }


def words(fields: Iterable[Field]) -> list[str]:
    """What somebody is found by, besides the name."""
    text = " ".join(f.value for f in fields if f.name in ("title", "department", "location", "expertise"))
    return sorted(set(fold(text).split()))


def query(text: str) -> str | None:
    """A tsquery of the beginnings of words, all of which must occur; None if the text holds no word."""
    found = fold(text).split()[:MOST_QUERY_WORDS]
    quoted = ("'" + word.replace("\\", "\\\\").replace("'", "''") + "':*" for word in found)
    return " & ".join(quoted) or None


def tally(values: Iterable[str], most: int) -> list[Counted]:
    """How often each value occurs, whatever its capitals; the most frequent first."""
    counts: Counter[str] = Counter()
    spelled: dict[str, str] = {}
    for value in values:
        counts[value.lower()] += 1
        spelled[value.lower()] = min(value, spelled.get(value.lower(), value))
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Counted(value=spelled[key], count=count) for key, count in ordered[:most]]


def rank(found: Iterable[tuple[int, Source, int]], most: int) -> list[tuple[int, list[Source]]]:
    """(account, source, weight) → accounts with their sources: by the strongest, then how many, then its weight."""
    best: dict[int, dict[Source, int]] = {}
    for account_id, source, weight in found:
        best.setdefault(account_id, {})[source] = weight

    def key(item: tuple[int, dict[Source, int]]) -> tuple[int, int, int, int]:
        strongest = min(item[1], key=STRENGTH.__getitem__)
        return STRENGTH[strongest], -len(item[1]), -item[1][strongest], -item[0]

    return [(id_, sorted(sources, key=STRENGTH.__getitem__)) for id_, sources in sorted(best.items(), key=key)[:most]]
