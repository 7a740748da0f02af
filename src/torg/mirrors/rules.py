"""Decisions: when a feed is asked again, which entries become posts, and how they read. Pure, no I/O."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from torg.kernel.errors import invalid
from torg.mirrors.model import Item, Mirror
from torg.text.length import graphemes, length

EVERY: Final = timedelta(minutes=30)
EVERY_WITH_HUB: Final = timedelta(hours=6)
LONGEST_WAIT: Final = timedelta(hours=24)
LONGEST_PATIENCE: Final = timedelta(days=7)
"""The most that a feed's own Retry-After or max-age is followed."""
DEAD_AFTER: Final = timedelta(days=30)
AT_FIRST: Final = 3
AT_ONCE: Final = 10
A_DAY: Final = 50
MOST_OF_ACCOUNT: Final = 5
LEASE: Final = timedelta(days=7)
ASK_AGAIN: Final = timedelta(days=1)

# What would address somebody here, or a group: a blog's words do not. The word joiner shows nothing.
_HTTP = re.compile(
    r"https?://(?:[^\s<>\"'\\^`{|}@/?#:\[\]]+|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:[/?#][^\s<>\"\\^`{|}]*)?", re.IGNORECASE
)
_ADDRESSES = re.compile(r"([@!＠！])(?=\w)")


def address(text: str) -> str:
    """A feed's address as it was typed; Invalid (422) for what cannot be one."""
    url = text.strip()
    if not url:
        raise invalid("url", "ERR_BLANK", "can't be blank")
    if "://" not in url:
        url = f"https://{url}"
    if len(url) > 2_000 or not _HTTP.fullmatch(url):
        raise invalid("url", "ERR_INVALID", "is not the address of a feed")
    return url.partition("#")[0]


def hashed(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def link_keys(items: Sequence[Item]) -> dict[str, bytes]:
    """By entry: the hash of its address, if no other has it: a feed that changes its ids does not repeat itself."""
    often = Counter(item.url for item in items)
    return {item.key: hashed(item.url) for item in items if item.url and often[item.url] == 1}


def order(items: Sequence[Item]) -> list[Item]:
    """Oldest first; those without a time in the document's order, which is newest first."""
    turned = list(reversed(items))
    if all(item.published for item in turned):
        turned.sort(key=lambda item: item.published.timestamp() if item.published else 0.0)
    return turned


def chosen(
    mirror: Mirror, items: Sequence[Item], known: Collection[str], room: int, at: datetime
) -> tuple[list[Item], list[Item]]:
    """(to be posted, oldest first; to be passed over). At first the newest few; never many at once; none too early."""
    due = [item for item in order(items) if item.published is None or item.published <= at + timedelta(minutes=5)]
    new = [item for item in due if item.key not in known]
    most = AT_ONCE if mirror.begun else AT_FIRST
    passed, posted = (new[:-most], new[-most:]) if len(new) > most else ([], new)
    return posted[:room], passed


def text_of(item: Item, most: int) -> str:
    """Title, summary and address, within `most` characters as posts are counted; nobody is addressed."""
    title, summary = _harmless(item.title), _harmless(item.summary)
    if title and _begins(summary, title):
        title = ""
    link = item.url or ""
    parts = [title, summary]
    fixed = sum(length(part) for part in (link,) if part) + 4
    room = max(most - fixed, 20)
    if title:
        parts[0] = _cut(title, room)
        room -= graphemes(parts[0]) + 2
    parts[1] = _cut(summary, room) if room > 30 else ""
    text = "\n\n".join(part for part in (*parts, link) if part)
    while length(text) > most and parts[1]:  # addresses within the summary count otherwise than they read
        parts[1] = _cut(parts[1], max(len(parts[1]) - 40, 0))
        text = "\n\n".join(part for part in (*parts, link) if part)
    return text


def _harmless(text: str) -> str:
    return _ADDRESSES.sub("\\1\u2060", text)


def _begins(summary: str, title: str) -> bool:
    """Whether a title only repeats how the text begins, as those of short posts do."""
    return " ".join(summary.split()).startswith(title.rstrip("…").rstrip("."))


def _cut(text: str, most: int) -> str:
    if graphemes(text) <= most:
        return text
    if most < 2:
        return ""
    cut = text[: most - 1]
    return (cut.rsplit(None, 1)[0] if " " in cut else cut).rstrip(" ,.;:–-") + "…"


def wait(mirror: Mirror, wish: float | None, spread: float, at: datetime) -> timedelta:
    """Until the next visit after a good one. `wish`: the feed's own, in seconds; `spread` between 0 and 1."""
    base = EVERY_WITH_HUB if mirror.told_by_hub(at) else EVERY
    return _kept(base, wish) * (0.9 + spread / 5)


def back_off(failures: int, wish: float | None, spread: float) -> timedelta:
    """Until the next visit after the n-th failure in a row."""
    base: timedelta = min(EVERY * 2 ** min(max(failures - 1, 0), 10), LONGEST_WAIT)
    return max(base * (0.85 + spread * 0.3), min(timedelta(seconds=wish or 0), LONGEST_PATIENCE))


def _kept(base: timedelta, wish: float | None) -> timedelta:
    return max(base, min(timedelta(seconds=min(wish or 0, 10**7)), LONGEST_WAIT))


def max_age(header: str) -> float | None:
    """Seconds of `max-age` in Cache-Control."""
    found = re.search(r"(?:^|[\s,])max-age=(\d{1,9})", header)
    return float(found[1]) if found else None


def wants_hub(mirror: Mirror, at: datetime) -> bool:
    """Whether to (re)subscribe: never asked, asked in vain a day ago, or the lease ends within a day."""
    if mirror.hub_until is not None and mirror.hub_until - at > ASK_AGAIN:
        return False
    return mirror.hub_asked_at is None or at - mirror.hub_asked_at > ASK_AGAIN
