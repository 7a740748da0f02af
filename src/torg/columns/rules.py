"""Decisions about columns; no I/O."""

from __future__ import annotations

from collections.abc import Sequence

from torg.columns.model import Column, Kind
from torg.kernel.actor import Actor, NetworkKind
from torg.kernel.errors import Invalid, invalid
from torg.search import rules as search
from torg.text.tags import tag_name

MOST = 12
BY_ID: frozenset[Kind] = frozenset({"list", "group"})
BY_WORDS: frozenset[Kind] = frozenset({"tag", "search"})


def first(actor: Actor) -> list[Kind]:
    """What a member begins with; a guest reads in groups alone."""
    if actor.guest:
        return ["home", "notifications"]
    return ["home", "notifications", "public"]


def may_have(actor: Actor, kind: Kind) -> bool:
    """Guests have no posts of everybody; an inside has no other servers."""
    if kind in ("public", "local", "remote") and actor.guest:
        return False
    return kind not in ("local", "remote") or actor.network_kind is NetworkKind.PUBLIC


def subject(kind: Kind, given: str) -> str:
    """What a column of the kind is about, as it is kept. Invalid (422) where it says nothing."""
    given = given.replace("\0", "").strip()
    if kind == "search":
        return search.search(given)
    if kind == "tag":
        name = tag_name(given.lstrip("#"))
        if not name:
            raise invalid("subject", "ERR_INVALID", "is not a tag")
        return name
    if kind in BY_ID:
        if not given.isascii() or not given.isdigit() or len(given) > 18:
            raise invalid("subject", "ERR_INVALID", "is not an id")
        return str(int(given))
    return ""


def check_more(there: Sequence[Column]) -> None:
    """Invalid (422) beyond the most that one can have."""
    if len(there) >= MOST:
        raise Invalid("Validation failed: You cannot have more columns")


def moved(there: Sequence[Column], id_: int, by: int) -> list[int]:
    """The ids in their new order, with one of them `by` places further to the right."""
    ids = [one.id for one in there]
    at = ids.index(id_)
    ids.insert(min(max(at + by, 0), len(ids) - 1), ids.pop(at))
    return ids
