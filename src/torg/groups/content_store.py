"""SQL of what is in a group: its timeline, files, pins, announcements and topics."""

from __future__ import annotations

from collections.abc import Sequence

from torg.engine.postgres import Row, Tx
from torg.groups.model import Announcement, Topic
from torg.groups.store import TENANT, params
from torg.kernel.ids import new_id
from torg.kernel.page import Page, in_order
from torg.posts.visibility import readable

POSTS = "p.org_id = %(org)s AND p.network_id = %(network)s AND p.group_id = %(id)s"


async def latest(tx: Tx, viewer: int, group_id: int, page: Page) -> list[int]:
    """The group's posts, newest first."""
    where, values = page.where("p.id")
    return in_order(
        page,
        await tx.column(
            f"""SELECT p.id FROM posts p WHERE {POSTS} AND {readable()} AND {where}
                ORDER BY p.id {page.direction} LIMIT {page.limit}""",
            params(tx, id=group_id, viewer=viewer, **values),
        ),
    )


async def active(tx: Tx, viewer: int, group_id: int, page: Page) -> list[tuple[int, int]]:
    """(first post, newest post) of each conversation, that with the newest reply first; pages by the newest post."""
    where, values = page.where("max(p.id)")
    rows = await tx.all(
        f"""SELECT min(p.id) AS first, max(p.id) AS newest FROM posts p
            WHERE {POSTS} AND p.boost_of_id IS NULL AND {readable()}
            GROUP BY p.thread_id HAVING {where} ORDER BY 2 {page.direction} LIMIT {page.limit}""",
        params(tx, id=group_id, viewer=viewer, **values),
    )
    return [(row["first"], row["newest"]) for row in in_order(page, rows)]


async def files(tx: Tx, viewer: int, group_id: int, page: Page) -> list[Row]:
    """(attachment, post) of the group's posts, the latest file first."""
    where, values = page.where("m.id")
    rows = await tx.all(
        f"""SELECT m.id, m.post_id FROM media m JOIN posts p ON p.org_id = m.org_id AND p.id = m.post_id
            WHERE {POSTS} AND p.has_media AND {readable()} AND {where}
            ORDER BY m.id {page.direction} LIMIT {page.limit}""",
        params(tx, id=group_id, viewer=viewer, **values),
    )
    return in_order(page, rows)


async def tags(tx: Tx, viewer: int, group_id: int, most: int) -> list[int]:
    """The tags of the group's posts, that of most posts first."""
    return await tx.column(
        f"""SELECT t.tag_id FROM post_tags t JOIN posts p ON p.org_id = t.org_id AND p.id = t.post_id
            WHERE {POSTS} AND {readable()} GROUP BY 1 ORDER BY count(*) DESC, max(p.id) DESC LIMIT %(most)s""",
        params(tx, id=group_id, viewer=viewer, most=most),
    )


async def pins(tx: Tx, group_id: int) -> list[int]:
    """The posts that the group has pinned, the latest pin first."""
    return await tx.column(
        f"SELECT g.post_id FROM pins g WHERE {TENANT} AND g.account_id = %(id)s ORDER BY g.id DESC",
        params(tx, id=group_id),
    )


async def pin(tx: Tx, group_id: int, post_id: int) -> None:
    await tx.run(
        """INSERT INTO pins (org_id, network_id, id, account_id, post_id)
           VALUES (%(org)s, %(network)s, %(new)s, %(id)s, %(post)s) ON CONFLICT DO NOTHING""",
        params(tx, id=group_id, new=new_id(), post=post_id),
    )


async def unpin(tx: Tx, group_id: int, post_id: int) -> bool:
    gone = await tx.run(
        f"DELETE FROM pins g WHERE {TENANT} AND g.account_id = %(id)s AND g.post_id = %(post)s",
        params(tx, id=group_id, post=post_id),
    )
    return gone > 0


async def announce(tx: Tx, group_id: int, post_id: int, by: int) -> bool:
    """Note an announcement; False if it is one already."""
    added = await tx.run(
        """INSERT INTO group_announcements (org_id, network_id, id, group_id, post_id, account_id)
           VALUES (%(org)s, %(network)s, %(new)s, %(id)s, %(post)s, %(me)s) ON CONFLICT DO NOTHING""",
        params(tx, by, id=group_id, new=new_id(), post=post_id),
    )
    return added > 0


