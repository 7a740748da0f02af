"""Progress on stderr: a bar on a terminal, a line now and then into a file; stdout stays for the result."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

LINE_SECONDS = 2.0


class Told(Protocol):
    """Hears how many are done, of how many."""

    def __call__(self, done: int, total: int) -> None: ...


@contextmanager
def shown(doing: str) -> Iterator[Told]:
    """Show the progress of what `doing` names until the block ends."""
    if sys.stderr.isatty():
        columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task(doing, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
    else:
        yield _Lines(doing)


class _Lines:
    """A line every other second, and one at the end."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._last = 0.0
        self._said = ""

    def __call__(self, done: int, total: int) -> None:
        if done < total and time.monotonic() - self._last < LINE_SECONDS:
            return
        self._last = time.monotonic()
        line = f"{self._doing} {done} of {total}"
        if total and line != self._said:  # of nothing there is nothing to tell
            print(line, file=sys.stderr, flush=True)
        self._said = line
