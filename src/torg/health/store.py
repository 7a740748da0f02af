"""All SQL of the figures: writing them down, thinning them with age, and reading a span of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from torg.engine.postgres import Tx

WHOLE = -1
"""Stands for the process where a figure is of the installation as a whole."""
DAYS = {1: 2, 10: 31, 60: 400}
"""For how many days a row stays that stands for so many minutes."""
BACK = timedelta(minutes=10)
"""How far back posts are counted anew: what a job that came late has missed."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    process: int = WHOLE
    minutes: int
    at: datetime
    mean: float
    most: float


async def write_process(tx: Tx, process: int, at: datetime, rows: Sequence[tuple[str, float, float]]) -> None:
    """Figures of a minute (system transaction). Again for the same minute: the new ones hold."""
    await tx.many(
        """INSERT INTO process_figures (name, process, minutes, at, mean, most)
           VALUES (%s, %s, 1, date_trunc('minute', %s::timestamptz), %s, %s)
           ON CONFLICT (name, process, minutes, at) DO UPDATE SET mean = EXCLUDED.mean, most = EXCLUDED.most""",
        [(name, process, at, mean, most) for name, mean, most in rows],
    )


async def happened(tx: Tx, name: str, since: datetime) -> tuple[float, float]:
    """(times in all, most in a minute of one process) of what `meter.count` counts (system transaction)."""
    found = await tx.one(
        """SELECT coalesce(sum(mean * minutes), 0) AS times, coalesce(max(most), 0) AS most FROM process_figures
           WHERE name = %s AND at >= %s""",
        (name, since),
    )
    return (float(found["times"]), float(found["most"])) if found else (0.0, 0.0)


async def sample_networks(tx: Tx, at: datetime) -> None:
    """Write down what can be counted of every network (system transaction)."""
    for sql in SAMPLES:
        await tx.run(sql, {"at": at, "back": at - BACK})


async def sample_installation(tx: Tx) -> list[tuple[str, float, float]]:
    """(name, mean, most) of what is of the installation as a whole (system transaction)."""
    found = await tx.one(INSTALLATION)
    return [(name, float(value), float(value)) for name, value in (found or {}).items()]


async def thin(tx: Tx, now: datetime) -> None:
    """Put rows together that are old, and drop those that are too old (system transaction)."""
    oldest = {"oldest": now - timedelta(days=DAYS[60])}
    for fine, coarse in ((1, 10), (10, 60)):
        before = now - timedelta(days=DAYS[fine])
        values = {
            "fine": fine,
            "coarse": coarse,
            "step": timedelta(minutes=coarse),
            "before": before.replace(
                minute=0, second=0, microsecond=0
            ),  # whole coarse steps, so that none is made twice
        }
        await tx.run(THIN_NETWORKS, values)
        await tx.run("DELETE FROM network_figures WHERE minutes = %(fine)s AND at < %(before)s", values)
        await tx.run(THIN_PROCESSES, values)
        await tx.run("DELETE FROM process_figures WHERE minutes = %(fine)s AND at < %(before)s", values)
    await tx.run("DELETE FROM network_figures WHERE minutes = 60 AND at < %(oldest)s", oldest)
    await tx.run("DELETE FROM process_figures WHERE minutes = 60 AND at < %(oldest)s", oldest)


# What was zero of a network is not there, and counts in its mean all the same.
THIN_NETWORKS = """
INSERT INTO network_figures (org_id, network_id, name, minutes, at, mean, most)
SELECT org_id, network_id, name, %(coarse)s::integer, date_bin(%(step)s, at, '2000-01-01Z'),
    sum(mean) * %(fine)s::integer / %(coarse)s::integer, max(most)
FROM network_figures WHERE minutes = %(fine)s::integer AND at < %(before)s
GROUP BY org_id, network_id, name, date_bin(%(step)s, at, '2000-01-01Z') ON CONFLICT DO NOTHING
"""

THIN_PROCESSES = """
INSERT INTO process_figures (name, process, minutes, at, mean, most)
SELECT name, process, %(coarse)s::integer, date_bin(%(step)s, at, '2000-01-01Z'), avg(mean), max(most)
FROM process_figures WHERE minutes = %(fine)s::integer AND at < %(before)s
GROUP BY name, process, date_bin(%(step)s, at, '2000-01-01Z') ON CONFLICT DO NOTHING
"""


