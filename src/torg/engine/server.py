"""The PostgreSQL server that Torg works on: the one that TORG_DATABASE_URL names, else our own (DESIGN §3)."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from torg.engine.binaries import OLDEST
from torg.engine.cluster import ROLES, Say
from torg.engine.embedded import Embedded
from torg.kernel.errors import Misused


class Server(Protocol):
    """What both kinds give: connection strings by role, and an end."""

    @property
    def started(self) -> bool: ...

    def conninfo(self, role: str, dbname: str = ...) -> str: ...

    def create_database(self, name: str, template: str | None = None) -> None: ...

    def drop_database(self, name: str) -> None: ...

    def close(self) -> None: ...


class External:
    """Somebody else's server. The URL's user owns the schema; sessions of the other roles begin with SET ROLE."""

    def __init__(self, url: str) -> None:
        self._url = url
        try:
            self.dbname = str(conninfo_to_dict(url).get("dbname") or "torg")
        except psycopg.ProgrammingError as error:
            raise Misused(
                f"TORG_DATABASE_URL cannot be read: {error}. It looks like postgresql://user@host/torg"
            ) from error

    @property
    def started(self) -> bool:
        return False

    @classmethod
    def open(cls, url: str) -> External:
        """Make sure that the server answers and is new enough; Misused says what is wrong."""
        server = cls(url)
        try:
            with psycopg.connect(server.conninfo("torg_owner"), connect_timeout=10) as connection:
                version = connection.info.server_version
        except psycopg.OperationalError as error:
            raise Misused(
                f"The server that TORG_DATABASE_URL names does not let us in: {str(error).strip()}"
                " Check host, user, password and that the database exists (createdb torg)."
            ) from error
        if version < OLDEST * 10_000:
            raise Misused(f"TORG_DATABASE_URL names a PostgreSQL {version // 10_000}; Torg needs {OLDEST} or newer.")
        return server

    def conninfo(self, role: str, dbname: str | None = None) -> str:
        """A connection string for torg_owner, torg_app or torg_system."""
        if role not in ROLES:
            raise ValueError(f"unknown role {role!r}")
        given = conninfo_to_dict(self._url)
        given["dbname"] = dbname or self.dbname
        if role != "torg_owner":
            given["options"] = f"{given.get('options') or ''} -c role={role}".strip()
        return make_conninfo("", **given)

    def create_database(self, name: str, template: str | None = None) -> None:
        """Make a database beside ours; the URL's user needs CREATEDB."""
        copied = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        self._execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + copied)

    def drop_database(self, name: str) -> None:
        """Remove a database with everything in it."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.conninfo("torg_owner"), autocommit=True) as connection:
            connection.execute(statement)

    def close(self) -> None:
        """Nothing to end: the server is not ours."""


def open_server(
    data_folder: Path, url: str | None = None, *, choice: str = "auto", say: Say = lambda _: None
) -> Server:
    """The server by the settings `data`, `database_url` and `postgres`."""
    return External.open(url) if url else Embedded.open(data_folder, choice=choice, say=say)
