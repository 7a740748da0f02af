"""SQL of hashtags on posts. A tag's row is found before it is made, so that no hot tag serialises its writers."""

from __future__ import annotations

from collections.abc import Sequence

from torg.engine.postgres import Tx
from torg.kernel.ids import new_id
from torg.posts.store import tenant


async def ensure(tx: Tx, names: Sequence[tuple[str, str]]) -> dict[str, int]:
    """(normalised, as written) → tag id by normalised name, making those that are missing."""
    if not names:
        return {}
    written = dict(reversed(list(names)))
    found = await _ids(tx, list(written))
    missing = [name for name in written if name not in found]
    if missing:
        await tx.run(
            """INSERT INTO tags (org_id, network_id, id, name, display_name)
               SELECT %(org)s, %(network)s, * FROM unnest(%(ids)s::bigint[], %(names)s::text[], %(shown)s::text[])
               ON CONFLICT (org_id, network_id, name) DO NOTHING""",
            {
                **tenant(tx),
                "ids": [new_id() for _ in missing],
                "names": missing,
                "shown": [written[name] for name in missing],
            },
        )
        found |= await _ids(tx, missing)
    return found


async def _ids(tx: Tx, names: list[str]) -> dict[str, int]:
    rows = await tx.all(
        "SELECT name, id FROM tags WHERE org_id = %(org)s AND network_id = %(network)s AND name = ANY(%(names)s)",
        {**tenant(tx), "names": names},
    )
    return {row["name"]: row["id"] for row in rows}


async def put(tx: Tx, post_id: int, account_id: int, tag_ids: Sequence[int]) -> None:
    """Make these the tags of the post."""
    params = {**tenant(tx), "post": post_id, "account": account_id, "tags": list(tag_ids)}
    await tx.run(
        """DELETE FROM post_tags WHERE org_id = %(org)s AND network_id = %(network)s AND post_id = %(post)s
           AND tag_id <> ALL (%(tags)s::bigint[])""",
        params,
    )
    await add(tx, post_id, account_id, tag_ids)


async def add(tx: Tx, post_id: int, account_id: int, tag_ids: Sequence[int]) -> None:
    if tag_ids:
        await tx.run(
            """INSERT INTO post_tags (org_id, network_id, post_id, tag_id, account_id)
               SELECT %(org)s, %(network)s, %(post)s, unnest(%(tags)s::bigint[]), %(account)s
               ON CONFLICT DO NOTHING""",
            {**tenant(tx), "post": post_id, "account": account_id, "tags": list(tag_ids)},
        )