async def of_network(tx: Tx, since: datetime) -> list[Row]:
    """Figures of the transaction's network, in the order of time."""
    params: dict[str, Any] = {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "since": since}
    return await tx.all(
        """SELECT name, minutes, at, mean, most FROM network_figures
           WHERE org_id = %(org)s AND network_id = %(network)s AND at >= %(since)s ORDER BY at""",
        params,
        as_=Row,
    )


async def of_processes(tx: Tx, since: datetime) -> list[Row]:
    """Figures of the installation (system transaction), in the order of time."""
    return await tx.all(
        "SELECT name, process, minutes, at, mean, most FROM process_figures WHERE at >= %s ORDER BY at",
        (since,),
        as_=Row,
    )


async def organisations(tx: Tx) -> int:
    """Whether there is none, one or several organisations: 0, 1, 2 (system transaction)."""
    return int(await tx.value("SELECT count(*) FROM (SELECT FROM organisations LIMIT 2) o"))


def _kept(select: str) -> str:
    """A sample from rows of (org_id, network_id, name, at, value), without zeros."""
    return f"""INSERT INTO network_figures (org_id, network_id, name, minutes, at, mean, most)
        SELECT s.org_id, s.network_id, s.name, 1, date_trunc('minute', s.at), s.value, s.value
        FROM ({select}) s JOIN networks n ON n.org_id = s.org_id AND n.id = s.network_id WHERE s.value > 0
        ON CONFLICT (org_id, network_id, name, minutes, at) DO UPDATE SET mean = EXCLUDED.mean, most = EXCLUDED.most"""


SAMPLES = (
    # A network at a time, by its own index; imported posts have the times of their own days
    _kept("""SELECT n.org_id, n.id AS network_id, 'posts' AS name, p.at, p.value FROM networks n CROSS JOIN LATERAL (
            SELECT date_trunc('minute', p.created_at) AS at, count(*)::float AS value FROM posts p
            JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id AND a.host = ''
            WHERE p.org_id = n.org_id AND p.network_id = n.id AND p.boost_of_id IS NULL
                AND p.id >= (extract(epoch FROM date_trunc('minute', %(back)s::timestamptz)) * 1000)::bigint << 16
                AND p.created_at >= date_trunc('minute', %(back)s::timestamptz)
                AND p.created_at < date_trunc('minute', %(at)s::timestamptz) GROUP BY 1) p"""),
    _kept("""SELECT org_id, network_id, name, %(at)s::timestamptz AS at, value FROM (
            SELECT org_id, network_id, count(*)::float AS waiting,
                extract(epoch FROM now() - min(created_at))::float AS late FROM outbox GROUP BY 1, 2) o
            CROSS JOIN LATERAL (VALUES ('events_waiting', waiting), ('events_late', late)) v (name, value)"""),
    _kept("""SELECT org_id, network_id, name, %(at)s::timestamptz AS at, value FROM (
            SELECT org_id, network_id,
                count(*) FILTER (WHERE worker IS NULL AND dead_at IS NULL AND run_at <= now())::float AS waiting,
                count(*) FILTER (WHERE dead_at IS NOT NULL)::float AS failed FROM jobs GROUP BY 1, 2) j
            CROSS JOIN LATERAL (VALUES ('jobs_waiting', waiting), ('jobs_failed', failed)) v (name, value)"""),
    _kept("""SELECT org_id, network_id, name, %(at)s::timestamptz AS at, value FROM (
            SELECT org_id, network_id, count(*) FILTER (WHERE dead_at IS NULL)::float AS waiting,
                count(*) FILTER (WHERE dead_at IS NOT NULL)::float AS failed FROM deliveries GROUP BY 1, 2) d
            CROSS JOIN LATERAL (VALUES ('deliveries_waiting', waiting), ('deliveries_failed', failed)) v (name, value)
            """),
)  # fmt: skip

INSTALLATION = """
SELECT (SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0) FROM outbox)::float AS relay_late,
    (SELECT coalesce(extract(epoch FROM now() - min(run_at)), 0) FROM jobs
        WHERE worker IS NULL AND dead_at IS NULL AND run_at <= now())::float AS work_late,
    (pg_database_size(current_database()) / 1000000.0)::float AS database
"""
