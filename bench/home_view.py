"""`python -m bench.home_view`: processor time of a home timeline by query and by view, as all grows tenfold.

Counts this process and PostgreSQL's backend together, without HTTP. `skeleton`: the ids alone. `apply`: what a post
costs that another process has written, until it stands in this one's columns, in batches of a hundred.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import psycopg

from torg.engine.embedded import Embedded
from torg.engine.migrate import migrate
from torg.engine.postgres import Database, Tx
from torg.kernel.actor import Actor, NetworkKind
from torg.kernel.page import Page
from torg.orgs import actions as orgs
from torg.posts import reads as posts
from torg.timelines import home, log, view

VIEWERS = 20
BATCH = 100
TICKS = 100  # of a second, as /proc/PID/stat counts
PEOPLE = """INSERT INTO accounts (org_id, network_id, id, handle)
    SELECT %(org)s, %(network)s, n, 'person' || n FROM generate_series(1, %(people)s) n"""
FOLLOWS = """INSERT INTO follows (org_id, network_id, id, account_id, target_id)
    SELECT %(org)s, %(network)s, v * 1000000 + n, v, n
    FROM generate_series(1, %(viewers)s) v, generate_series(1, %(follows)s) n WHERE n <> v"""
POSTS = """INSERT INTO posts (org_id, network_id, id, account_id, audience, listed, thread_id, source, html, created_at)
    SELECT %(org)s, %(network)s, n, 1 + (n * 7919) %% %(authors)s, 'everyone', true, n, 'hej', '<p>hej</p>', now()
    FROM generate_series(1, %(posts)s) n"""


def spent(backend: int) -> float:
    """Seconds of processor time of this process and of one backend."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    fields = Path(f"/proc/{backend}/stat").read_text().rsplit(")", 1)[1].split()
    return own.ru_utime + own.ru_stime + (int(fields[11]) + int(fields[12])) / TICKS


async def cost(tx: Tx, read: Callable[[Tx, Actor], Awaitable[object]], actors: list[Actor], rounds: int) -> float:
    """Milliseconds of processor time per read."""
    backend = await tx.value("SELECT pg_backend_pid()")
    before = spent(backend)
    for _ in range(rounds):
        for actor in actors:
            await read(tx, actor)
    return (spent(backend) - before) * 1000 / (rounds * len(actors))


async def by_query(tx: Tx, actor: Actor) -> object:
    return await posts.hydrate(tx, actor, await home.home(tx, actor.me, Page()))


async def by_view(tx: Tx, actor: Actor) -> object:
    return await posts.hydrate(tx, actor, await view.home(tx, actor.me, Page()) or [])


async def measure(server: Embedded, size: int) -> list[float]:
    name = f"home_view_{size}"
    server.create_database(name)
    migrate(server.conninfo("torg_owner", name))
    db = Database(server.conninfo("torg_app", name), server.conninfo("torg_system", name), size=1)
    await db.open()
    try:
        async with db.system() as tx:
            await orgs.add_organisation(tx, "Acme")
            network = await orgs.add_network(tx, "Acme", NetworkKind.PUBLIC, "acme.test")
            params = {"org": network.org_id, "network": network.id, "viewers": VIEWERS, "follows": size}
            for statement in (PEOPLE, FOLLOWS, POSTS):
                await tx.run(statement, {**params, "people": max(size, VIEWERS), "posts": size, "authors": size})
        with psycopg.connect(server.conninfo("torg_owner", name), autocommit=True) as owner:
            owner.execute("ANALYZE")
        actors = [
            Actor(org_id=network.org_id, network_id=network.id, account_id=id_) for id_ in range(1, VIEWERS + 1)
        ]  # fmt: skip
        async with db.tx(actors[0].scope) as tx:
            for actor in actors[:8]:  # statements are prepared, as in a server that has answered a few
                await by_query(tx, actor)
            query = await cost(tx, by_query, actors, 3)
            query_ids = await cost(tx, lambda tx, actor: home.home(tx, actor.me, Page()), actors, 3)
            await by_view(tx, actors[0])
            view.network_of(tx).forget({actor.me for actor in actors})
            cold_ids = await cost(tx, lambda tx, actor: view.home(tx, actor.me, Page()), actors, 1)
            warm_ids = await cost(tx, lambda tx, actor: view.home(tx, actor.me, Page()), actors, 5)
            warm = await cost(tx, by_view, actors, 3)
            columns = view.network_of(tx).log
            assert columns is not None
            newest = [item.id for item in columns.all()][-BATCH:]
            for rounds in (10, 50):  # the first until the statement is prepared
                apply = await cost(tx, lambda tx, actor: log.reread(tx, columns, newest), actors[:1], rounds) / BATCH
        return [query, query_ids, cold_ids, warm_ids, warm, apply]
    finally:
        await db.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.home_view", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 1_000, 10_000], help="posts, and follows of each")
    given = parser.parse_args()
    sys.stdout.write("ms of processor time  query  its skeleton  view's, cold  view's, warm  view  apply\n")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        with Embedded.open(Path(folder) / "data", outside=Path(folder) / "outside") as server:
            for size in given.sizes:
                query, ids, cold, warm, viewed, apply = asyncio.run(measure(server, size))
                sys.stdout.write(
                    f"{size:>6} posts, follows {query:6.2f} {ids:13.2f} {cold:13.2f} {warm:13.2f} {viewed:5.2f}"
                    f" {apply:6.3f}\n"
                )
                sys.stdout.flush()


if __name__ == "__main__":
    main()
