"""SQL of making threads whole: which were looked at when, and what of them is from elsewhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from torg.engine.postgres import Tx
from torg.kernel.ids import new_id

FRESH = timedelta(minutes=15)
"""For how long a thread is not asked for again."""


class Refresh(msgspec.Struct, frozen=True, kw_only=True):
    """Work that goes on, or is done."""

    id: int
    post_id: int
    found: int
    started_at: datetime
    finished_at: datetime | None


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """A remote post of a thread, and where its server lists what answers it."""

    id: int
    uri: str
    replies: str | None
    context: str | None
    replies_at: datetime | None


FIELDS = "id, post_id, found, started_at, finished_at"


def tenant(tx: Tx) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}


async def latest(tx: Tx, thread_id: int) -> Refresh | None:
    """The last work on a thread that is young enough for no other to begin. One asks at a time."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('thread', %s))", (thread_id,))
    return await tx.one(
        f"""SELECT {", ".join(f"r.{name}" for name in FIELDS.split(", "))} FROM thread_refreshes r
            JOIN posts p ON p.org_id = r.org_id AND p.id = r.post_id
            WHERE r.org_id = %(org)s AND r.network_id = %(network)s AND p.thread_id = %(thread)s
            AND r.started_at > now() - %(fresh)s::interval ORDER BY r.started_at DESC LIMIT 1""",
        {**tenant(tx), "thread": thread_id, "fresh": FRESH},
        as_=Refresh,
    )


async def begin(tx: Tx, post_id: int) -> int:
    id_ = new_id()
    await tx.run(
        """INSERT INTO thread_refreshes (org_id, network_id, id, post_id)
           VALUES (%(org)s, %(network)s, %(id)s, %(post)s)""",
        {**tenant(tx), "id": id_, "post": post_id},
    )
    return id_


async def one(tx: Tx, id_: int) -> Refresh | None:
    return await tx.one(
        f"SELECT {FIELDS} FROM thread_refreshes WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(id)s",
        {**tenant(tx), "id": id_},
        as_=Refresh,
    )


async def report(tx: Tx, id_: int, *, found: int = 0, finished: bool = False) -> None:
    """So many more were found; whether that was all."""
    await tx.run(
        """UPDATE thread_refreshes SET found = found + %(found)s,
               finished_at = CASE WHEN %(finished)s THEN now() ELSE finished_at END
           WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(id)s""",
        {**tenant(tx), "id": id_, "found": found, "finished": finished},
    )


async def has_remote(tx: Tx, thread_id: int) -> bool:
    """Whether a thread has anything of another server, so that there may be more of it."""
    return bool(
        await tx.value(
            """SELECT EXISTS (SELECT FROM posts WHERE org_id = %(org)s AND network_id = %(network)s
               AND thread_id = %(thread)s AND uri IS NOT NULL AND audience = 'everyone')""",
            {**tenant(tx), "thread": thread_id},
        )
    )


async def branches(tx: Tx, thread_id: int, most: int) -> list[Branch]:
    """The remote posts of a thread that everybody may read, those first that were longest not looked at."""
    return await tx.all(
        """SELECT p.id, p.uri, r.replies, r.context, r.replies_at FROM posts p
           JOIN remote_posts r ON r.org_id = p.org_id AND r.post_id = p.id
           WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.thread_id = %(thread)s
           AND p.audience = 'everyone' ORDER BY r.replies_at NULLS FIRST, p.id LIMIT %(most)s""",
        {**tenant(tx), "thread": thread_id, "most": most},
        as_=Branch,
    )


async def looked(tx: Tx, post_id: int) -> None:
    """The replies of a post were fetched just now."""
    await tx.run(
        """UPDATE remote_posts SET replies_at = now() WHERE org_id = %(org)s AND network_id = %(network)s
           AND post_id = %(post)s""",
        {**tenant(tx), "post": post_id},
    )


async def parents(tx: Tx, thread_id: int) -> list[str]:
    """What posts of a thread answer and we do not have."""
    return await tx.column(
        """SELECT DISTINCT r.parent FROM posts p JOIN remote_posts r ON r.org_id = p.org_id AND r.post_id = p.id
           WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.thread_id = %(thread)s
           AND r.parent IS NOT NULL LIMIT 20""",
        {**tenant(tx), "thread": thread_id},
    )
