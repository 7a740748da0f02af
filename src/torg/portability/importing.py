"""What one brings along: a file is kept, a job works it off a batch at a time and tells of each line it refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from torg.accounts import reads as accounts
from torg.accounts.store import TENANT, tenant
from torg.engine import jobs
from torg.engine.postgres import Tx, json
from torg.engine.worker import Context
from torg.kernel.actor import Actor
from torg.kernel.errors import Invalid, NotFound, TorgError
from torg.kernel.ids import new_id
from torg.orgs import store as orgs
from torg.portability import bringing, dropping, meeting
from torg.portability.formats import Kind, Line

IMPORT_DATA = "import_data"
BATCH = 50
MOST_REFUSED = 1000
MOST_WAITING = 5
NAMES_ACCOUNTS = {"following": 0, "blocks": 0, "mutes": 0, "lists": 1}
"""Kinds of files that name accounts, and in which column."""


class Refused(msgspec.Struct, frozen=True):
    """A line that was not taken over, and why (an English sentence)."""

    line: int
    text: str
    reason: str


class DataImport(msgspec.Struct, frozen=True, kw_only=True):
    """A file and how far it is. `finished_at` None: the job is not through with it."""

    id: int
    account_id: int
    kind: Kind
    overwrite: bool
    total: int
    done: int
    refused: list[Refused]
    created_at: datetime
    finished_at: datetime | None


COLUMNS = ", ".join(DataImport.__struct_fields__)


async def begin(tx: Tx, actor: Actor, kind: Kind, lines: Sequence[Line], *, overwrite: bool) -> DataImport:
    """Keep the file and let the job begin once this transaction has committed."""
    waiting = await tx.value(
        f"SELECT count(*) FROM data_imports WHERE {TENANT} AND account_id = %(me)s AND finished_at IS NULL",
        {**tenant(tx), "me": actor.me},
    )
    if waiting >= MOST_WAITING:
        raise Invalid("Validation failed: Wait until the files that you brought before are worked off")
    made = await tx.one(
        f"""INSERT INTO data_imports (org_id, network_id, id, account_id, kind, overwrite, lines, total)
            VALUES (%(org)s, %(network)s, %(id)s, %(me)s, %(kind)s, %(overwrite)s, %(lines)s, %(total)s)
            RETURNING {COLUMNS}""",
        {
            **tenant(tx), "id": new_id(), "me": actor.me, "kind": kind, "overwrite": overwrite,
            "lines": json(list(lines)), "total": len(lines),
        },
        as_=DataImport,
    )  # fmt: skip
    assert made is not None
    await jobs.enqueue(tx, IMPORT_DATA, {"id": made.id}, key=str(made.id))
    return made


async def find(tx: Tx, actor: Actor, import_id: int) -> DataImport:
    """One's own file; 404 for one that is not there and for somebody else's."""
    found = await tx.one(
        f"SELECT {COLUMNS} FROM data_imports WHERE {TENANT} AND account_id = %(me)s AND id = %(id)s",
        {**tenant(tx), "me": actor.me, "id": import_id},
        as_=DataImport,
    )
    if found is None:
        raise NotFound
    return found


async def latest(tx: Tx, actor: Actor, limit: int = 20) -> list[DataImport]:
    """One's own files, the latest first."""
    return await tx.all(
        f"SELECT {COLUMNS} FROM data_imports WHERE {TENANT} AND account_id = %(me)s ORDER BY id DESC LIMIT %(most)s",
        {**tenant(tx), "me": actor.me, "most": limit},
        as_=DataImport,
    )


async def work_off(ctx: Context, payload: dict[str, Any]) -> None:
    """The job. A batch and its progress are one commit, so that one that is cut off goes on where it was."""
    while await _batch(ctx, payload["id"]):
        continue


async def _batch(ctx: Context, import_id: int) -> bool:
    """Whether there is more to do."""
    await _meet(ctx, import_id)
    async with ctx.tx() as tx:
        row = await tx.one(
            f"SELECT {COLUMNS}, lines FROM data_imports WHERE {TENANT} AND id = %(id)s FOR UPDATE",
            {**tenant(tx), "id": import_id},
        )
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        if row is None or network is None or row["finished_at"] is not None:
            return False
        lines = msgspec.convert(row["lines"], list[Line])
        actor = Actor(
            org_id=network.org_id, network_id=network.id, network_kind=network.kind, account_id=row["account_id"]
        )
        now_due = lines[row["done"] : row["done"] + BATCH]
        if not now_due:
            if row["overwrite"]:
                await dropping.drop_others(tx, actor, row["kind"], lines, network.host)
            await tx.run(
                f"UPDATE data_imports SET finished_at = now(), lines = '[]' WHERE {TENANT} AND id = %(id)s",
                {**tenant(tx), "id": import_id},
            )
            return False
        refused = list(row["refused"])
        for line in now_due:
            reason = await _take(tx, actor, row["kind"], line, network.host)
            if reason is not None and len(refused) < MOST_REFUSED:
                refused.append({"line": line.number, "text": ",".join(line.fields)[:200], "reason": reason})
        await tx.run(
            f"UPDATE data_imports SET done = %(done)s, refused = %(refused)s WHERE {TENANT} AND id = %(id)s",
            {**tenant(tx), "id": import_id, "done": row["done"] + len(now_due), "refused": json(refused)},
        )
    return True


async def _meet(ctx: Context, import_id: int) -> None:
    """Get to know whom the lines that come next name on other servers, before the transaction that takes them over."""
    async with ctx.tx() as tx:
        row = await tx.one(
            f"SELECT {COLUMNS}, lines FROM data_imports WHERE {TENANT} AND id = %(id)s",
            {**tenant(tx), "id": import_id},
        )
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        if row is None or network is None or row["finished_at"] is not None or row["kind"] not in NAMES_ACCOUNTS:
            return
        lines = msgspec.convert(row["lines"], list[Line])[row["done"] : row["done"] + BATCH]
        place = NAMES_ACCOUNTS[row["kind"]]
        named = {line.fields[place].strip().removeprefix("@"): "" for line in lines if len(line.fields) > place}
        known = await accounts.by_handles(tx, named, network.host)
    await meeting.meet_named(ctx.services, network, [acct for acct in named if acct.lower() not in known])


async def _take(tx: Tx, actor: Actor, kind: Kind, line: Line, host: str) -> str | None:
    """Take one line over; why not, if it is refused."""
    try:
        async with tx.savepoint():
            await bringing.bring(tx, actor, kind, line.fields, host)
    except TorgError as error:
        return error.text
    return None
