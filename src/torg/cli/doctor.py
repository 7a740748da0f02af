"""`torg doctor`: is the installation well, and if not, what is to be done."""

from __future__ import annotations

import asyncio
import json as json_format
import os
import shutil
from collections.abc import Sequence
from typing import Any

import msgspec

from torg.cli.opening import opened
from torg.delivery import office_store
from torg.engine import backends, jobs, keeper, migrate, relay
from torg.engine.postgres import Tx
from torg.kernel.config import Settings, load
from torg.media import trimming
from torg.moderation import chain
from torg.orgs import store as orgs
from torg.peers import subscription_store
from torg.rehearsal import scratch
from torg.serve.services import Services
from torg.serve.surge import JOBS
from torg.surge import reads as surge
from torg.surge.model import Standing

DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
LOW_DISK = 500_000_000
LATE = 60.0
MOST_HEADS = 10
MOST_NAMED = 3
OVER = 1.1
"""How far copies may be above their quota between two trimmings."""

UNPROTECTED = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' AND NOT c.relrowsecurity AND c.relname <> 'schema_migrations'
ORDER BY 1
"""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing looked at. `advice` says what to do when it is not well."""

    name: str
    well: bool
    value: str
    advice: str = ""


def doctor(*, json: bool = False, anchor: tuple[str, ...] = ()) -> int:
    """Look at everything that can go wrong. Exit status 1 if something has.

    Parameters
    ----------
    json
        Answer with one line of JSON: well, findings.
    anchor
        A head of the audit log that was kept elsewhere, as organisation:number:hash; it must still be there.
    """
    findings = asyncio.run(_examine(load(), anchor))
    well = all(f.well for f in findings)
    if json:
        print(json_format.dumps({"well": well, "findings": msgspec.to_builtins(findings)}))
    else:
        for f in findings:
            print(f"{'ok ' if f.well else 'BAD'} {f.name}: {f.value}" + ("" if f.well else f" — {f.advice}"))
    return 0 if well else 1


async def _examine(settings: Settings, anchors: Sequence[str] = ()) -> list[Finding]:
    async with opened(settings) as services, services.db.system() as tx:
        standing = await surge.standing(tx)
        return [
            await _postgres(tx),
            *await _several(settings),
            *await _replica(services),
            await _schema(tx),
            await _wall(tx),
            await _audit(tx, anchors),
            await _networks(tx),
            await _events(tx),
            _surge(standing),
            *await _work(tx, standing),
            await _deliveries(tx),
            await _block_lists(tx),
            *await _copies(tx),
            _disk(settings),
            await _files(services),
            _rehearsals(),
        ]


async def _postgres(tx: Tx) -> Finding:
    """Its version, and whether what it acknowledges is on its disk: what we acknowledge stands on that."""
    off = [name for name in DURABLE if await tx.value(f"SHOW {name}") == "off"]
    if os.environ.get(keeper.UNSAFE) == "off":
        off = [name for name in off if name == "synchronous_commit"]
    version = str(await tx.value("SHOW server_version"))
    return Finding(
        name="PostgreSQL",
        well=not off,
        value=f"{version}, with {', '.join(off)} off" if off else version,
        advice="Turn it on in the server's configuration: a crash takes what was acknowledged.",
    )


async def _several(settings: Settings) -> list[Finding]:
    """What several machines have in common, where it is set. Neither is needed to serve; both are missed."""
    found = []
    for name, url, ask, without in (
        ("NATS", settings.nats_url, backends.trouble_of_nats, "every process listens at the database meanwhile"),
        ("Valkey", settings.valkey_url, backends.trouble_of_valkey, "every machine counts rate limits for itself"),
    ):
        if url is not None:
            said = await ask(url)
            advice = f"Is it running, and is TORG_{name.upper()}_URL right? Until then {without}."
            found.append(Finding(name=name, well=not said, value=said or "answers", advice=advice))
    return found


async def _replica(services: Services) -> list[Finding]:
    """Whether reads go to the replica, where there is to be one."""
    if services.replica is None:
        return []
    said = await services.replica.trouble()
    advice = "Is it running, and is TORG_REPLICA_URL right? Until then everything is read from the primary."
    return [Finding(name="replica", well=not said, value=said or "answers", advice=advice)]


async def _schema(tx: Tx) -> Finding:
    known = {name for name, _ in migrate.migrations()}
    there = set(await tx.column("SELECT name FROM schema_migrations"))
    newer = sorted(there - known)
    return Finding(
        name="schema",
        well=not newer and there >= known,
        value=f"{len(there)} migrations applied" + (f", unknown here: {', '.join(newer)}" if newer else ""),
        advice="The database was made by a newer Torg: run that version." if newer else "Run torg migrate.",
    )


async def _wall(tx: Tx) -> Finding:
    bare = await tx.column(UNPROTECTED)
    return Finding(
        name="wall",
        well=not bare,
        value="every table has row-level security" if not bare else f"no row-level security on: {', '.join(bare)}",
        advice="Somebody changed the database by hand; ALTER TABLE … ENABLE ROW LEVEL SECURITY.",
    )


