"""Cards for posts, a batch at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from torg.cards import store
from torg.cards.model import Card
from torg.engine.postgres import Tx


async def for_posts(tx: Tx, post_ids: Collection[int]) -> Mapping[int, Card]:
    """The cards to show, by post id; posts without one are left out."""
    return await store.for_posts(tx, list(post_ids)) if post_ids else {}


async def by_ids(tx: Tx, ids: Collection[int]) -> Mapping[int, Card]:
    """Cards by their own ids, for trending links."""
    return {card.id: card for card in await store.by_ids(tx, list(ids))} if ids else {}
