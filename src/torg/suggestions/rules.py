"""Decisions about suggestions; pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from torg.suggestions.model import Reason

STRENGTH: dict[Reason, int] = {reason: place for place, reason in enumerate(get_args(Reason))}


def rank(found: Iterable[tuple[int, Reason, int]], most: int) -> list[tuple[int, list[Reason]]]:
    """(account, reason, weight) → accounts with their reasons: by the strongest reason, then its weight."""
    best: dict[int, dict[Reason, int]] = {}
    for account_id, reason, weight in found:
        best.setdefault(account_id, {})[reason] = weight

    def key(item: tuple[int, dict[Reason, int]]) -> tuple[int, int, int]:
        strongest = min(item[1], key=STRENGTH.__getitem__)
        return STRENGTH[strongest], -item[1][strongest], -item[0]

    return [(id_, sorted(reasons, key=STRENGTH.__getitem__)) for id_, reasons in sorted(best.items(), key=key)[:most]]
