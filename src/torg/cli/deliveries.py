"""`torg deliveries list`, `retry`, `drop`, `try`: what is on its way to other servers, and what was given up."""

from __future__ import annotations

import asyncio
import json as json_format
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from torg.cli.choice import chosen_network
from torg.cli.opening import opened
from torg.cli.operator import operator
from torg.delivery import office
from torg.delivery.model import Host
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.config import load
from torg.kernel.errors import Misused, NotFound

T = TypeVar("T")


def list_(*, network: str | None = None, failing: bool = False, json: bool = False) -> None:
    """The hosts with something waiting or given up, those with most first.

    Parameters
    ----------
    network
        Host name of the network. Default: the only public one.
    failing
        Only hosts that do not answer.
    json
        One line of JSON: hosts, each with waiting, dead, failures, failing_since, next_try_at, error.
    """
    found = _do(network, lambda tx, actor: office.hosts(tx, actor, failing=failing))
    if json:
        print(json_format.dumps({"hosts": msgspec.to_builtins(found)}, ensure_ascii=False))
    else:
        print("\n".join(_line(one) for one in found) or "Nothing is on its way, and nothing was given up.")


def _line(one: Host) -> str:
    state = f", failing since {one.failing_since:%Y-%m-%d %H:%M}: {one.error}" if one.failing_since else ""
    until = f", tried next at {one.next_try_at:%Y-%m-%d %H:%M}" if state and one.next_try_at else ""
    return f"{one.host}: {one.waiting} waiting, {one.dead} given up{state}{until}"


def retry(*, host: str | None = None, all_: bool = False, network: str | None = None, json: bool = False) -> None:
    """Let what was given up start anew.

    Parameters
    ----------
    host
        Only of this host.
    all_
        Of all hosts.
    network
        Host name of the network. Default: the only public one.
    json
        One line of JSON: count.
    """
    if (host is None) != all_:
        raise Misused("Say --host NAME or --all.")
    _told(_do(network, lambda tx, actor: office.retry(tx, actor, host=host and host.lower())), "start anew", json)


def drop(*, host: str, waiting: bool = False, network: str | None = None, json: bool = False) -> None:
    """Forget what was given up for a host.

    Parameters
    ----------
    host
        The host.
    waiting
        Also what has not been given up yet.
    network
        Host name of the network. Default: the only public one.
    json
        One line of JSON: count.
    """
    count = _do(network, lambda tx, actor: office.drop(tx, actor, host=host.lower(), waiting=waiting))
    _told(count, "were dropped", json)


def try_(*, host: str, network: str | None = None) -> None:
    """End a host's rest: what waits for it is tried now.

    Parameters
    ----------
    host
        The host.
    network
        Host name of the network. Default: the only public one.
    """
    try:
        _do(network, lambda tx, actor: office.end_rest(tx, actor, host.lower()))
    except NotFound:
        raise Misused(f"Nothing waits for {host}. torg deliveries list shows for whom something does.") from None
    print(f"{host} is tried now.")


def _told(count: int, what: str, json: bool) -> None:
    print(json_format.dumps({"count": count}) if json else f"{count} deliveries {what}.")


def _do(host: str | None, act: Callable[[Tx, Actor], Awaitable[T]]) -> T:
    async def run() -> T:
        async with opened(load()) as services:
            async with services.db.system() as tx:
                network = await chosen_network(tx, host)
            async with services.db.tx(network.scope) as tx:
                return await act(tx, operator(network))

    return asyncio.run(run())
