"""New posts that other servers hear of in a moment: the table held_posts."""

from __future__ import annotations

from collections.abc import Sequence

from torg.engine.postgres import Tx
from torg.posts.store import tenant


async def hold(tx: Tx, post_id: int) -> None:
    """Other servers are not told of the post yet."""
    await tx.run(
        """INSERT INTO held_posts (org_id, network_id, post_id) VALUES (%(org)s, %(network)s, %(post)s)
           ON CONFLICT DO NOTHING""",
        {**tenant(tx), "post": post_id},
    )


async def let_go(tx: Tx, post_id: int) -> bool:
    """Others are told now, in this transaction, or never; False if they have been told."""
    return bool(
        await tx.run(
            "DELETE FROM held_posts WHERE org_id = %(org)s AND network_id = %(network)s AND post_id = %(post)s",
            {**tenant(tx), "post": post_id},
        )
    )


async def held(tx: Tx, post_ids: Sequence[int]) -> set[int]:
    """Those of the posts that others will hear of as they are then. Waits for one that is being told right now."""
    rows = await tx.column(
        """SELECT post_id FROM held_posts WHERE org_id = %(org)s AND network_id = %(network)s
           AND post_id = ANY (%(posts)s) ORDER BY post_id FOR SHARE""",
        {**tenant(tx), "posts": list(post_ids)},
    )
    return set(rows)
