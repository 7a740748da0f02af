"""Plain SQL migrations, forward only: every `migrations/NNNN_….sql` once, in order, under one lock."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.resources import files
from typing import Any, cast

import psycopg

from torg.kernel.errors import Misused

LOCK = 7_061_972

BOOTSTRAP = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
)
"""


def migrations() -> list[tuple[str, str]]:
    """(name, SQL) of every migration in order."""
    folder = files("torg.migrations")
    found = sorted((f.name, f.read_text("utf-8")) for f in folder.iterdir() if f.name.endswith(".sql"))
    numbers = [name[:4] for name, _ in found]
    if len(set(numbers)) != len(numbers):
        raise Misused(f"two migrations share a number: {numbers}")
    return found


def migrate(owner_conninfo: str, progress: Callable[[str], None] = lambda _: None) -> list[str]:
    """Apply what is missing, each in a transaction of its own; returns the names applied.

    Connects as the owner of the schema. Several processes may call this at once: one waits for the other.
    """
    applied: list[str] = []
    with psycopg.connect(owner_conninfo, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        connection.execute(BOOTSTRAP)
        done = dict(cast(list[Any], connection.execute("SELECT name, sha256 FROM schema_migrations").fetchall()))
        for name, sql in migrations():
            digest = hashlib.sha256(sql.encode()).hexdigest()
            if name in done:
                continue
            progress(name)
            with connection.transaction():
                connection.execute("SET LOCAL lock_timeout = '10s'")
                connection.execute(cast(Any, sql))
                connection.execute("INSERT INTO schema_migrations (name, sha256) VALUES (%s, %s)", (name, digest))
            applied.append(name)
        if applied:
            connection.execute("GRANT SELECT ON schema_migrations TO torg_system")  # torg doctor compares
    return applied
