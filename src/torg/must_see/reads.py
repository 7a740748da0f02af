"""Answers about announcements that must be seen: mine, those I sent, and who has read one."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.clock import iso
from torg.kernel.errors import Forbidden, NotFound
from torg.kernel.page import Page, in_order
from torg.must_see import store
from torg.must_see.model import Department, MustSee, Reader, Tally
from torg.posts import groups
from torg.posts import reads as posts

FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def mine(tx: Tx, actor: Actor, *, also_read: bool = False) -> list[MustSee]:
    """What is addressed to the actor and not yet read (or also what is), newest first, until it ends."""
    return await store.unread(tx, actor.me, also_read=also_read)


async def sent(tx: Tx, actor: Actor, asked: Page) -> list[MustSee]:
    """What the actor has sent, newest first."""
    return in_order(asked, await store.sent(tx, actor.me, asked))


async def one(tx: Tx, actor: Actor, id_: int) -> MustSee:
    """One whose post the actor may read, else 404."""
    found = await store.get(tx, actor.account_id, id_)
    if found is None:
        raise NotFound
    return found


async def of_posts(tx: Tx, actor: Actor, ids: Sequence[int]) -> set[int]:
    """Those of the posts that must be seen."""
    return await store.among(tx, actor.account_id, ids) if ids else set()


async def _for_sender(tx: Tx, actor: Actor, id_: int) -> MustSee:
    """For the sender, whoever may send or see figures, and the staff of its group; 403 for other readers."""
    found = await one(tx, actor, id_)
    if found.sender_id == actor.me or actor.may(Permission.BROADCAST | Permission.VIEW_REPORTS):
        return found
    post = await posts.readable_post(tx, actor, id_)
    if post.group_id is not None:
        place = (await groups.by_ids(tx, actor.me, [post.group_id])).get(post.group_id)
        if place is not None and place.staff:
            return found
    raise Forbidden


async def tally(tx: Tx, actor: Actor, id_: int) -> Tally:
    """How many were addressed, told, mailed, reminded, and have read."""
    await _for_sender(tx, actor, id_)
    return await store.tally(tx, id_)


async def readers(tx: Tx, actor: Actor, id_: int, read: bool | None, asked: Page) -> Sequence[Reader]:
    """A page of those addressed; `read` only those who have, or have not."""
    await _for_sender(tx, actor, id_)
    return in_order(asked, await store.readers(tx, id_, read, asked))


async def table(tx: Tx, actor: Actor, id_: int) -> str:
    """Everybody addressed as CSV (RFC 4180), with names that no spreadsheet takes for a formula."""
    await _for_sender(tx, actor, id_)
    file = StringIO()
    writer = csv.writer(file)
    writer.writerow(["handle", "name", "told_at", "mailed_at", "reminded_at", "read_at"])
    for row in await store.rows(tx, id_):
        times = [iso(at) if at else "" for at in (row["told_at"], row["mailed_at"], row["reminded_at"], row["read_at"])]
        writer.writerow([row["handle"], _plain(row["display_name"]), *times])
    return file.getvalue()


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


async def departments(tx: Tx, id_: int) -> list[Department]:
    """The same by department, for colleagues of whom the directory knows one. The caller has asked `tally` first."""
    return await store.departments(tx, id_)
