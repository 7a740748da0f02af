"""All SQL of the ladder. Every transaction here is the system's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from torg.engine.postgres import Row, Tx, json
from torg.surge.model import Figures, Ladder, Step

LOCK = 7_061_978
COLUMNS = ", ".join(Ladder.__struct_fields__)


async def ladder(tx: Tx) -> Ladder:
    found = await tx.one(f"SELECT {COLUMNS} FROM surge_ladder", as_=Ladder)
    if found is None:  # somebody emptied the table by hand
        await tx.run("INSERT INTO surge_ladder DEFAULT VALUES ON CONFLICT DO NOTHING")
        return await ladder(tx)
    return found


async def looked(tx: Tx) -> Row:
    """The ladder, the time, what is put off, and whether counts wait, in one statement."""
    found = await tx.one(LOOK)
    return found or {}


async def tell(tx: Tx, node: int, figures: Figures) -> None:
    """Let the others know how hard it is here."""
    await tx.run(
        """INSERT INTO surge_pressures (node, at, figures) VALUES (%s, now(), %s)
           ON CONFLICT (node) DO UPDATE SET at = EXCLUDED.at, figures = EXCLUDED.figures""",
        (node, json(dict(figures))),
    )


async def calm(tx: Tx, node: int) -> None:
    await tx.run("DELETE FROM surge_pressures WHERE node = %s", (node,))


async def others(tx: Tx, node: int, within: timedelta) -> list[dict[str, float]]:
    """What the other processes have told lately."""
    return await tx.column(
        "SELECT figures FROM surge_pressures WHERE node <> %s AND at > now() - %s::interval", (node, within)
    )


async def may_move(tx: Tx) -> bool:
    """One process looks at a time; whoever comes meanwhile leaves it to that one."""
    return bool(await tx.value("SELECT pg_try_advisory_xact_lock(%s)", (LOCK,)))


async def whole(tx: Tx, may_wait: Collection[str]) -> dict[str, float]:
    """Figures of the installation: the age of the oldest event, and how late work is, but for what may wait."""
    found = await tx.one(WHOLE, {"may_wait": list(may_wait)})
    return {name: float(value) for name, value in (found or {}).items()}


async def last_seq(tx: Tx) -> int:
    """The number of the newest event of the log."""
    return int(await tx.value("SELECT coalesce(max(seq), 0) FROM event_log"))


async def put(tx: Tx, ladder: Ladder) -> None:
    names = Ladder.__struct_fields__
    values = {name: getattr(ladder, name) for name in names}
    await tx.run(f"UPDATE surge_ladder SET {', '.join(f'{name} = %({name})s' for name in names)}", values)


async def note(tx: Tx, before: int, after: int, cause: str, *, by_hand: bool) -> None:
    """Keep a step."""
    await tx.run(
        "INSERT INTO surge_steps (rung_before, rung_after, by_hand, cause) VALUES (%s, %s, %s, %s)",
        (before, after, by_hand, cause[:200]),
    )


async def steps(tx: Tx, since: datetime, most: int) -> Sequence[Step]:
    """The latest first."""
    return await tx.all(
        """SELECT at, rung_before, rung_after, by_hand, cause FROM surge_steps WHERE at >= %s
           ORDER BY id DESC LIMIT %s""",
        (since, most),
        as_=Step,
    )


async def thin(tx: Tx, keep: timedelta) -> None:
    """Drop steps that nobody looks at any more, and pressures of processes that are gone."""
    await tx.run("DELETE FROM surge_steps WHERE at < now() - %s::interval", (keep,))
    await tx.run("DELETE FROM surge_pressures WHERE at < now() - interval '10 minutes'")


def of(row: Row) -> tuple[Ladder, dict[str, Any]]:
    """The ladder of a row of `looked`, and the rest of it."""
    return Ladder(**{name: row[name] for name in Ladder.__struct_fields__}), row


LOOK = f"""
SELECT {COLUMNS}, clock_timestamp() AS at,
    (SELECT coalesce(jsonb_object_agg(name, as_of), '{{}}') FROM postponed_effects) AS behind,
    EXISTS (SELECT FROM post_count_changes) OR EXISTS (SELECT FROM account_count_changes) AS counts_wait
FROM surge_ladder
"""

# As many of the oldest as tell the age; the table is short unless the relay is behind.
WHOLE = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - (SELECT min(created_at) FROM outbox)), 0)::float AS relay_s,
    coalesce(extract(epoch FROM clock_timestamp() - (SELECT min(run_at) FROM jobs WHERE worker IS NULL
        AND dead_at IS NULL AND run_at <= now() AND kind <> ALL (%(may_wait)s::text[]))), 0)::float AS jobs_s
"""
