"""Answers about custom emoji."""

from __future__ import annotations

from torg.emojis import store
from torg.emojis.model import Emoji
from torg.engine.postgres import Tx


async def usable(tx: Tx) -> list[Emoji]:
    """What may be used, by shortcode."""
    return await store.listed(tx)


async def every(tx: Tx) -> list[Emoji]:
    """Also the disabled ones, for administrators."""
    return await store.listed(tx, disabled=True)
