"""Answers about custom emoji."""

from __future__ import annotations

from torg.emojis import store
from torg.emojis.model import Emoji
from torg.engine.postgres import Tx
from torg.kernel.errors import NotFound


async def usable(tx: Tx) -> list[Emoji]:
    """What may be used, by shortcode."""
    return await store.listed(tx)


async def every(tx: Tx) -> list[Emoji]:
    """Also the disabled ones, for administrators."""
    return await store.listed(tx, disabled=True)


async def one(tx: Tx, id_: int) -> Emoji:
    """One by its id, in use or not; 404 if it is not here."""
    found = await store.one(tx, id_)
    if found is None:
        raise NotFound
    return found
