"""`torg org add`: an organisation, the tenant of everything else."""

from __future__ import annotations

import asyncio
import json as json_format

from torg.cli.opening import opened
from torg.kernel.config import Settings, load
from torg.orgs import actions
from torg.orgs.model import Organisation


def add(name: str, /, *, json: bool = False) -> None:
    """Add an organisation; networks come next (torg network add).

    Parameters
    ----------
    name
        What it is called; each organisation of an installation has its own name.
    json
        Print one line of JSON: id, name.
    """
    made = asyncio.run(_add(load(), name))
    if json:
        print(json_format.dumps({"id": str(made.org_id), "name": made.name}, ensure_ascii=False))
    else:
        print(f"Added the organisation “{made.name}”. Now: torg network add --org “{made.name}” --kind public --host …")


async def _add(settings: Settings, name: str) -> Organisation:
    async with opened(settings) as services, services.db.system() as tx:
        return await actions.add_organisation(tx, name)
