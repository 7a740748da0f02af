"""The people of a rehearsal, with their follows, tokens and some posts, made in the copy by a few statements.

SQL of several features' tables in one place, like a migration: a million rows one by one would take an hour.
"""

from __future__ import annotations

import psycopg

from torg.access import apps
from torg.engine.postgres import Database
from torg.kernel.actor import NetworkKind
from torg.kernel.ids import new_id
from torg.orgs import actions as orgs
from torg.orgs.model import Network
from torg.rehearsal import crowd
from torg.rehearsal.model import Load

APP = "torg rehearse"
SCOPES = ["read", "write", "follow"]


async def found(db: Database, host: str) -> Network:
    """An organisation with a public network of its own for the load."""
    async with db.system() as tx:
        await orgs.add_organisation(tx, f"Rehearsal {host}")
        return await orgs.add_network(tx, f"Rehearsal {host}", NetworkKind.PUBLIC, host)


async def fill(db: Database, owner: str, network: Network, load: Load, secret: str) -> list[int]:
    """Make the people; returns their account ids, person by person. `owner` may write past row security."""
    async with db.tx(network.scope) as tx:
        app = await apps.own(tx, APP)
    newest = new_id()
    first = newest - (load.people + 1) * 65536
    values = {
        "org": network.org_id, "network": network.id, "first": first, "people": load.people, "app": app.id,
        "secret": secret, "followers": load.followers, "stride": crowd.stride(load.people, load.followers),
        "history": load.history, "scopes": SCOPES, "newest": newest, "star": load.star,
    }  # fmt: skip
    async with await psycopg.AsyncConnection.connect(owner, autocommit=True) as connection:
        await connection.execute("SET session_replication_role = replica")  # the numbers are right by construction
        await connection.execute("SET maintenance_work_mem = '256MB'")
        for statement in (ACCOUNTS, FOLLOWS, *((STAR,) if load.star else ()), TOKENS, POSTS, COUNTS):
            await connection.execute(statement, values)
        await connection.execute("ANALYZE")
        await connection.execute("CHECKPOINT")
    return [first + person * 65536 for person in range(load.people)]


ACCOUNTS = """
INSERT INTO accounts (org_id, network_id, id, handle, display_name, posts_count, followers_count, following_count)
SELECT %(org)s, %(network)s, %(first)s + n::bigint * 65536, 'r' || n, 'Person ' || n, %(history)s::bigint,
       CASE WHEN %(star)s AND n = 0 THEN %(people)s::bigint - 1 ELSE %(followers)s::bigint END, %(followers)s::bigint
FROM generate_series(0, %(people)s::bigint - 1) n
"""

FOLLOWS = """
INSERT INTO follows (org_id, network_id, id, account_id, target_id)
SELECT %(org)s, %(network)s, %(first)s + (a::bigint * %(followers)s::bigint + j),
       %(first)s + ((a + 1 + j * %(stride)s::bigint) %% %(people)s::bigint) * 65536, %(first)s + a * 65536
FROM generate_series(0, %(people)s::bigint - 1) a, generate_series(0, %(followers)s::bigint - 1) j
"""

STAR = """
INSERT INTO follows (org_id, network_id, id, account_id, target_id)
SELECT %(org)s, %(network)s, %(first)s + a, %(first)s + a::bigint * 65536, %(first)s
FROM generate_series(1, %(people)s::bigint - 1) a ON CONFLICT DO NOTHING
"""

TOKENS = """
INSERT INTO tokens (org_id, network_id, id, token_hash, app_id, account_id, scopes)
SELECT %(org)s, %(network)s, %(first)s + n::bigint * 65536, sha256(convert_to(%(secret)s || '-' || n, 'UTF8')),
       %(app)s, %(first)s + n::bigint * 65536, %(scopes)s
FROM generate_series(0, %(people)s::bigint - 1) n
"""

# Newest last, a millisecond apart, all older than now
POSTS = """
INSERT INTO posts (org_id, network_id, id, account_id, audience, thread_id, source, html, created_at)
SELECT %(org)s, %(network)s, id, %(first)s + (n %% %(people)s::bigint)::bigint * 65536, 'everyone', id, text,
       '<p>' || text || '</p>', to_timestamp((id >> 16) / 1000.0)
FROM (SELECT n, %(newest)s - (%(history)s::bigint * %(people)s::bigint - n)::bigint * 65536 + 1 AS id,
             'Before the load: ' || n AS text
      FROM generate_series(0, %(history)s::bigint * %(people)s::bigint - 1) n) made
"""

COUNTS = """
INSERT INTO post_counts (org_id, network_id, post_id)
SELECT org_id, network_id, id FROM posts WHERE org_id = %(org)s AND network_id = %(network)s
"""
