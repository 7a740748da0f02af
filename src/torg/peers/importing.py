"""Taking over lists of servers: what would change, and changing it. Nothing that was decided by hand is touched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from torg.accounts.store import TENANT, tenant
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.moderation import registers, rules
from torg.moderation.model import AllowedDomain, BlockedDomain
from torg.orgs.model import Network
from torg.peers import enforcement
from torg.peers.block_lists import Entry

Outcome = Literal["add", "raise", "lift", "same", "kept"]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one server. `kept`: another decision stands (by hand, of another list, or our own host)."""

    domain: str
    outcome: Outcome
    severity: str
    entry: Entry | None = None
    block_id: int | None = None


class Plan(msgspec.Struct, frozen=True):
    """All steps, those that change something first."""

    steps: list[Step]

    def count(self, outcome: Outcome) -> int:
        return sum(step.outcome == outcome for step in self.steps)

    @property
    def changes(self) -> list[Step]:
        return [step for step in self.steps if step.outcome in ("add", "raise", "lift")]


async def plan(
    tx: Tx,
    network: Network,
    entries: Sequence[Entry],
    *,
    subscription_id: int | None = None,
    most: str = "suspend",
    lift: bool = False,
) -> Plan:
    """What taking over a list would do. `most`: no severity above it. `lift`: of blocks that the list no longer has.

    A file (no subscription) adds; a subscription also raises or lifts blocks of its own.
    """
    blocks = {block.domain: block for block in await every_block(tx)}
    excepted = set(
        await tx.column(f"SELECT domain FROM block_exceptions WHERE {TENANT}", tenant(tx)) if subscription_id else ()
    )
    steps = [_step(network, blocks, excepted, entry, subscription_id, most) for entry in entries]
    if lift and subscription_id is not None:
        listed = {entry.domain for entry in entries}
        steps += [
            Step(domain=block.domain, outcome="lift", severity=block.severity, block_id=block.id)
            for block in blocks.values()
            if block.subscription_id == subscription_id and block.domain not in listed
        ]
    order = ("add", "raise", "lift", "same", "kept")
    return Plan(sorted(steps, key=lambda step: (order.index(step.outcome), step.domain)))


def _step(
    network: Network,
    blocks: dict[str, BlockedDomain],
    excepted: set[str],
    entry: Entry,
    subscription_id: int | None,
    most: str,
) -> Step:
    if rules.STRICTNESS[entry.severity] > rules.STRICTNESS[most]:
        entry = msgspec.structs.replace(entry, severity=most)
    names = rules.parents(entry.domain)
    outcome: Outcome = "add"
    block = blocks.get(entry.domain)
    if entry.domain in rules.parents(network.host.partition(":")[0]) or entry.domain in excepted:
        outcome = "kept"
    elif block is not None:
        same = (block.severity, block.reject_media, block.reject_reports) == (
            entry.severity, entry.reject_media, entry.reject_reports,
        )  # fmt: skip
        mine = subscription_id is not None and block.subscription_id == subscription_id
        outcome = "same" if same else "raise" if mine else "kept"
    elif any(
        name in blocks and rules.STRICTNESS[blocks[name].severity] >= rules.STRICTNESS[entry.severity]
        for name in names[1:]
    ):
        outcome = "same"
    return Step(
        domain=entry.domain, outcome=outcome, severity=entry.severity, entry=entry, block_id=block.id if block else None
    )


async def apply(tx: Tx, actor: Actor, network: Network, found: Plan, subscription_id: int | None = None) -> None:
    """Do what the plan says, all at once; each block is logged like one made by hand."""
    for step in found.changes:
        if step.outcome == "lift" and step.block_id is not None:
            await registers.DOMAINS.delete(tx, actor, step.block_id)
            continue
        assert step.entry is not None
        values: dict[str, Any] = {**msgspec.structs.asdict(step.entry), "subscription_id": subscription_id}
        if step.outcome == "add":
            await registers.DOMAINS.insert(tx, actor, values)
        elif step.block_id is not None:
            await registers.DOMAINS.update(tx, actor, step.block_id, values)
    await enforcement.changed_many(tx, network, [step.domain for step in found.changes])


async def allow(tx: Tx, actor: Actor, network: Network, entries: Sequence[Entry]) -> int:
    """Put the servers of a list on the allow-list; how many were new."""
    added = [one for one in entries if await registers.ALLOWED.insert(tx, actor, {"domain": one.domain})]
    await enforcement.changed_many(tx, network, [one.domain for one in added])
    return len(added)


async def every_allow(tx: Tx) -> list[AllowedDomain]:
    """The whole allow-list by name."""
    return await tx.all(
        f"SELECT {registers.ALLOWED.columns} FROM allowed_domains WHERE {TENANT} ORDER BY domain",
        tenant(tx),
        as_=AllowedDomain,
    )


async def every_block(tx: Tx) -> list[BlockedDomain]:
    """All blocks of the network by name."""
    return await tx.all(
        f"SELECT {registers.DOMAINS.columns} FROM blocked_domains WHERE {TENANT} ORDER BY domain",
        tenant(tx),
        as_=BlockedDomain,
    )
