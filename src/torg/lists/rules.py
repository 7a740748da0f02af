"""Decisions about lists; pure."""

from __future__ import annotations

from typing import cast, get_args

from torg.kernel.errors import Invalid, invalid
from torg.lists.model import RepliesPolicy

MOST_LISTS = 50
MOST_MEMBERS = 500
MOST_TITLE = 256


def title(text: str) -> str:
    """A title, trimmed. Invalid (422) for none, or one that is too long."""
    text = text.strip()
    if not text:
        raise invalid("title", "ERR_BLANK", "can't be blank")
    if len(text) > MOST_TITLE:
        raise invalid("title", "ERR_TOO_LONG", f"is too long (maximum is {MOST_TITLE} characters)")
    return text


def policy(text: str) -> RepliesPolicy:
    """One of the three policies. Invalid (422) with Mastodon's own sentence for another word."""
    if text not in get_args(RepliesPolicy):
        raise Invalid(f"'{text[:40]}' is not a valid replies_policy")
    return cast(RepliesPolicy, text)
