"""Decisions about collections; pure."""

from __future__ import annotations

from torg.accounts.model import Account
from torg.graph.model import Ties
from torg.kernel.errors import Invalid
from torg.showcase.model import CollectionChange
from torg.text.language import normal_language

MOST_FEATURED_TAGS = 10
MOST_COLLECTIONS = 10
MOST_ITEMS = 25
MOST_NAME = 40
MOST_DESCRIPTION = 100


def check(change: CollectionChange, *, valid_tag: bool) -> None:
    """Invalid (422) with `details` for every wrong field (docs: methods/collections)."""
    wrong: dict[str, list[tuple[str, str]]] = {}
    if change.name is not None and not change.name.strip():
        wrong["name"] = [("ERR_BLANK", "can't be blank")]
    for field, most in (("name", MOST_NAME), ("description", MOST_DESCRIPTION)):
        value: str = getattr(change, field) or ""
        if len(value.strip()) > most:
            wrong[field] = [("ERR_TOO_LONG", f"is too long (maximum is {most} characters)")]
    if change.language and normal_language(change.language) is None:
        wrong["language"] = [("ERR_INCLUSION", "is not a language code")]
    if not valid_tag:
        wrong["tag_name"] = [("ERR_INVALID", "is not a hashtag")]
    if wrong:
        raise Invalid(details=wrong)


def may_feature(owner: int, account: Account, ties: Ties) -> bool:
    """Whether an account has consented to be in collections: it is discoverable, or one's own; never across a block."""
    if not account.visible or ties.blocking or ties.blocked_by:
        return False
    return account.id == owner or (account.is_local and account.discoverable)
