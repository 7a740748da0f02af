"""Starting and holding the process that keeps our PostgreSQL (engine/postmaster.py), and telling why it failed."""

from __future__ import annotations

import errno
import fcntl
import marshal
import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torg.engine import cluster, postmaster
from torg.engine.binaries import Binaries
from torg.engine.cluster import Say
from torg.kernel.errors import Misused

READY_SECONDS = 600.0  # a long recovery still ends; a server that hangs does not keep Torg forever
NEWS_SECONDS = 3.0
LOG_BYTES = 4_000_000
LIBRARIES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # some Pythons do not start without
MALLOC = {"MALLOC_TRIM_THRESHOLD_": "131072"}
"""For glibc: planning takes megabytes for a moment, and each of PostgreSQL's processes would keep them."""
UNSAFE = "TORG_TEST_UNSAFE_FSYNC"


@contextmanager
def locked(path: Path, say: Say = lambda _: None) -> Iterator[None]:
    """The lock under which a server of this data folder is started, joined, left and stopped."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if os.geteuid() == 0:
            owner = path.parent.stat()
            os.fchown(lock, owner.st_uid, owner.st_gid)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another Torg that is starting or stopping the database")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def held(fifo: Path) -> bool:
    """Whether anybody has the write end open: reading finds the end of file only when nobody has."""
    try:
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        os.read(reader, 1)
    except BlockingIOError:
        return True
    finally:
        os.close(reader)
    return False


def attach(fifo: Path) -> int | None:
    """Become a user of the running server; None when there is none."""
    try:
        hold = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError as error:
        if error.errno in (errno.ENXIO, errno.ENOENT):
            return None
        raise
    if not stat.S_ISFIFO(os.fstat(hold).st_mode):
        os.close(hold)
        raise Misused(f"{fifo} is not what Torg put there; remove it")
    return hold


def start(home: Path, user: cluster.User, tools: Binaries, say: Say) -> tuple[int, subprocess.Popen[bytes]]:
    """Start the keeper and with it the server; returns our hold on it and the keeper's process."""
    unsafe = os.environ.get(UNSAFE) == "off"
    fresh = not (home / "server" / "cluster" / "PG_VERSION").exists()
    if fresh:
        say(f"Making the database in {home} (PostgreSQL {tools.major}, {tools.source})")
    socket = cluster.socket_folder(home, user)
    fifo = home / "holders"
    fifo.unlink(missing_ok=True)
    os.mkfifo(fifo, 0o600)
    owner = home.stat()
    cluster.give(fifo, cluster.User(owner.st_uid, owner.st_gid), 0o600)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    hold = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    spec = {
        "uid": user.uid,
        "gid": user.gid,
        "lock": str(home / "lock"),
        "holders": reader,
        "server": str(home / "server"),
        "initdb": _initdb(tools, unsafe=unsafe),
        "postgres": [str(tools.postgres), "-D", str((home / "server").resolve() / "cluster")],
        "files": cluster.configuration(home, socket, tools.major, unsafe=unsafe),
        # Nothing of ours: the environment may hold secrets, and PG… variables would be obeyed.
        "environment": {"PATH": f"{tools.folder}:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", **MALLOC},
    }
    try:
        with _log(home, owner) as log:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", postmaster.__file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                pass_fds=[reader],
                start_new_session=True,
                cwd="/",
                env={name: os.environ[name] for name in LIBRARIES if name in os.environ},
            )
            begun = os.fstat(log).st_size
        assert process.stdin is not None
        assert process.stdout is not None
        with process.stdin as pipe:
            pipe.write(marshal.dumps(spec))  # to the same Python
        with process.stdout as pipe:
            said = pipe.readline().decode()
        pid = said.split()[1] if said.startswith("postgres ") else None
        if pid is None:
            raise failed(home, process, begun)
        await_ready(home, pid, process, say, begun)
    except BaseException:
        os.close(hold)
        raise
    finally:
        os.close(reader)
    return hold, process


