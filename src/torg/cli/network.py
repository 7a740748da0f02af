"""`torg network add`: a place to post, with a host name of its own."""

from __future__ import annotations

import asyncio
import json as json_format

from torg.cli.opening import opened
from torg.kernel.actor import NetworkKind
from torg.kernel.config import Settings, load
from torg.orgs import actions
from torg.orgs.model import Network


def add(*, org: str, kind: NetworkKind, host: str, name: str | None = None, json: bool = False) -> None:
    """Add a network to an organisation.

    Parameters
    ----------
    org
        The organisation's name.
    kind
        inside (members only), partner (members and invited outsiders) or public (anyone reads).
    host
        The host name under which it is reached, with its port if it has one: acme.example, localhost:8000.
    name
        What it is called; the organisation's name if left out.
    json
        Print one line of JSON: id, org, kind, host, name.
    """
    made = asyncio.run(_add(load(), org, kind, host, name))
    if json:
        shown = {"id": str(made.id), "org": org, "kind": made.kind.value, "host": made.host, "name": made.name}
        print(json_format.dumps(shown, ensure_ascii=False))
    else:
        print(f"Added the {made.kind} network “{made.name}” at {made.host}.")


async def _add(settings: Settings, org: str, kind: NetworkKind, host: str, name: str | None) -> Network:
    async with opened(settings) as services, services.db.system() as tx:
        return await actions.add_network(tx, org, kind, host, name)
