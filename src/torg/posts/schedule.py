"""Posts that will be published later: planned, moved, cancelled, and published by a job at their time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from torg.accounts import reads as accounts
from torg.engine import jobs
from torg.engine.postgres import Tx, json
from torg.kernel.actor import Actor, Delegated
from torg.kernel.clock import now
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.ids import new_id
from torg.kernel.page import Page, in_order
from torg.media import actions as media
from torg.orgs.model import Network
from torg.posts import actions, checks, delegated, drafts, groups, reads, rules, store, threads
from torg.posts.model import Audience, Draft

KeptBack = Callable[[Tx, Network, int], Awaitable[None]]

SOONEST = timedelta(minutes=5)
MOST = 300
MOST_A_DAY = 25

COLUMNS = "id, account_id, scheduled_at, params, thread, media_ids, by_account_id"
OWN = "org_id = %(org)s AND network_id = %(network)s AND account_id = %(viewer)s"


class Scheduled(msgspec.Struct, frozen=True, kw_only=True):
    """A planned post; `params` is its draft. Of a planned thread it is the first, and `thread` has those after it."""

    id: int
    account_id: int
    scheduled_at: datetime
    params: Draft
    thread: list[Draft] = []
    media_ids: list[int]
    by_account_id: int | None = None


def check_time(at: datetime) -> datetime:
    """A zone-aware moment at least five minutes ahead."""
    if at.tzinfo is None or at < now() + SOONEST:
        raise Invalid("Validation failed: Scheduled at The scheduled date must be in the future")
    return at


async def plan(
    tx: Tx, actor: Actor, network: Network, draft: Draft, at: datetime, thread: Sequence[Draft] = ()
) -> Scheduled:
    """Keep a draft for later, with the posts of a `thread` after it; what would be wrong with it then is said now."""
    delegated.check(actor, "schedule", "reply" if draft.reply_to_id else "post")
    if draft.idempotency_key and (before := await store.remembered_key(tx, actor.me, draft.idempotency_key)):
        return await find(tx, actor, before)
    check_time(at)
    threads.check([draft, *thread])
    for place, one in enumerate([draft, *thread]):
        try:
            rules.check(one, network.settings)
            await checks.run(tx, actor, network, checks.Outgoing(draft=one, planned=True))
        except Invalid as refused:
            if thread:
                raise threads.Broken(place, refused) from refused
            raise
    parent = await reads.original(tx, actor, draft.reply_to_id) if draft.reply_to_id else None
    addressed = (await actions.written(tx, draft.text, network.host, "", actor.me))[2]
    # Kept with the draft: should its parent or the group's name go, what was meant for a group must not leave it
    group_id = await groups.destination(tx, actor, draft, parent, addressed)
    draft = msgspec.structs.replace(draft, group_id=group_id)
    await _room(tx, actor, at)
    id_ = new_id()
    for one in (draft, *thread):
        if one.media_ids:
            await media.check(tx, actor, one.media_ids)
    await tx.run(
        """INSERT INTO scheduled_posts (org_id, network_id, id, account_id, scheduled_at, params, thread, media_ids,
                                       by_account_id)
           VALUES (%(org)s, %(network)s, %(id)s, %(viewer)s, %(at)s, %(params)s, %(thread)s, %(media)s, %(by)s)""",
        {
            **store.tenant(tx, actor.me), "id": id_, "at": at, "params": json(draft), "thread": json(list(thread)),
            "media": [id_ for one in (draft, *thread) for id_ in one.media_ids],
            "by": actor.delegated.by if actor.delegated else None,
        },
    )  # fmt: skip
    if draft.idempotency_key:
        await store.remember_key(tx, actor.me, draft.idempotency_key, id_)
    await _enqueue(tx, id_, at)
    return await find(tx, actor, id_)


async def _room(tx: Tx, actor: Actor, at: datetime) -> None:
    row = await tx.one(
        f"""SELECT count(*) AS total, count(*) FILTER (WHERE scheduled_at::date = %(at)s::date) AS that_day
            FROM scheduled_posts WHERE {OWN}""",
        {**store.tenant(tx, actor.me), "at": at},
    )
    if row and row["total"] >= MOST:
        raise Invalid(f"Validation failed: You have exceeded the limit of {MOST} scheduled posts")
    if row and row["that_day"] >= MOST_A_DAY:
        raise Invalid(f"Validation failed: You have exceeded the limit of {MOST_A_DAY} scheduled posts for that day")


async def _enqueue(tx: Tx, id_: int, at: datetime) -> None:
    await jobs.enqueue(tx, "scheduled_post", {"id": id_}, run_at=at, key=str(id_))


async def find(tx: Tx, actor: Actor, id_: int) -> Scheduled:
    """One of the actor's own planned posts, else 404."""
    found = await tx.one(
        f"SELECT {COLUMNS} FROM scheduled_posts WHERE {OWN} AND id = %(id)s",
        {**store.tenant(tx, actor.me), "id": id_},
        as_=Scheduled,
    )
    if found is None:
        raise NotFound
    return found


