"""`torg blocks import`, `export` and `subscribe`: lists of servers that a network keeps out."""

from __future__ import annotations

import asyncio
import json as json_format
import sys
from pathlib import Path
from typing import Literal

from torg.cli.choice import chosen_network
from torg.cli.opening import opened
from torg.cli.operator import operator
from torg.kernel.config import Settings, load
from torg.kernel.errors import Misused
from torg.peers import block_lists, importing, subscriptions
from torg.peers.block_lists import Read
from torg.peers.importing import Plan


def import_(file: str, *, network: str | None = None, dry_run: bool = False, json: bool = False) -> None:
    """Add the blocks of a file: Mastodon's CSV, or a domain a line. Blocks that there are stay as they are.

    Parameters
    ----------
    file
        Path of the file; `-` reads the standard input.
    network
        Host name of the network. Default: the only public one.
    dry_run
        Only tell what would happen.
    json
        One line of JSON: add, same, kept, refused.
    """
    if file == "-":
        data = sys.stdin.buffer.read(block_lists.MOST_BYTES + 1)
    else:
        path = Path(file)
        if not path.is_file():
            raise Misused(f"There is no file at {path}.")
        data = path.read_bytes()
    found = block_lists.read(data)
    _say(asyncio.run(_import(load(), network, found, dry_run=dry_run)), found, done=not dry_run, as_json=json)


async def _import(settings: Settings, host: str | None, found: Read, *, dry_run: bool) -> Plan:
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await chosen_network(tx, host)
        async with services.db.tx(network.scope) as tx:
            plan = await importing.plan(tx, network, found.entries)
            if not dry_run:
                await importing.apply(tx, operator(network), network, plan)
        return plan


def _say(plan: Plan, found: Read, *, done: bool, as_json: bool) -> None:
    counts = {name: plan.count(name) for name in ("add", "same", "kept")}
    if as_json:
        print(json_format.dumps({**counts, "refused": len(found.refused)}))
        return
    for one in found.refused:
        print(f"line {one.line}: {one.text}: {one.reason}", file=sys.stderr)
    print(
        f"{'Added' if done else 'Would add'} {counts['add']} blocks; {counts['same']} were there, "
        f"{counts['kept']} are decided otherwise here, {len(found.refused)} lines are no block."
    )


def export(*, network: str | None = None) -> None:
    """Write every block as CSV in Mastodon's form.

    Parameters
    ----------
    network
        Host name of the network. Default: the only public one.
    """
    print(asyncio.run(_export(load(), network)), end="")


async def _export(settings: Settings, host: str | None) -> str:
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await chosen_network(tx, host)
        async with services.db.tx(network.scope) as tx:
            return block_lists.written(await importing.every_block(tx))


def subscribe(
    url: str,
    *,
    network: str | None = None,
    severity: Literal["silence", "suspend"] = "suspend",
    removals: Literal["keep", "lift"] = "keep",
    preview: bool = False,
) -> None:
    """Follow the list at an address: `torg serve` looks at it once a day.

    Parameters
    ----------
    url
        Where the list lies: Mastodon's CSV, or a domain a line.
    network
        Host name of the network. Default: the only public one.
    severity
        No block of the list goes beyond this.
    removals
        What is done with blocks that leave the list: keep them, or lift those that came from it.
    preview
        Only tell what it would do.
    """
    if preview:
        found, plan = asyncio.run(_preview(load(), network, url, severity))
        _say(plan, found, done=False, as_json=False)
        return
    host = asyncio.run(_subscribe(load(), network, url, severity, removals))
    print(f"{host} follows {url}.")


async def _preview(settings: Settings, host: str | None, url: str, severity: str) -> tuple[Read, Plan]:
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await chosen_network(tx, host)
        return await subscriptions.preview(services.db, services.fetch, network, url, severity=severity)


async def _subscribe(settings: Settings, host: str | None, url: str, severity: str, removals: str) -> str:
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await chosen_network(tx, host)
        async with services.db.tx(network.scope) as tx:
            await subscriptions.subscribe(tx, operator(network), url, severity=severity, removals=removals)
        return network.host
