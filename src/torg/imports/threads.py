"""The order in which posts are written: by time, a post after the one it replies to, else as in the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from torg.imports.model import ImportedBoost, ImportedPost

Item = ImportedPost | ImportedBoost


def in_order(items: Iterable[Item]) -> list[Item]:
    """All items by time; what an item hangs on comes before it even if its time says otherwise.

    Two posts that claim to reply to each other are both kept, in the order of their times.
    """
    by_time = sorted(items, key=lambda item: item.time)
    by_key = {item.source_key: item for item in by_time}
    placed: set[str] = set()
    ordered: list[Item] = []
    for item in by_time:
        chain: list[Item] = []
        seen: set[str] = set()
        here: Item | None = item
        while here is not None and here.source_key not in placed and here.source_key not in seen:
            seen.add(here.source_key)
            chain.append(here)
            here = by_key.get(hangs_on(here) or "")
        placed |= seen
        ordered.extend(reversed(chain))
    return ordered


def hangs_on(item: Item) -> str | None:
    """The key of the post that an item replies to or boosts."""
    return item.target_key if isinstance(item, ImportedBoost) else item.reply_to_key


def batches(items: Sequence[Item], size: int) -> Iterable[Sequence[Item]]:
    """Slices of at most `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))
