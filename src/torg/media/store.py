"""SQL of the tables media and media_files. Every query names organisation and network; row security repeats it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from torg.engine.postgres import Tx, json
from torg.media.model import Attachment, StoredFile

COLUMNS = ", ".join(Attachment.__struct_fields__)
FILE_COLUMNS = ", ".join(StoredFile.__struct_fields__)
TENANT = "org_id = %(org)s AND network_id = %(network)s"
HOLDERS = frozenset({"post_id", "message_id"})


def tenant(tx: Tx) -> dict[str, Any]:
    """Parameters of the TENANT condition."""
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}


async def insert(tx: Tx, values: Mapping[str, Any]) -> Attachment:
    """A new attachment; `values` are its columns besides the tenant's."""
    row = {"org_id": tx.scope.org_id, "network_id": tx.scope.network_ids[0], **values}
    made = await tx.one(
        f"INSERT INTO media ({', '.join(row)}) VALUES ({', '.join(f'%({n})s' for n in row)}) RETURNING {COLUMNS}",
        row,
        as_=Attachment,
    )
    assert made is not None
    return made


async def get(tx: Tx, id_: int, *, lock: bool = False) -> Attachment | None:
    """One attachment, whoever asks: for actions that check by themselves."""
    return await tx.one(
        f"SELECT {COLUMNS} FROM media WHERE {TENANT} AND id = %(id)s{' FOR UPDATE' if lock else ''}",
        {**tenant(tx), "id": id_},
        as_=Attachment,
    )


async def own(tx: Tx, account_id: int, id_: int, *, lock: bool = False) -> Attachment | None:
    """One's own attachment, if `lock` held until the transaction ends."""
    return await tx.one(
        f"SELECT {COLUMNS} FROM media WHERE {TENANT} AND account_id = %(account)s AND id = %(id)s"
        f"{' FOR UPDATE' if lock else ''}",
        {**tenant(tx), "account": account_id, "id": id_},
        as_=Attachment,
    )


async def own_many(tx: Tx, account_id: int, ids: Sequence[int], *, lock: bool = False) -> list[Attachment]:
    """Those of one's own attachments, if `lock` locked in id order, so that two posts cannot take the same."""
    return await tx.all(
        f"SELECT {COLUMNS} FROM media WHERE {TENANT} AND account_id = %(account)s AND id = ANY(%(ids)s)"
        f" ORDER BY id{' FOR UPDATE' if lock else ''}",
        {**tenant(tx), "account": account_id, "ids": list(ids)},
        as_=Attachment,
    )


async def held_by(tx: Tx, holder: str, ids: Iterable[int], *, rejected: bool = False) -> list[Attachment]:
    """The attachments of posts or messages (`holder` is the column), in their order. `rejected`: also those."""
    assert holder in HOLDERS
    return await tx.all(
        f"SELECT {COLUMNS} FROM media WHERE {TENANT} AND {holder} = ANY(%(ids)s)"
        f"{'' if rejected else ' AND NOT rejected'} ORDER BY {holder}, position, id",
        {**tenant(tx), "ids": list(ids)},
        as_=Attachment,
    )


async def hold(tx: Tx, holder: str, holder_id: int, ids: Sequence[int]) -> None:
    """Hang attachments on something, in this order."""
    assert holder in HOLDERS
    await tx.run(
        f"UPDATE media SET {holder} = %(holder)s, position = o.at"
        " FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS o(id, at)"
        " WHERE media.org_id = %(org)s AND media.network_id = %(network)s AND media.id = o.id",
        {**tenant(tx), "holder": holder_id, "ids": list(ids)},
    )


async def let_go(tx: Tx, holder: str, holder_id: int, keep: Sequence[int] = ()) -> list[int]:
    """Take all but `keep` off; their ids. Their time as loose files begins anew."""
    assert holder in HOLDERS
    return [
        int(id_)
        for id_ in await tx.column(
            f"UPDATE media SET {holder} = NULL, position = 0, created_at = now()"
            f" WHERE {TENANT} AND {holder} = %(holder)s AND NOT id = ANY(%(keep)s) RETURNING id",
            {**tenant(tx), "holder": holder_id, "keep": list(keep)},
        )
    ]


