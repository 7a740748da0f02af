"""Where our own PostgreSQL lives and as whom it runs: folders, the unprivileged user, and its configuration files.

data/postgres/                 `home`: lock, holders (a FIFO), server.log, binaries, custom.conf (yours)
data/postgres/server/          the server's own, mode 0700: cluster/ (PGDATA) and the socket
data/postgres.folder           only where `data` cannot be reached by the server's user: says where home is
"""

from __future__ import annotations

import os
import pwd
import secrets
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from torg.kernel.errors import Misused

ROLES = ("torg_owner", "torg_app", "torg_system")
OUTSIDE = Path("/var/lib/torg")
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 103  # sun_path holds 104 bytes on macOS and the BSDs, 108 on Linux, the closing zero included

Say = Callable[[str], None]


@dataclass(frozen=True)
class User:
    """Whom the server runs as; numbers as in the kernel."""

    uid: int
    gid: int

    @property
    def name(self) -> str | None:
        """The login name, None where the machine knows none for the number."""
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return None


def _named(uid: int) -> bool:
    return User(uid, 0).name is not None


def nearest(path: Path) -> Path:
    """The path itself or the nearest folder above it that exists."""
    while not path.exists():
        path = path.parent
    return path


def server_user(data: Path, home: Path) -> User:
    """Ourselves; for root, whoever owns the data or the folder it is made in, else `torg`, else `nobody`."""
    if os.geteuid() != 0:
        return User(os.geteuid(), os.getegid())
    server = home / "server"
    if server.exists() and server.stat().st_uid != 0:
        found = server.stat()
        return User(found.st_uid, found.st_gid)
    owner = nearest(data).stat()
    if owner.st_uid != 0 and _named(owner.st_uid):
        return User(owner.st_uid, pwd.getpwuid(owner.st_uid).pw_gid)
    for name in ("torg", "nobody"):
        try:
            found_user = pwd.getpwnam(name)
        except KeyError:
            continue
        if found_user.pw_uid != 0:
            return User(found_user.pw_uid, found_user.pw_gid)
    raise Misused(
        "PostgreSQL does not run as root, and there is no user `torg` or `nobody`. Run: useradd --system torg"
    )


def reachable(path: Path, user: User) -> bool:
    """Whether the user may pass through every folder above `path`, and through `path` if it is one."""
    path = path.resolve()
    for folder in (path, *path.parents):
        if not folder.is_dir():
            continue
        found = folder.stat()
        if found.st_uid == user.uid:
            passing = stat.S_IXUSR
        elif found.st_gid == user.gid:
            passing = stat.S_IXGRP
        else:
            passing = stat.S_IXOTH
        if not found.st_mode & passing:
            return False
    return True


def give(path: Path, user: User, mode: int) -> None:
    """Hand a file or folder that we made to the user, never following a link."""
    if os.geteuid() == 0:
        os.chown(path, user.uid, user.gid, follow_symlinks=False)
    if not path.is_symlink():
        path.chmod(mode)


def _make(folder: Path, user: User, mode: int) -> None:
    """A folder of ours; one that exists is left as it is."""
    try:
        folder.mkdir()
    except FileExistsError:
        return
    give(folder, user, mode)


def home_of(data: Path, say: Say, outside: Path = OUTSIDE) -> tuple[Path, User]:
    """The cluster's home, made if it is missing, and the server's user.

    Started by root below a folder that is closed to others, the home lies in `outside` and a file says so:
    parents' modes are never changed.
    """
    pointer = data / "postgres.folder"
    if pointer.exists():
        home = Path(pointer.read_text(encoding="utf-8").strip())
        if not home.is_dir():
            raise Misused(
                f"{pointer} says that the database is in {home}, and that is gone. Restore it, or delete the"
                " file to begin with an empty database."
            )
    else:
        home = data / "postgres"
    user = server_user(data, home)
    root = os.geteuid() == 0
    keeper = user if not root or nearest(data).stat().st_uid == user.uid else User(0, 0)
    if not data.exists():
        data.parent.mkdir(parents=True, exist_ok=True)
        _make(data, keeper, 0o711 if root else 0o700)
    if root and not reachable(nearest(home), user):
        if home.exists():
            raise Misused(
                f"The database in {home} belongs to user {user.name or user.uid}, who cannot reach it there:"
                " a folder above it is closed. Move the data folder, or open the folders above (chmod o+x)."
            )
        outside.mkdir(parents=True, exist_ok=True)
        home = outside / secrets.token_hex(8)
        say(f"{data} cannot be reached by user {user.name}: the database is kept in {home} (noted in {pointer})")
        _make(home, keeper, 0o711)
        pointer.write_text(f"{home}\n", encoding="utf-8")
        if not reachable(home, user):
            raise Misused(f"{outside} is closed to user {user.name}, and so is {data}. Open one of them: chmod o+x.")
    _make(home, keeper, 0o711 if root else 0o700)
    _make(home / "server", user, 0o700)
    owner = (home / "server").stat().st_uid
    if not root and owner != user.uid:
        raise Misused(
            f"The database in {home} belongs to user {User(owner, 0).name or owner}: run Torg as that user,"
            " or choose another data folder (TORG_DATA)."
        )
    return home, user


