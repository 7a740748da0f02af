"""SQL of subscriptions to block lists, and of what was decided otherwise by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from torg.accounts.store import TENANT, tenant
from torg.engine.postgres import Row, Tx


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A list of others. `severity`: at most, and of lines that name none. `state` review: it waits for a person."""

    id: int
    url: str
    severity: Literal["silence", "suspend"]
    removals: Literal["keep", "lift"]
    state: Literal["active", "review"]
    reason: str
    etag: str | None
    last_modified: str | None
    entries: int | None
    failures: int
    next_at: datetime
    fetched_at: datetime | None
    applied_at: datetime | None
    created_by: int
    created_at: datetime


COLUMNS = ", ".join(Subscription.__struct_fields__)


async def insert(tx: Tx, values: Mapping[str, Any]) -> Subscription | None:
    """A new one; None if the address is subscribed to already."""
    row = {"org_id": tx.scope.org_id, "network_id": tx.scope.network_ids[0], **values}
    return await tx.one(
        f"""INSERT INTO block_subscriptions ({", ".join(row)}) VALUES ({", ".join(f"%({name})s" for name in row)})
            ON CONFLICT (org_id, network_id, url) DO NOTHING RETURNING {COLUMNS}""",
        row,
        as_=Subscription,
    )


async def listed(tx: Tx) -> list[Subscription]:
    return await tx.all(
        f"SELECT {COLUMNS} FROM block_subscriptions WHERE {TENANT} ORDER BY id", tenant(tx), as_=Subscription
    )


async def find(tx: Tx, id_: int) -> Subscription | None:
    return await tx.one(
        f"SELECT {COLUMNS} FROM block_subscriptions WHERE {TENANT} AND id = %(id)s",
        {**tenant(tx), "id": id_},
        as_=Subscription,
    )


async def update(tx: Tx, id_: int, values: Mapping[str, Any]) -> None:
    assignments = ", ".join(f"{name} = %({name})s" for name in values)
    await tx.run(
        f"UPDATE block_subscriptions SET {assignments} WHERE {TENANT} AND id = %(id)s",
        {**values, **tenant(tx), "id": id_},
    )


async def delete(tx: Tx, id_: int) -> None:
    """Remove it; its blocks are from then on as if made by hand."""
    await tx.run(
        f"UPDATE blocked_domains SET subscription_id = NULL WHERE {TENANT} AND subscription_id = %(id)s",
        {**tenant(tx), "id": id_},
    )
    await tx.run(f"DELETE FROM block_subscriptions WHERE {TENANT} AND id = %(id)s", {**tenant(tx), "id": id_})


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription that does not go by itself, and the network that has it."""

    host: str
    url: str
    state: Literal["active", "review"]
    reason: str


async def failing(tx: Tx) -> list[Trouble]:
    """Those that fail for the second time in a row or wait for review, in the whole installation (system)."""
    return await tx.all(
        """SELECT n.host, s.url, s.state, s.reason FROM block_subscriptions s
           JOIN networks n ON n.org_id = s.org_id AND n.id = s.network_id
           WHERE s.failures > 1 OR s.state = 'review' ORDER BY s.id""",
        as_=Trouble,
    )


async def due(tx: Tx) -> list[Row]:
    """(org_id, network_id, id) of lists that have not been looked at for a day (system)."""
    return await tx.all("SELECT org_id, network_id, id FROM block_subscriptions WHERE next_at <= now() ORDER BY id")


async def excepted(tx: Tx, domain: str) -> None:
    """Somebody lifted a list's block by hand: no list lays it again."""
    await tx.run(
        """INSERT INTO block_exceptions (org_id, network_id, domain) VALUES (%(org)s, %(network)s, %(domain)s)
           ON CONFLICT DO NOTHING""",
        {**tenant(tx), "domain": domain},
    )