async def planned(tx: Tx, actor: Actor, page: Page) -> list[Scheduled]:
    """The actor's planned posts, newest made first."""
    where, params = page.where("id")
    rows = await tx.all(
        f"""SELECT {COLUMNS} FROM scheduled_posts WHERE {OWN} AND {where}
            ORDER BY id {page.direction} LIMIT {page.limit}""",
        {**store.tenant(tx, actor.me), **params},
        as_=Scheduled,
    )
    return in_order(page, rows)


async def move(tx: Tx, actor: Actor, id_: int, at: datetime) -> Scheduled:
    """Publish at another time. The job of the earlier time finds nothing due and puts itself off."""
    found = await find(tx, actor, id_)
    delegated.check(actor, "schedule")
    await tx.run(
        f"UPDATE scheduled_posts SET scheduled_at = %(at)s WHERE {OWN} AND id = %(id)s",
        {**store.tenant(tx, actor.me), "id": found.id, "at": check_time(at)},
    )
    await jobs.cancel(tx, "scheduled_post", str(id_))
    await _enqueue(tx, id_, at)
    return await find(tx, actor, id_)


async def cancel(tx: Tx, actor: Actor, id_: int) -> None:
    found = await find(tx, actor, id_)
    delegated.check(actor, "schedule")
    await tx.run(
        f"DELETE FROM scheduled_posts WHERE {OWN} AND id = %(id)s", {**store.tenant(tx, actor.me), "id": found.id}
    )
    await jobs.cancel(tx, "scheduled_post", str(id_))


async def publish_due(
    tx: Tx, network: Network, id_: int, *, origin: str, kept_back: KeptBack | None = None
) -> int | None:
    """Publish a planned post whose time has come (a job): once, since its row goes in the same commit.

    One that the checks stop stays as a draft, and `kept_back` tells its author.
    """
    due = await tx.one(
        f"""DELETE FROM scheduled_posts WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(id)s
            AND scheduled_at <= now() + interval '1 second' RETURNING {COLUMNS}""",
        {**store.tenant(tx), "id": id_},
        as_=Scheduled,
    )
    if due is None:
        return None
    account = (await accounts.by_ids(tx, [due.account_id]))[due.account_id]
    author = Actor(
        org_id=network.org_id, network_id=network.id, network_kind=network.kind, account_id=account.id,
        person_id=account.person_id, guest=account.guest, permissions=await accounts.permissions(tx, account),
    )  # fmt: skip
    if due.by_account_id is not None:  # whether the delegation still holds, the job has asked before
        by = Delegated(by=due.by_account_id, rights=frozenset({"post", "reply"}))
        author = msgspec.structs.replace(author, delegated=by)
    await tx.seen_by(account.id, guest=account.guest)
    draft = msgspec.structs.replace(due.params, idempotency_key=None)
    if draft.reply_to_id and await store.get_readable(tx, author.me, draft.reply_to_id) is None:
        draft = msgspec.structs.replace(draft, reply_to_id=None)  # its parent is gone: as Mastodon, without it
    try:
        async with tx.savepoint():
            return (await threads.publish(tx, author, network, [draft, *due.thread], origin=origin))[0]
    except threads.Broken as broken:
        if not isinstance(broken.cause, checks.Stopped):
            raise
        await drafts.keep(tx, author, typed(draft, due.thread))
        if kept_back is not None:
            await kept_back(tx, network, account.id)
        return None


def typed(draft: Draft, thread: Sequence[Draft] = ()) -> dict[str, Any]:
    """A draft by the names of POST /api/v1/statuses, with the posts of its thread, as drafts/ keeps it."""
    values = _typed(draft)
    return {**values, "thread": [_typed(one) for one in thread]} if thread else values


def _typed(draft: Draft) -> dict[str, Any]:
    listed = "public" if draft.listed else "unlisted"
    poll = draft.poll
    return {
        "status": draft.text,
        "spoiler_text": draft.spoiler,
        "sensitive": draft.sensitive,
        "language": draft.language,
        "visibility": listed if draft.audience is Audience.EVERYONE else "private",
        "in_reply_to_id": str(draft.reply_to_id) if draft.reply_to_id else None,
        "quoted_status_id": str(draft.quote_of_id) if draft.quote_of_id else None,
        "media_ids": [str(media_id) for media_id in draft.media_ids],
        "poll": None if poll is None else msgspec.structs.asdict(poll),
    }
