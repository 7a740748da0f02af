"""All SQL of event pages and their entries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec

from torg.accounts.store import TENANT, tenant
from torg.engine.postgres import Tx
from torg.events.model import Counters, Entry, EventPage, Minute, Plan, State

COLUMNS = ", ".join(EventPage.__struct_fields__)
ENTRY = "post_id, seq, state, posted_at"
OUT = "state IN ('shown', 'pinned')"


async def pages(tx: Tx, *, at: datetime | None = None) -> list[EventPage]:
    """The network's pages, the latest first; with `at` only those that gather then."""
    running = "AND starts_at <= %(at)s AND (ends_at IS NULL OR ends_at >= %(at)s)" if at is not None else ""
    return await tx.all(
        f"SELECT {COLUMNS} FROM event_pages WHERE {TENANT} {running} ORDER BY starts_at DESC, id DESC LIMIT 200",
        {**tenant(tx), "at": at},
        as_=EventPage,
    )


async def by_slug(tx: Tx, slug: str) -> EventPage | None:
    return await tx.one(
        f"SELECT {COLUMNS} FROM event_pages WHERE {TENANT} AND slug = %(slug)s",
        {**tenant(tx), "slug": slug},
        as_=EventPage,
    )


async def insert(tx: Tx, id_: int, creator: int, plan: Plan) -> bool:
    """False where the slug is taken."""
    values: dict[str, Any] = {**tenant(tx), **msgspec.structs.asdict(plan), "id": id_, "creator": creator}
    return bool(
        await tx.run(
            """INSERT INTO event_pages (org_id, network_id, id, slug, title, description, tags, words, account_ids,
                                        moderated, starts_at, ends_at, recording, created_by)
               VALUES (%(org)s, %(network)s, %(id)s, %(slug)s, %(title)s, %(description)s, %(tags)s, %(words)s,
                       %(account_ids)s, %(moderated)s, %(starts_at)s, %(ends_at)s, %(recording)s, %(creator)s)
               ON CONFLICT DO NOTHING""",
            values,
        )
    )


async def update(tx: Tx, id_: int, plan: Plan) -> None:
    values = msgspec.structs.asdict(plan)
    names = [name for name in Plan.__struct_fields__ if name != "slug"]
    assignments = ", ".join(f"{name} = %({name})s" for name in names)
    await tx.run(
        f"UPDATE event_pages SET {assignments} WHERE {TENANT} AND id = %(id)s", {**values, **tenant(tx), "id": id_}
    )


async def delete(tx: Tx, id_: int) -> None:
    await tx.run(f"DELETE FROM event_pages WHERE {TENANT} AND id = %(id)s", {**tenant(tx), "id": id_})


async def gather(tx: Tx, rows: Sequence[tuple[int, int, State, datetime]]) -> int:
    """Note posts of pages: (page, post, state, when). Doing so again changes nothing. How many were new."""
    if not rows:
        return 0
    pages_, posts, states, times = zip(*rows, strict=True)
    return await tx.run(
        """INSERT INTO event_entries (org_id, network_id, page_id, post_id, state, posted_at)
           SELECT %(org)s, %(network)s, page, post, state, at
           FROM unnest(%(pages)s::bigint[], %(posts)s::bigint[], %(states)s::text[], %(times)s::timestamptz[])
                WITH ORDINALITY AS t (page, post, state, at, n)
           WHERE EXISTS (SELECT FROM posts p WHERE p.org_id = %(org)s AND p.id = post) ORDER BY n
           ON CONFLICT DO NOTHING""",
        {**tenant(tx), "pages": list(pages_), "posts": list(posts), "states": list(states), "times": list(times)},
    )


async def entry(tx: Tx, page_id: int, post_id: int) -> Entry | None:
    return await tx.one(
        f"SELECT {ENTRY} FROM event_entries WHERE {TENANT} AND page_id = %(page)s AND post_id = %(post)s",
        {**tenant(tx), "page": page_id, "post": post_id},
        as_=Entry,
    )


