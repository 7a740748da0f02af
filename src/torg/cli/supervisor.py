"""Keeps several processes running: forks them, starts what died anew with back-off, stops all in order."""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

import structlog

from torg.cli.parent import end_with_parent

log = structlog.get_logger(__name__)

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 30.0
STEADY = 60.0
"""Seconds after which a process counts as having started well."""
GRACE = 30.0
LOOK = 0.5
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)


@dataclass
class Post:
    """One place to fill: `run(first)` is the whole life of the process; `first` is false when it is started anew."""

    name: str
    run: Callable[[bool], None]
    pid: int | None = None
    starts: int = 0
    failures: int = 0
    started: float = 0.0
    due: float = field(default=0.0)


class Supervisor:
    """`Supervisor(posts).run()` until SIGTERM or Ctrl-C; then the posts end one kind after another, in their order.

    Processes are forked, so that they share what is loaded; nothing may run in threads before.
    """

    def __init__(self, posts: Sequence[Sequence[Post]], *, with_parent: bool = False) -> None:
        """`posts`: kinds, in the order in which they are to be stopped. `with_parent`: end when who started us ends."""
        self._kinds = posts
        self._parent = os.getppid() if with_parent else None
        self._stopping = 0
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)

    def run(self) -> None:
        before = {number: signal.signal(number, self._signalled) for number in SIGNALS}
        wakeup = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        gc.freeze()  # collections would write to pages that the processes share
        gc.enable()
        try:
            while not self._stopping:
                self._start_due()
                self._sleep()
                self._collect()
        finally:
            for kind in self._kinds:
                self._end(kind)
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _signalled(self, number: int, _: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self._stopping += 1

    def _posts(self) -> list[Post]:
        return [post for kind in self._kinds for post in kind]

    def _start_due(self) -> None:
        for post in self._posts():
            if post.pid is None and time.monotonic() >= post.due:
                post.pid, post.started = self._fork(post), time.monotonic()
                post.starts += 1

    def _fork(self, post: Post) -> int:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        if pid := os.fork():
            return pid
        status = 1
        try:
            os.setpgid(0, 0)  # Ctrl-C is for the supervisor, which stops all in order
            signal.set_wakeup_fd(-1)
            for number in SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            end_with_parent(parent)
            post.run(post.starts == 0)
            status = 0
        except BaseException:  # noqa: BLE001 - the end of a process, which says why
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _sleep(self) -> None:
        dues = [post.due for post in self._posts() if post.pid is None]
        patience = max(0.0, min(dues) - time.monotonic()) if dues else None
        if self._parent is not None:
            patience = LOOK if patience is None else min(patience, LOOK)
        select.select([self._read], [], [], patience)
        with contextlib.suppress(BlockingIOError):
            os.read(self._read, 512)
        if self._parent is not None and os.getppid() != self._parent:
            self._stopping += 1

    def _collect(self) -> None:
        """Note who has died, and when to start it anew: at once the first time, later and later if it goes on."""
        for post in self._posts():
            if post.pid is None or not (ended := _ended(post.pid)):
                continue
            now = time.monotonic()
            post.failures = 1 if now - post.started > STEADY else post.failures + 1
            pause = min(FIRST_PAUSE * 2 ** (post.failures - 1), LONGEST_PAUSE)
            if not self._stopping:
                log.warning("process ended", name=post.name, pid=post.pid, status=ended[0], starts_again_in=pause)
            post.pid, post.due = None, now + pause

    def _end(self, kind: Sequence[Post]) -> None:
        """Ask all of a kind to end and wait; by force after the grace, or when asked a second time."""
        self._collect()
        for post in kind:
            if post.pid is not None:
                os.kill(post.pid, signal.SIGTERM)
        until = time.monotonic() + GRACE
        while any(post.pid is not None for post in kind):
            if self._stopping > 1 or time.monotonic() > until:
                for post in kind:
                    if post.pid is not None:
                        os.kill(post.pid, signal.SIGKILL)
            select.select([self._read], [], [], 0.2)
            with contextlib.suppress(BlockingIOError):
                os.read(self._read, 512)
            self._collect()


def _ended(pid: int) -> tuple[int] | None:
    """The exit status (a negative signal's number) of a process that has ended."""
    found, status = os.waitpid(pid, os.WNOHANG)
    return (os.waitstatus_to_exitcode(status),) if found else None
