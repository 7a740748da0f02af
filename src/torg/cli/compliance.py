"""`torg compliance export` and `torg compliance verify`: a network as files with a manifest, and checking them."""

from __future__ import annotations

import asyncio
import json as json_format
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from torg.accounts import store as accounts
from torg.cli.choice import chosen_network
from torg.cli.opening import opened
from torg.cli.operator import operator
from torg.cli.progress import shown
from torg.cli.say import say
from torg.compliance import export as exporting
from torg.compliance import folder, manifest
from torg.compliance.model import Cut, Manifest
from torg.kernel.config import Settings, load
from torg.kernel.errors import Misused
from torg.moderation import log


def export(
    *,
    out: Path,
    network: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    person: list[str] | None = None,
    group: list[str] | None = None,
    json: bool = False,
) -> None:
    """Write everything in a network to files: posts, edits, deletions, messages, accounts, groups, media, audit log.

    Broken off, the same command goes on where it was.

    Parameters
    ----------
    out
        A folder that is new or empty, or a file that ends with .zip.
    network
        Host name of the network. Default: the only public one.
    since
        Only what was made then or later (ISO 8601, taken as UTC).
    until
        Only what was made before.
    person
        Only what this account wrote, by its handle; several times for several.
    group
        Only what is in this group, by its handle; several times for several.
    json
        End with one line of JSON: records, files, digest.
    """
    if out.suffix.lower() == ".zip" and out.exists():
        raise Misused(f"{out} is there already. Choose another name.")
    made = asyncio.run(_export(load(), network, out, _utc(since), _utc(until), person or [], group or []))
    if json:
        print(json_format.dumps({"records": made.records, "files": len(made.files), "digest": made.digest}))
    else:
        print(f"{made.records} records in {len(made.files)} files at {out}. Digest {made.digest}")


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


async def _export(
    settings: Settings,
    host: str | None,
    out: Path,
    since: datetime | None,
    until: datetime | None,
    persons: list[str],
    groups: list[str],
) -> Manifest:
    packed = out.suffix.lower() == ".zip"
    into = out.with_name(f"{out.name}.part") if packed else out
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await chosen_network(tx, host)
        async with services.db.tx(network.scope) as tx:
            ids: list[list[int]] = [[], []]
            for names, found, is_group in ((persons, ids[0], False), (groups, ids[1], True)):
                for name in names:
                    account = await accounts.by_handle(tx, name.lstrip("@!"))
                    if account is None or (account.kind == "group") is not is_group:
                        raise Misused(f"There is no {'group' if is_group else 'account'} {name} at {network.host}.")
                    found.append(account.id)
            await log.record(tx, operator(network), "create", "compliance_export", None, by="command line")
        cut = Cut(since=since, until=until, account_ids=ids[0], group_ids=ids[1])
        if (into / manifest.NAME).is_file() and not (into / folder.STATE).exists():
            say(f"{out} was finished before: nothing is written anew.")
        else:
            say(f"Exporting {network.host} to {out}")
        with shown("Exported") as progress:
            made = await exporting.write(services.db, services.blobs, network, cut, into, progress=progress)
    assert made is not None
    if packed:
        await asyncio.to_thread(folder.pack, into, out)
        await asyncio.to_thread(shutil.rmtree, into)
    return made


def verify(place: Path, /, *, json: bool = False) -> int:
    """Recompute the hashes of an export and compare them with its manifest. Exit status 1: something was changed.

    Parameters
    ----------
    place
        The folder or the .zip file.
    json
        One line of JSON: ok, digest, problems.
    """
    with shown("Checked") as progress:
        made, wrong = manifest.verify(place, progress)
    if json:
        print(json_format.dumps({"ok": not wrong, "digest": made.digest, "problems": wrong}))
    elif not wrong:
        print(f"{len(made.files)} files are as they were written. Digest {made.digest}")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0
