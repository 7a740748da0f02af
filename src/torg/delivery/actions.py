"""Sending: an activity is put down with its inboxes in the transaction of what it tells of, and brought by a worker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import structlog

from torg.delivery import rules, store
from torg.engine.outbox import Waker
from torg.engine.postgres import Tx
from torg.kernel import ids
from torg.orgs import store as orgs
from torg.peers import policy

log = structlog.get_logger(__name__)

wake = Waker()
"""Tells the sender of this process that a commit left something to bring."""


async def send(tx: Tx, *, account_id: int | None, activity: Mapping[str, Any], inboxes: Iterable[str]) -> None:
    """Put an activity down for every distinct inbox, due at once, in the caller's transaction and for its one network.

    `account_id`: who signs; None: the network's instance actor. What is no address of an inbox is left out, and so
    are hosts with which the network does not speak, and those that have not been reached for a week (until something
    comes from them). In a network that does not federate nothing is put down at all.
    """
    hosts = {inbox: host for inbox in inboxes if (host := rules.host_of(inbox)) is not None}
    if not hosts:
        return
    network = await orgs.network(tx, tx.scope.org_id, tx.scope.network_ids[0])
    refused = await policy.refused(tx, network, set(hosts.values())) if network is not None else set()
    if refused:
        hosts = {inbox: host for inbox, host in hosts.items() if host not in refused}
    if not hosts:
        return
    activity_id = ids.new_id()
    if not await store.insert_activity(tx, activity_id, account_id, msgspec.json.encode(activity)):
        log.error("an activity of a network that does not federate was not sent", network=tx.scope.network_ids)
        return
    await store.insert_deliveries(tx, activity_id, list(hosts), list(hosts.values()), rules.GIVE_UP)
    tx.after_commit(wake)


async def inboxes_of(tx: Tx, account_ids: Iterable[int]) -> list[str]:
    """Where remote accounts are reached: distinct shared inboxes, own ones where there is none. Ours have none."""
    return await store.inboxes_of(tx, list(account_ids))


async def follower_inboxes(tx: Tx, account_id: int) -> list[str]:
    """Where an account's remote followers are reached."""
    return await store.follower_inboxes(tx, account_id)


async def revive(tx: Tx, address: str) -> None:
    """Something came from the host of this address, so it lives: what waits for it is tried at once.

    At most once a minute, so that a host that can speak and not hear is not tried with everything that it says.
    """
    host = rules.host_of(address)
    if host is not None:
        await store.revive(tx, host)


async def every_inbox(tx: Tx) -> list[str]:
    """Where every server that the network knows is reached, for what all of them must hear: an account is gone."""
    return await store.every_inbox(tx)
