"""`torg network add` and `torg network set`: a place to post, with a host name and settings of its own."""

from __future__ import annotations

import asyncio
import json as json_format

import msgspec

from torg.accounts import reads as accounts
from torg.administration.settings import differences
from torg.cli.opening import opened
from torg.cli.operator import operator
from torg.cli.say import say
from torg.kernel.actor import NetworkKind
from torg.kernel.config import Settings, load
from torg.kernel.errors import Misused
from torg.moderation import log
from torg.orgs import actions
from torg.orgs.model import Network
from torg.orgs.reads import network_named
from torg.peers import enforcement


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
        made = await actions.add_network(tx, org, kind, host, name)
        await log.record(tx, operator(made), "create", "network", made.id, host=made.host, kind=made.kind.value)
        return made


def set_(*changes: str, host: str, json: bool = False) -> None:
    """Change settings of a network, or show them when no change is given. All are in docs/network-settings.md.

    Parameters
    ----------
    changes
        NAME=VALUE, any number of them: registration=closed private=on languages=sv,en single_user=anna.
    host
        The network's host name.
    json
        Print one line of JSON: every setting with its value.
    """
    given: dict[str, str] = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals:
            raise Misused(f"“{change}” is not NAME=VALUE. Give for instance registration=closed.")
        given[name.strip().replace("-", "_")] = value.strip()
    network = asyncio.run(_set(load(), host, given))
    shown = {name: getattr(network.settings, name) for name in network.settings.__struct_fields__}
    if json:
        print(msgspec.json.encode(shown).decode())
    else:
        for name, value in shown.items():
            print(f"{name}={_written(value)}")


def _written(value: object) -> object:
    """A setting's value as one types it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ",".join(map(str, value))
    return "none" if value is None else value


async def _set(settings: Settings, host: str, given: dict[str, str]) -> Network:
    async with opened(settings) as services:
        async with services.db.system() as tx:
            before = (await network_named(tx, host)).settings
            network = await actions.change_settings(tx, host, given)
            changes = differences(before, network.settings)
            if changes:
                await log.record(tx, operator(network), "update", "settings", network.id, changes=changes)
                if "federation" in changes:
                    await enforcement.changed(tx, network)
        if name := given.get("single_user"):
            async with services.db.tx(network.scope) as tx:
                found = await accounts.by_acct(tx, name, network.host)
            if found is None:
                say(f"Note: there is no account @{name} at {network.host} yet; add it with torg person add.")
        return network
