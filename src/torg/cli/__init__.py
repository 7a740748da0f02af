"""The command `torg`: `torg serve` by itself, everything else by the commands of `commands.py`."""

from __future__ import annotations

import errno
import gc
import importlib
import json as json_format
import sys
from typing import Any

from torg.cli import lean  # noqa: F401 - before anything that logs
from torg.engine.postgres import DatabaseError, trouble
from torg.kernel.errors import TorgError

DISK = {
    errno.ENOSPC: "The disk is full: make room and try again.",
    errno.EROFS: "The disk can only be read: choose another data folder (TORG_DATA).",
    errno.EACCES: "This user may not write there: choose another data folder (TORG_DATA) or mend its rights.",
}

NEW_OBJECTS = 10_000
"""After how many a collection begins. Python's 700 would look at all the modules again and again while they come in."""
YOUNG, WHOLE = 1, 7_200
"""After how many collections those that survived them are looked at, and after how many of these, everything: that
stops a busy server for more than half a second, and younger ones find nearly all there is to find. A server looks at
the young twice a second (engine/garbage.py), so it comes once an hour."""

MOST = 64
"""Processes of a kind that `torg serve` starts."""


def main(arguments: list[str] | None = None) -> None:
    """Run a command. Exit status 0: done, 1: failed, 2: used wrongly; what to do is said on stderr."""
    given = sys.argv[1:] if arguments is None else arguments
    gc.set_threshold(NEW_OBJECTS, YOUNG, WHOLE)
    try:
        status = _run(given)
    except TorgError as error:
        _complain(error.text, as_json="--json" in given)
        raise SystemExit(2 if error.status < 500 else 1) from None
    except DatabaseError as error:
        _complain(trouble(error), as_json="--json" in given)
        raise SystemExit(1) from None
    except OSError as error:
        if error.errno not in DISK:
            raise
        _complain(f"{error.strerror}: {error.filename or 'the disk'}. {DISK[error.errno]}", as_json="--json" in given)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    raise SystemExit(status if isinstance(status, int) else 0)


def _run(given: list[str]) -> Any:
    """What the command gives back. A server does without the parser, whose 7 MB would stay as long as it."""
    options = serve_options(given)
    if options is not None:
        return importlib.import_module("torg.cli.serve").serve(**options)
    commands = importlib.import_module("torg.cli.commands")
    try:
        return commands.app(given, exit_on_error=False)
    except commands.CycloptsError:
        raise SystemExit(2) from None


def serve_options(given: list[str]) -> dict[str, Any] | None:
    """The options of a `torg serve` as it is usually written; None for everything else, questions and mistakes too."""
    if given[:1] != ["serve"]:
        return None
    options: dict[str, Any] = {}
    left = iter(given[1:])
    for name in left:
        if name == "--demo":
            options["demo"] = True
        elif name in ("--web", "--workers") and (number := next(left, "")).isdecimal() and int(number) <= MOST:
            options[name[2:]] = int(number)
        else:
            return None
    return options


def _complain(text: str, *, as_json: bool) -> None:
    if as_json:
        print(json_format.dumps({"error": text}))
    print(f"torg: {text}", file=sys.stderr)
