"""What one does with mirrors: connect a feed to an account, ask it now, let go of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from torg.accounts import reads as accounts
from torg.accounts.model import Account, AccountKind
from torg.engine import jobs
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, NotFound, TooMany, invalid
from torg.kernel.ids import new_id
from torg.mirrors import rules, store
from torg.mirrors.model import Mirror
from torg.moderation import log
from torg.orgs.model import Network

FETCH, DUE, LEAVE = "mirror_fetch", "mirrors_due", "mirror_leave"
NOT_OFTENER = timedelta(minutes=5)


def manages(actor: Actor) -> bool:
    """Whether the actor may connect feeds to others' accounts."""
    return actor.may(Permission.MANAGE_USERS)


async def connect(tx: Tx, actor: Actor, network: Network, url: str, *, account_id: int | None = None) -> int:
    """Mirror a feed into one's own account, or into any of the network's as who manages users. Returns the id.

    404 outside public networks, 403 for another's account, 422 for an address that is none, is mirrored there already,
    or is one too many.
    """
    _public(network)
    account = await _target(tx, actor, account_id)
    address = rules.address(url)
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('mirrors', %s))", (account.id,))
    if await store.count(tx, account.id) >= rules.MOST_OF_ACCOUNT:
        raise invalid("base", "ERR_INVALID", f"An account can mirror {rules.MOST_OF_ACCOUNT} feeds at most")
    id_ = new_id()
    if not await store.insert(tx, id_, account.id, actor.me, address):
        raise invalid("url", "ERR_TAKEN", "is mirrored already")
    if account.id != actor.me:
        await log.record(tx, actor, "create", "mirror", id_, account_id=account.id, url=address)
    await jobs.enqueue(tx, FETCH, {"id": id_}, key=str(id_))
    return id_


async def ask_now(tx: Tx, actor: Actor, network: Network, id_: int) -> None:
    """Visit the feed at once; one that was given up is tried again. 429 within five minutes of the last visit."""
    mirror = await own(tx, actor, network, id_)
    if mirror.checked_at is not None and now() - mirror.checked_at < NOT_OFTENER:
        raise TooMany("This feed was asked less than five minutes ago")
    await store.change(tx, id_, {"state": "active", "next_at": now(), "failures": 0, "failing_since": None})
    await jobs.enqueue(tx, FETCH, {"id": id_}, key=str(id_))


async def let_go(tx: Tx, actor: Actor, network: Network, id_: int) -> None:
    """Mirror it no more; what was posted stays. Its hub is told."""
    mirror = await own(tx, actor, network, id_)
    await store.drop(tx, id_)
    await jobs.cancel(tx, FETCH, str(id_))
    if mirror.hub and mirror.hub_topic and mirror.hub_token:
        left = {"hub": mirror.hub, "topic": mirror.hub_topic, "token": mirror.hub_token}
        await jobs.enqueue(tx, LEAVE, left)
    if mirror.account_id != actor.me:
        await log.record(tx, actor, "destroy", "mirror", id_, account_id=mirror.account_id, url=mirror.url)


async def own(tx: Tx, actor: Actor, network: Network, id_: int) -> Mirror:
    """A mirror of one's own account, or any for who manages users; else 404."""
    _public(network)
    mirror = await store.get(tx, id_)
    if mirror is None or (mirror.account_id != actor.me and not manages(actor)):
        raise NotFound
    return mirror


async def listed(
    tx: Tx, actor: Actor, network: Network, *, account_id: int | None = None, whole: bool = False, limit: int = 40,
    offset: int = 0,
) -> list[Mirror]:  # fmt: skip
    """One's own; for who manages users those of an account, or all of the network."""
    _public(network)
    wanted = None if whole else account_id or actor.me
    if wanted != actor.me and not manages(actor):
        raise Forbidden
    return await store.listed(tx, wanted, min(max(limit, 1), 80), max(offset, 0))


def _public(network: Network) -> None:
    if not network.is_public:
        raise NotFound


async def _target(tx: Tx, actor: Actor, account_id: int | None) -> Account:
    wanted = account_id or actor.me
    if wanted != actor.me and not manages(actor):
        raise Forbidden
    account = await accounts.visible(tx, wanted)
    if not account.is_local or account.kind is AccountKind.GROUP:
        raise NotFound
    return account


def told(mirror: Mirror) -> dict[str, Any]:
    """What a log line says of a mirror."""
    return {"mirror": mirror.id, "url": mirror.url}
