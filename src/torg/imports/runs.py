"""Imports as administrators see them: how far each is, what became of its records, and why some were refused."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from torg.engine.postgres import Database, Tx, json
from torg.imports import actions
from torg.imports.actions import Report
from torg.imports.model import Refused
from torg.imports.sources import Source
from torg.imports.store import HERE, tenant
from torg.kernel.actor import Actor, Permission
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden
from torg.kernel.ids import new_id
from torg.kernel.page import Page
from torg.media.workshop import Workshop
from torg.orgs.model import Network

OFFICE = Permission.DEVOPS | Permission.MANAGE_SETTINGS
STEP = 2.0
"""Seconds between two notes of how far an import is."""
SILENT = timedelta(minutes=2)
"""After so long without a note it was broken off: its process is gone."""
MOST_PROBLEMS = 500
MOST_REASON = 300


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """An import. `problems`: the first of the records that were refused, or lost something, and why."""

    id: int
    source: str
    total: int
    done: int
    imported: int
    present: int
    refused: int
    accounts: int
    problems: list[Refused]
    error: str | None
    started_at: datetime
    seen_at: datetime
    finished_at: datetime | None

    @property
    def state(self) -> Literal["running", "done", "failed", "silent"]:
        """`silent`: nobody has heard of it for a while. It goes on where it was when it is started again."""
        if self.error is not None:
            return "failed"
        if self.finished_at is not None:
            return "done"
        return "silent" if now() - self.seen_at > SILENT else "running"


FIELDS = ", ".join(Run.__struct_fields__)


async def listed(tx: Tx, actor: Actor, page: Page) -> list[Run]:
    """The imports of the network, the latest first."""
    if not actor.may(OFFICE):
        raise Forbidden
    where, params = page.where("id")
    return await tx.all(
        f"SELECT {FIELDS} FROM import_runs WHERE {HERE} AND {where} ORDER BY id DESC LIMIT %(limit)s",
        {**tenant(tx), **params, "limit": page.limit},
        as_=Run,
    )


async def write(
    db: Database,
    network: Network,
    source: Source,
    *,
    origin: str,
    workshop: Workshop | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """`actions.write`, with a run that says how far it is and what became of it."""
    run, far = new_id(), [0, len(source.records)]

    def moved(done: int, total: int) -> None:
        far[:] = done, total
        progress(done, total)

    async with db.tx(network.scope) as tx:
        await tx.run(
            """INSERT INTO import_runs (org_id, network_id, id, source, total)
               VALUES (%(org)s, %(network)s, %(id)s, %(source)s, %(total)s)""",
            {**tenant(tx), "id": run, "source": source.name, "total": far[1]},
        )
    teller = asyncio.create_task(_tell(db, network, run, far))
    try:
        report = await actions.write(db, network, source, origin=origin, workshop=workshop, progress=moved)
    except BaseException as broken:
        await _stop(teller)
        with contextlib.suppress(Exception):  # the database may be what is broken
            await _note(db, network, run, far, f"{type(broken).__name__}: {broken}"[:MOST_REASON])
        raise
    await _stop(teller)
    async with db.tx(network.scope) as tx:
        problems = sorted([*report.refused, *report.notes], key=lambda one: one.line)[:MOST_PROBLEMS]
        await tx.run(
            f"""UPDATE import_runs SET done = %(done)s, total = %(done)s, imported = %(imported)s,
                    present = %(present)s, refused = %(refused)s, accounts = %(accounts)s, problems = %(problems)s,
                    seen_at = now(), finished_at = now() WHERE {HERE} AND id = %(id)s""",
            {
                **tenant(tx), "id": run, "done": report.imported + report.present + len(report.refused),
                "imported": report.imported, "present": report.present, "refused": len(report.refused),
                "accounts": report.accounts,
                "problems": json([{"line": p.line, "key": p.key, "reason": p.reason[:MOST_REASON]} for p in problems]),
            },
        )  # fmt: skip
    return report


async def _tell(db: Database, network: Network, run: int, far: list[int]) -> None:
    while True:
        await asyncio.sleep(STEP)
        await _note(db, network, run, far)


async def _note(db: Database, network: Network, run: int, far: list[int], error: str | None = None) -> None:
    async with db.tx(network.scope) as tx:
        await tx.run(
            f"""UPDATE import_runs SET done = %(done)s, total = %(total)s, seen_at = now(), error = %(error)s
                WHERE {HERE} AND id = %(id)s""",
            {**tenant(tx), "id": run, "done": far[0], "total": far[1], "error": error},
        )


async def _stop(teller: asyncio.Task[None]) -> None:
    teller.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await teller
