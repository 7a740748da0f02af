"""`torg rule add`: a rule of the house."""

from __future__ import annotations

import asyncio
import json as json_format

from torg.administration import house
from torg.administration.model import HouseRule
from torg.cli.opening import opened
from torg.cli.operator import operator
from torg.kernel.config import Settings, load
from torg.orgs.reads import network_named


def add(text: str, /, *, network: str, hint: str = "", position: int | None = None, json: bool = False) -> None:
    """Add a rule of the house to a network.

    Parameters
    ----------
    text
        The rule, in one sentence.
    network
        Host name of the network.
    hint
        What it means in more words.
    position
        Its place, 0 is the first; the last one if left out.
    json
        Print one line of JSON: id, network, text, hint, position.
    """
    made = asyncio.run(_add(load(), network, text, hint, position))
    if json:
        shown = {
            "id": str(made.id), "network": network, "text": made.text, "hint": made.hint, "position": made.position,
        }  # fmt: skip
        print(json_format.dumps(shown, ensure_ascii=False))
    else:
        print(f"Added a rule to {network}.")


async def _add(settings: Settings, host: str, text: str, hint: str, position: int | None) -> HouseRule:
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await network_named(tx, host)
        async with services.db.tx(network.scope) as tx:
            return await house.create(tx, operator(network), text, hint=hint, position=position)
