"""Exports asked for through the API: put down as a job, made step by step, downloaded for a week, then gone."""

from __future__ import annotations

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from torg.compliance import export, export_store, folder, holds
from torg.compliance.model import Cut, Export
from torg.engine import jobs
from torg.engine.postgres import Tx
from torg.engine.worker import Context, GiveUp, Handler, Handling, Periodic
from torg.kernel.actor import Actor
from torg.kernel.errors import Conflict, Misused, NotFound, invalid
from torg.kernel.ids import new_id
from torg.moderation import log
from torg.orgs import store as orgs

MAKE = "compliance.export"
SWEEP = "compliance.sweep"
LIFETIME = timedelta(days=7)
BUDGET = 60.0
"""Seconds after which the job makes room for others and goes on as a new one."""
LATEST = 50


def place(data: Path) -> Path:
    """The folder of all exports, within the installation's data."""
    return data / "exports"


def archive(data: Path, id_: int) -> Path:
    """The file of a finished export."""
    return place(data) / f"{id_}.zip"


async def ask(tx: Tx, actor: Actor, cut: Cut) -> Export:
    """Put down an export of the actor's network. Conflict while another one is being made."""
    holds.check(actor)
    if cut.since is not None and cut.until is not None and cut.until <= cut.since:
        raise invalid("until", "ERR_INVALID", "must be after since")
    await tx.run("SELECT pg_advisory_xact_lock(7062, hashtext(%s))", (str(actor.network_id),))
    if await export_store.busy(tx):
        raise Conflict("Another export is being made")
    made = await export_store.insert(tx, new_id(), cut, actor.account_id or log.OPERATOR)
    await jobs.enqueue(tx, MAKE, {"id": made.id}, key=str(made.id))
    await log.record(tx, actor, "create", "compliance_export", made.id)
    return made


async def find(tx: Tx, actor: Actor, id_: int) -> Export:
    holds.check(actor)
    found = await export_store.find(tx, id_)
    if found is None:
        raise NotFound
    return found


async def latest(tx: Tx, actor: Actor) -> list[Export]:
    """The latest fifty of the network."""
    holds.check(actor)
    return await export_store.latest(tx, LATEST)


async def taken(tx: Tx, actor: Actor, id_: int) -> Export:
    """Note in the log that the file is taken away; NotFound unless it is ready and its time not over."""
    found = await find(tx, actor, id_)
    if found.state != "ready":
        raise NotFound
    await log.record(tx, actor, "download", "compliance_export", id_, digest=found.digest)
    return found


async def drop(tx: Tx, actor: Actor, id_: int, data: Path) -> None:
    """Give up an export, finished or not."""
    found = await find(tx, actor, id_)
    if found.state != "expired":
        await export_store.expire(tx, id_)
        await log.record(tx, actor, "delete", "compliance_export", id_)
    tx.after_commit(lambda: _remove(data, id_))


def _remove(data: Path, id_: int) -> None:
    shutil.rmtree(place(data) / str(id_), ignore_errors=True)
    archive(data, id_).unlink(missing_ok=True)


async def make(ctx: Context, payload: dict[str, Any]) -> None:
    """Job `compliance.export`: go on where the files tell, for a minute at most."""
    id_, data = int(payload["id"]), ctx.services.settings.data
    async with ctx.tx() as tx:
        found = await export_store.find(tx, id_)
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
    if found is None or network is None or found.state not in ("waiting", "running"):
        await asyncio.to_thread(_remove, data, id_)
        return
    into, far = place(data) / str(id_), [0, 0]

    def told(done: int, total: int) -> None:
        far[:] = done, total

    try:
        made = await export.write(
            ctx.db, ctx.services.blobs, network, found.params, into, seconds=BUDGET, progress=told
        )
    except Misused as error:  # somebody touched the files: another attempt would find the same
        async with ctx.tx() as tx:
            await export_store.fail(tx, id_, error.text)
        raise GiveUp(error.text) from error
    async with ctx.tx() as tx:
        await export_store.advance(tx, id_, far[0], far[1])
        if made is None:
            await jobs.enqueue(tx, MAKE, {"id": id_}, key=str(id_))
            return
    size = await asyncio.to_thread(folder.pack, into, archive(data, id_))
    async with ctx.tx() as tx:
        await export_store.finish(tx, id_, made.digest, size, LIFETIME)
    await asyncio.to_thread(shutil.rmtree, into, True)


async def sweep(ctx: Context, _: Any) -> None:
    """Job `compliance.sweep`, once an hour: holds that begin or end, and exports whose time is over."""
    await holds.settle(ctx.db)
    async with ctx.db.system() as tx:
        gone = await export_store.overdue(tx)
    for id_ in gone:
        await asyncio.to_thread(_remove, ctx.services.settings.data, id_)


async def settle(ctx: Context, _: Any) -> None:
    """Job `compliance.settle`: a hold was laid or released."""
    await holds.settle(ctx.db)


HANDLERS: dict[str, Handler | Handling] = {
    MAKE: Handling(run=make, concurrency=1, attempts=10, timeout=3_600),
    SWEEP: Handling(run=sweep, concurrency=1, attempts=3),
    holds.SETTLE: Handling(run=settle, concurrency=1, attempts=5, timeout=900),
}
PERIODIC = (Periodic(kind=SWEEP, every=timedelta(hours=1)),)
