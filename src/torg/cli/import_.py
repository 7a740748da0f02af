"""`torg import`: the posts of a file or an archive into a network, with the times they have there."""

from __future__ import annotations

import asyncio
import json as json_format
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from torg.cli.choice import chosen_network
from torg.cli.opening import opened
from torg.cli.progress import shown
from torg.cli.say import say
from torg.imports import actions, runs, told
from torg.imports.actions import Report
from torg.imports.sources import Source, open_source
from torg.kernel.config import Settings, load


def import_(
    file: Path,
    /,
    *,
    network: str | None = None,
    columns: Annotated[str | None, Parameter(name="--map")] = None,
    time_format: str | None = None,
    source: str | None = None,
    json: bool = False,
) -> None:
    """Bring in posts from CSV, TSV or JSONL, or from a Mastodon or Twitter archive.

    Authors become accounts without a login, replies are threaded, mentions and tags linked; nobody is notified.
    Running it again adds only what is not there yet, also after it was broken off. Every record that does not
    become a post is named on stderr with the reason.

    Parameters
    ----------
    file
        A .csv, .tsv or .jsonl file, or an archive: a folder, .zip or .tar.gz.
    network
        Host name of the network that the posts go into, with its port if it has one. Default: the only public one.
    columns
        Which column holds what: id=…,time=…,text=…,author=… and, where there are such, name=…, reply_to=…,
        language=…, tags=…, url=…, email=…. `author=nickname|name` takes the first column that is filled.
    time_format
        How times are written, as for strptime ('%m/%d/%y %H:%M', taken as UTC). Without it: ISO 8601 or epoch.
    source
        The name under which the source is remembered, so that a second run knows it. Default: the file's name.
    json
        End with one line of JSON: imported, present, refused, accounts.
    """
    with open_source(file, columns, time_format, source) as records:
        report = asyncio.run(_import(load(), network, records))
    for line in actions.lines([*report.refused, *report.notes]):
        print(line, file=sys.stderr)
    sys.stderr.flush()
    if hint := told.advice(report.refused, columns):
        say(hint)
    print(result(report) if json else sentence(report))


async def _import(settings: Settings, host: str | None, source: Source) -> Report:
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await chosen_network(tx, host)
        say(f"Importing {len(source.records)} records from {source.name} into {network.host}")
        origin = f"{settings.scheme}://{network.host}"
        with shown("Imported") as progress:
            return await runs.write(
                services.db, network, source, origin=origin, workshop=services.media, progress=progress
            )


def result(report: Report) -> str:
    """One line of JSON; `imported + present + refused` is the number of records."""
    return json_format.dumps(
        {
            "imported": report.imported,
            "present": report.present,
            "refused": len(report.refused),
            "accounts": report.accounts,
        }
    )


def sentence(report: Report) -> str:
    why = f" ({told.reasons(report.refused)})" if report.refused else ""
    return (
        f"{report.imported} imported, {report.present} were there already, {len(report.refused)} refused{why}; "
        f"{report.accounts} accounts made"
    )
