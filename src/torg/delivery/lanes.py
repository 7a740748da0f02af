"""SQL of a sender: lanes taken and given back, what is next in them, and what became of it (system transactions).

Everything is in batches over many lanes, since a statement for each delivery would cost more than the delivery.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from torg.delivery.model import Delivery, Fate, Kind, Outcome, Rest, Return, Turn
from torg.engine.postgres import Tx

LOCK_CLASS = 7_061_980
"""Of the advisory locks that tell which senders live."""
OPEN_AT_ONCE = 500


async def open_new(tx: Tx) -> int:
    """See to it that the hosts of new activities have lanes that are due; how many activities there were."""
    return int(await tx.value(OPEN, {"most": OPEN_AT_ONCE}))


async def take(tx: Tx, worker: int, places: Mapping[Kind, int]) -> list[Turn]:
    """Lanes whose turn it is, those who waited longest first, as many of each kind as there are places."""
    kinds = [
        (False, False, places.get(Kind.LIVE, 0)),
        (False, True, places.get(Kind.UNTRIED, 0)),
        (True, False, places.get(Kind.FAILING, 0)),
    ]
    wanted = [kind for kind in kinds if kind[2] > 0]
    if not wanted:
        return []
    failing, untried, free = zip(*wanted, strict=True)
    params = {"worker": worker, "failing": list(failing), "untried": list(untried), "places": list(free)}
    return await tx.all(TAKE, params, as_=Turn)


async def waiting(tx: Tx, hosts: Sequence[str], each: int) -> dict[str, list[Delivery]]:
    """What is due in these lanes, in order, at most `each` of a lane."""
    found: dict[str, list[Delivery]] = {host: [] for host in hosts}
    for row in await tx.all(WAITING, {"hosts": list(hosts), "each": each}):
        found[row["host"]].append(Delivery(**row))
    return found


async def bodies(tx: Tx, activities: Sequence[tuple[int, int]]) -> dict[int, bytes]:
    """The bodies of activities, by id; given as (organisation, id)."""
    if not activities:
        return {}
    orgs, ids = zip(*activities, strict=True)
    return {row["id"]: row["body"] for row in await tx.all(BODIES, {"orgs": list(orgs), "ids": list(ids)})}


async def settle(tx: Tx, outcomes: Sequence[Outcome]) -> None:
    """Forget what was taken, put off what is tried again, bury what is not."""
    await drop(tx, [one.delivery for one in outcomes if one.verdict.fate is Fate.TAKEN])
    later = [one for one in outcomes if one.verdict.fate is Fate.LATER]
    dead = [one for one in outcomes if one.verdict.fate is Fate.FINAL]
    for some, sql in ((later, LATER), (dead, DEAD)):
        if some:
            await tx.run(
                sql,
                {
                    "orgs": [o.delivery.org_id for o in some],
                    "ids": [o.delivery.id for o in some],
                    "waits": [o.wait or timedelta(0) for o in some],
                    "errors": [o.verdict.why for o in some],
                },
            )


async def remember(tx: Tx, outcomes: Sequence[Outcome]) -> None:
    """What networks learnt of hosts from answers: that they live, and how they want requests signed."""
    rows = sorted({(o.delivery.org_id, o.delivery.network_id, o.delivery.host) for o in outcomes})
    if rows:
        await tx.run(ALIVE, _columns(rows))
    wishes = {
        (o.delivery.org_id, o.delivery.network_id, o.delivery.host): o.signatures for o in outcomes if o.signatures
    }
    if wishes:
        await tx.run(SIGNATURES, {**_columns(sorted(wishes)), "signatures": [wishes[key] for key in sorted(wishes)]})


def _columns(rows: Sequence[tuple[int, int, str]]) -> dict[str, Any]:
    return dict(zip(("orgs", "networks", "hosts"), map(list, zip(*rows, strict=True)), strict=True))


async def drop(tx: Tx, deliveries: Sequence[Delivery]) -> None:
    """Forget deliveries, brought or not."""
    if deliveries:
        await tx.run(TAKEN, {"orgs": [d.org_id for d in deliveries], "ids": [d.id for d in deliveries]})


async def give_back(tx: Tx, worker: int, returns: Sequence[Return]) -> None:
    """Give lanes back that need no rest: due now if there is more to bring, else when something falls due.

    A lane whose pulse is no longer the one that was read has got something new meanwhile and is due too.
    """
    if returns:
        await tx.run(
            GIVE_BACK,
            {
                "worker": worker,
                "hosts": [one.host for one in returns],
                "pulses": [one.pulse for one in returns],
                "answered": [one.answered for one in returns],
                "more": [one.more for one in returns],
            },
        )


async def rest(tx: Tx, worker: int, rests: Sequence[Rest], give_up: timedelta) -> int:
    """Let lanes rest, and bury what has waited in them for too long; how many that were."""
    if not rests:
        return 0
    params = {
        "worker": worker,
        "hosts": [one.host for one in rests],
        "waits": [one.wait for one in rests],
        "failures": [one.failures for one in rests],
        "errors": [one.why for one in rests],
        "give_up": give_up,
    }
    await tx.run(REST, params)
    known = sorted({(org, network, one.host) for one in rests for org, network in one.networks})
    if known:
        await tx.run(FAILING, _columns(known))
    return await tx.run(EXPIRE, params)


async def recover(tx: Tx) -> list[str]:
    """Free the lanes of senders that are gone."""
    return await tx.column(RECOVER, {"class": LOCK_CLASS})


OPEN = """
WITH fresh AS (
    SELECT org_id, id FROM activities WHERE laned_at IS NULL ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
), marked AS (
    UPDATE activities a SET laned_at = now() FROM fresh f WHERE a.org_id = f.org_id AND a.id = f.id
    RETURNING a.org_id, a.id
), opened AS (
    INSERT INTO delivery_lanes AS l (host, due_at)
    SELECT DISTINCT d.host, now() FROM marked m JOIN deliveries d ON d.org_id = m.org_id AND d.activity_id = m.id
    ORDER BY 1
    ON CONFLICT (host) DO UPDATE SET pulse = l.pulse + 1,
        due_at = CASE WHEN l.failures > 0 AND l.due_at IS NOT NULL THEN l.due_at ELSE least(l.due_at, now()) END
)
SELECT count(*) FROM marked
"""

TAKE = """
WITH due AS (
    SELECT l.host
    FROM unnest(%(failing)s::bool[], %(untried)s::bool[], %(places)s::int[]) AS k (failing, untried, places)
    CROSS JOIN LATERAL (
        SELECT host FROM delivery_lanes WHERE worker IS NULL AND due_at IS NOT NULL
        AND (failures > 0) = k.failing AND (failures = 0 AND answered_at IS NULL) = k.untried AND due_at <= now()
        ORDER BY due_at LIMIT k.places FOR UPDATE SKIP LOCKED) l
)
UPDATE delivery_lanes l SET worker = %(worker)s FROM due WHERE l.host = due.host
RETURNING l.host, l.pulse, l.failures, l.answered_at IS NOT NULL AS answered
"""

WAITING = """
SELECT d.host, d.org_id, d.network_id, d.id, d.activity_id, a.account_id, d.inbox, d.attempts, d.created_at,
    coalesce(p.signatures, 'cavage') AS signatures
