"""Which column holds what: `id=tweet.id,time=created,text=content,author=screen_name|name`.

`a|b` is the first of the columns that holds something in a record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from torg.kernel.errors import Misused

KEYS = ("id", "time", "text", "author", "name", "reply_to", "language", "tags", "url", "email")
NEEDED = ("id", "time", "text", "author")


def read_map(text: str | None) -> dict[str, str]:
    """The option `--map`: our key → the file's column; without the option the columns bear our names."""
    if not text:
        return {key: key for key in KEYS}
    mapping: dict[str, str] = {}
    for part in text.split(","):
        key, sign, column = part.partition("=")
        key, column = key.strip(), column.strip()
        if not sign or not column:
            raise Misused(f"--map: {part!r} is not key=column")
        if key not in KEYS:
            raise Misused(f"--map: unknown key {key!r}; known are {', '.join(KEYS)}")
        if key in mapping:
            raise Misused(f"--map: the key {key!r} stands twice")
        mapping[key] = column
    missing = [key for key in NEEDED if key not in mapping]
    if missing:
        raise Misused(f"--map lacks {', '.join(missing)}; write for example id=…,time=…,text=…,author=…")
    return mapping


def alternatives(column: str) -> tuple[str, ...]:
    """The columns of one key of the map, in the order in which they are looked at."""
    return tuple(part.strip() for part in column.split("|") if part.strip()) or (column,)


def filled(mapping: Mapping[str, str], value: Callable[[str], str]) -> dict[str, str]:
    """Our key → the first value of its columns that is not blank."""
    return {
        key: next((found for one in alternatives(column) if (found := value(one)).strip()), "")
        for key, column in mapping.items()
    }


def positions(mapping: Mapping[str, str], columns: Sequence[str]) -> dict[str, int]:
    """Our key → index of its (first) column in the file. Keys whose column is absent are left out unless needed."""
    firsts = {key: alternatives(column) for key, column in mapping.items()}
    found = {key: columns.index(names[0]) for key, names in firsts.items() if all(one in columns for one in names)}
    lacking = [mapping.get(key, key) for key in NEEDED if key not in found]
    if lacking:
        raise Misused(
            f"The file has no column {', '.join(map(repr, lacking))}. "
            f"Its columns are: {', '.join(columns)[:500]}. Name them with --map id=…,time=…,text=…,author=…"
        )
    chosen = [key for key, column in mapping.items() if key not in found and key != column]
    if chosen:
        raise Misused(f"The file has no column {', '.join(repr(mapping[key]) for key in chosen)} (named in --map)")
    return found
