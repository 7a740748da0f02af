"""Searches kept by name: saved, changed, tracked and put away by the one whose they are (FEATURES T6)."""

from __future__ import annotations

import msgspec

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import Invalid, NotFound, invalid
from torg.kernel.ids import new_id
from torg.kernel.page import Page
from torg.search import hooks, rules
from torg.search import saved_store as store
from torg.search.model import SavedSearch

MOST_SAVED = 100
MOST_TRACKED = 20
MOST_NAME = 100


async def mine(tx: Tx, actor: Actor, page: Page) -> list[SavedSearch]:
    """A page of one's own, newest first."""
    return await store.page(tx, actor.me, page)


async def own(tx: Tx, actor: Actor, id_: int) -> SavedSearch:
    """One's own; 404 for one that is not there and for somebody else's."""
    found = await store.one(tx, actor.me, id_)
    if found is None:
        raise NotFound
    return found


async def save(tx: Tx, actor: Actor, *, name: str, query: str, track: bool) -> SavedSearch:
    """Keep a search; without a name it is called what it says. Invalid (422) for no search, and beyond the caps."""
    asked = rules.search(query)
    made = SavedSearch(
        id=new_id(), name=_name(name, asked), query=asked, track=track, created_at=now()
    )  # fmt: skip
    await _check_caps(tx, actor, more=1, track=track)
    await store.insert(tx, actor.me, made, await hooks.of_search(tx, made.query))
    return made


async def change(
    tx: Tx, actor: Actor, id_: int, *, name: str | None, query: str | None, track: bool | None
) -> SavedSearch:
    """Change what is given; the rest stays."""
    old = await own(tx, actor, id_)
    asked = old.query if query is None else rules.search(query)
    new = msgspec.structs.replace(
        old,
        query=asked,
        name=old.name if name is None else _name(name, asked),
        track=old.track if track is None else track,
    )
    if new.track and not old.track:
        await _check_caps(tx, actor, more=0, track=True)
    await store.update(tx, actor.me, new, await hooks.of_search(tx, new.query))
    return new


async def delete(tx: Tx, actor: Actor, id_: int) -> None:
    if not await store.delete(tx, actor.me, id_):
        raise NotFound


def _name(text: str, query: str) -> str:
    name = " ".join(text.split())
    if len(name) > MOST_NAME:
        raise invalid("name", "ERR_TOO_LONG", f"is too long (maximum is {MOST_NAME} characters)")
    return name or query[:MOST_NAME]


async def _check_caps(tx: Tx, actor: Actor, *, more: int, track: bool) -> None:
    saved, tracked = await store.counts(tx, actor.me)
    if saved + more > MOST_SAVED:
        raise Invalid(f"Validation failed: You may save at most {MOST_SAVED} searches")
    if track and tracked >= MOST_TRACKED:
        raise invalid("track", "ERR_TOO_MANY", f"is possible for at most {MOST_TRACKED} searches")