def _initdb(tools: Binaries, *, unsafe: bool) -> list[str]:
    """initdb's arguments but for the folder and the character type, which the keeper adds.

    Text sorts by its bytes (C), which never changes with a library; upper and lower case are Unicode's.
    """
    argv = [str(tools.initdb), "--username=torg_owner", "--encoding=UTF8", "--lc-collate=C", "--lc-messages=C"]
    argv += ["--auth=peer", "--data-checksums", "--no-instructions"]
    argv += (
        ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if tools.major >= 17 else ["--locale-provider=libc"]
    )
    return [*argv, "--no-sync"] if unsafe else argv


@contextmanager
def _log(home: Path, owner: os.stat_result) -> Iterator[int]:
    """The server's log, open for appending; one older file is kept."""
    path = home / "server.log"
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(home / "server.log.1")
    log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if os.geteuid() == 0:
            os.fchown(log, owner.st_uid, owner.st_gid)
        yield log
    finally:
        os.close(log)


def await_ready(home: Path, pid: str | None, process: subprocess.Popen[bytes] | None, say: Say, begun: int = 0) -> None:
    """Wait until the server takes connections. `pid` tells it from a dead server's file; a joined one has none."""
    path = home / "server" / "cluster" / "postmaster.pid"
    since = time.monotonic()
    news = since + NEWS_SECONDS
    while True:
        try:
            lines = path.read_text(encoding="ascii", errors="replace").splitlines()
        except FileNotFoundError:
            lines = []
        if len(lines) > 7 and pid in (None, lines[0]) and lines[7].startswith("ready"):
            return
        if process is not None and process.poll() is not None:
            raise failed(home, process, begun)
        now = time.monotonic()
        if now > news:
            say("PostgreSQL is recovering what was not finished when it was cut off")
            news = now + 4 * NEWS_SECONDS
        if now - since > READY_SECONDS:
            raise Misused(f"PostgreSQL does not become ready; its log is {home / 'server.log'}")
        time.sleep(0.004)


def full(folder: Path) -> str:
    """The sentence for a full disk."""
    return f"The disk of {folder} is full. Free some space (a fresh database needs about 80 MB) and start again."


def unanswered(home: Path, error: Exception) -> Misused:
    """Why a server that runs did not do as asked."""
    path = home / "server.log"
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4_000))
        said = file.read().decode("utf-8", "replace")
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return Misused(full(home), log=said)
    return Misused(f"PostgreSQL runs but does not serve us: {str(error).strip()} Its log is {path}.")


def failed(home: Path, process: subprocess.Popen[bytes], begun: int) -> Misused:
    """Why the server did not start, from its exit status and what it wrote to its log since `begun`."""
    status = process.wait()
    path = home / "server.log"
    with path.open("rb") as file:
        file.seek(begun)
        said = file.read(64_000).decode("utf-8", "replace").strip()
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return Misused(full(home), log=said)
    if "Read-only file system" in said:
        return Misused(f"The data folder {home} is read-only. Choose another one: TORG_DATA=/path torg …", log=said)
    if status == postmaster.ALREADY_SERVED:
        return Misused(
            f"Another PostgreSQL serves {home / 'server' / 'cluster'}: {said}. Stop it and start again.", log=said
        )
    if status == postmaster.NO_DROP:
        return Misused(
            f"PostgreSQL does not run as root, and root may not become another user here: {said}."
            " Start Torg as an ordinary user, or set TORG_DATABASE_URL.",
            log=said,
        )
    if "user does not exist" in said or "could not look up" in said:
        return Misused(
            f"The machine knows no name for user number {os.geteuid()}, and PostgreSQL needs one."
            " Add the user (/etc/passwd), or set TORG_DATABASE_URL.",
            log=said,
        )
    last = "\n".join(f"  {line}" for line in said.splitlines()[-8:])
    return Misused(f"PostgreSQL did not start (status {status}). Its log, {path}, ends with:\n{last}", log=said)
