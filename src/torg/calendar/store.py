"""SQL of events, of who comes, and of calendars' secret addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from torg.calendar.model import AmaQuestion, Counts, Event, Plan, Rsvp, Sort, Standing, Wanted
from torg.engine.postgres import Row, Tx
from torg.kernel.ids import new_id
from torg.posts.visibility import readable

FIELDS = ", ".join(f"e.{name}" for name in Event.__struct_fields__)
PLAN = Plan.__struct_fields__
RSVP = ", ".join(f"r.{name}" for name in Rsvp.__struct_fields__)
HERE = "e.org_id = %(org)s AND e.network_id = %(network)s"
RSVPS = "r.org_id = %(org)s AND r.network_id = %(network)s"
POST = "JOIN posts p ON p.org_id = e.org_id AND p.network_id = e.network_id AND p.id = e.id"
MINE = """(e.creator_id = %(viewer)s OR e.host_id = %(viewer)s OR EXISTS (SELECT FROM event_rsvps r
    WHERE r.org_id = e.org_id AND r.event_id = e.id AND r.account_id = %(viewer)s AND r.answer <> 'no'))"""
ORDERS: dict[Sort, str] = {"votes": "votes DESC, p.id", "newest": "p.id DESC"}
COLUMNS = ", ".join(PLAN)
VALUES = ", ".join(f"%({name})s" for name in PLAN)
CHANGES = ", ".join(f"{name} = %({name})s" for name in PLAN)


def tenant(tx: Tx, viewer: int | None = None) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "viewer": viewer}


def _plan(plan: Plan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in PLAN}


async def insert(tx: Tx, id_: int, creator: int, plan: Plan) -> bool:
    """Store the extra; False if the post has it already (the same request again)."""
    done = await tx.run(
        f"""INSERT INTO calendar_events (org_id, network_id, id, creator_id, {COLUMNS})
            VALUES (%(org)s, %(network)s, %(id)s, %(creator)s, {VALUES}) ON CONFLICT DO NOTHING""",
        {**tenant(tx), **_plan(plan), "id": id_, "creator": creator},
    )
    return done > 0


async def update(tx: Tx, id_: int, plan: Plan) -> None:
    """The event as planned now; its sequence goes up."""
    await tx.run(
        f"""UPDATE calendar_events e SET {CHANGES}, sequence = sequence + 1, updated_at = now()
            WHERE {HERE} AND e.id = %(id)s""",
        {**tenant(tx), **_plan(plan), "id": id_},
    )


async def cancel(tx: Tx, id_: int) -> None:
    await tx.run(
        f"""UPDATE calendar_events e SET cancelled_at = now(), sequence = sequence + 1, updated_at = now()
            WHERE {HERE} AND e.id = %(id)s AND e.cancelled_at IS NULL""",
        {**tenant(tx), "id": id_},
    )


async def lock(tx: Tx, id_: int) -> Event | None:
    """The event as of now; nobody else changes it or its answers before the commit."""
    return await tx.one(
        f"SELECT {FIELDS} FROM calendar_events e WHERE {HERE} AND e.id = %(id)s FOR UPDATE",
        {**tenant(tx), "id": id_},
        as_=Event,
    )


async def get(tx: Tx, id_: int) -> Event | None:
    """One, whoever asks: for jobs."""
    return await tx.one(
        f"SELECT {FIELDS} FROM calendar_events e WHERE {HERE} AND e.id = %(id)s", {**tenant(tx), "id": id_}, as_=Event
    )


async def by_ids(tx: Tx, viewer: int | None, ids: Sequence[int]) -> list[Event]:
    """Of these posts those that are events and the viewer may read, by time."""
    return await tx.all(
        f"""SELECT {FIELDS} FROM calendar_events e {POST} WHERE {HERE} AND e.id = ANY(%(ids)s) AND {readable()}
            ORDER BY e.starts_at, e.id""",
        {**tenant(tx, viewer), "ids": list(ids)},
        as_=Event,
    )


async def page(tx: Tx, viewer: int | None, wanted: Wanted) -> list[Event]:
    """Events that the viewer may read, the earliest first."""
    whose = MINE if wanted.mine else "TRUE"
    return await tx.all(
        f"""SELECT {FIELDS} FROM calendar_events e {POST} WHERE {HERE} AND {whose}
            AND (%(after)s::timestamptz IS NULL OR e.ends_at > %(after)s::timestamptz)
            AND (%(before)s::timestamptz IS NULL OR e.starts_at < %(before)s::timestamptz)
            AND (%(group)s::bigint IS NULL OR p.group_id = %(group)s::bigint)
            AND (%(kind)s::text IS NULL OR e.kind = %(kind)s::text)
            AND {readable()} ORDER BY e.starts_at, e.id LIMIT %(limit)s OFFSET %(offset)s""",
        {
            **tenant(tx, viewer), "after": wanted.after, "before": wanted.before, "group": wanted.group_id,
            "kind": wanted.kind, "limit": wanted.limit, "offset": wanted.offset,
        },
        as_=Event,
    )  # fmt: skip


async def counts(tx: Tx, ids: Sequence[int]) -> dict[int, Counts]:
    rows = await tx.all(
        f"""SELECT r.event_id, count(*) FILTER (WHERE r.answer = 'yes') AS yes,
                   count(*) FILTER (WHERE r.answer = 'maybe') AS maybe, count(*) FILTER (WHERE r.answer = 'no') AS no,
                   count(*) FILTER (WHERE r.answer = 'waiting') AS waiting
            FROM event_rsvps r WHERE {RSVPS} AND r.event_id = ANY(%(ids)s) GROUP BY r.event_id""",
        {**tenant(tx), "ids": list(ids)},
    )
    return {row.pop("event_id"): Counts(**row) for row in rows}


async def own(tx: Tx, me: int, ids: Sequence[int]) -> dict[int, Rsvp]:
    found = await tx.all(
        f"SELECT {RSVP} FROM event_rsvps r WHERE {RSVPS} AND r.account_id = %(viewer)s AND r.event_id = ANY(%(ids)s)",
        {**tenant(tx, me), "ids": list(ids)},
        as_=Rsvp,
    )
    return {one.event_id: one for one in found}


async def put_rsvp(tx: Tx, id_: int, me: int, answer: Standing, mail_reminder: bool, at: datetime) -> None:
    """Note an answer. Who answers anew is last in the line; who only changes the reminder keeps the place."""
    await tx.run(
        """INSERT INTO event_rsvps AS r (org_id, network_id, id, event_id, account_id, answer, mail_reminder,
                                         answered_at)
           VALUES (%(org)s, %(network)s, %(new)s, %(id)s, %(viewer)s, %(answer)s, %(mail)s, %(at)s)
           ON CONFLICT (org_id, event_id, account_id) DO UPDATE SET
               id = CASE WHEN r.answer = excluded.answer THEN r.id ELSE excluded.id END,
               answered_at = CASE WHEN r.answer = excluded.answer THEN r.answered_at ELSE excluded.answered_at END,
               answer = excluded.answer, mail_reminder = excluded.mail_reminder""",
        {**tenant(tx, me), "new": new_id(), "id": id_, "answer": answer, "mail": mail_reminder, "at": at},
    )


async def taken(tx: Tx, id_: int, but: int) -> int:
    """How many others have a place."""
    count: int = await tx.value(
        f"""SELECT count(*) FROM event_rsvps r WHERE {RSVPS} AND r.event_id = %(id)s AND r.answer = 'yes'
            AND r.account_id <> %(but)s""",
        {**tenant(tx), "id": id_, "but": but},
    )
    return count


async def move_up(tx: Tx, id_: int, places: int | None) -> list[int]:
    """Give free places (None: as many as are wanted) to those who wait longest; who got one."""
    return await tx.column(
        f"""UPDATE event_rsvps r SET answer = 'yes' WHERE {RSVPS} AND r.event_id = %(id)s AND r.account_id IN (
                SELECT w.account_id FROM event_rsvps w WHERE w.org_id = %(org)s AND w.event_id = %(id)s
                AND w.answer = 'waiting' ORDER BY w.id LIMIT %(places)s)
            RETURNING r.account_id""",
        {**tenant(tx), "id": id_, "places": places},
    )


async def rsvps(tx: Tx, id_: int, answer: Standing | None, limit: int, offset: int) -> list[Rsvp]:
    """Who answered, in the order of the answers."""
    return await tx.all(
        f"""SELECT {RSVP} FROM event_rsvps r WHERE {RSVPS} AND r.event_id = %(id)s
            AND (%(answer)s::text IS NULL OR r.answer = %(answer)s::text)
            ORDER BY r.id LIMIT %(limit)s OFFSET %(offset)s""",
        {**tenant(tx), "id": id_, "answer": answer, "limit": limit, "offset": offset},
        as_=Rsvp,
    )


async def coming(tx: Tx, id_: int) -> list[int]:
    """Whom a change concerns: all who did not say no."""
    return await tx.column(
        f"SELECT r.account_id FROM event_rsvps r WHERE {RSVPS} AND r.event_id = %(id)s AND r.answer <> 'no' ORDER BY 1",
        {**tenant(tx), "id": id_},
    )


async def to_remind(tx: Tx, id_: int, limit: int) -> list[Row]:
    """Some of those who come and have not been reminded: (account_id, mail_reminder)."""
    return await tx.all(
        f"""SELECT r.account_id, r.mail_reminder FROM event_rsvps r WHERE {RSVPS} AND r.event_id = %(id)s
            AND r.answer IN ('yes', 'maybe') AND r.reminded_at IS NULL
            ORDER BY r.account_id LIMIT {limit} FOR UPDATE SKIP LOCKED""",
        {**tenant(tx), "id": id_},
    )


async def reminded(tx: Tx, id_: int, account_ids: Sequence[int]) -> None:
    await tx.run(
        f"""UPDATE event_rsvps r SET reminded_at = now() WHERE {RSVPS} AND r.event_id = %(id)s
            AND r.account_id = ANY(%(accounts)s)""",
        {**tenant(tx), "id": id_, "accounts": list(account_ids)},
    )


async def remind_again(tx: Tx, id_: int) -> None:
    """The event has moved: who was reminded is reminded again."""
    await tx.run(
        f"UPDATE event_rsvps r SET reminded_at = NULL WHERE {RSVPS} AND r.event_id = %(id)s",
        {**tenant(tx), "id": id_},
    )


async def questions(
    tx: Tx, viewer: int | None, event: Event, *, sort: Sort, unanswered: bool, hidden: bool, limit: int, offset: int
) -> list[AmaQuestion]:
    """Replies to an AMA within its time that the viewer may read, with their votes and the host's first answer."""
    order = ORDERS[sort]
    return await tx.all(
        f"""SELECT p.id, coalesce(c.favourites, 0) AS votes, a.id AS answer_id, h.question_id IS NOT NULL AS hidden
            FROM posts p
            LEFT JOIN post_counts c ON c.org_id = p.org_id AND c.post_id = p.id
            LEFT JOIN LATERAL (SELECT r.id FROM posts r WHERE r.org_id = p.org_id AND r.network_id = p.network_id
                AND r.reply_to_id = p.id AND r.account_id = %(host)s ORDER BY r.id LIMIT 1) a ON true
            LEFT JOIN ama_hidden h ON h.org_id = p.org_id AND h.event_id = %(event)s AND h.question_id = p.id
            WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.reply_to_id = %(event)s
            AND p.account_id IS DISTINCT FROM %(host)s::bigint
            AND (%(from)s::timestamptz IS NULL OR p.created_at >= %(from)s::timestamptz)
            AND (%(until)s::timestamptz IS NULL OR p.created_at < %(until)s::timestamptz)
            AND (%(hidden)s OR h.question_id IS NULL) AND NOT (%(unanswered)s AND a.id IS NOT NULL)
            AND {readable()} ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s""",
        {
            **tenant(tx, viewer), "event": event.id, "host": event.host_id, "from": event.questions_from,
            "until": event.questions_until, "hidden": hidden, "unanswered": unanswered, "limit": limit,
            "offset": offset,
        },
        as_=AmaQuestion,
    )  # fmt: skip


