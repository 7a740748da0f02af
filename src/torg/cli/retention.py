"""`torg retention preview` and `torg retention run`: what would go, and letting it go."""

from __future__ import annotations

import asyncio
import json as json_format
from typing import Any

import msgspec

from torg.accounts import store as accounts
from torg.cli.choice import chosen_network
from torg.cli.opening import opened
from torg.cli.progress import shown
from torg.kernel.config import Settings, load
from torg.kernel.errors import Misused
from torg.orgs.rules import MOST_DAYS
from torg.retention import actions, reads
from torg.retention.model import Preview, Removed


def preview(
    *,
    network: str | None = None,
    days: int | None = None,
    message_days: int | None = None,
    group: str | None = None,
    json: bool = False,
) -> None:
    """Show what would go now, and remove nothing.

    Parameters
    ----------
    network
        Host name of the network. Default: the only public one.
    days
        As if posts went after so many days.
    message_days
        As if direct messages went after so many days.
    group
        Only this group, by its handle.
    json
        One line of JSON with everything.
    """
    for value in (days, message_days):
        if value is not None and not 1 <= value <= MOST_DAYS:
            raise Misused(f"Days are a number from 1 to {MOST_DAYS}.")
    found = asyncio.run(_preview(load(), network, days=days, message_days=message_days, group=group))
    print(json_format.dumps(msgspec.to_builtins(found), ensure_ascii=False) if json else _sentence(found))


async def _preview(settings: Settings, host: str | None, group: str | None, **given: Any) -> Preview:
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await chosen_network(tx, host)
        group_id = None
        if group is not None:
            async with services.db.tx(network.scope) as tx:
                account = await accounts.by_handle(tx, group.lstrip("@!"))
            if account is None or account.kind != "group":
                raise Misused(f"There is no group {group} at {network.host}.")
            group_id = account.id
        async with services.db.system() as tx:
            return await reads.preview(tx, network, group_id=group_id, **given)


def _sentence(found: Preview) -> str:
    kinds = ", ".join(f"{count} of the kind {kind}" for kind, count in found.by_kind.items() if count) or "nothing"
    oldest = f", the oldest of {found.oldest:%Y-%m-%d}" if found.oldest else ""
    lines = [
        f"Would go: {found.total} ({kinds}){oldest}; {found.files} files with {found.bytes} bytes. "
        f"A legal hold keeps {found.held}."
    ]
    lines += [f"  group {one.name or '–'}: {one.count}" for one in found.by_group]
    lines += [f"  @{one.name}: {one.count}" for one in found.by_author]
    return "\n".join(lines)


def run(*, network: str | None = None, json: bool = False) -> None:
    """Remove now what has fallen due, as the settings of the network and its groups say.

    Parameters
    ----------
    network
        Host name of the network. Default: the only public one.
    json
        End with one line of JSON: posts, messages, snapshots.
    """
    removed = asyncio.run(_run(load(), network))
    if json:
        counts = {"posts": removed.posts, "messages": removed.messages, "snapshots": removed.snapshots}
        print(json_format.dumps(counts))
    else:
        print(f"Removed {removed.posts} posts, {removed.messages} messages, {removed.snapshots} snapshots.")


async def _run(settings: Settings, host: str | None) -> Removed:
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await chosen_network(tx, host)
            total = (await reads.preview(tx, network, limit=1)).total
        with shown("Removed") as progress:
            return await actions.run(services.db, network, progress=lambda done: progress(done, max(done, total)))