FROM unnest(%(hosts)s::text[]) AS h (host)
CROSS JOIN LATERAL (
    SELECT * FROM deliveries d WHERE d.host = h.host AND d.dead_at IS NULL AND d.run_at <= now()
    ORDER BY d.id LIMIT %(each)s) d
JOIN activities a ON a.org_id = d.org_id AND a.id = d.activity_id
LEFT JOIN peers p ON p.org_id = d.org_id AND p.network_id = d.network_id AND p.host = d.host
ORDER BY d.id
"""

BODIES = """
SELECT a.id, a.body FROM unnest(%(orgs)s::bigint[], %(ids)s::bigint[]) AS w (org, id)
JOIN activities a ON a.org_id = w.org AND a.id = w.id
"""

TAKEN = """
DELETE FROM deliveries d USING unnest(%(orgs)s::bigint[], %(ids)s::bigint[]) AS w (org, id)
WHERE d.org_id = w.org AND d.id = w.id
"""

_OUTCOMES = """
FROM unnest(%(orgs)s::bigint[], %(ids)s::bigint[], %(waits)s::interval[], %(errors)s::text[])
    AS w (org, id, wait, error)
WHERE d.org_id = w.org AND d.id = w.id
"""

LATER = f"UPDATE deliveries d SET attempts = attempts + 1, run_at = now() + w.wait, error = w.error {_OUTCOMES}"

DEAD = f"UPDATE deliveries d SET attempts = attempts + 1, dead_at = now(), error = w.error {_OUTCOMES}"

# An hour between two notes of the same: a peer's row is read by many.
ALIVE = """
INSERT INTO peers AS p (org_id, network_id, host, last_seen_at)
SELECT org, network, host, now()
FROM unnest(%(orgs)s::bigint[], %(networks)s::bigint[], %(hosts)s::text[]) AS w (org, network, host)
WHERE EXISTS (SELECT FROM networks n WHERE n.org_id = org AND n.id = network)
ON CONFLICT (org_id, network_id, host) DO UPDATE SET last_seen_at = now(), failing_since = NULL
WHERE p.failing_since IS NOT NULL OR p.last_seen_at IS NULL OR p.last_seen_at < now() - interval '1 hour'
"""

SIGNATURES = """
UPDATE peers p SET signatures = w.signatures
FROM unnest(%(orgs)s::bigint[], %(networks)s::bigint[], %(hosts)s::text[], %(signatures)s::text[])
    AS w (org, network, host, signatures)
