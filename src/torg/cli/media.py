"""`torg media usage` and `torg media prune`: copies of other servers' files."""

from __future__ import annotations

import asyncio
import json as json_format

import msgspec

from torg.cli.choice import chosen_network
from torg.cli.opening import opened
from torg.kernel.config import Settings, load
from torg.kernel.errors import Misused
from torg.media import trimming, upkeep
from torg.media.trimming import Trimmed, Usage
from torg.orgs.rules import MOST_DAYS


def usage(*, network: str | None = None, json: bool = False) -> None:
    """Show what the copies of other servers' files take.

    Parameters
    ----------
    network
        Host name of the network. Default: the only public one.
    json
        One line of JSON.
    """
    found, quota = asyncio.run(_usage(load(), network))
    if json:
        print(json_format.dumps({**msgspec.to_builtins(found), "bytes": found.bytes, "quota_mb": quota}))
        return
    for name, count, size in (
        ("attachments", found.attachments, found.attachment_bytes),
        ("avatars and headers", found.portraits, found.portrait_bytes),
        ("custom emoji", found.emojis, found.emoji_bytes),
    ):
        print(f"{count} files of {name}, {size / trimming.MEGABYTE:.1f} MB")
    print(f"{found.bytes / trimming.MEGABYTE:.1f} MB of {quota} MB (remote_media_mb)")


async def _usage(settings: Settings, host: str | None) -> tuple[Usage, int]:
    async with opened(settings) as services, services.db.system() as tx:
        network = await chosen_network(tx, host)
        return await trimming.usage(tx, network), network.settings.remote_media_mb


def prune(*, network: str | None = None, days: int | None = None, json: bool = False) -> None:
    """Remove copies of other servers' files: what is old, and what is over the quota. They come back when asked for.

    Parameters
    ----------
    network
        Host name of the network. Default: the only public one.
    days
        What nobody has looked at for so many days, instead of the network's remote_media_days; 0: everything.
    json
        End with one line of JSON: attachments, portraits.
    """
    if days is not None and not 0 <= days <= MOST_DAYS:
        raise Misused(f"Days are a number from 0 to {MOST_DAYS}.")
    gone = asyncio.run(_prune(load(), network, days))
    if json:
        print(json_format.dumps(msgspec.to_builtins(gone)))
    else:
        print(f"Removed the copies of {gone.attachments} attachments and the pictures of {gone.portraits} accounts.")


async def _prune(settings: Settings, host: str | None, days: int | None) -> Trimmed:
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await chosen_network(tx, host)
        chosen = network.settings
        gone = await trimming.trim(
            services.db,
            network,
            days=chosen.remote_media_days if days is None else days,
            megabytes=chosen.remote_media_mb,
        )
        await upkeep.sweep(services.db, services.blobs)
        return gone
