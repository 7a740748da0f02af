"""SQL of announcements, of who has read them and of the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from torg.announcements.model import Announcement, LinkedPost, Reaction
from torg.engine.postgres import Tx

FIELDS = ", ".join(f"n.{name}" for name in Announcement.__struct_fields__)
HERE = "n.org_id = %(org)s AND n.network_id = %(network)s"
OF = "org_id = %(org)s AND network_id = %(network)s"
# Of whole days the last one counts.
ACTIVE = """n.published_at IS NOT NULL AND (n.ends_at IS NULL OR n.ends_at > now()
            OR n.all_day AND n.ends_at > now() - interval '1 day')"""


def tenant(tx: Tx, viewer: int | None = None) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "viewer": viewer}


async def every(tx: Tx, *, active: bool) -> list[Announcement]:
    """The network's announcements, oldest first; only those that readers see if `active`."""
    where = f"AND {ACTIVE}" if active else ""
    order = "coalesce(n.starts_at, n.scheduled_at, n.published_at, n.created_at), n.id"
    return await tx.all(
        f"SELECT {FIELDS} FROM announcements n WHERE {HERE} {where} ORDER BY {order}", tenant(tx), as_=Announcement
    )


async def get(tx: Tx, id_: int, *, active: bool = False) -> Announcement | None:
    where = f"AND {ACTIVE}" if active else ""
    return await tx.one(
        f"SELECT {FIELDS} FROM announcements n WHERE {HERE} AND n.id = %(id)s {where}",
        {**tenant(tx), "id": id_},
        as_=Announcement,
    )


async def insert(tx: Tx, values: Mapping[str, Any]) -> None:
    places = ", ".join(f"%({name})s" for name in values)
    await tx.run(
        f"""INSERT INTO announcements (org_id, network_id, {", ".join(values)})
            VALUES (%(org)s, %(network)s, {places})""",
        {**tenant(tx), **values},
    )


async def update(tx: Tx, id_: int, values: Mapping[str, Any]) -> None:
    changes = ", ".join(f"{name} = %({name})s" for name in values)
    await tx.run(
        f"UPDATE announcements n SET updated_at = now(), {changes} WHERE {HERE} AND n.id = %(id)s",
        {**values, **tenant(tx), "id": id_},
    )


async def delete(tx: Tx, id_: int) -> None:
    await tx.run(f"DELETE FROM announcements n WHERE {HERE} AND n.id = %(id)s", {**tenant(tx), "id": id_})


async def read_by(tx: Tx, viewer: int, ids: Iterable[int]) -> set[int]:
    """Those of the announcements that the viewer has put away."""
    return set(
        await tx.column(
            f"""SELECT announcement_id FROM announcement_reads
                WHERE {OF} AND account_id = %(viewer)s AND announcement_id = ANY(%(ids)s)""",
            {**tenant(tx, viewer), "ids": list(ids)},
        )
    )


async def mark_read(tx: Tx, viewer: int, id_: int) -> None:
    await tx.run(
        """INSERT INTO announcement_reads (org_id, network_id, announcement_id, account_id)
           VALUES (%(org)s, %(network)s, %(id)s, %(viewer)s) ON CONFLICT DO NOTHING""",
        {**tenant(tx, viewer), "id": id_},
    )


async def reactions(tx: Tx, viewer: int | None, ids: Sequence[int]) -> list[Reaction]:
    """The answers to announcements, each kind once, the earliest kind first."""
    return await tx.all(
        """SELECT r.announcement_id, r.name, count(*) AS count,
                  coalesce(bool_or(r.account_id = %(viewer)s), false) AS mine, e.key, e.static_key
           FROM announcement_reactions r
           LEFT JOIN custom_emojis e ON e.org_id = r.org_id AND e.id = r.custom_emoji_id
           WHERE r.org_id = %(org)s AND r.network_id = %(network)s AND r.announcement_id = ANY(%(ids)s)
           GROUP BY r.announcement_id, r.name, e.key, e.static_key
           ORDER BY r.announcement_id, min(r.created_at), r.name""",
        {**tenant(tx, viewer), "ids": list(ids)},
        as_=Reaction,
    )


async def add_reaction(tx: Tx, viewer: int, id_: int, name: str, emoji_id: int | None) -> bool:
    """Whether it is new."""
    added = await tx.run(
        """INSERT INTO announcement_reactions (org_id, network_id, announcement_id, account_id, name, custom_emoji_id)
           VALUES (%(org)s, %(network)s, %(id)s, %(viewer)s, %(name)s, %(emoji)s) ON CONFLICT DO NOTHING""",
        {**tenant(tx, viewer), "id": id_, "name": name, "emoji": emoji_id},
    )
    return added > 0


async def remove_reaction(tx: Tx, viewer: int, id_: int, name: str) -> bool:
    """Whether there was one."""
    gone = await tx.run(
        f"""DELETE FROM announcement_reactions
            WHERE {OF} AND announcement_id = %(id)s AND account_id = %(viewer)s AND name = %(name)s""",
        {**tenant(tx, viewer), "id": id_, "name": name},
    )
    return gone > 0


async def lock(tx: Tx, id_: int) -> None:
    """Answers to one announcement come one after another, so that their number can be limited and told."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('announcement', %s))", (id_,))


async def emoji_id(tx: Tx, shortcode: str) -> int | None:
    found: int | None = await tx.value(
        f"SELECT id FROM custom_emojis WHERE {OF} AND shortcode = %(name)s AND NOT disabled",
        {**tenant(tx), "name": shortcode},
    )
    return found


async def linked(tx: Tx, post_ids: Iterable[int]) -> list[LinkedPost]:
    """Those of the posts that everybody may read."""
    return await tx.all(
        """SELECT p.id, a.handle FROM posts p JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id
           WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.id = ANY(%(ids)s)
           AND p.audience = 'everyone' AND a.host = '' AND a.state = 'active' AND a.suspended_at IS NULL""",
        {**tenant(tx), "ids": list(post_ids)},
        as_=LinkedPost,
    )