WHERE p.org_id = w.org AND p.network_id = w.network AND p.host = w.host AND p.signatures <> w.signatures
"""

GIVE_BACK = """
UPDATE delivery_lanes l SET worker = NULL,
    failures = CASE WHEN w.answered THEN 0 ELSE l.failures END,
    failing_since = CASE WHEN w.answered THEN NULL ELSE l.failing_since END,
    error = CASE WHEN w.answered THEN NULL ELSE l.error END,
    tried_at = CASE WHEN w.answered THEN now() ELSE l.tried_at END,
    answered_at = CASE WHEN w.answered THEN now() ELSE l.answered_at END,
    due_at = CASE WHEN w.more OR l.pulse <> w.pulse THEN now()
        ELSE (SELECT min(d.run_at) FROM deliveries d WHERE d.host = l.host AND d.dead_at IS NULL) END
FROM unnest(%(hosts)s::text[], %(pulses)s::bigint[], %(answered)s::bool[], %(more)s::bool[])
    AS w (host, pulse, answered, more)
WHERE l.host = w.host AND l.worker = %(worker)s
"""

_RESTING = """
FROM unnest(%(hosts)s::text[], %(waits)s::interval[], %(failures)s::int[], %(errors)s::text[])
    AS w (host, wait, failures, error)
"""

REST = f"""
UPDATE delivery_lanes l SET worker = NULL, failures = w.failures,
    failing_since = CASE WHEN w.failures > 1 THEN coalesce(l.failing_since, now()) ELSE now() END,
    tried_at = now(), due_at = now() + w.wait, error = w.error
{_RESTING} WHERE l.host = w.host AND l.worker = %(worker)s
"""

FAILING = """
INSERT INTO peers AS p (org_id, network_id, host, failing_since)
SELECT org, network, host, now()
FROM unnest(%(orgs)s::bigint[], %(networks)s::bigint[], %(hosts)s::text[]) AS w (org, network, host)
WHERE EXISTS (SELECT FROM networks n WHERE n.org_id = org AND n.id = network)
ON CONFLICT (org_id, network_id, host) DO UPDATE SET failing_since = now() WHERE p.failing_since IS NULL
"""

# The oldest are the first of a lane.
EXPIRE = f"""
UPDATE deliveries d SET dead_at = now(), attempts = attempts + 1, error = old.error FROM (
    SELECT o.org_id, o.id, w.error {_RESTING} CROSS JOIN LATERAL (
        SELECT * FROM deliveries d WHERE d.host = w.host AND d.dead_at IS NULL ORDER BY d.id LIMIT 500) o
    WHERE o.created_at < now() - %(give_up)s::interval) old
WHERE d.org_id = old.org_id AND d.id = old.id
"""

RECOVER = """
UPDATE delivery_lanes SET worker = NULL, due_at = now() WHERE host IN (
    SELECT host FROM delivery_lanes l WHERE worker IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_locks k WHERE k.locktype = 'advisory' AND k.granted AND k.classid = %(class)s::oid
        AND k.objid = l.worker::oid AND k.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
    FOR UPDATE SKIP LOCKED)
RETURNING host
"""
