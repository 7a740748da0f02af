"""Removing a server for good: its accounts with all that they wrote, files, emoji, what waits to be sent to it.

A job does it, an account at a time, and goes on where it was cut off. What a legal hold matches is copied whole before
it goes (migration 0120). A block of the server stays; without one, it may come back with the next activity.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec
import structlog

from torg.accounts import actions as account_actions
from torg.accounts.store import TENANT, tenant
from torg.engine import jobs
from torg.engine.postgres import Tx
from torg.engine.worker import Context, Handler, Handling
from torg.graph import severance_store, severances
from torg.kernel.actor import Actor
from torg.kernel.ids import new_id
from torg.media import cleaning
from torg.moderation import deletion, rules
from torg.moderation import log as admin_log
from torg.orgs import store as orgs
from torg.orgs.model import Network

log = structlog.get_logger(__name__)

PURGE = "peers.purge"
BATCH = 20


class Purge(msgspec.Struct, frozen=True, kw_only=True):
    """How far a purge is."""

    id: int
    host: str
    state: Literal["waiting", "running", "done"]
    accounts_total: int
    accounts_done: int
    created_by: int
    created_at: datetime
    finished_at: datetime | None


COLUMNS = ", ".join(Purge.__struct_fields__)
# By the id of the actor, too: an account may have its address elsewhere
THERE = """a.org_id = %(org)s AND a.network_id = %(network)s AND a.host <> '' AND (a.host = %(host)s OR EXISTS (
    SELECT FROM remote_actors r WHERE r.org_id = a.org_id AND r.account_id = a.id AND r.host = %(host)s))"""


async def begin(tx: Tx, actor: Actor, host: str) -> Purge:
    """Have everything of a server removed; one that is under way goes on. Invalid for no name."""
    name = rules.domain(host)
    values = {**tenant(tx), "id": new_id(), "host": name, "by": actor.account_id or admin_log.OPERATOR}
    begun = await tx.run(
        f"""INSERT INTO domain_purges (org_id, network_id, id, host, created_by, accounts_total)
            VALUES (%(org)s, %(network)s, %(id)s, %(host)s, %(by)s, (SELECT count(*) FROM accounts a WHERE {THERE}))
            ON CONFLICT (org_id, network_id, host) WHERE finished_at IS NULL DO NOTHING""",
        values,
    )
    found = await latest(tx, name)
    assert found is not None
    if begun:
        await admin_log.record(tx, actor, "purge", "instance", found.id, host=name, accounts=found.accounts_total)
    await jobs.enqueue(tx, PURGE, {"id": found.id}, key=str(found.id))
    return found


async def latest(tx: Tx, host: str) -> Purge | None:
    """The purge of a server that is under way, else the last one; None if there never was one."""
    return await tx.one(
        f"SELECT {COLUMNS} FROM domain_purges WHERE {TENANT} AND host = %(host)s ORDER BY id DESC LIMIT 1",
        {**tenant(tx), "host": host},
        as_=Purge,
    )


async def purge(ctx: Context, payload: Any) -> None:
    """Job `peers.purge`."""
    async with ctx.tx() as tx:
        found = await tx.one(
            f"""UPDATE domain_purges SET state = 'running' WHERE {TENANT} AND id = %(id)s AND finished_at IS NULL
                RETURNING {COLUMNS}""",
            {**tenant(tx), "id": int(payload["id"])},
            as_=Purge,
        )
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
    if found is None or network is None:
        return
    while ids := await _batch(ctx, found.host):
        for account_id in ids:
            await _account(ctx, found, account_id)
    async with ctx.tx() as tx:
        await severances.tell(tx, found.id)
        await severance_store.purge(tx, [found.host])
    async with ctx.db.system() as system:
        await cleaning.reject_emojis(system, network, found.host)
    async with ctx.tx() as tx:
        await _rest(tx, network, found)
    log.info("domain_purged", host=network.host, domain=found.host)


async def _batch(ctx: Context, host: str) -> list[int]:
    async with ctx.tx() as tx:
        ids: list[int] = await tx.column(
            f"SELECT a.id FROM accounts a WHERE {THERE} ORDER BY a.id LIMIT {BATCH}", {**tenant(tx), "host": host}
        )
    return ids


async def _account(ctx: Context, found: Purge, account_id: int) -> None:
    """Follows first, so that people learn of them; then what it wrote, a batch at a time; the row last."""
    severed = severances.BATCH
    while severed == severances.BATCH:
        async with ctx.tx() as tx:
            severed = await severances.sever(
                tx, [account_id], cause=found.id, type_="domain_block", target=found.host
            )
    async with ctx.tx() as tx:
        await account_actions.close(tx, account_id)
    await deletion.remove_content(ctx, {"account_id": account_id})
    async with ctx.tx() as tx:
        params = {**tenant(tx), "id": account_id}
        await tx.run(
            f"""UPDATE media_files SET doomed_at = now() WHERE {TENANT} AND doomed_at IS NULL AND media_id IN (
                SELECT id FROM media WHERE {TENANT} AND account_id = %(id)s)""",
            params,
        )
        await tx.run(f"DELETE FROM accounts WHERE {TENANT} AND id = %(id)s AND host <> ''", params)
        await tx.run(
            f"UPDATE domain_purges SET accounts_done = accounts_done + 1 WHERE {TENANT} AND id = %(purge)s",
            {**params, "purge": found.id},
        )


async def _rest(tx: Tx, network: Network, found: Purge) -> None:
    params = {**tenant(tx), "host": found.host, "id": found.id}
    for table in ("remote_emojis", "deliveries", "peers"):
        await tx.run(f"DELETE FROM {table} WHERE {TENANT} AND host = %(host)s", params)
    await tx.run(
        f"""UPDATE domain_purges SET state = 'done', finished_at = now(),
            accounts_total = greatest(accounts_total, accounts_done) WHERE {TENANT} AND id = %(id)s""",
        params,
    )


HANDLERS: dict[str, Handler | Handling] = {
    PURGE: Handling(run=purge, concurrency=1, attempts=20, timeout=3_600),
}
