"""The tables `mirrors` and `mirror_entries`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torg.engine.postgres import Row, Tx
from torg.mirrors.model import Item, Mirror
from torg.mirrors.rules import hashed

TENANT = "m.org_id = %(org)s AND m.network_id = %(network)s"
COLUMNS = ", ".join(f"m.{name}" for name in Mirror.__struct_fields__)


def tenant(tx: Tx, **more: Any) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], **more}


async def insert(tx: Tx, id_: int, account_id: int, made_by: int, url: str) -> bool:
    """False when the account mirrors this address already."""
    done = await tx.run(
        """INSERT INTO mirrors (org_id, network_id, id, account_id, made_by, url, url_hash)
           VALUES (%(org)s, %(network)s, %(id)s, %(account)s, %(by)s, %(url)s, %(hash)s)
           ON CONFLICT (org_id, account_id, url_hash) DO NOTHING""",
        tenant(tx, id=id_, account=account_id, by=made_by, url=url, hash=hashed(url)),
    )
    return done > 0


async def get(tx: Tx, id_: int) -> Mirror | None:
    return await tx.one(f"SELECT {COLUMNS} FROM mirrors m WHERE {TENANT} AND m.id = %(id)s", tenant(tx, id=id_),
                        as_=Mirror)  # fmt: skip


async def listed(tx: Tx, account_id: int | None, limit: int, offset: int) -> list[Mirror]:
    """Those of an account, or of the network; the newest first."""
    return await tx.all(
        f"""SELECT {COLUMNS} FROM mirrors m WHERE {TENANT}
            AND (%(account)s::bigint IS NULL OR m.account_id = %(account)s)
            ORDER BY m.id DESC LIMIT %(limit)s OFFSET %(offset)s""",
        tenant(tx, account=account_id, limit=limit, offset=offset),
        as_=Mirror,
    )


async def count(tx: Tx, account_id: int) -> int:
    sql = f"SELECT count(*) FROM mirrors m WHERE {TENANT} AND m.account_id = %(account)s"
    return int(await tx.value(sql, tenant(tx, account=account_id)))


async def drop(tx: Tx, id_: int) -> int:
    return await tx.run(f"DELETE FROM mirrors m WHERE {TENANT} AND m.id = %(id)s", tenant(tx, id=id_))


async def change(tx: Tx, id_: int, values: Mapping[str, Any]) -> int:
    assignments = ", ".join(f"{name} = %({name})s" for name in values)
    return await tx.run(
        f"UPDATE mirrors m SET {assignments} WHERE {TENANT} AND m.id = %(id)s", {**values, **tenant(tx, id=id_)}
    )


async def move(tx: Tx, id_: int, url: str) -> None:
    """Another address from now on, unless the account mirrors that already."""
    await tx.run(
        f"""UPDATE mirrors m SET url = %(url)s, url_hash = %(hash)s, etag = NULL, last_modified = NULL
            WHERE {TENANT} AND m.id = %(id)s AND NOT EXISTS (SELECT FROM mirrors o WHERE o.org_id = m.org_id
                AND o.account_id = m.account_id AND o.url_hash = %(hash)s)""",
        tenant(tx, id=id_, url=url, hash=hashed(url)),
    )


async def by_token(tx: Tx, token: str) -> Mirror | None:
    """The mirror of a callback's secret."""
    return await tx.one(
        f"SELECT {COLUMNS} FROM mirrors m WHERE {TENANT} AND m.hub_token = %(token)s", tenant(tx, token=token),
        as_=Mirror,
    )  # fmt: skip


async def due(tx: Tx, limit: int) -> list[Row]:
    """(org_id, network_id, id) of mirrors whose time has come (system)."""
    return await tx.all(
        """SELECT org_id, network_id, id FROM mirrors WHERE state = 'active' AND next_at <= now()
           ORDER BY next_at LIMIT %s""",
        (limit,),
    )


async def known(tx: Tx, id_: int, items: Sequence[Item], links: Mapping[str, bytes]) -> set[str]:
    """The keys of those of these entries that were seen before, by id or by address."""
    rows = await tx.all(
        """SELECT e.key, e.link_key FROM mirror_entries e WHERE e.org_id = %(org)s AND e.network_id = %(network)s
           AND e.mirror_id = %(id)s AND (e.key = ANY(%(keys)s::bytea[]) OR e.link_key = ANY(%(links)s::bytea[]))""",
        tenant(tx, id=id_, keys=[hashed(item.key) for item in items], links=list(links.values())),
    )
    keys, addresses = {bytes(row["key"]) for row in rows}, {bytes(row["link_key"]) for row in rows if row["link_key"]}
    return {item.key for item in items if hashed(item.key) in keys or links.get(item.key) in addresses}


async def see(tx: Tx, id_: int, item: Item, link: bytes | None) -> bool:
    """Note an entry; False if it was seen before, by whoever was faster."""
    done = await tx.run(
        """INSERT INTO mirror_entries (org_id, network_id, mirror_id, key, link_key)
           VALUES (%(org)s, %(network)s, %(id)s, %(key)s, %(link)s) ON CONFLICT (org_id, mirror_id, key) DO NOTHING""",
        tenant(tx, id=id_, key=hashed(item.key), link=link),
    )
    return done > 0


async def posted(tx: Tx, id_: int, item: Item, post_id: int) -> None:
    await tx.run(
        """UPDATE mirror_entries SET post_id = %(post)s WHERE org_id = %(org)s AND network_id = %(network)s
           AND mirror_id = %(id)s AND key = %(key)s""",
        tenant(tx, id=id_, key=hashed(item.key), post=post_id),
    )


async def posts_of_a_day(tx: Tx, id_: int) -> int:
    found = await tx.value(
        """SELECT count(*) FROM mirror_entries WHERE org_id = %(org)s AND network_id = %(network)s
           AND mirror_id = %(id)s AND post_id IS NOT NULL AND seen_at > now() - interval '1 day'""",
        tenant(tx, id=id_),
    )
    return int(found)
