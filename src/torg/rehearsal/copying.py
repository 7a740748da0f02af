"""A copy of this installation's database in another server: read in one read-only transaction, written table by table.

No pg_dump, since the wheel has none, and no template, since a running installation cannot be one. What must not be in a
copy stays behind: secrets of sessions, and all that waits to be done or sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import psycopg
from psycopg import sql

from torg.kernel.errors import Misused

LEFT_OUT = frozenset({
    "schema_migrations", "outbox", "event_log", "dead_events", "jobs", "periodic_runs", "deliveries",
    "activities", "delivery_lanes", "held_posts", "push_subscriptions", "websub_subscriptions",
    "block_subscriptions", "mirrors", "tokens", "refresh_tokens", "sessions", "half_logins", "grants",
    "mailed_proofs", "join_links", "setup_secret", "signing_keys", "vapid_keys", "scheduled_posts",
    "digest_plans", "calendar_feeds", "saved_searches", "domain_purges", "media_secret", "postponed_effects",
    "surge_ladder", "surge_pressures",
})  # fmt: skip

COLUMNS = """
SELECT c.relname, array_agg(a.attname ORDER BY a.attnum) FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relkind = 'r' GROUP BY c.relname ORDER BY c.relname
"""


def copy(source: str, target: str, told: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Copy everything but LEFT_OUT; how many tables. `source` is read by a role that sees all tenants, never written.

    Misused where the two are of different versions: this installation is to be migrated first, by its owner's will.
    """
    with psycopg.connect(source) as reading, psycopg.connect(target) as writing:
        reading.read_only = True
        reading.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        versions = [
            [row[0] for row in one.execute("SELECT name FROM schema_migrations ORDER BY name")]
            for one in (reading, writing)
        ]
        if versions[0] != versions[1]:
            raise Misused("This installation's database is of another version than this Torg. Run: torg migrate")
        writing.execute("SET session_replication_role = replica")
        tables = [row for row in _tables(reading) if row[0] not in LEFT_OUT]
        for number, (table, columns) in enumerate(tables):
            _copy_table(reading, writing, table, columns)
            told(number + 1, len(tables))
        for name, value in reading.execute(
            "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
        ).fetchall():
            writing.execute("SELECT setval(%s::regclass, %s)", (name, value))
        reading.rollback()
    return len(tables)


def _tables(connection: psycopg.Connection[Any]) -> list[tuple[str, list[str]]]:
    return cast(list[tuple[str, list[str]]], connection.execute(COLUMNS).fetchall())


def _copy_table(
    reading: psycopg.Connection[Any], writing: psycopg.Connection[Any], table: str, columns: list[str]
) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    name = sql.Identifier(table)
    taken = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT binary)").format(names, name)
    put = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(name, names)
    with reading.cursor().copy(taken) as source, writing.cursor().copy(put) as target:
        for part in source:
            target.write(part)
