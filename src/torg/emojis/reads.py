"""Answers about custom emoji."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from torg.emojis import store
from torg.emojis.model import Emoji
from torg.engine.postgres import Tx
from torg.kernel.errors import NotFound
from torg.text.emoji import shortcodes


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


async def used(tx: Tx, texts: Iterable[str]) -> dict[str, Emoji]:
    """The emoji in use whose `:shortcodes:` stand in the texts, by shortcode; no query where there are none."""
    codes = {code for text in texts for code in shortcodes(text)}
    return {one.shortcode: one for one in await store.by_shortcodes(tx, codes)} if codes else {}


async def elsewhere(tx: Tx, hosts: Collection[str], codes: Collection[str]) -> list[Emoji]:
    """Custom emoji of other servers, by the host of who uses them: those of which there is a copy here."""
    return await store.elsewhere(tx, hosts, codes) if hosts and codes else []


async def known_elsewhere(tx: Tx, text: str, after: str, limit: int) -> list[Emoji]:
    """A page of what other servers have and there is a copy of; `after` is `shortcode@host` of the page before."""
    return await store.known_elsewhere(tx, text, after, limit)


async def shown(tx: Tx, id_: int) -> Emoji | None:
    """One in use, for anybody to look at."""
    return await store.shown(tx, id_)