def socket_folder(home: Path, user: User) -> Path:
    """Where the socket goes: the server's folder, or a private one in the temporary folder when that does not do.

    Too long a path does not, nor one with a comma: libpq reads a list. The second is noted in
    `home/socket.folder`, so that others find it.
    """
    server = (home / "server").resolve()
    note = home / "socket.folder"
    if len(os.fsencode(server / SOCKET)) <= LONGEST_SOCKET and "," not in str(server):
        note.unlink(missing_ok=True)
        return server
    if (noted := noted_socket_folder(home)) is not None and _private(noted, user):
        return noted
    base = next(p for p in (Path(tempfile.gettempdir()), Path("/tmp")) if reachable(p, user) or p == Path("/tmp"))  # noqa: S108
    made = Path(tempfile.mkdtemp(prefix="torg-", dir=base))
    give(made, user, 0o700)
    note.write_text(f"{made}\n", encoding="utf-8")
    return made


def noted_socket_folder(home: Path) -> Path | None:
    """The socket's folder as the server's starter noted it; None when it is the server's own."""
    try:
        return Path((home / "socket.folder").read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        return None


def _private(folder: Path, user: User) -> bool:
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == user.uid and stat.S_IMODE(found.st_mode) == 0o700


def quoted(value: str | Path) -> str:
    """A value in a PostgreSQL configuration file."""
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"


def configuration(home: Path, socket: Path, major: int, *, unsafe: bool) -> dict[str, str]:
    """The cluster's three configuration files, written anew at every start."""
    settings: dict[str, str] = {
        "listen_addresses": "''",
        "unix_socket_directories": _socket_list(socket),
        "unix_socket_permissions": "0700",
        "port": "5432",
        "cluster_name": "'torg'",
        # Small: server and database together idle below 150 MB. custom.conf is for bigger machines.
        "max_connections": "120",
        "shared_buffers": "'32MB'",
        "work_mem": "'8MB'",
        "maintenance_work_mem": "'64MB'",
        "effective_cache_size": "'512MB'",
        "max_worker_processes": "4",
        "max_logical_replication_workers": "0",
        "max_parallel_workers_per_gather": "0",
        "max_parallel_maintenance_workers": "0",
        "autovacuum_max_workers": "2",
        "jit": "off",
        "random_page_cost": "1.1",
        # The write-ahead log serves recovery alone, and recovery is to take about a second.
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "min_wal_size": "'64MB'",
        "max_wal_size": "'256MB'",
        "checkpoint_timeout": "'5min'",
        "fsync": "off" if unsafe else "on",
        "full_page_writes": "off" if unsafe else "on",
        "synchronous_commit": "on",  # also in tests, which kill servers and count what was acknowledged
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "lc_messages": "'C'",
        "datestyle": "'ISO, YMD'",
        "default_text_search_config": "'pg_catalog.simple'",
        "logging_collector": "off",
        "log_min_messages": "warning",
        "log_error_verbosity": "terse",  # without the row that was refused: it may be somebody's words
        "log_min_error_statement": "panic",
        "log_checkpoints": "off",
        "log_line_prefix": "'%m [%p] %u@%d '",
        "idle_in_transaction_session_timeout": "'5min'",
    }
    if major >= 18:
        settings["io_method"] = "sync"  # saves three processes
    lines = [f"{name} = {value}" for name, value in settings.items()]
    custom = home.resolve() / "custom.conf"
    if custom.exists():
        lines.append(f"include = {quoted(custom)}")
    head = "# Written by Torg at every start. Your own settings go in custom.conf beside the server folder.\n"
    return {
        "postgresql.conf": head + "\n".join(lines) + "\n",
        "pg_hba.conf": head + "".join(f"local all {role} peer map=torg\n" for role in ROLES),
        "pg_ident.conf": head + "".join(f'torg "{name}" {role}\n' for name in allowed(home) for role in ROLES),
    }


def _socket_list(socket: Path) -> str:
    """A list of one folder: commas and double quotes in its name must not divide it."""
    inner = '"' + str(socket).replace('"', '""') + '"'
    return quoted(inner)


def allowed(home: Path) -> list[str]:
    """Login names that may connect: root, whoever starts the server now, and the owner of its home.

    The server's own user is not among them when that is a shared one (`nobody`).
    """
    uids = dict.fromkeys((0, os.geteuid(), home.stat().st_uid))
    return [name for uid in uids if (name := User(uid, 0).name) is not None and '"' not in name]
