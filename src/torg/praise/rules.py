"""Decisions about praise; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from torg.accounts.model import Account, AccountKind
from torg.kernel.errors import Invalid, invalid
from torg.praise.drawings import DRAWINGS

MOST_PRAISED = 20
LONGEST_NAME = 60
KEY = re.compile(r"[a-z0-9_]{1,40}")


def wanted_ids(ids: Sequence[int], me: int) -> list[int]:
    """Who is praised, each once, or 422: nobody, too many, oneself."""
    unique = list(dict.fromkeys(ids))
    if not unique:
        raise invalid("account_ids", "ERR_BLANK", "can't be blank")
    if len(unique) > MOST_PRAISED:
        raise invalid("account_ids", "ERR_TOO_LONG", f"are too many (maximum is {MOST_PRAISED})")
    if me in unique:
        raise invalid("account_ids", "ERR_INVALID", "must not be yourself")
    return unique


def praisable(account: Account) -> bool:
    """People here, not groups, robots or those of other servers."""
    return account.visible and account.is_local and account.kind in (AccountKind.PERSONAL, AccountKind.TEAM)


def with_names(text: str, accounts: Sequence[Account], written: set[int]) -> str:
    """The text with those in front whom it does not mention yet."""
    missing = " ".join(f"@{account.acct}" for account in accounts if account.id not in written)
    return f"{missing} {text}".strip() if missing else text


def check_badge(key: str, drawing: str, name_en: str, name_sv: str) -> tuple[str, str]:
    """A badge of the network's own: its two names, trimmed, or 422."""
    if not KEY.fullmatch(key):
        raise invalid("key", "ERR_INVALID", "must be 1 to 40 of a-z, 0-9 and _")
    if drawing not in DRAWINGS:
        raise Invalid(f"Validation failed: Drawing must be one of {', '.join(DRAWINGS)}")
    names = []
    for field, given in (("name_en", name_en), ("name_sv", name_sv)):
        name = " ".join(given.split())
        if not name:
            raise invalid(field, "ERR_BLANK", "can't be blank")
        if len(name) > LONGEST_NAME or "\x00" in name:
            raise invalid(field, "ERR_TOO_LONG", f"is too long (maximum is {LONGEST_NAME} characters)")
        names.append(name)
    return names[0], names[1]
