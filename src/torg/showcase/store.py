"""SQL of collections; the tenant is in every statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from torg.engine.postgres import Tx
from torg.showcase.model import Collection, Item

TENANT = "c.org_id = %(org)s AND c.network_id = %(network)s"
COLUMNS = """c.id, c.account_id, c.name, c.description, c.language, c.sensitive, c.discoverable, c.created_at,
    c.updated_at, (SELECT t.display_name FROM tags t WHERE t.org_id = c.org_id AND t.id = c.tag_id) AS tag"""
SHOWN = """(i.account_id = %(me)s OR c.account_id = %(me)s AND i.state <> 'revoked' OR i.state = 'accepted')
    AND i.state <> 'revoked' AND a.state = 'active' AND a.suspended_at IS NULL
    AND NOT EXISTS (SELECT FROM blocks x WHERE x.org_id = i.org_id AND x.account_id = %(me)s
                    AND x.target_id = i.account_id)
    AND NOT EXISTS (SELECT FROM blocks x WHERE x.org_id = i.org_id AND x.account_id = i.account_id
                    AND x.target_id = %(me)s)"""


def params(tx: Tx, me: int | None, **more: Any) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "me": me, **more}


async def one(tx: Tx, id_: int) -> Collection | None:
    """A collection without its items, whoever asks."""
    return await tx.one(
        f"SELECT {COLUMNS} FROM collections c WHERE {TENANT} AND c.id = %(id)s",
        params(tx, None, id=id_),
        as_=Collection,
    )


async def readable(tx: Tx, me: int | None, ids: Sequence[int]) -> list[Collection]:
    """Collections by id, without their items, of owners that can be seen and do not block `me`."""
    return await tx.all(
        f"""SELECT {COLUMNS} FROM collections c JOIN accounts o ON o.org_id = c.org_id AND o.id = c.account_id
            WHERE {TENANT} AND c.id = ANY(%(ids)s) AND o.state = 'active' AND o.suspended_at IS NULL
            AND NOT EXISTS (SELECT FROM blocks x WHERE x.org_id = c.org_id AND x.account_id = o.id
                            AND x.target_id = %(me)s)""",
        params(tx, me, ids=list(ids)),
        as_=Collection,
    )


async def of_account(
    tx: Tx, account_id: int, *, hidden: bool, limit: int | None = None, offset: int = 0
) -> list[Collection]:
    """An account's collections, newest first; also those that are not discoverable if `hidden`."""
    return await tx.all(
        f"""SELECT {COLUMNS} FROM collections c WHERE {TENANT} AND c.account_id = %(account)s
            {"" if hidden else "AND c.discoverable"} ORDER BY c.id DESC LIMIT %(limit)s OFFSET %(offset)s""",
        params(tx, None, account=account_id, limit=limit, offset=offset),
        as_=Collection,
    )


async def featuring(tx: Tx, me: int, *, limit: int, offset: int) -> list[Collection]:
    """Collections of others that an account is in, newest first, of owners that can be seen and do not block it."""
    return await tx.all(
        f"""SELECT {COLUMNS} FROM collection_items i
            JOIN collections c ON c.org_id = i.org_id AND c.id = i.collection_id
            JOIN accounts o ON o.org_id = c.org_id AND o.id = c.account_id
            WHERE {TENANT} AND i.account_id = %(me)s AND i.state <> 'revoked'
            AND o.state = 'active' AND o.suspended_at IS NULL
            AND NOT EXISTS (SELECT FROM blocks x WHERE x.org_id = c.org_id AND x.account_id = o.id
                            AND x.target_id = %(me)s)
            ORDER BY i.id DESC LIMIT %(limit)s OFFSET %(offset)s""",
        params(tx, me, limit=limit, offset=offset),
        as_=Collection,
    )


