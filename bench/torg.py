"""`python -m bench.torg`: the starter of a scratch Torg (bench/servers.py).."""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import sys
import time
from pathlib import Path

import msgspec

from bench.stage import PEOPLE
from torg.engine.embedded import Embedded
from torg.engine.postgres import Database
from torg.kernel.config import Settings
from torg.rehearsal import crowd, filling, gauges, scratch
from torg.rehearsal.loads import LOADS


async def people(server: Embedded, host: str, count: int, secret: str) -> None:
    load = msgspec.structs.replace(LOADS["reads"], people=count, followers=0, history=0)
    db = Database(server.conninfo("torg_app"), server.conninfo("torg_system"))
    await db.open()
    try:
        network = await filling.found(db, host)
        await filling.fill(db, server.conninfo("torg_owner"), network, load, secret)
    finally:
        await db.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.torg", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--serve", default="", help="options for torg serve, in quotes")
    given = parser.parse_args()
    secret = secrets.token_hex(8)
    port = scratch.free_port()
    host = f"localhost:{port}"
    settings = Settings(data=Path("nowhere"))
    with scratch.folder() as folder:
        with scratch.database(settings, folder, empty=True, say=lambda _: None) as server:
            asyncio.run(people(server, host, given.people, secret))
        while True:
            # PostgreSQL is torg serve's own here, as it is for whoever starts Torg
            begun = time.perf_counter()
            with scratch.serving(settings, folder, port, tuple(given.serve.split())) as process:
                seconds = time.perf_counter() - begun
                postmaster = gauges.postmaster(folder / "data")
                pids = [process.pid] + ([postmaster] if postmaster else [])
                tokens = [crowd.token(secret, person) for person in range(given.people)]
                told = {"url": f"http://{host}", "tokens": tokens, "pids": pids, "startup_s": seconds}
                sys.stdout.write(json.dumps(told) + "\n")
                sys.stdout.flush()
                if not sys.stdin.readline():
                    return


if __name__ == "__main__":
    main()