async def unannounce(tx: Tx, group_id: int, post_id: int) -> bool:
    gone = await tx.run(
        f"DELETE FROM group_announcements g WHERE {TENANT} AND g.group_id = %(id)s AND g.post_id = %(post)s",
        params(tx, id=group_id, post=post_id),
    )
    return gone > 0


async def announcements(tx: Tx, group_id: int, page: Page) -> list[Announcement]:
    where, values = page.where("g.id")
    rows = await tx.all(
        f"""SELECT g.id, g.post_id FROM group_announcements g WHERE {TENANT} AND g.group_id = %(id)s AND {where}
            ORDER BY g.id {page.direction} LIMIT {page.limit}""",
        params(tx, id=group_id, **values),
        as_=Announcement,
    )
    return in_order(page, rows)


async def some_posts(tx: Tx, group_id: int, most: int) -> list[int]:
    """Posts of a group that is no more, whoever asks."""
    return await tx.column(
        f"SELECT p.id FROM posts p WHERE {POSTS} ORDER BY p.boost_of_id NULLS LAST, p.id LIMIT %(most)s",
        params(tx, id=group_id, most=most),
    )


async def topics(tx: Tx, post_id: int) -> list[Topic]:
    """Every tag of a post, in the order of their names, and who added it."""
    return await tx.all(
        """SELECT t.tag_id, o.added_by FROM post_tags t JOIN tags n ON n.org_id = t.org_id AND n.id = t.tag_id
           LEFT JOIN post_topics o ON o.org_id = t.org_id AND o.post_id = t.post_id AND o.tag_id = t.tag_id
           WHERE t.org_id = %(org)s AND t.network_id = %(network)s AND t.post_id = %(post)s ORDER BY n.name""",
        params(tx, post=post_id),
        as_=Topic,
    )


async def tag_names(tx: Tx, post_id: int) -> list[str]:
    return await tx.column(
        """SELECT n.name FROM post_tags t JOIN tags n ON n.org_id = t.org_id AND n.id = t.tag_id
           WHERE t.org_id = %(org)s AND t.network_id = %(network)s AND t.post_id = %(post)s ORDER BY 1""",
        params(tx, post=post_id),
    )


async def is_added(tx: Tx, post_id: int, tag_id: int) -> bool:
    """Whether a tag is on the post because a reader put it there."""
    return bool(
        await tx.value(
            f"SELECT true FROM post_topics g WHERE {TENANT} AND g.post_id = %(post)s AND g.tag_id = %(tag)s",
            params(tx, post=post_id, tag=tag_id),
        )
    )


async def add_topic(tx: Tx, post_id: int, tag_id: int, by: int) -> None:
    await tx.run(
        """INSERT INTO post_topics (org_id, network_id, post_id, tag_id, added_by)
           VALUES (%(org)s, %(network)s, %(post)s, %(tag)s, %(me)s) ON CONFLICT DO NOTHING""",
        params(tx, by, post=post_id, tag=tag_id),
    )


async def drop_topic(tx: Tx, post_id: int, tag_id: int) -> None:
    for table in ("post_topics", "post_tags"):
        await tx.run(
            f"DELETE FROM {table} g WHERE {TENANT} AND g.post_id = %(post)s AND g.tag_id = %(tag)s",
            params(tx, post=post_id, tag=tag_id),
        )


async def restore_topics(tx: Tx, post_ids: Sequence[int]) -> None:
    """Put topics back on posts whose text was edited: an edit keeps the tags of its text alone."""
    await tx.run(
        """WITH put_back AS (INSERT INTO post_tags (org_id, network_id, post_id, tag_id, account_id)
           SELECT t.org_id, t.network_id, t.post_id, t.tag_id, coalesce(t.added_by, p.account_id)
           FROM post_topics t JOIN posts p ON p.org_id = t.org_id AND p.id = t.post_id
           WHERE t.org_id = %(org)s AND t.network_id = %(network)s AND t.post_id = ANY(%(ids)s)
           ON CONFLICT DO NOTHING RETURNING post_id)
           UPDATE posts SET version = version + 1 WHERE org_id = %(org)s AND network_id = %(network)s
           AND id IN (SELECT post_id FROM put_back)""",
        params(tx, ids=list(post_ids)),
    )


async def changed(tx: Tx, post_id: int) -> None:
    """What is rendered of the post is out of date."""
    await tx.run(
        "UPDATE posts p SET version = version + 1 WHERE p.org_id = %(org)s AND p.network_id = %(network)s "
        "AND p.id = %(post)s",
        params(tx, post=post_id),
    )
