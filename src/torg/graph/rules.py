"""Decisions of the graph; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from torg.accounts.model import Account
from torg.graph.model import Ties
from torg.kernel.errors import Forbidden, NotFound, invalid
from torg.text.language import normal_language

MOST_NOTE = 2_000
LONGEST_MUTE = 10 * 365 * 86_400
DOMAIN = re.compile(
    r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(:\d{1,5})?"
)


def may_follow(follower: Account, target: Account, ties: Ties) -> None:
    """Forbidden (403) for oneself, across a block and for an account that moved away; NotFound if it is gone."""
    if not target.visible:
        raise NotFound
    if follower.id == target.id:
        raise Forbidden("Following your own account is not allowed")
    if ties.blocking or ties.blocked_by or ties.domain_blocking or target.moved_to_id is not None:
        raise Forbidden


def needs_consent(follower: Account, target: Account) -> bool:
    """Whether a follow is only asked for: locked accounts, accounts elsewhere, and followers under limits."""
    return target.locked or not target.is_local or follower.silenced_at is not None


def languages(codes: Sequence[str]) -> list[str]:
    """Normal codes without repetition. Invalid (422) for one that is no language."""
    found = [normal_language(code) for code in codes if code.strip()]
    if None in found:
        raise invalid("languages", "ERR_INVALID", "contains an unknown language code")
    return list(dict.fromkeys(code for code in found if code is not None))


def mute_end(now: datetime, seconds: int) -> datetime | None:
    """When a mute ends; None for never (0 or less)."""
    return now + timedelta(seconds=min(seconds, LONGEST_MUTE)) if seconds > 0 else None


def domain(text: str) -> str:
    """A domain as stored: lower case, in ASCII. Invalid (422) with Mastodon's sentences."""
    if not text.strip():
        raise invalid("domain", "ERR_BLANK", "can't be blank")
    name = text.strip().lower().removeprefix("@").rstrip(".")
    try:
        name = name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if not DOMAIN.fullmatch(name):
        raise invalid("domain", "ERR_INVALID", "is not a valid domain name")
    return name


def note(text: str) -> str:
    """A private note, trimmed; too long is Invalid (422)."""
    if len(text) > MOST_NOTE:
        raise invalid("comment", "ERR_TOO_LONG", f"is too long (maximum is {MOST_NOTE} characters)")
    return text.strip()