async def decide(tx: Tx, page_id: int, post_id: int, state: State) -> None:
    """A post that waited or was hidden comes anew, at the end of the order."""
    await tx.run(
        f"""UPDATE event_entries SET state = %(state)s,
              seq = CASE WHEN state IN ('waiting', 'hidden') AND %(state)s IN ('shown', 'pinned')
                         THEN nextval('event_entry_numbers') ELSE seq END
            WHERE {TENANT} AND page_id = %(page)s AND post_id = %(post)s""",
        {**tenant(tx), "page": page_id, "post": post_id, "state": state},
    )


async def newest(tx: Tx, page_id: int, limit: int, *, below: int | None = None) -> list[Entry]:
    """What may be shown, the latest first."""
    where = "AND seq < %(below)s" if below is not None else ""
    return await tx.all(
        f"""SELECT {ENTRY} FROM event_entries WHERE {TENANT} AND page_id = %(page)s AND {OUT} {where}
            ORDER BY seq DESC LIMIT %(limit)s""",
        {**tenant(tx), "page": page_id, "below": below, "limit": limit},
        as_=Entry,
    )


async def since(tx: Tx, page_id: int, after: int, limit: int) -> list[Entry]:
    """What came after a number, in its order."""
    return await tx.all(
        f"""SELECT {ENTRY} FROM event_entries WHERE {TENANT} AND page_id = %(page)s AND {OUT} AND seq > %(after)s
            ORDER BY seq LIMIT %(limit)s""",
        {**tenant(tx), "page": page_id, "after": after, "limit": limit},
        as_=Entry,
    )


async def between(tx: Tx, page_id: int, start: datetime, end: datetime, limit: int) -> list[Entry]:
    """What was posted in a stretch of time (start inclusive, end exclusive), in order."""
    return await tx.all(
        f"""SELECT {ENTRY} FROM event_entries WHERE {TENANT} AND page_id = %(page)s AND {OUT}
            AND posted_at >= %(start)s AND posted_at < %(end)s ORDER BY posted_at, post_id LIMIT %(limit)s""",
        {**tenant(tx), "page": page_id, "start": start, "end": end, "limit": limit},
        as_=Entry,
    )


async def pinned(tx: Tx, page_id: int) -> list[Entry]:
    return await tx.all(
        f"""SELECT {ENTRY} FROM event_entries WHERE {TENANT} AND page_id = %(page)s AND state = 'pinned'
            ORDER BY seq DESC LIMIT 10""",
        {**tenant(tx), "page": page_id},
        as_=Entry,
    )


async def out(tx: Tx, page_id: int, post_ids: Collection[int]) -> set[int]:
    """Of these posts those that may be shown still."""
    rows = await tx.all(
        f"""SELECT post_id FROM event_entries WHERE {TENANT} AND page_id = %(page)s AND {OUT}
            AND post_id = ANY(%(ids)s)""",
        {**tenant(tx), "page": page_id, "ids": list(post_ids)},
    )
    return {row["post_id"] for row in rows}


async def waiting(tx: Tx, page_id: int, limit: int) -> list[Entry]:
    """Those that nobody has decided about, the one that waits longest first."""
    return await tx.all(
        f"""SELECT {ENTRY} FROM event_entries WHERE {TENANT} AND page_id = %(page)s AND state = 'waiting'
            ORDER BY seq LIMIT %(limit)s""",
        {**tenant(tx), "page": page_id, "limit": limit},
        as_=Entry,
    )


async def counters(tx: Tx, page_id: int, at: datetime, until: datetime | None = None) -> Counters:
    """True numbers of all that was gathered and not hidden, up to a moment."""
    return (await counted(tx, page_id, at, until))[0]