async def hide(tx: Tx, event_id: int, question_id: int, by: int) -> None:
    await tx.run(
        """INSERT INTO ama_hidden (org_id, network_id, event_id, question_id, hidden_by)
           VALUES (%(org)s, %(network)s, %(event)s, %(question)s, %(viewer)s) ON CONFLICT DO NOTHING""",
        {**tenant(tx, by), "event": event_id, "question": question_id},
    )


async def unhide(tx: Tx, event_id: int, question_id: int) -> int:
    return await tx.run(
        """DELETE FROM ama_hidden WHERE org_id = %(org)s AND network_id = %(network)s AND event_id = %(event)s
           AND question_id = %(question)s""",
        {**tenant(tx), "event": event_id, "question": question_id},
    )


async def put_feed(tx: Tx, me: int, hashed: bytes) -> None:
    """The one secret address of an account; one before is good no more."""
    await tx.run(
        """INSERT INTO calendar_feeds (org_id, network_id, account_id, secret_hash)
           VALUES (%(org)s, %(network)s, %(viewer)s, %(hash)s)
           ON CONFLICT (org_id, account_id) DO UPDATE SET secret_hash = excluded.secret_hash, created_at = now()""",
        {**tenant(tx, me), "hash": hashed},
    )


async def feed_since(tx: Tx, me: int) -> datetime | None:
    found: datetime | None = await tx.value(
        """SELECT created_at FROM calendar_feeds WHERE org_id = %(org)s AND network_id = %(network)s
           AND account_id = %(viewer)s""",
        tenant(tx, me),
    )
    return found


async def drop_feed(tx: Tx, me: int) -> int:
    return await tx.run(
        """DELETE FROM calendar_feeds WHERE org_id = %(org)s AND network_id = %(network)s
           AND account_id = %(viewer)s""",
        tenant(tx, me),
    )


async def feed_owner(tx: Tx, hashed: bytes) -> int | None:
    found: int | None = await tx.value(
        "SELECT account_id FROM calendar_feeds WHERE org_id = %(org)s AND network_id = %(network)s "
        "AND secret_hash = %(hash)s",
        {**tenant(tx), "hash": hashed},
    )
    return found