async def update(tx: Tx, id_: int, values: Mapping[str, Any]) -> Attachment | None:
    """Change columns; the attachment as it is then, or None if it is gone."""
    adapted = {name: json(value) if name == "meta" else value for name, value in values.items()}
    return await tx.one(
        f"UPDATE media SET {', '.join(f'{n} = %({n})s' for n in adapted)} WHERE {TENANT} AND id = %(id)s"
        f" RETURNING {COLUMNS}",
        {**adapted, **tenant(tx), "id": id_},
        as_=Attachment,
    )


async def planned(tx: Tx, id_: int) -> bool:
    """Whether a scheduled post waits with this attachment."""
    return bool(
        await tx.value(
            f"SELECT EXISTS (SELECT FROM scheduled_posts WHERE {TENANT} AND %(id)s::bigint = ANY(media_ids))",
            {**tenant(tx), "id": id_},
        )
    )


async def delete(tx: Tx, ids: Sequence[int]) -> None:
    """Remove attachments; their files are doomed and go with the next sweep."""
    await tx.run(f"DELETE FROM media WHERE {TENANT} AND id = ANY(%(ids)s)", {**tenant(tx), "ids": list(ids)})
    await tx.run(
        f"UPDATE media_files SET doomed_at = now() WHERE {TENANT} AND media_id = ANY(%(ids)s)",
        {**tenant(tx), "ids": list(ids)},
    )


async def add_file(
    tx: Tx,
    key: str,
    purpose: str,
    mime: str,
    size: int,
    *,
    media_id: int | None = None,
    account_id: int | None = None,
    doomed_at: datetime | None = None,
) -> None:
    """Register a file. Doing it again changes it, but never dooms one that is in use already."""
    await tx.run(
        """INSERT INTO media_files (org_id, network_id, key, purpose, mime, size, media_id, account_id, doomed_at)
           VALUES (%(org)s, %(network)s, %(key)s, %(purpose)s, %(mime)s, %(size)s, %(media)s, %(account)s, %(doomed)s)
           ON CONFLICT (org_id, key) DO UPDATE
           SET mime = EXCLUDED.mime, size = EXCLUDED.size,
               doomed_at = CASE WHEN media_files.doomed_at IS NULL THEN NULL ELSE EXCLUDED.doomed_at END""",
        {
            **tenant(tx),
            "key": key,
            "purpose": purpose,
            "mime": mime,
            "size": size,
            "media": media_id,
            "account": account_id,
            "doomed": doomed_at,
        },
    )


async def file(tx: Tx, key: str) -> StoredFile | None:
    """A file that may be served: not a source, not doomed, of an attachment or account that the viewer may see.

    Whose the file is, row security answers: a viewer's transaction finds no attachment and no account of others.
    """
    return await tx.one(
        f"SELECT {FILE_COLUMNS} FROM media_files f WHERE {TENANT} AND key = %(key)s AND purpose <> 'source'"
        " AND (f.media_id IS NULL OR EXISTS (SELECT FROM media m WHERE m.org_id = f.org_id AND m.id = f.media_id"
        " AND NOT m.rejected))"
        " AND (f.account_id IS NULL"
        " OR EXISTS (SELECT FROM accounts a WHERE a.org_id = f.org_id AND a.id = f.account_id))"
        " AND (doomed_at IS NULL OR purpose IN ('avatar', 'header', 'emoji', 'site', 'card') AND doomed_at > now())",
        {**tenant(tx), "key": key},
        as_=StoredFile,
    )


async def keep_files(tx: Tx, keys: Sequence[str]) -> int:
    """Files that are in use from now on; how many of them there were."""
    return await tx.run(
        f"UPDATE media_files SET doomed_at = NULL WHERE {TENANT} AND key = ANY(%(keys)s)",
        {**tenant(tx), "keys": list(keys)},
    )


async def doom_files(tx: Tx, keys: Sequence[str]) -> None:
    """Files that nothing uses any more."""
    await tx.run(
        f"UPDATE media_files SET doomed_at = now() WHERE {TENANT} AND key = ANY(%(keys)s)",
        {**tenant(tx), "keys": list(keys)},
    )
