"""`torg migrate`: bring the database's schema up to this version."""

from __future__ import annotations

import json as json_format

from torg.cli.say import say
from torg.engine import migrate as engine
from torg.engine.server import open_server
from torg.kernel.config import load


def migrate(*, json: bool = False) -> None:
    """Apply the migrations that are missing; `torg serve` does so by itself at start.

    Parameters
    ----------
    json
        Answer with one line of JSON: applied.
    """
    settings = load()
    server = open_server(settings.data, settings.database_url, choice=settings.postgres, say=say)
    try:
        applied = engine.migrate(server.conninfo("torg_owner"), progress=lambda name: say(f"Migrating {name}"))
    finally:
        server.close()
    if json:
        print(json_format.dumps({"applied": applied}))
    else:
        print(f"{len(applied)} migrations applied" if applied else "The schema is up to date")
