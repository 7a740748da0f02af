"""What one may do: add, move and remove one's columns."""

from __future__ import annotations

from torg.columns import rules, store
from torg.columns.model import Column, Kind
from torg.engine.postgres import Tx
from torg.groups import reads as groups
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound
from torg.kernel.ids import new_id
from torg.lists import reads as lists


async def begin(tx: Tx, actor: Actor) -> list[Column]:
    """The columns, from left to right; whoever has none is given the first ones."""
    if found := await store.mine(tx, actor.me):
        return found
    await store.lock(tx, actor.me)
    if not await store.mine(tx, actor.me):
        for place, kind in enumerate(rules.first(actor), 1):
            await store.insert(tx, actor.me, Column(id=new_id(), kind=kind, subject="", place=place))
    return await store.mine(tx, actor.me)


async def add(tx: Tx, actor: Actor, kind: Kind, given: str, *, place: int | None = None) -> Column:
    """One more at the right, or where it was; the one that is there if it is. 404 for what one may not know of."""
    if not rules.may_have(actor, kind):
        raise NotFound
    subject = rules.subject(kind, given)
    if kind == "list":
        await lists.own(tx, actor, int(subject))
    elif kind == "group":
        await groups.one(tx, actor, int(subject))
    await store.lock(tx, actor.me)
    there = await store.mine(tx, actor.me)
    for one in there:
        if (one.kind, one.subject) == (kind, subject):
            return one
    rules.check_more(there)
    made = Column(id=new_id(), kind=kind, subject=subject, place=max((one.place for one in there), default=0) + 1)
    await store.insert(tx, actor.me, made)
    if place is not None:
        ids = [one.id for one in there]
        ids.insert(min(max(place - 1, 0), len(ids)), made.id)
        await store.order(tx, actor.me, ids)
    return made


async def move(tx: Tx, actor: Actor, id_: int, by: int) -> None:
    """`by` places to the right, or to the left below 0; 404 for a column that is not one's own."""
    await store.lock(tx, actor.me)
    there = await store.mine(tx, actor.me)
    if all(one.id != id_ for one in there):
        raise NotFound
    await store.order(tx, actor.me, rules.moved(there, id_, by))


async def remove(tx: Tx, actor: Actor, id_: int) -> tuple[Column, int]:
    """Take it away; it and its place (from 1), to put it back. 404 for one that is not one's own."""
    await store.lock(tx, actor.me)
    for place, one in enumerate(await store.mine(tx, actor.me), 1):
        if one.id == id_:
            await store.delete(tx, actor.me, id_)
            return one, place
    raise NotFound