async def counted(tx: Tx, page_id: int, at: datetime, until: datetime | None = None) -> tuple[Counters, int]:
    """The same, and the number of the last entry that is in it."""
    found = await tx.one(
        """SELECT coalesce(max(e.seq), 0) AS seq, count(*) AS posts, count(DISTINCT p.account_id) AS authors,
              count(*) FILTER (WHERE e.posted_at > %(at)s::timestamptz - interval '1 minute') AS last_minute,
              count(*) FILTER (WHERE e.state = 'waiting') AS waiting
            FROM event_entries e JOIN posts p ON p.org_id = e.org_id AND p.id = e.post_id
            WHERE e.org_id = %(org)s AND e.network_id = %(network)s AND e.page_id = %(page)s AND e.state <> 'hidden'
            AND (%(until)s::timestamptz IS NULL OR e.posted_at < %(until)s)""",
        {**tenant(tx), "page": page_id, "at": at, "until": until},
    )
    found = found or {}
    return Counters(**{name: found.get(name, 0) for name in Counters.__struct_fields__}), found.get("seq", 0)


async def counted_since(tx: Tx, page_id: int, after: int, at: datetime) -> Counters:
    """Posts and those that wait of what came after a number, and all of the last minute; authors are not counted."""
    found = await tx.one(
        f"""SELECT count(*) FILTER (WHERE seq > %(after)s) AS posts, 0 AS authors,
              count(*) FILTER (WHERE posted_at > %(at)s::timestamptz - interval '1 minute') AS last_minute,
              count(*) FILTER (WHERE seq > %(after)s AND state = 'waiting') AS waiting
            FROM event_entries WHERE {TENANT} AND page_id = %(page)s AND state <> 'hidden'
            AND (seq > %(after)s OR posted_at > %(at)s::timestamptz - interval '1 minute')""",
        {**tenant(tx), "page": page_id, "after": after, "at": at},
        as_=Counters,
    )
    return found or Counters(posts=0, authors=0, last_minute=0, waiting=0)


async def curve(tx: Tx, page_id: int, states: Collection[State] = ("shown", "pinned", "waiting")) -> list[Minute]:
    """Posts per minute, in order; minutes without any are left out."""
    return await tx.all(
        f"""SELECT date_trunc('minute', posted_at) AS at, count(*) AS posts FROM event_entries
            WHERE {TENANT} AND page_id = %(page)s AND state = ANY(%(states)s) GROUP BY 1 ORDER BY 1""",
        {**tenant(tx), "page": page_id, "states": list(states)},
        as_=Minute,
    )


async def steps(tx: Tx, page_id: int, seconds: int) -> list[Minute]:
    """Posts of each step of so many seconds, in order, of all that is not hidden; steps without any are left out."""
    return await tx.all(
        f"""SELECT date_bin(make_interval(secs => %(seconds)s), posted_at, 'epoch'::timestamptz) AS at,
              count(*) AS posts
            FROM event_entries WHERE {TENANT} AND page_id = %(page)s AND state <> 'hidden' GROUP BY 1 ORDER BY 1""",
        {**tenant(tx), "page": page_id, "seconds": seconds},
        as_=Minute,
    )


async def candidates(tx: Tx, plan: EventPage, below: int, limit: int) -> list[dict[str, Any]]:
    """Posts for everyone of before the page was made, newest first: id, author, tags, text, when."""
    return await tx.all(
        """SELECT p.id, p.account_id, p.html, p.created_at,
             ARRAY(SELECT t.name FROM post_tags pt JOIN tags t ON t.org_id = pt.org_id AND t.id = pt.tag_id
                   WHERE pt.org_id = p.org_id AND pt.post_id = p.id) AS tags
           FROM posts p WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.id < %(below)s
           AND p.audience = 'everyone' AND p.listed AND p.boost_of_id IS NULL
           AND p.created_at >= %(start)s AND (%(end)s::timestamptz IS NULL OR p.created_at <= %(end)s)
           ORDER BY p.id DESC LIMIT %(limit)s""",
        {**tenant(tx), "below": below, "start": plan.starts_at, "end": plan.ends_at, "limit": limit},
    )


async def texts(tx: Tx, post_ids: Collection[int]) -> dict[int, str]:
    """The HTML of posts, for pages that look for words."""
    rows = await tx.all(
        f"SELECT id, html FROM posts WHERE {TENANT} AND id = ANY(%(ids)s)", {**tenant(tx), "ids": list(post_ids)}
    )
    return {row["id"]: row["html"] for row in rows}