async def _audit(tx: Tx, anchors: Sequence[str]) -> Finding:
    breaks = await chain.verify(tx)
    ends = await chain.heads(tx)
    lost = [anchor for anchor in anchors if not await chain.holds(tx, anchor)]
    chains = "1 chain" if len(ends) == 1 else f"{len(ends)} chains"
    value = f"{sum(end.seq for end in ends)} acts in {chains}, all as written"
    if 0 < len(ends) <= MOST_HEADS:
        value += f"; keep elsewhere: {' '.join(f'{end.org_id}:{end.seq}:{end.hash}' for end in ends)}"
    if breaks:
        first = breaks[0]
        row = f"row {first.seq}" if first.id is None else f"row {first.seq} (id {first.id})"
        value = f"the chain of organisation {first.org_id} breaks at {row}: {first.why}"
        value += f"; {len(breaks) - 1} other chains break too" if len(breaks) > 1 else ""
    elif lost:
        value = f"this head is not in its chain: {lost[0]}"
    return Finding(
        name="audit log",
        well=not breaks and not lost,
        value=value,
        advice="Somebody changed the log by hand; compare it with a backup from before (docs/audit-log.md).",
    )


async def _networks(tx: Tx) -> Finding:
    found = await orgs.some_networks(tx, 10)
    return Finding(
        name="networks",
        well=bool(found),
        value=", ".join(f"{n.host} ({n.kind})" for n in found) or "none",
        advice="Make one: torg org add NAME; torg network add --org NAME --kind public --host HOST.",
    )


async def _events(tx: Tx) -> Finding:
    lag: dict[str, Any] = await relay.lag(tx)
    dead = int(await tx.value("SELECT count(*) FROM dead_events"))
    waiting, oldest = int(lag.get("waiting", 0)), float(lag.get("oldest_seconds", 0.0))
    return Finding(
        name="events",
        well=not dead and oldest < LATE,
        value=f"{waiting} waiting (oldest {oldest:.0f} s), {dead} given up",
        advice="Is torg serve running? Given-up events are in dead_events with their error.",
    )


def _surge(standing: Standing) -> Finding:
    """Shedding is as it should be under load; what is held by hand may have been forgotten."""
    behind = "".join(f"; {name} done up to {at:%Y-%m-%d %H:%M:%S} UTC" for name, at in sorted(standing.behind.items()))
    return Finding(
        name="surge",
        well=standing.ladder.held is None,
        value=surge.words(standing.ladder) + behind + ("; counts wait" if standing.counts_wait else ""),
        advice="A rung is held by hand. torg surge release lets go of it (docs/surge.md).",
    )


async def _work(tx: Tx, standing: Standing) -> list[Finding]:
    """Kinds that the surge ladder holds back are late on purpose."""
    queues = await jobs.queues(tx)
    held = {kind for rung, kinds in JOBS.items() if standing.ladder.shown >= rung for kind in kinds}
    return [
        Finding(
            name=f"jobs {q.kind}",
            well=q.dead == 0 and (q.late_seconds < LATE or q.kind in held),
            value=f"{q.waiting} waiting, {q.running} running, {q.dead} given up, {q.late_seconds:.0f} s late"
            + (" (held back: surge)" if q.kind in held else ""),
            advice="Is torg serve running? Given-up jobs keep their error in the table jobs.",
        )
        for q in queues
    ]


async def _deliveries(tx: Tx) -> Finding:
    depth = await office_store.depth(tx)
    return Finding(
        name="deliveries",
        well=depth.late_seconds < LATE,
        value=f"{depth.waiting} waiting, {depth.dead} given up, {depth.failing} of {depth.hosts} hosts fail, "
        f"{depth.late_seconds:.0f} s late",
        advice="Is torg serve running? torg deliveries list shows what waits for whom.",
    )


async def _block_lists(tx: Tx) -> Finding:
    """A list that fails goes on holding as it was; one that waits for review changes nothing until a person looks."""
    failing = await subscription_store.failing(tx)
    held = [one for one in failing if one.state == "review"]
    named = "; ".join(f"{one.host}: {one.url} ({one.reason})" for one in failing[:MOST_NAMED])
    more = f"; {len(failing) - MOST_NAMED} more" if len(failing) > MOST_NAMED else ""
    return Finding(
        name="block lists",
        well=not failing,
        value=f"{len(failing) - len(held)} fail, {len(held)} wait for review" + (f": {named}{more}" if failing else ""),
        advice="An administrator looks at them, and applies one that waits: docs/moderation.md, block_subscriptions.",
    )


async def _copies(tx: Tx) -> list[Finding]:
    """Over the quota only until the next trimming, once an hour."""
    found = []
    for network in await orgs.networks(tx):
        if not network.is_public:
            continue
        used, quota = (await trimming.usage(tx, network)).bytes / trimming.MEGABYTE, network.settings.remote_media_mb
        if used or network.settings.federation != "off":
            found.append(
                Finding(
                    name=f"copies of other servers' files at {network.host}",
                    well=used <= quota * OVER,
                    value=f"{used:.0f} of {quota} MB",
                    advice="Is torg serve running? torg media prune makes room; network set remote_media_mb= sets it.",
                )
            )
    return found


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.data).free
    return Finding(
        name="disk",
        well=free > LOW_DISK,
        value=f"{free / 1e9:.1f} GB free",
        advice=f"Make room where {settings.data} lies.",
    )


async def _files(services: Services) -> Finding:
    folder = services.settings.data / "files"
    folder.mkdir(parents=True, exist_ok=True)
    writable = os.access(folder, os.W_OK)
    return Finding(name="files", well=writable, value=str(folder), advice="Let this user write to the folder.")


def _rehearsals() -> Finding:
    """A rehearsal removes its copy of the database; one that was killed with SIGKILL could not."""
    left = scratch.left_behind()
    return Finding(
        name="rehearsals",
        well=not left,
        value=f"left behind: {', '.join(str(path) for path in left)}" if left else "nothing left behind",
        advice=f"Rehearsals were killed; each left a copy of the database. Remove: rm -r {' '.join(map(str, left))}",
    )
