"""The process between Torg and its PostgreSQL: it starts the server, holds it, and ends it with the last user.

Runs as a program of its own (`python -I -S postmaster.py`), so it imports nothing but the standard library and is
single-threaded: a parent-death signal belongs to a thread, and Torg's threads come and go. Who uses the server is
counted by the kernel: every user keeps the write end of a FIFO open, and when the last one is gone, by whatever
signal, the read end here hangs up. If this process is killed, the server gets SIGQUIT from the kernel (Linux).

It stays as long as Torg does, so it imports little: `locale`, `json` and `typing` would bring `re` and more memory.
"""

from __future__ import annotations

import _locale
import ctypes
import fcntl
import marshal
import os
import select
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    Spec = dict[str, Any]

PR_SET_PDEATHSIG = 1
FAST_SECONDS = 5.0
STALE_SECONDS = 12.0
QUIT_SECONDS = 5.0
STABLE_SECONDS = 10.0
RESTARTS = 5

# Exit statuses that engine/embedded.py turns into sentences.
INITDB_FAILED = 3
ALREADY_SERVED = 4
NO_DROP = 5


def drop(uid: int, gid: int) -> None:
    """Give up root for good: groups first, while it is still allowed."""
    try:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    except OSError as error:
        print(f"cannot become user {uid}: {error}", file=sys.stderr, flush=True)
        sys.exit(NO_DROP)


def run(argv: list[str], environment: dict[str, str]) -> int:
    """Run a program to its end; its exit status."""
    child = os.posix_spawn(argv[0], argv, environment)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def character_type() -> str:
    """A locale that knows upper and lower case beyond ASCII (Å, å); collation stays C, which never changes."""
    for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8"):
        try:
            _locale.setlocale(_locale.LC_CTYPE, name)
        except _locale.Error:  # type: ignore[attr-defined] # it is there
            continue
        return name
    return "C"


def make_cluster(spec: Spec) -> None:
    """Fill `cluster` by way of `cluster.new`, so that a half-made one is never taken for a database."""
    run(["/bin/rm", "-rf", "cluster.new"], spec["environment"])
    status = run([*spec["initdb"], f"--lc-ctype={character_type()}", "-D", "cluster.new"], spec["environment"])
    if status != 0:
        run(["/bin/rm", "-rf", "cluster.new"], spec["environment"])
        sys.exit(INITDB_FAILED)
    os.rename("cluster.new", "cluster")


def is_postgres(pid: int) -> bool:
    """Whether a living process is a PostgreSQL: after a restart of a machine, numbers come round again."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return False  # another user's: the cluster is ours, so its server would be ours
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            name, _, rest = file.read().partition("(")[2].rpartition(")")
    except FileNotFoundError:
        return not sys.platform.startswith("linux")
    return name.startswith("postgres") and not rest.startswith(" Z")


def clear_stale() -> None:
    """Remove the postmaster.pid of a server that is no more; wait a moment for one that is just ending."""
    path = "cluster/postmaster.pid"
    deadline = time.monotonic() + STALE_SECONDS
    while True:
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                first = file.readline().strip()
        except FileNotFoundError:
            return
        if not first.isdigit() or not is_postgres(int(first)):
            os.unlink(path)
            return
        if time.monotonic() > deadline:
            print(f"process {first} serves this cluster", file=sys.stderr, flush=True)
            sys.exit(ALREADY_SERVED)
        time.sleep(0.02)


def write(path: str, text: str) -> None:
    """Write a file whole or not at all."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def start(spec: Spec, libc: ctypes.CDLL | None) -> int:
    """Start the server as a child that dies with this process; its process id."""
    clear_stale()
    parent = os.getpid()
    child = os.fork()
    if child:
        return child
    try:
        # After setuid, which would have cleared it; and the parent may be gone before it was set.
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGQUIT, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        # What is ignored stays so across exec; Python itself ignores the first two.
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        os.execve(spec["postgres"][0], spec["postgres"], spec["environment"])
    except OSError as error:
        print(f"cannot start {spec['postgres'][0]}: {error}", file=sys.stderr, flush=True)
    os._exit(1)


