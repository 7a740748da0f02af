"""Decisions about event pages; pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec

from torg.events.model import Entry, EventPage, Plan, Sample, State, Verdict
from torg.kernel.errors import Invalid, invalid
from torg.text.tags import tag_name

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
MOST = {"tags": 20, "words": 40, "account_ids": 40}
LONGEST = {"title": 120, "description": 2_000, "recording": 1_000}
LONGEST_WORD = 60
AT_ONCE = 3
"""How many posts a second eyes can follow; above it a page shows a sample and says so (N28)."""
NEXT: dict[Verdict, State] = {"show": "shown", "hide": "hidden", "pin": "pinned", "unpin": "shown"}


def check(plan: Plan) -> Plan:
    """The plan in its stored form. Invalid (422) with the field that is wrong."""
    if not SLUG.fullmatch(plan.slug):
        raise invalid("slug", "ERR_INVALID", "takes small letters, digits and hyphens, at most 64")
    if not plan.title.strip():
        raise invalid("title", "ERR_BLANK", "can't be blank")
    for name, most in LONGEST.items():
        if len(getattr(plan, name)) > most:
            raise invalid(name, "ERR_TOO_LONG", f"is longer than {most} characters")
    tags = list(dict.fromkeys(name for tag in plan.tags if (name := tag_name(tag))))
    words = list(dict.fromkeys(word for one in plan.words if (word := folded(one).strip())))
    for name, found in (("tags", tags), ("words", words), ("account_ids", plan.account_ids)):
        if len(found) > MOST[name]:
            raise invalid(name, "ERR_TOO_LONG", f"has more than {MOST[name]}")
    if any(len(word) > LONGEST_WORD for word in words):
        raise invalid("words", "ERR_TOO_LONG", f"has one of more than {LONGEST_WORD} characters")
    if not tags and not words and not plan.account_ids:
        raise Invalid("Validation failed: Name a tag, a word or an account that the page is about")
    if plan.ends_at is not None and plan.ends_at <= plan.starts_at:
        raise invalid("ends_at", "ERR_INVALID", "must be after the beginning")
    if plan.recording and urlsplit(plan.recording).scheme not in ("http", "https"):
        raise invalid("recording", "ERR_INVALID", "must be an address of the web")
    return msgspec.structs.replace(plan, title=plan.title.strip(), tags=tags, words=words)


def folded(text: str) -> str:
    """Text as words are compared: composed, lower case, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@lru_cache(maxsize=256)
def _expression(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(word) for word in words) + r")(?!\w)")


def belongs(page: EventPage, *, account_id: int, tags: Collection[str], text: str, at: datetime) -> bool:
    """Whether a post is about the event. `text`: plain, as `folded` gives it (only read where the page has words)."""
    if at < page.starts_at or (page.ends_at is not None and at > page.ends_at):
        return False
    if account_id in page.account_ids or not set(page.tags).isdisjoint(tags):
        return True
    return bool(page.words) and _expression(tuple(page.words)).search(text) is not None


def sample(entries: Sequence[Entry], seconds: float, of: int | None = None) -> Sample:
    """As many as eyes can follow in this time, spread evenly over what came; pinned ones always."""
    total = len(entries) if of is None else of
    room = max(1, int(AT_ONCE * seconds))
    if len(entries) <= room:
        return Sample(list(entries), total)
    kept = {int(n * len(entries) / room) for n in range(room)}
    return Sample([one for n, one in enumerate(entries) if n in kept or one.state == "pinned"], total)
