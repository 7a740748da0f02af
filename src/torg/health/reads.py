"""Answers on health: the curves that somebody may see, and what is wrong at the moment."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import msgspec

from torg.engine.postgres import Database, Tx
from torg.health import rules, store
from torg.health.model import SPANS, Curve, Span, Trouble
from torg.kernel.actor import Actor, Permission
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden

OFFICE = Permission.VIEW_DASHBOARD | Permission.DEVOPS
"""Either sees how the network is; the processes are for DEVOPS alone."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """`processes` is empty for who may not see them. `alone`: the only organisation of the installation."""

    span: Span
    network: list[Curve]
    processes: list[Curve]
    troubles: list[Trouble]
    alone: bool


def span_of(name: str) -> Span:
    """The span with this name, or the first."""
    return next((span for span in SPANS if span.id == name), SPANS[0])


async def health(db: Database, actor: Actor, span: Span) -> Health:
    """How the actor's network has been, and the processes as far as the actor may know of them."""
    if not actor.may(OFFICE):
        raise Forbidden
    at = now()
    since = at - span.length - span.step
    async with db.tx(actor.whole) as tx:
        of_network = await store.of_network(tx, since)
    seen: list[store.Row] | None = None
    alone = False
    if actor.may(Permission.DEVOPS):
        async with db.system() as tx:
            alone = await store.organisations(tx) < 2
            rows = await store.of_processes(tx, since)
        seen = [row for row in rows if rules.visible(row.name, alone=alone)]
    latest = {row.name: row for row in of_network}
    return Health(
        span=span,
        network=rules.curves(of_network, span, at, rules.OF_NETWORKS),
        processes=rules.curves(seen or [], span, at),
        troubles=rules.troubles(at, latest, None if seen is None else _latest(seen, at)),
        alone=alone,
    )


def _latest(rows: list[store.Row], at: datetime) -> dict[str, float]:
    """The latest of each figure, of all processes that have written one down lately."""
    last: dict[str, dict[int, float]] = defaultdict(dict)
    for row in rows:
        if at - row.at <= rules.FRESH:
            last[row.name][row.process] = row.mean
    return {name: rules.put(rules.kind_of(name).together, list(of.values())) for name, of in last.items()}


async def happened(tx: Tx, name: str, since: datetime) -> tuple[int, int]:
    """(times in all, most in a minute of one process) of what was counted by name since (a system transaction)."""
    times, most = await store.happened(tx, name, since)
    return round(times), round(most)
