"""What an administrator does about deliveries: sees what waits and what was given up, lets it go again, drops it."""

from __future__ import annotations

from collections import Counter

from torg.delivery import actions, office_store
from torg.delivery.model import Host, Letter
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Forbidden, NotFound
from torg.kernel.page import Page, in_order
from torg.moderation import log

OFFICE = Permission.MANAGE_FEDERATION
MOST_HOSTS = 500


def _check(actor: Actor) -> None:
    if not actor.may(OFFICE):
        raise Forbidden


async def hosts(
    tx: Tx, actor: Actor, *, host: str | None = None, failing: bool = False, limit: int = MOST_HOSTS
) -> list[Host]:
    """The hosts with something waiting or given up, those with most first."""
    _check(actor)
    return await office_store.hosts(tx, host=host, failing=failing, limit=min(limit, MOST_HOSTS))


async def letters(
    tx: Tx, actor: Actor, page: Page, *, host: str | None = None, dead: bool | None = None
) -> list[Letter]:
    """Deliveries of the network, the newest first: given up (`dead`), waiting, or both."""
    _check(actor)
    return in_order(page, await office_store.letters(tx, page, host=host, dead=dead))


async def retry(tx: Tx, actor: Actor, *, host: str | None = None, id_: int | None = None) -> int:
    """Let what was given up start anew: one, all of a host, or all. Their hosts are tried at once; how many."""
    _check(actor)
    revived = Counter(await office_store.revive_letters(tx, host=host, id_=id_))
    if id_ is not None and not revived:
        raise NotFound
    for name in sorted(revived if host is None else {*revived, host}):
        await office_store.wake(tx, name)
    await log.record(tx, actor, "retry", "delivery", id_, host=host, count=revived.total())
    tx.after_commit(actions.wake)
    return revived.total()


async def drop(tx: Tx, actor: Actor, *, host: str | None = None, id_: int | None = None, waiting: bool = False) -> int:
    """Forget what was given up (with `waiting` also what waits): one, all of a host, or all; how many."""
    _check(actor)
    dropped = await office_store.drop_letters(tx, host=host, id_=id_, dead=not waiting and id_ is None)
    if id_ is not None and not dropped:
        raise NotFound
    await log.record(tx, actor, "drop", "delivery", id_, host=host, count=dropped)
    return dropped


async def end_rest(tx: Tx, actor: Actor, host: str) -> None:
    """Try a host now instead of when its rest is over. 404 for one for which the network has nothing."""
    _check(actor)
    if not await office_store.known(tx, host):
        raise NotFound
    await office_store.wake(tx, host)
    await log.record(tx, actor, "end_rest", "delivery", None, host=host)
    tx.after_commit(actions.wake)
