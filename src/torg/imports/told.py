"""What an import or a replay tells of the records it refused: how many for which reason, and what may help."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from torg.imports.model import Refused

_PARTICULAR = re.compile(r"'[^']*'|\"[^\"]*\"|(?<!ISO )\b\d+")
_LACKING = re.compile(r"the (id|author|text) is (?:missing|empty)")
MOST_REASONS = 8


def reasons(refused: Sequence[Refused]) -> str:
    """`289 × the author is missing, 2 × the time … lies in the future`: without what differs."""
    counted = Counter(_PARTICULAR.sub("…", entry.reason) for entry in refused)
    parts = [f"{number} × {reason}" for reason, number in counted.most_common(MOST_REASONS)]
    rest = len(refused) - sum(number for _, number in counted.most_common(MOST_REASONS))
    return ", ".join([*parts, *([f"{rest} × something else"] if rest else [])])


def advice(refused: Sequence[Refused], columns: str | None) -> str | None:
    """The way to records whose column of the map is empty, where some were refused for that."""
    lacking = sorted({found[1] for entry in refused if (found := _LACKING.fullmatch(entry.reason))})
    if not lacking:
        return None
    given = dict(part.strip().split("=", 1) for part in (columns or "").split(",") if "=" in part)
    named = [f"{key}={given.get(key, key).strip()}|OTHER" for key in lacking]
    return f"If another column holds it, --map {','.join(named)} takes the first that is filled."
