"""Following block lists of others: looked at once a day, politely, and applied as far as nobody decided otherwise.

A list that suddenly grows is held for a person to look at: one mistake elsewhere must not silence half the world here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog

from torg.engine import jobs
from torg.engine.fetch import Fetcher
from torg.engine.fetched import Fetched, FetchError
from torg.engine.postgres import Database, Tx
from torg.engine.worker import Context, Handler, Handling, Periodic
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import Invalid, NotFound, invalid
from torg.kernel.ids import new_id
from torg.media.remote import address
from torg.moderation import log as admin_log
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.peers import block_lists, importing
from torg.peers import subscription_store as store
from torg.peers.importing import Plan
from torg.peers.subscription_store import Subscription

log = structlog.get_logger(__name__)

LOOK = "peers.block_list"
ALL = "peers.block_lists"
DAY = timedelta(days=1)
FREE_GROWTH = 100
"""So many more entries than the last time, or half as many again, are taken without asking."""
MOST_FIRST = 5_000


async def subscribe(tx: Tx, actor: Actor, url: str, *, severity: str, removals: str) -> Subscription:
    """Follow a list from now on; the first look is a job. Invalid for a bad address, and for one that is followed."""
    if not address(url):
        raise invalid("url", "ERR_INVALID", "is not a web address")
    if severity not in ("silence", "suspend"):
        raise invalid("severity", "ERR_INCLUSION", "is not included in the list")
    if removals not in ("keep", "lift"):
        raise invalid("removals", "ERR_INCLUSION", "is not included in the list")
    made = await store.insert(
        tx,
        {
            "id": new_id(), "url": url, "severity": severity, "removals": removals,
            "created_by": actor.account_id or admin_log.OPERATOR,
        },
    )  # fmt: skip
    if made is None:
        raise invalid("url", "ERR_TAKEN", "has already been taken")
    await admin_log.record(tx, actor, "create", "block_subscription", made.id, url=url, severity=severity)
    await jobs.enqueue(tx, LOOK, {"id": made.id}, key=str(made.id))
    return made


async def find(tx: Tx, id_: int) -> Subscription:
    """One of this network, else 404."""
    found = await store.find(tx, id_)
    if found is None:
        raise NotFound
    return found


async def unsubscribe(tx: Tx, actor: Actor, id_: int) -> None:
    """Follow a list no longer; what it blocked stays blocked."""
    found = await find(tx, id_)
    await store.delete(tx, id_)
    await admin_log.record(tx, actor, "destroy", "block_subscription", id_, url=found.url)


async def refresh(tx: Tx, actor: Actor, id_: int) -> Subscription:
    """Look at it now; one that waited for review is applied as it is by now."""
    found = await find(tx, id_)
    if found.state == "review":
        await admin_log.record(tx, actor, "approve", "block_subscription", id_, url=found.url)
    await jobs.enqueue(tx, LOOK, {"id": id_, "approved": found.state == "review"}, key=str(id_))
    return found


async def preview(
    db: Database, fetch: Fetcher, network: Network, url: str, *, severity: str = "suspend"
) -> tuple[block_lists.Read, Plan]:
    """What a list would do; nothing is changed. Invalid for what is no list, FetchError where there is none."""
    if not address(url):
        raise invalid("url", "ERR_INVALID", "is not a web address")
    answer = await _asked(fetch, network, url)
    if not answer.ok:
        raise Invalid(f"Validation failed: The address answered {answer.status}")
    found = block_lists.read(answer.body, severity=severity)  # type: ignore[arg-type]
    async with db.tx(network.scope) as tx:
        return found, await importing.plan(tx, network, found.entries, most=severity)


async def _asked(fetch: Fetcher, network: Network, url: str, known: Subscription | None = None) -> Fetched:
    headers = {}
    if known is not None and known.state == "active" and known.applied_at is not None:
        if known.etag:
            headers["if-none-match"] = known.etag
        if known.last_modified:
            headers["if-modified-since"] = known.last_modified
    return await fetch.get(
        url,
        accept="text/csv, text/plain;q=0.9, */*;q=0.1",
        max_bytes=block_lists.MOST_BYTES,
        timeout=30,
        headers=headers,
    )


def suspicious(before: int | None, entries: int) -> str:
    """Why a list should be looked at before it is applied; empty if it need not."""
    if before is None:
        return f"it begins with {entries} entries" if entries > MOST_FIRST else ""
    if entries > before + max(FREE_GROWTH, before // 2):
        return f"it grew from {before} to {entries} entries"
    if entries * 2 < before and before - entries > FREE_GROWTH:
        return f"it shrank from {before} to {entries} entries"
    return ""


async def look(ctx: Context, payload: Any) -> None:
    """Job `peers.block_list`: ask one list whether it has changed, and apply it."""
    id_, approved = int(payload["id"]), bool(payload.get("approved"))
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        known = await store.find(tx, id_)
    if network is None or known is None or (known.state == "review" and not approved):
        return
    try:
        answer = await _asked(ctx.services.fetch, network, known.url, known)
        if not answer.ok and answer.status != 304:
            raise Invalid(f"the address answered {answer.status}")
        found = None if answer.status == 304 else block_lists.read(answer.body, severity=known.severity)
        if found is not None and not found.entries:
            raise Invalid("the list is empty")
    except (FetchError, Invalid) as failed:
        async with ctx.tx() as tx:
            wait = min(DAY, timedelta(hours=1) * 2 ** min(known.failures, 5))
            reason = failed.reason if isinstance(failed, FetchError) else failed.text
            failure = {"failures": known.failures + 1, "reason": reason[:500], "next_at": now() + wait}
            await store.update(tx, id_, failure)
        return
    async with ctx.tx() as tx:
        seen: dict[str, Any] = {"failures": 0, "reason": "", "fetched_at": now(), "next_at": now() + DAY}
        if found is not None:
            why = "" if approved else suspicious(known.entries, len(found.entries))
            if why:
                await store.update(tx, id_, {**seen, "state": "review", "reason": why})
                log.warning("block_list_held", host=network.host, url=known.url, why=why)
                return
            steps = await importing.plan(
                tx, network, found.entries, subscription_id=id_, most=known.severity, lift=known.removals == "lift"
            )
            actor = Actor(org_id=network.org_id, network_id=network.id)
            await importing.apply(tx, actor, network, steps, id_)
            seen |= {
                "state": "active", "entries": len(found.entries), "applied_at": now(),
                "etag": answer.headers.get("etag"), "last_modified": answer.headers.get("last-modified"),
            }  # fmt: skip
            log.info("block_list_applied", host=network.host, url=known.url, changes=len(steps.changes))
        await store.update(tx, id_, seen)


async def look_at_all(ctx: Context, _: Any) -> None:
    """Job `peers.block_lists`, once an hour: a job for each list whose day is over."""
    async with ctx.db.system() as tx:
        for row in await store.due(tx):
            await jobs.enqueue(
                tx, LOOK, {"id": row["id"]}, key=str(row["id"]), org_id=row["org_id"], network_id=row["network_id"]
            )


HANDLERS: dict[str, Handler | Handling] = {
    LOOK: Handling(run=look, concurrency=2, attempts=3),
    ALL: Handling(run=look_at_all, concurrency=1, attempts=3),
}
PERIODIC = (Periodic(kind=ALL, every=timedelta(hours=1)),)
