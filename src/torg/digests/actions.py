"""What is done with digests: choose, stop, plan those whose hour has come, write and send one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from torg.access import letters as mails
from torg.digests import letters, reads, rules, store
from torg.digests.model import Plan
from torg.engine import jobs
from torg.engine.postgres import Database, Tx
from torg.kernel.actor import Actor, Scope
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, Invalid
from torg.orgs import store as orgs
from torg.orgs.model import Network

SEND = "digest"
BATCH = 200


async def choose(tx: Tx, actor: Actor, network: Network, **changes: Any) -> Plan:
    """A member's own choice; what is not among `changes` stays."""
    if actor.delegated is not None:
        raise Forbidden
    if await reads.reader(tx, actor.me) is None and changes.get("every", "off") != "off":
        raise Invalid("Validation failed: There is no confirmed e-mail address to send to")
    before = await reads.plan(tx, network, actor.me)
    wanted = rules.check(msgspec.structs.replace(before, **changes, chosen=True))
    plan = msgspec.structs.replace(wanted, next_at=rules.next_at(wanted, now()))
    await store.put(tx, actor.me, plan)
    return plan


async def known(tx: Tx, network: Network, token: str) -> int | None:
    """The account of a link in a digest, in this network; None for a link that is not ours."""
    given = rules.account_of(token)
    if given is None:
        return None
    account_id, mac = given
    secret = await store.secret(tx, account_id)
    right = rules.signed(secret or bytes(32), network.id, account_id, mac)
    return account_id if right and secret is not None else None


async def stop(tx: Tx, network: Network, token: str) -> bool:
    """End somebody's digests by the link in one of them; whether the link was good. Again changes nothing."""
    account_id = await known(tx, network, token)
    if account_id is not None:
        await store.stop(tx, account_id)
    return account_id is not None


async def plan_due(db: Database) -> int:
    """Put down a job for each member whose hour has come, in batches; how many."""
    total = 0
    while True:
        async with db.system() as tx:
            count = await _plan_batch(tx, now())
        total += count
        if count < BATCH:
            return total


async def _plan_batch(tx: Tx, at: datetime) -> int:
    """The period, its job and the next hour are one commit: killed anywhere, each is planned once."""
    found = await store.due(tx, BATCH)
    for due in found:
        assert due.next_at is not None, "what is due has an hour"
        period = rules.period(due, due.next_at)
        since = due.next_at - rules.PERIODS.get(due.every, rules.PERIODS["weekly"])
        if await store.begin(tx, due, period, since, rules.next_at(due, at)):
            payload = {"account_id": due.account_id, "period": period}
            await jobs.enqueue(tx, SEND, payload, org_id=due.org_id, network_id=due.network_id)
    return len(found)


async def send(db: Database, network: Network, account_id: int, period: str, *, origin: str) -> bool:
    """Write one digest and put its mail down, once for each period; whether there was anything to tell."""
    async with db.tx(network.scope) as tx:
        found = await reads.reader(tx, account_id)
    guest = found is not None and found[0].guest
    scope = Scope(network.org_id, (network.id,), viewer=account_id, guest=guest)
    async with db.tx(scope) as tx:
        since = await store.take(tx, account_id, period)
        if since is None:
            return False
        plan = await store.plan(tx, account_id)
        wanted = found is not None and plan is not None and plan.every != "off"
        # Nobody asked for it: then only who has not been here is told
        if wanted and plan is not None and not plan.chosen and await store.was_here(tx, account_id, since):
            wanted = False
        digest = await reads.compose(tx, network, account_id, since, origin=origin) if wanted else None
        if digest is not None:
            await jobs.enqueue(tx, mails.JOB, letters.mail(network, digest))
        await store.finish(tx, account_id, period, "sent" if digest is not None else "nothing")
    return digest is not None


async def follow_defaults(db: Database) -> None:
    """Once a day: new members get the network's default, those who have not chosen a changed one."""
    async with db.system() as tx:
        networks = await orgs.networks(tx)
    for network in networks:
        usual = rules.default(network.kind, network.settings)
        plan = msgspec.structs.replace(usual, next_at=rules.next_at(usual, now()))
        async with db.system() as tx:
            await store.follow_default(tx, network.org_id, network.id, plan)
    async with db.system() as tx:
        await store.sweep(tx)


async def preview(db: Database, network: Network, account_id: int, *, origin: str) -> str | None:
    """What an account's next digest would say if it were written now, whatever was chosen; nothing is sent."""
    async with db.tx(network.scope) as tx:
        found = await reads.reader(tx, account_id)
        plan = await reads.plan(tx, network, account_id)
        if await store.secret(tx, account_id) is None:
            await store.put(tx, account_id, plan)
    guest = found is not None and found[0].guest
    since = now() - rules.PERIODS.get(plan.every, rules.PERIODS["weekly"])
    async with db.tx(Scope(network.org_id, (network.id,), viewer=account_id, guest=guest)) as tx:
        digest = await reads.compose(tx, network, account_id, since, origin=origin)
    return letters.plain(digest) if digest is not None else None
