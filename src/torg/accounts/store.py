"""All SQL of the accounts table. Every query names organisation and network; row security repeats it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec

from torg.accounts.model import Account
from torg.engine.postgres import NATIVE, Tx, json
from torg.kernel.errors import TorgError

COLUMNS = ", ".join(Account.__struct_fields__)
TENANT = "org_id = %(org)s AND network_id = %(network)s"
JSON_COLUMNS = {"fields", "avatar", "header", "settings"}


def tenant(tx: Tx) -> dict[str, Any]:
    """Parameters of the TENANT condition."""
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}


@asynccontextmanager
async def whole(tx: Tx) -> AsyncIterator[None]:
    """The network as it is, not as far as the viewer may see of groups and guests: handles are unique in all of it.

    Nothing read within may be shown to the viewer.
    """
    seen = tx.scope
    if seen.viewer is None:
        yield
        return
    await tx.run("SELECT set_config('torg.viewer', '', true), set_config('torg.guest', '', true)")
    try:
        yield
    except TorgError:  # anything else has broken the transaction, and its settings with it
        await tx.seen_by(seen.viewer, guest=seen.guest)
        raise
    await tx.seen_by(seen.viewer, guest=seen.guest)


async def by_ids(tx: Tx, ids: Iterable[int]) -> dict[int, Account]:
    """Accounts by id, whatever their state; ids that are not here are left out."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    rows = await tx.all(
        f"SELECT {COLUMNS} FROM accounts WHERE {TENANT} AND id = ANY(%(ids)s)",
        {**tenant(tx), "ids": wanted},
        as_=Account,
    )
    return {a.id: a for a in rows}


async def stamped(tx: Tx, ids: Iterable[int]) -> list[tuple[str, Account]]:
    """As `by_ids`, each with the transaction and place of its row: whatever changes the row changes that."""
    wanted = list(set(ids))
    if not wanted:
        return []
    rows = await tx.all(
        f"SELECT {COLUMNS}, xmin::text || ctid::text AS stamp FROM accounts WHERE {TENANT} AND id = ANY(%(ids)s)",
        {**tenant(tx), "ids": wanted},
    )
    return [(row.pop("stamp"), msgspec.convert(row, Account, builtin_types=NATIVE)) for row in rows]


async def by_handle(tx: Tx, handle: str, host: str = "") -> Account | None:
    return await tx.one(
        f"SELECT {COLUMNS} FROM accounts WHERE {TENANT} AND lower(handle) = lower(%(handle)s) "
        "AND host = lower(%(host)s)",
        {**tenant(tx), "handle": handle, "host": host},
        as_=Account,
    )


async def was_known(tx: Tx, handle: str) -> bool:
    """Whether other servers know the handle as somebody's who is gone: they would take a new one for the same."""
    return bool(
        await tx.value(
            f"""SELECT true FROM gone_actors WHERE {TENANT}
                AND handle_hash = sha256(convert_to(lower(%(handle)s), 'UTF8')) LIMIT 1""",
            {**tenant(tx), "handle": handle},
        )
    )


async def by_handles(tx: Tx, handles: Iterable[tuple[str, str]]) -> list[Account]:
    """Accounts by (handle, host); host '' is here."""
    pairs = {(handle.lower(), host.lower()) for handle, host in handles}
    if not pairs:
        return []
    return await tx.all(
        f"SELECT {COLUMNS} FROM accounts WHERE {TENANT} AND (lower(handle), host) IN "
        "(SELECT * FROM unnest(%(handles)s::text[], %(hosts)s::text[]))",
        {**tenant(tx), "handles": [h for h, _ in pairs], "hosts": [d for _, d in pairs]},
        as_=Account,
    )


async def insert(tx: Tx, id_: int, handle: str, values: Mapping[str, Any]) -> None:
    """A new account; `values` are further columns."""
    columns = {"org_id": tx.scope.org_id, "network_id": tx.scope.network_ids[0], "id": id_, "handle": handle, **values}
    names = ", ".join(columns)
    places = ", ".join(f"%({name})s" for name in columns)
    await tx.run(f"INSERT INTO accounts ({names}) VALUES ({places})", _adapt(columns))


async def update(tx: Tx, id_: int, values: Mapping[str, Any]) -> None:
    """Change the named columns of one account."""
    if not values:
        return
    assignments = ", ".join(f"{name} = %({name})s" for name in values)
    await tx.run(
        f"UPDATE accounts SET {assignments} WHERE {TENANT} AND id = %(id)s",
        {**_adapt(values), **tenant(tx), "id": id_},
    )


async def count(tx: Tx, id_: int, **changes: int) -> None:
    """Add to counters: `count(tx, id, posts_count=1)`; never below zero."""
    assignments = ", ".join(f"{name} = greatest(0, {name} + %({name})s)" for name in changes)
    await tx.run(
        f"UPDATE accounts SET {assignments} WHERE {TENANT} AND id = %(id)s", {**changes, **tenant(tx), "id": id_}
    )


async def posted(tx: Tx, id_: int, at: datetime) -> None:
    """Note one post more and when: one statement, since each makes a new version of a row that all posts read.

    The first of an hour: an index has the time, and a version that keeps it costs no entry in all the others.
    """
    await tx.run(
        f"""UPDATE accounts SET posts_count = posts_count + 1, last_post_at = CASE
                WHEN last_post_at >= date_trunc('hour', %(at)s::timestamptz, 'UTC') THEN last_post_at ELSE %(at)s END
            WHERE {TENANT} AND id = %(id)s""",
        {**tenant(tx), "id": id_, "at": at},
    )


def _adapt(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: json(v) if k in JSON_COLUMNS and v is not None else v for k, v in values.items()}
