"""Writing an export: sections in order, a few hundred records at a time, each step safe on disk before the next.

Everything is read in transactions of the one network, so row security repeats what each query says. Killed at any
moment, the same call goes on from the last step.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from torg.compliance import folder as files
from torg.compliance import manifest as manifests
from torg.compliance.model import Cut, Manifest, State
from torg.compliance.section import Section
from torg.compliance.sections import SECTIONS
from torg.engine.blobs import Blobs
from torg.engine.postgres import Database, Tx
from torg.kernel.clock import now
from torg.kernel.errors import Misused
from torg.kernel.ids import new_id
from torg.orgs.model import Network

ROWS = 500
NEVER_MIND = 1 << 60

Progress = Callable[[int, int], None]


async def write(
    db: Database,
    blobs: Blobs,
    network: Network,
    cut: Cut,
    folder: Path,
    *,
    seconds: float | None = None,
    progress: Progress = lambda done, total: None,
) -> Manifest | None:
    """Write the export of a network into a folder, or go on with it; its manifest, or None if time ran out first.

    Misused if the folder holds something else, or the export of another network or cut.
    """
    finished = await asyncio.to_thread(_finished, folder)
    if finished is not None:
        _same(finished.host, finished.cut, network, cut, folder)
        return finished
    state = await asyncio.to_thread(files.load, folder)
    if state is None:
        state = await _begin(db, network, cut, folder)
    _same(state.host, state.cut, network, cut, folder)
    until = None if seconds is None else time.monotonic() + seconds
    while state.section < len(SECTIONS):
        await _step(db, blobs, network, folder, state)
        progress(min(state.done, state.total), state.total)
        if until is not None and time.monotonic() > until and state.section < len(SECTIONS):
            return None
    made = await asyncio.to_thread(manifests.build, folder, state, now())
    await asyncio.to_thread(files.finish, folder)
    progress(state.total, state.total)
    return made


def _finished(folder: Path) -> Manifest | None:
    path = folder / manifests.NAME
    if (folder / files.STATE).exists() or not path.is_file():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.MsgspecError as error:
        raise Misused(f"{path} cannot be read: {error}") from error


def _same(host: str, had: Cut, network: Network, cut: Cut, folder: Path) -> None:
    if host != network.host or had != cut:
        raise Misused(f"{folder} holds another export (of {host}). Choose another folder.")


async def _begin(db: Database, network: Network, cut: Cut, folder: Path) -> State:
    await asyncio.to_thread(files.begin, folder)
    state = State(network_id=network.id, host=network.host, cut=cut, last=new_id(), started_at=now(), total=0)
    async with db.tx(network.scope) as tx:
        for section in SECTIONS:
            state.total += await _count(tx, section, _params(network, state))
    await asyncio.to_thread(files.save, folder, state)
    return state


async def _count(tx: Tx, section: Section, params: dict[str, Any]) -> int:
    counted: int = await tx.value(
        f"SELECT count(*) FROM ({section.sql}) AS counted", {**params, "after": 0, "most": NEVER_MIND}
    )
    return counted


def _params(network: Network, state: State) -> dict[str, Any]:
    return {
        "org": network.org_id,
        "network": network.id,
        "last": state.last,
        "since": state.cut.since,
        "until": state.cut.until,
        "accounts": state.cut.account_ids,
        "groups": state.cut.group_ids,
    }


async def _step(db: Database, blobs: Blobs, network: Network, folder: Path, state: State) -> None:
    """The next few hundred records of the present section, and where to go on."""
    section = SECTIONS[state.section]
    async with db.tx(network.scope) as tx:
        rows = await tx.all(section.sql, {**_params(network, state), "after": state.after, "most": ROWS})
    if section.media:
        for row in rows:
            row["record"]["file"] = await _copy(blobs, folder, state, row["record"])
    lines = [msgspec.json.encode(row["record"]) for row in rows]
    await asyncio.to_thread(files.append, folder, state, f"{section.name}.jsonl", lines)
    state.done += len(rows)
    if len(rows) < ROWS:
        state.section, state.after = state.section + 1, 0
    else:
        state.after = int(rows[-1]["id"])
    await asyncio.to_thread(files.save, folder, state)


async def _copy(blobs: Blobs, folder: Path, state: State, record: dict[str, Any]) -> str | None:
    """Where in the export the file lies; None if the store has it no longer."""
    key = record.get("key")
    if not isinstance(key, str):
        return None
    name = f"media/{record['id']}-{key.rsplit('/', 1)[-1]}"
    try:
        async with blobs.local(key) as path:
            await asyncio.to_thread(files.add, folder, state, name, path)
    except FileNotFoundError:
        return None
    return name