def ended(child: int) -> bool:
    """Whether the server has ended; collects it."""
    return os.waitpid(child, os.WNOHANG)[0] == child


def was_ready(child: int) -> bool:
    """Whether this server came as far as taking connections; what failed before that fails again."""
    try:
        with open("cluster/postmaster.pid", encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return False
    return lines[:1] == [str(child)] and len(lines) > 7 and lines[7].startswith("ready")


def stop(child: int) -> None:
    """Fast shutdown, then immediate (the next start recovers), then by force."""
    for number, seconds in ((signal.SIGINT, FAST_SECONDS), (signal.SIGQUIT, QUIT_SECONDS), (signal.SIGKILL, 60.0)):
        os.kill(child, number)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if ended(child):
                return
            time.sleep(0.005)


class Watch:
    """Wakes at what may end the server: the last user gone, the child ended, a signal."""

    def __init__(self, holders: int, lock: int) -> None:
        self.holders, self.lock = holders, lock
        self.asked_to_stop = False
        read, write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK) if hasattr(os, "pipe2") else os.pipe()
        os.set_blocking(read, False)
        os.set_blocking(write, False)
        self.wake = read
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self.poll = select.poll()
        self.poll.register(self.wake, select.POLLIN)
        self.poll.register(holders, select.POLLIN)  # nothing is ever written: only the hang-up comes

    def _stop(self, *_: object) -> None:
        self.asked_to_stop = True

    def _alone(self) -> bool:
        return any(fd == self.holders for fd, _ in self.poll.poll(0))

    def wait(self) -> bool:
        """Sleep until something happened; True when the server is to be stopped (the lock is then held)."""
        found = dict(self.poll.poll())
        if self.wake in found:
            try:
                os.read(self.wake, 512)
            except BlockingIOError:
                pass
        if self.asked_to_stop:
            return True
        if self.holders not in found:
            return False
        # Someone may be coming in at this moment; who comes in holds the lock meanwhile.
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02)
            return False
        if self._alone():
            return True
        fcntl.flock(self.lock, fcntl.LOCK_UN)
        return False


def supervise(spec: Spec, answer: int) -> NoReturn:
    """Serve until nobody is left; a server that crashed is started again, unless it keeps crashing.

    When the first server has been started its process id goes to `answer`, a pipe.
    """
    lock = os.open(spec["lock"], os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    # Loaded while its files can still be read: the Python may lie in a folder of root's own. For the same reason
    # nothing below imports, not even an encoding other than UTF-8.
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None
    if os.geteuid() == 0:
        drop(spec["uid"], spec["gid"])
    os.umask(0o077)
    os.chdir(spec["server"])
    watch = Watch(spec["holders"], lock)
    if not os.path.exists("cluster/PG_VERSION"):
        make_cluster(spec)
    for name, text in spec["files"].items():
        write(f"cluster/{name}", text)
    child = start(spec, libc)
    started, restarts = time.monotonic(), 0
    os.write(answer, f"postgres {child}\n".encode())
    os.close(answer)
    while True:
        if watch.wait():
            os.close(spec["holders"])  # from here on, who comes finds nobody and starts anew
            if not ended(child):
                stop(child)
            sys.exit(0)
        if ended(child):
            lived = time.monotonic() - started
            restarts = 0 if lived > STABLE_SECONDS else restarts + 1
            if restarts > RESTARTS or not was_ready(child):
                sys.exit(1)
            time.sleep(0.2 * restarts)
            child, started = start(spec, libc), time.monotonic()


if __name__ == "__main__":
    pipe = os.dup(1)
    os.dup2(2, 1)  # what initdb has to say goes to the log
    supervise(marshal.load(sys.stdin.buffer), pipe)  # noqa: S302 - from our parent
