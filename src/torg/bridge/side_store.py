"""SQL of side-threads: rows of the inside network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.bridge.model import SideThread
from torg.engine.postgres import Tx
from torg.kernel.page import Page, in_order

TENANT = "s.org_id = %(org)s AND s.network_id = %(network)s"
OWN = (
    "id", "public_network_id", "public_thread_id", "group_id", "root_post_id", "public_text", "public_acct",
    "created_at",
)  # fmt: skip
# Counted as PostgreSQL lets this reader see the posts; those of a group of others are not in it.
SEEN = f"""
SELECT {", ".join(f"s.{name}" for name in OWN)}, coalesce(n.posts, 0)::int AS posts,
    coalesce(n.people, 0)::int AS people, n.last_post_at
FROM side_threads s LEFT JOIN LATERAL (
    SELECT count(*) AS posts, count(DISTINCT p.account_id) AS people, max(p.created_at) AS last_post_at FROM posts p
    WHERE p.org_id = s.org_id AND p.network_id = s.network_id AND p.thread_id = s.root_post_id
    AND p.audience IN ('everyone', 'group') AND p.boost_of_id IS NULL) n ON true
"""


def tenant(tx: Tx) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}


async def of_threads(tx: Tx, thread_ids: Sequence[int]) -> list[SideThread]:
    """The side-threads beside these public threads: everybody's first, then the reader's groups'."""
    return await tx.all(
        f"{SEEN} WHERE {TENANT} AND s.public_thread_id = ANY(%(threads)s) ORDER BY s.group_id NULLS FIRST, s.id",
        {**tenant(tx), "threads": list(thread_ids)},
        as_=SideThread,
    )


async def begun_by(tx: Tx, post_ids: Sequence[int]) -> dict[int, int]:
    """Inside post → public thread, for those of the posts that began a side-thread."""
    rows = await tx.all(
        f"""SELECT s.root_post_id, s.public_thread_id FROM side_threads s
            WHERE {TENANT} AND s.root_post_id = ANY(%(ids)s)""",
        {**tenant(tx), "ids": list(post_ids)},
    )
    return {row["root_post_id"]: row["public_thread_id"] for row in rows}


async def listed(tx: Tx, page: Page) -> list[SideThread]:
    """All side-threads of the reader, the newest begun first."""
    where, params = page.where("s.id")
    rows = await tx.all(
        f"{SEEN} WHERE {TENANT} AND {where} ORDER BY s.id {page.direction} LIMIT {page.limit}",
        {**tenant(tx), **params},
        as_=SideThread,
    )
    return in_order(page, rows)


async def lock(tx: Tx, public_thread_id: int, group_id: int | None) -> None:
    """Let one at a time begin the side-thread of a public thread."""
    key = f"side:{tx.scope.network_ids[0]}:{public_thread_id}:{group_id or 0}"
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (key,))


async def begin(tx: Tx, values: dict[str, Any]) -> None:
    """A side-thread with its first post, or the first post anew of one whose root was deleted."""
    await tx.run(
        """INSERT INTO side_threads (org_id, network_id, id, public_network_id, public_thread_id, group_id,
                                     root_post_id, public_text, public_acct, opened_by)
           VALUES (%(org)s, %(network)s, %(id)s, %(public)s, %(thread)s, %(group)s, %(root)s, %(text)s, %(acct)s,
                   %(by)s)
           ON CONFLICT (org_id, network_id, public_thread_id, coalesce(group_id, 0))
           DO UPDATE SET root_post_id = EXCLUDED.root_post_id""",
        {**tenant(tx), **values},
    )
