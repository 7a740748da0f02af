"""Counters of follows: added to at once, or, while the installation sheds counts, noted and added up in batches.

An account that thousands follow at once has one row of counters, for which all who follow would wait in turn (measured
with 24 at a time: 212 follows/s of one account, 872 of different ones); noting takes a row of one's own. As in
posts/counting.py, what was noted is added up every minute, and at once when counts are shed no more.
"""

from __future__ import annotations

from datetime import timedelta

from torg.accounts import store as accounts
from torg.accounts.events import AccountsCounted
from torg.engine import noted, outbox
from torg.engine.postgres import Database, Tx
from torg.engine.worker import Context, Handler, Handling, Periodic
from torg.kernel.actor import Scope
from torg.surge.model import Rung
from torg.surge.state import sheds

ADD_UP = "graph.add_up"
AT_ONCE = 2_000


async def count(tx: Tx, id_: int, column: str, by: int) -> None:
    """Add to `followers` or `following` of an account, now or later."""
    if sheds(tx, Rung.COUNTS):
        await tx.run(
            f"""INSERT INTO account_count_changes (org_id, network_id, account_id, {column})
                SELECT %(org)s, %(network)s, a.id, %(by)s FROM accounts a
                WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = %(id)s""",
            {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "id": id_, "by": by},
        )
    else:
        await accounts.count(tx, id_, **{f"{column}_count": by})


async def want(tx: Tx) -> None:
    """Let it be added up soon (a system transaction)."""
    await noted.want(tx, ADD_UP)


async def add_up(db: Database) -> int:
    """Add everything up that was noted; how many notes. A crash in the middle loses and doubles nothing."""
    return await noted.add_up(db, "account_count_changes", _batch)


async def _batch(db: Database, scope: Scope) -> int:
    async with db.tx(scope) as tx:
        params = {"org": scope.org_id, "network": scope.network_ids[0], "most": AT_ONCE}
        sums = await tx.all(TAKE, params)
        if not sums:
            return 0
        columns = {name: [row[name] for row in sums] for name in ("account_id", "followers", "following")}
        await tx.run(LOCK, {**params, **columns})
        await tx.run(ADD, {**params, **columns})
        await outbox.append(tx, AccountsCounted(account_ids=columns["account_id"]))
        return sum(row["notes"] for row in sums)


async def work(ctx: Context, payload: object) -> None:
    """Job `graph.add_up`."""
    await add_up(ctx.db)


TAKE = """
WITH gone AS (
    DELETE FROM account_count_changes c USING (
        SELECT org_id, id FROM account_count_changes WHERE org_id = %(org)s AND network_id = %(network)s
        ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED) t
    WHERE c.org_id = t.org_id AND c.id = t.id RETURNING c.*
)
SELECT g.account_id, count(*) AS notes, sum(g.followers)::int AS followers, sum(g.following)::int AS following
FROM gone g GROUP BY g.account_id ORDER BY g.account_id
"""

# In the order of the ids, as all who change counters take them: so nobody waits in a circle.
LOCK = """
SELECT FROM accounts WHERE org_id = %(org)s AND network_id = %(network)s AND id = ANY (%(account_id)s::bigint[])
ORDER BY id FOR NO KEY UPDATE
"""

ADD = """
UPDATE accounts a SET followers_count = greatest(0, a.followers_count + t.followers),
    following_count = greatest(0, a.following_count + t.following)
FROM unnest(%(account_id)s::bigint[], %(followers)s::int[], %(following)s::int[]) AS t (id, followers, following)
WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = t.id
"""

HANDLERS: dict[str, Handler | Handling] = {ADD_UP: Handling(run=work, concurrency=1)}
PERIODIC = (Periodic(kind=ADD_UP, every=timedelta(minutes=1)),)
