"""Answers about notices: single, in groups, counted, held back. Only ever the reader's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import NotFound
from torg.kernel.page import Page
from torg.notices import actions, policies, rules, store
from torg.notices.model import Group, GroupPage, Notice, Pending, Policy, Request, Wanted

SAMPLE = 8
CHUNK = 200
MOST_CHUNKS = 40


def permitted(actor: Actor, wanted: Wanted) -> Wanted:
    """Without notices of an office that the actor does not hold (any more)."""
    hidden = []
    if not actor.may(Permission.MANAGE_USERS):
        hidden.append("admin.sign_up")
    if not actor.may(Permission.MANAGE_REPORTS):
        hidden.append("admin.report")
    if not actor.may(Permission.MANAGE_APPEALS):
        hidden.append("torg.appeal")
    return msgspec.structs.replace(wanted, exclude_types=[*wanted.exclude_types, *hidden])


async def page(tx: Tx, actor: Actor, wanted: Wanted, asked: Page) -> list[Notice]:
    """A page of single notices, newest first (Mastodon: GET /api/v1/notifications)."""
    return await store.page(tx, actor.me, permitted(actor, wanted), asked)


async def one(tx: Tx, actor: Actor, notice_id: int) -> Notice:
    """One notice, also if it is held back; 404 if it is not the actor's."""
    found = await store.by_ids(tx, actor.me, [notice_id])
    if not found or found[0].type in permitted(actor, Wanted()).exclude_types:
        raise NotFound
    return found[0]


async def by_ids(tx: Tx, actor: Actor, ids: Sequence[int]) -> list[Notice]:
    """The actor's notices with these ids, newest first."""
    return await store.by_ids(tx, actor.me, ids)


async def unread(tx: Tx, actor: Actor, wanted: Wanted, limit: int, *, grouped: Sequence[str] = ()) -> int:
    """How many notices (groups, of the types in `grouped`) are newer than the marker; at most `limit`."""
    return await store.unread(tx, actor.me, permitted(actor, wanted), grouped, limit)


async def groups(tx: Tx, actor: Actor, wanted: Wanted, asked: Page, grouped: Sequence[str]) -> GroupPage:
    """A page of groups, newest first (Mastodon: GET /api/v2/notifications).

    The page stands for an unbroken run of notices: the newest below `max_id`, or the oldest above `min_id`, that
    belong to at most `limit` groups. What a group has outside that run shows on its own page, under the same key.
    """
    wanted = permitted(actor, wanted)
    kinds = frozenset(grouped) & frozenset(rules.GROUPED)
    run = await _run(tx, actor.me, wanted, asked, kinds)
    if not run:
        return GroupPage(groups=[])
    members: dict[str, list[Notice]] = {}
    for notice in run:
        members.setdefault(rules.shown_key(notice.type, notice.group_key, notice.id, kinds), []).append(notice)
    totals = await _totals(tx, actor.me, wanted, [key for key, of in members.items() if key == of[0].group_key])
    return GroupPage(
        groups=[
            _group(key, of[0], totals.get(key), page_min_id=of[-1].id, page_max_id=of[0].id, page_at=of[0].created_at)
            for key, of in members.items()
        ],
        newest_id=run[0].id,
        oldest_id=run[-1].id,
    )


async def _run(tx: Tx, me: int, wanted: Wanted, asked: Page, kinds: frozenset[str]) -> list[Notice]:
    """The notices of the page, newest first: read in pieces until one more group would begin."""
    upwards = asked.min_id is not None
    piece = msgspec.structs.replace(asked, limit=max(CHUNK, asked.limit * 4))
    seen: set[str] = set()
    taken: list[Notice] = []
    for _ in range(MOST_CHUNKS):
        rows = await store.page(tx, me, wanted, piece)
        for notice in reversed(rows) if upwards else rows:
            key = rules.shown_key(notice.type, notice.group_key, notice.id, kinds)
            if key not in seen and len(seen) == asked.limit:
                return taken[::-1] if upwards else taken
            seen.add(key)
            taken.append(notice)
        if len(rows) < piece.limit:
            break
        cursor: dict[str, Any] = {"min_id": rows[0].id} if upwards else {"max_id": rows[-1].id}
        piece = msgspec.structs.replace(piece, **cursor)
    return taken[::-1] if upwards else taken


async def _totals(tx: Tx, me: int, wanted: Wanted, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    rows = await store.totals(tx, me, wanted, keys, 4 * SAMPLE) if keys else []
    return {row["group_key"]: row for row in rows}


def _group(key: str, newest: Notice, total: dict[str, Any] | None, **page: Any) -> Group:
    sample = list(dict.fromkeys(total["sample"]))[:SAMPLE] if total else [newest.from_id]
    return Group(key=key, newest=newest, count=total["count"] if total else 1, sample=sample, **page)


async def group(tx: Tx, actor: Actor, key: str) -> Group:
    """One group by its key, or a single notice by `ungrouped-{id}`; 404 if the actor has none such."""
    single = actions.single_id(key)
    if single is not None:
        return _group(key, await one(tx, actor, single), None)
    wanted = permitted(actor, Wanted(include_filtered=True))
    total = (await _totals(tx, actor.me, wanted, [key])).get(key)
    if total is None:
        raise NotFound
    return _group(key, await one(tx, actor, total["newest"]), total)


async def doers(tx: Tx, actor: Actor, key: str, asked: Page) -> list[tuple[int, int]]:
    """(notice id, account id) of a group, newest first; 404 if the actor has none such."""
    found = await group(tx, actor, key)
    if actions.single_id(key) is not None:
        return [(found.newest.id, found.newest.from_id)]
    return [(row["id"], row["from_id"]) for row in await store.doers(tx, actor.me, key, asked)]


async def policy(tx: Tx, actor: Actor) -> tuple[Policy, Pending]:
    """The actor's policy and how much it holds back."""
    return await policies.policy(tx, actor.me), await policies.pending(tx, actor.me)


async def requests(tx: Tx, actor: Actor, asked: Page) -> list[Request]:
    """Accounts whose notices are held back, the latest request first."""
    return await policies.page(tx, actor.me, asked)


async def request(tx: Tx, actor: Actor, request_id: int) -> Request:
    found = await policies.by_ids(tx, actor.me, [request_id])
    if not found:
        raise NotFound
    return found[0]