async def items(tx: Tx, me: int | None, collection_ids: Sequence[int]) -> dict[int, list[Item]]:
    """What `me` is shown of collections: accepted items, pending ones to owner and member, none across a block."""
    rows = await tx.all(
        f"""SELECT i.id, i.collection_id, i.account_id, i.state, i.created_at FROM collection_items i
            JOIN collections c ON c.org_id = i.org_id AND c.id = i.collection_id
            JOIN accounts a ON a.org_id = i.org_id AND a.id = i.account_id
            WHERE {TENANT} AND i.collection_id = ANY(%(ids)s) AND {SHOWN} ORDER BY i.id""",
        params(tx, me, ids=list(collection_ids)),
        as_=Item,
    )
    found: dict[int, list[Item]] = {id_: [] for id_ in collection_ids}
    for row in rows:
        found[row.collection_id].append(row)
    return found


async def item(tx: Tx, collection_id: int, id_: int) -> Item | None:
    """An item that is not revoked, whoever asks."""
    return await tx.one(
        """SELECT i.id, i.collection_id, i.account_id, i.state, i.created_at FROM collection_items i
           WHERE i.org_id = %(org)s AND i.network_id = %(network)s AND i.collection_id = %(collection)s
           AND i.id = %(id)s AND i.state <> 'revoked'""",
        params(tx, None, collection=collection_id, id=id_),
        as_=Item,
    )


async def members(tx: Tx, collection_id: int, *, revoked: bool = False) -> list[int]:
    """Accounts in a collection; also those that left it for good if `revoked`."""
    return await tx.column(
        f"""SELECT i.account_id FROM collection_items i WHERE i.org_id = %(org)s AND i.network_id = %(network)s
            AND i.collection_id = %(collection)s {"" if revoked else "AND i.state <> 'revoked'"} ORDER BY i.id""",
        params(tx, None, collection=collection_id),
    )


async def lock(tx: Tx, owner: int) -> None:
    """Let one transaction at a time add to an owner's collections, so that the limits hold."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"collections:{owner}",))


async def insert(tx: Tx, values: dict[str, Any]) -> None:
    columns = {"org_id": tx.scope.org_id, "network_id": tx.scope.network_ids[0], **values}
    places = ", ".join(f"%({name})s" for name in columns)
    await tx.run(f"INSERT INTO collections ({', '.join(columns)}) VALUES ({places})", columns)


async def update(tx: Tx, id_: int, values: dict[str, Any]) -> None:
    """Change the named columns."""
    assignments = ", ".join(f"{name} = %({name})s" for name in values)
    await tx.run(
        f"UPDATE collections c SET {assignments} WHERE {TENANT} AND c.id = %(id)s", params(tx, None, **values, id=id_)
    )


async def delete(tx: Tx, id_: int) -> None:
    await tx.run(f"DELETE FROM collections c WHERE {TENANT} AND c.id = %(id)s", params(tx, None, id=id_))


async def insert_item(tx: Tx, made: Item) -> None:
    await tx.run(
        """INSERT INTO collection_items (org_id, network_id, id, collection_id, account_id, state, created_at)
           VALUES (%(org)s, %(network)s, %(id)s, %(collection)s, %(account)s, %(state)s, %(at)s)""",
        params(
            tx,
            None,
            id=made.id,
            collection=made.collection_id,
            account=made.account_id,
            state=made.state,
            at=made.created_at,
        ),
    )


async def touch(tx: Tx, id_: int, at: datetime) -> None:
    """A collection was changed at this moment."""
    await update(tx, id_, {"updated_at": at})


async def delete_item(tx: Tx, id_: int) -> None:
    await tx.run(
        "DELETE FROM collection_items c WHERE c.org_id = %(org)s AND c.network_id = %(network)s AND c.id = %(id)s",
        params(tx, None, id=id_),
    )


async def revoke_item(tx: Tx, id_: int) -> None:
    await tx.run(
        """UPDATE collection_items c SET state = 'revoked'
           WHERE c.org_id = %(org)s AND c.network_id = %(network)s AND c.id = %(id)s""",
        params(tx, None, id=id_),
    )
