"""Answers: one of one's own columns."""

from __future__ import annotations

from torg.columns import store
from torg.columns.model import Column
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound


async def own(tx: Tx, actor: Actor, id_: int) -> Column:
    """404 for one that is not there and for somebody else's."""
    for one in await store.mine(tx, actor.me):
        if one.id == id_:
            return one
    raise NotFound
