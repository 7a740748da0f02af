"""Drafts: posts begun and not yet published, kept for their author alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from torg.engine.postgres import Tx, json
from torg.kernel.actor import Actor
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.ids import new_id
from torg.kernel.page import Page, in_order
from torg.posts import store

MOST = 300
OWN = "org_id = %(org)s AND network_id = %(network)s AND account_id = %(viewer)s"
COLUMNS = "id, params, updated_at"


class StoredDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A draft; `params` are those of POST /api/v1/statuses, as far as they were given.

    Of a thread, `params["thread"]` has the same of each post after the first, in order.
    """

    id: int
    params: dict[str, Any]
    updated_at: datetime


async def keep(tx: Tx, actor: Actor, params: dict[str, Any], draft_id: int | None = None) -> StoredDraft:
    """A new draft, or the new content of one's own. Its files stay as long as it does."""
    values = {**store.tenant(tx, actor.me), "params": json(params), "media": files(params)}
    if draft_id is not None:
        touched = await tx.run(
            f"""UPDATE drafts SET params = %(params)s, media_ids = %(media)s, updated_at = now()
                WHERE {OWN} AND id = %(id)s""",
            {**values, "id": draft_id},
        )
        if not touched:
            raise NotFound
        return await find(tx, actor, draft_id)
    if await tx.value(f"SELECT count(*) FROM drafts WHERE {OWN}", values) >= MOST:
        raise Invalid(f"Validation failed: You may keep at most {MOST} drafts")
    id_ = new_id()
    await tx.run(
        """INSERT INTO drafts (org_id, network_id, id, account_id, params, media_ids)
           VALUES (%(org)s, %(network)s, %(id)s, %(viewer)s, %(params)s, %(media)s)""",
        {**values, "id": id_},
    )
    return await find(tx, actor, id_)


def files(params: dict[str, Any]) -> list[int]:
    """The ids of the files of a draft, those of all its posts."""
    posts = [params, *params.get("thread", [])]
    return [int(id_) for post in posts for id_ in post.get("media_ids", [])]


async def find(tx: Tx, actor: Actor, draft_id: int) -> StoredDraft:
    """One's own draft, else 404."""
    found = await tx.one(
        f"SELECT {COLUMNS} FROM drafts WHERE {OWN} AND id = %(id)s",
        {**store.tenant(tx, actor.me), "id": draft_id},
        as_=StoredDraft,
    )
    if found is None:
        raise NotFound
    return found


async def kept(tx: Tx, actor: Actor, page: Page) -> list[StoredDraft]:
    """One's drafts, newest begun first."""
    where, params = page.where("id")
    rows = await tx.all(
        f"SELECT {COLUMNS} FROM drafts WHERE {OWN} AND {where} ORDER BY id {page.direction} LIMIT {page.limit}",
        {**store.tenant(tx, actor.me), **params},
        as_=StoredDraft,
    )
    return in_order(page, rows)


async def latest(
    tx: Tx, actor: Actor, *, reply_to: int | None, group_id: int | None, quote: int | None
) -> StoredDraft | None:
    """The draft that was changed last, of the last week, of those for this very place."""
    place = {"reply": reply_to, "group": group_id, "quote": quote}
    return await tx.one(
        f"""SELECT {COLUMNS} FROM drafts WHERE {OWN} AND updated_at > now() - interval '7 days'
              AND params->>'in_reply_to_id' IS NOT DISTINCT FROM %(reply)s::text
              AND params->>'group_id' IS NOT DISTINCT FROM %(group)s::text
              AND params->>'quoted_status_id' IS NOT DISTINCT FROM %(quote)s::text
            ORDER BY updated_at DESC LIMIT 1""",
        {**store.tenant(tx, actor.me), **{name: None if id_ is None else str(id_) for name, id_ in place.items()}},
        as_=StoredDraft,
    )


async def drop(tx: Tx, actor: Actor, draft_id: int) -> None:
    """Remove one's own draft (also after publishing it)."""
    await find(tx, actor, draft_id)
    await tx.run(f"DELETE FROM drafts WHERE {OWN} AND id = %(id)s", {**store.tenant(tx, actor.me), "id": draft_id})
