"""What moderators decide about hashtags."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from torg.accounts.store import TENANT, tenant
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import NotFound, invalid
from torg.kernel.page import Page, in_order
from torg.moderation import log
from torg.text.tags import tag_name


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """`trendable` None: nobody has looked yet, the network's rule holds."""

    id: int
    name: str
    usable: bool
    trendable: bool | None
    listable: bool
    reviewed_at: datetime | None


async def decided(tx: Tx, ids: Sequence[int]) -> dict[int, Decided]:
    """By id, of the tags that are here."""
    rows = await tx.all(
        f"SELECT id, name, usable, trendable, listable, reviewed_at FROM tags WHERE {TENANT} AND id = ANY(%(ids)s)",
        {**tenant(tx), "ids": list(ids)},
        as_=Decided,
    )
    return {row.id: row for row in rows}


async def listed(tx: Tx, page: Page) -> list[int]:
    """A page of tags by id, newest first."""
    where, params = page.where("id")
    ids: list[int] = await tx.column(
        f"SELECT id FROM tags WHERE {TENANT} AND {where} ORDER BY id {page.direction} LIMIT %(limit)s",
        {**tenant(tx), **params, "limit": page.limit},
    )
    return in_order(page, ids)


async def decide(
    tx: Tx,
    actor: Actor,
    tag_id: int,
    *,
    display_name: str | None,
    usable: bool | None,
    trendable: bool | None,
    listable: bool | None,
) -> None:
    """Change what is given; the tag counts as reviewed from then on. Its letters may change, not its name."""
    found = (await decided(tx, [tag_id])).get(tag_id)
    if found is None:
        raise NotFound
    given = {"display_name": display_name, "usable": usable, "trendable": trendable, "listable": listable}
    values = {name: value for name, value in given.items() if value is not None}
    if display_name is not None and tag_name(display_name) != found.name:
        raise invalid("display_name", "ERR_INVALID", "does not match the previous name")
    assignments = "".join(f"{name} = %({name})s, " for name in values)
    await tx.run(
        f"UPDATE tags SET {assignments} reviewed_at = %(at)s WHERE {TENANT} AND id = %(id)s",
        {**values, **tenant(tx), "id": tag_id, "at": now()},
    )
    await log.record(tx, actor, "update", "tag", tag_id, **values)
