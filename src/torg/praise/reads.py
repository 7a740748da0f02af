"""Answers about praise: the badges, the wall of thanks, and somebody's standing."""

from __future__ import annotations

from collections.abc import Sequence

from torg.accounts import reads as accounts
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound
from torg.kernel.page import Page
from torg.praise import store
from torg.praise.drawings import DEFAULTS
from torg.praise.model import Badge, Praise, Standing, Wanted


async def badges(tx: Tx) -> list[Badge]:
    """All of the network's, retired ones too: the first set as the network has changed it, then its own."""
    own = {badge.key: badge for badge in await store.badges(tx)}
    first = [own.pop(badge.key, badge) for badge in DEFAULTS]
    return [*first, *own.values()]


async def badge(tx: Tx, key: str) -> Badge:
    """One by its key, else 404."""
    found = next((one for one in await badges(tx) if one.key == key), None)
    if found is None:
        raise NotFound
    return found


async def one(tx: Tx, actor: Actor, id_: int) -> Praise:
    """The praise of a post that the actor may read, else 404."""
    found = (await store.by_ids(tx, actor.account_id, [id_])).get(id_)
    if found is None:
        raise NotFound
    return found


async def of_posts(tx: Tx, actor: Actor, ids: Sequence[int]) -> dict[int, Praise]:
    """Those of the posts that are praise."""
    return await store.by_ids(tx, actor.account_id, ids) if ids else {}


async def wall(tx: Tx, actor: Actor, wanted: Wanted, asked: Page) -> list[Praise]:
    """A page of the wall of thanks, newest first; only posts that the actor may read."""
    return await store.page(tx, actor.account_id, wanted, asked)


async def standing(tx: Tx, actor: Actor, account_id: int) -> Standing:
    """What somebody gave and got, as far as the actor may read it; 404 for an account out of sight."""
    await accounts.visible(tx, account_id)
    badges = await store.received(tx, actor.account_id, account_id)
    return Standing(
        given=await store.given(tx, actor.account_id, account_id),
        received=sum(one.count for one in badges),
        badges=badges,
    )
