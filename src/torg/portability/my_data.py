"""Asking for the archive of one's own data: a job makes it, at most one a day; it stays for a week."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec

from torg.accounts.store import TENANT, tenant
from torg.engine import jobs
from torg.engine.postgres import Tx
from torg.engine.worker import Context, Handler, Handling, Periodic
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound, TooMany
from torg.kernel.ids import new_id
from torg.portability import archive

MAKE = "my_data.make"
SWEEP = "my_data.sweep"
LIFETIME = timedelta(days=7)


class DataArchive(msgspec.Struct, frozen=True, kw_only=True):
    """An archive on its way, or ready. `done` of `total` posts are in."""

    id: int
    account_id: int
    state: Literal["waiting", "running", "ready", "failed", "expired"]
    done: int
    total: int
    key: str | None
    size: int | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None


COLUMNS = ", ".join(DataArchive.__struct_fields__)


async def ask(tx: Tx, actor: Actor) -> DataArchive:
    """Ask for an archive; TooMany (429) if one was asked for within a day."""
    await tx.run("SELECT pg_advisory_xact_lock(7063, hashtext(%s))", (str(actor.me),))
    recent = await tx.value(
        f"""SELECT true FROM data_archives WHERE {TENANT} AND account_id = %(me)s AND state <> 'failed'
            AND created_at > now() - interval '1 day'""",
        {**tenant(tx), "me": actor.me},
    )
    if recent:
        raise TooMany("You can ask for your data once a day")
    made = await tx.one(
        f"""INSERT INTO data_archives (org_id, network_id, id, account_id)
            VALUES (%(org)s, %(network)s, %(id)s, %(me)s) RETURNING {COLUMNS}""",
        {**tenant(tx), "id": new_id(), "me": actor.me},
        as_=DataArchive,
    )
    assert made is not None
    await jobs.enqueue(tx, MAKE, {"id": made.id, "locale": actor.locale}, key=str(made.id))
    return made


async def latest(tx: Tx, actor: Actor) -> DataArchive | None:
    """The archive that the actor asked for last."""
    return await tx.one(
        f"""SELECT {COLUMNS} FROM data_archives WHERE {TENANT} AND account_id = %(me)s ORDER BY id DESC LIMIT 1""",
        {**tenant(tx), "me": actor.me},
        as_=DataArchive,
    )


async def ready(tx: Tx, actor: Actor) -> DataArchive:
    """The actor's archive that can be downloaded now, else NotFound."""
    found = await latest(tx, actor)
    if found is None or found.state != "ready" or found.key is None:
        raise NotFound
    return found


def headers(found: DataArchive, host: str) -> dict[str, str]:
    """How the file is told of in an HTTP answer."""
    name = f"torg-{host.replace(':', '_')}-{found.created_at:%Y-%m-%d}.zip"
    return {
        "Content-Length": str(found.size),
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }


async def make(ctx: Context, payload: dict[str, Any]) -> None:
    """Job `my_data.make`: write the archive and put it into the store. Cut off, it begins anew."""
    id_ = int(payload["id"])
    async with ctx.tx() as tx:
        found = await tx.one(
            f"UPDATE data_archives SET state = 'running' WHERE {TENANT} AND id = %(id)s "
            f"AND state IN ('waiting', 'running') RETURNING {COLUMNS}",
            {**tenant(tx), "id": id_},
            as_=DataArchive,
        )
    if found is None:
        return
    scheme = ctx.services.settings.scheme
    whose = await archive.faces(ctx.db, ctx.job.org_id, found.account_id, scheme)
    async with ctx.tx() as tx:
        locale = await tx.value(
            """SELECT p.locale FROM accounts a JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
               WHERE a.org_id = %s AND a.id = %s""",
            (ctx.job.org_id, found.account_id),
        )
    far = (0, 0)

    def told(done: int, total: int) -> None:
        nonlocal far
        far = (done, total)

    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="archive-", dir=ctx.services.uploads))
    try:
        path = folder / "archive.zip"
        await archive.write(ctx.db, ctx.services.blobs, whose, path, locale or payload.get("locale", "en"), told)
        key = f"{ctx.job.org_id}/{ctx.job.network_id}/archives/{id_}-{secrets.token_hex(16)}.zip"
        size = await ctx.services.blobs.put_file(key, path)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, True)
    async with ctx.tx() as tx:
        kept = await tx.run(
            f"""UPDATE data_archives SET state = 'ready', done = %(done)s, total = %(total)s, key = %(key)s,
                size = %(size)s, finished_at = now(), expires_at = now() + %(lifetime)s
                WHERE {TENANT} AND id = %(id)s AND state = 'running'""",
            {
                **tenant(tx), "id": id_, "done": far[0], "total": far[1], "key": key, "size": size,
                "lifetime": LIFETIME,
            },
        )  # fmt: skip
    if not kept:  # the account was erased meanwhile
        await ctx.services.blobs.delete(key)


async def sweep(ctx: Context, _: Any) -> None:
    """Job `my_data.sweep`, once an hour: archives whose week is over."""
    async with ctx.db.system() as tx:
        rows = await tx.all("SELECT org_id, id, key FROM data_archives WHERE state = 'ready' AND expires_at <= now()")
        for row in rows:
            await ctx.services.blobs.delete(row["key"])
            await tx.run(
                "UPDATE data_archives SET state = 'expired', key = NULL WHERE org_id = %s AND id = %s",
                (row["org_id"], row["id"]),
            )


HANDLERS: dict[str, Handler | Handling] = {
    MAKE: Handling(run=make, concurrency=1, attempts=5, timeout=3_600),
    SWEEP: Handling(run=sweep, concurrency=1, attempts=3),
}
PERIODIC = (Periodic(kind=SWEEP, every=timedelta(hours=1)),)
