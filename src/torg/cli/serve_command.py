"""`torg serve` as the command line knows it; what it does is in `serve.py`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter, validators

from torg.cli import MOST
from torg.cli import serve as serving


def serve(
    *,
    demo: Annotated[bool, Parameter(negative="")] = False,
    web: Annotated[int | None, Parameter(validator=validators.Number(gte=0, lte=MOST))] = None,
    workers: Annotated[int | None, Parameter(validator=validators.Number(gte=0, lte=MOST))] = None,
) -> None:
    """Serve every network of this installation until stopped (Ctrl-C, SIGTERM). One process, unless told otherwise.

    Parameters
    ----------
    demo
        Fill an empty installation with a cast to try it with, say whom to log in as, and end with the caller.
    web
        So many processes answer on the same port, kept by a parent; with it, `workers` is 1 unless given.
    workers
        So many processes do the work behind (events, jobs, deliveries) and answer nobody.
    """
    serving.serve(demo=demo, web=web, workers=workers)
