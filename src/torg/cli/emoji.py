"""`torg emoji add`: a picture of the network's own, written as :shortcode:."""

from __future__ import annotations

import asyncio
import json as json_format
from pathlib import Path

from torg.cli.opening import opened
from torg.cli.operator import operator
from torg.emojis import actions
from torg.emojis.model import Emoji
from torg.kernel.config import Settings, load
from torg.kernel.errors import Misused
from torg.orgs.reads import network_named


def add(file: Path, /, *, shortcode: str, network: str, category: str | None = None, json: bool = False) -> None:
    """Add an emoji to a network.

    Parameters
    ----------
    file
        A picture: PNG, GIF, WebP or JPEG; made at most 128 × 128.
    shortcode
        How it is written between colons: 2 to 64 letters, digits or underscores.
    network
        Host name of the network.
    category
        The heading that it comes under where emoji are picked.
    json
        Print one line of JSON: id, network, shortcode, category.
    """
    if not file.is_file():
        raise Misused(f"There is no file {file}.")
    made = asyncio.run(_add(load(), network, shortcode, file, category))
    if json:
        shown = {"id": str(made.id), "network": network, "shortcode": made.shortcode, "category": made.category}
        print(json_format.dumps(shown, ensure_ascii=False))
    else:
        print(f"Added :{made.shortcode}: at {network}.")


async def _add(settings: Settings, host: str, shortcode: str, file: Path, category: str | None) -> Emoji:
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await network_named(tx, host)
        return await actions.upload(services.db, services.media, operator(network), shortcode, file, category=category)
