"""Counters of posts: added to at once, or, while the installation sheds counts, noted and added up in batches.

A post that everybody marks has one row of counters, for which all who mark it wait in turn; noting takes a row of
one's own. What was noted is added up every minute, and at once when counts are shed no more.
"""

from __future__ import annotations

from datetime import timedelta

from torg.engine import noted, outbox
from torg.engine.postgres import Database, Tx
from torg.engine.worker import Context, Handler, Handling, Periodic
from torg.kernel.actor import Scope
from torg.posts.events import PostsCounted

ADD_UP = "posts.add_up"
AT_ONCE = 2_000


async def note(tx: Tx, post_id: int, **changes: int) -> None:
    """Note what is to be added to a post's counters."""
    names = list(changes)
    await tx.run(
        f"""INSERT INTO post_count_changes (org_id, network_id, post_id, {", ".join(names)})
            SELECT %(org)s, %(network)s, p.id, {", ".join(f"%({n})s" for n in names)} FROM posts p
            WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.id = %(post)s""",
        {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "post": post_id, **changes},
    )


async def want(tx: Tx) -> None:
    """Let it be added up soon (a system transaction)."""
    await noted.want(tx, ADD_UP)


async def add_up(db: Database) -> int:
    """Add everything up that was noted; how many notes. A crash in the middle loses and doubles nothing."""
    return await noted.add_up(db, "post_count_changes", _batch)


async def _batch(db: Database, scope: Scope) -> int:
    async with db.tx(scope) as tx:
        params = {"org": scope.org_id, "network": scope.network_ids[0], "most": AT_ONCE}
        sums = await tx.all(TAKE, params)
        if not sums:
            return 0
        columns = {name: [row[name] for row in sums] for name in ("post_id", *COUNTERS)}
        await tx.run(BEGIN, {**params, **columns})
        await tx.run(ADD, {**params, **columns})
        await outbox.append(tx, PostsCounted(post_ids=columns["post_id"]))
        return sum(row["notes"] for row in sums)


async def work(ctx: Context, payload: object) -> None:
    """Job `posts.add_up`."""
    await add_up(ctx.db)


COUNTERS = ("replies", "boosts", "favourites", "quotes")

# Sums in the order of the posts, so that two who add up wait for each other and never in a ring.
TAKE = f"""
WITH gone AS (
    DELETE FROM post_count_changes c USING (
        SELECT org_id, id FROM post_count_changes WHERE org_id = %(org)s AND network_id = %(network)s
        ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED) t
    WHERE c.org_id = t.org_id AND c.id = t.id RETURNING c.*
)
SELECT g.post_id, count(*) AS notes, {", ".join(f"sum(g.{n})::int AS {n}" for n in COUNTERS)}
FROM gone g GROUP BY g.post_id ORDER BY g.post_id
"""

BEGIN = """
INSERT INTO post_counts (org_id, network_id, post_id)
SELECT p.org_id, p.network_id, p.id FROM posts p
WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.id = ANY (%(post_id)s) ORDER BY p.id
ON CONFLICT DO NOTHING
"""

ADD = f"""
UPDATE post_counts c SET {", ".join(f"{n} = greatest(0, c.{n} + t.{n})" for n in COUNTERS)}
FROM unnest(%(post_id)s::bigint[], {", ".join(f"%({n})s::int[]" for n in COUNTERS)})
    AS t (post_id, {", ".join(COUNTERS)})
WHERE c.org_id = %(org)s AND c.network_id = %(network)s AND c.post_id = t.post_id
"""

HANDLERS: dict[str, Handler | Handling] = {ADD_UP: Handling(run=work, concurrency=1)}
PERIODIC = (Periodic(kind=ADD_UP, every=timedelta(minutes=1)),)
