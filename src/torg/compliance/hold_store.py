"""SQL of legal holds: laying them, letting go, and what then falls due."""

from __future__ import annotations

from typing import Any

from torg.compliance.model import Hold, Kept
from torg.engine.postgres import Tx
from torg.kernel.page import Page, in_order

COLUMNS = ", ".join(Hold.__struct_fields__)
TENANT = "org_id = %(org)s AND network_id = %(network)s"
OPEN = "(released_at IS NULL AND (ends_at IS NULL OR ends_at > now()))"

INSERT = f"""
INSERT INTO legal_holds (org_id, network_id, id, name, reason, kind, account_ids, person_id, group_id, tag, expression,
    starts_at, ends_at, created_by)
VALUES (%(org)s, %(network)s, %(id)s, %(name)s, %(reason)s, %(kind)s, %(account_ids)s, %(person_id)s, %(group_id)s,
    %(tag)s, %(expression)s, coalesce(%(starts_at)s, now()), %(ends_at)s, %(created_by)s)
RETURNING {COLUMNS}
"""
# A hold is also laid on what had been deleted before it began, as far as that is still there.
EXTEND = (
    """UPDATE deleted_posts d SET holds = d.holds || %(id)s::bigint WHERE d.org_id = %(org)s
       AND NOT d.holds @> ARRAY[%(id)s::bigint]
       AND torg_holds(d.org_id, d.network_id, ARRAY[d.account_id], (d.snapshot->>'group_id')::bigint,
           ARRAY(SELECT jsonb_array_elements_text(coalesce(d.snapshot->'tags', '[]'))),
           concat_ws(' ', d.snapshot->>'source', d.snapshot->>'spoiler', d.snapshot->>'edits'))
           @> ARRAY[%(id)s::bigint]""",
    """UPDATE deleted_messages d SET holds = d.holds || %(id)s::bigint WHERE d.org_id = %(org)s
       AND NOT d.holds @> ARRAY[%(id)s::bigint]
       AND torg_holds(d.org_id, d.network_id, d.account_id || d.reader_ids, NULL, '{}',
           concat_ws(' ', d.snapshot->>'source', d.snapshot->>'spoiler', d.snapshot->>'edits'))
           @> ARRAY[%(id)s::bigint]""",
    """UPDATE kept_media k SET holds = k.holds || %(id)s::bigint WHERE k.org_id = %(org)s
       AND NOT k.holds @> ARRAY[%(id)s::bigint]
       AND (torg_holds(k.org_id, k.network_id, ARRAY[k.account_id], NULL, '{}', k.record->>'description')
               @> ARRAY[%(id)s::bigint]
            OR EXISTS (SELECT FROM deleted_posts d WHERE d.org_id = k.org_id AND d.id = k.post_id
                       AND d.holds @> ARRAY[%(id)s::bigint])
            OR EXISTS (SELECT FROM deleted_messages d WHERE d.org_id = k.org_id AND d.id = k.message_id
                       AND d.holds @> ARRAY[%(id)s::bigint]))""",
)
UNBEGUN = """
SELECT org_id, network_id, id FROM legal_holds WHERE extended_at IS NULL AND settled_at IS NULL AND starts_at <= now()
ORDER BY id
"""
ENDED = """
SELECT org_id, network_id, id FROM legal_holds
WHERE settled_at IS NULL AND (released_at IS NOT NULL OR ends_at <= now()) ORDER BY id
"""
LET_GO = (
    """UPDATE deleted_posts SET holds = array_remove(holds, %(id)s::bigint)
       WHERE org_id = %(org)s AND holds <> '{}' AND holds @> ARRAY[%(id)s::bigint]""",
    """UPDATE deleted_messages SET holds = array_remove(holds, %(id)s::bigint)
       WHERE org_id = %(org)s AND holds <> '{}' AND holds @> ARRAY[%(id)s::bigint]""",
    """UPDATE kept_media SET holds = array_remove(holds, %(id)s::bigint)
       WHERE org_id = %(org)s AND holds <> '{}' AND holds @> ARRAY[%(id)s::bigint]""",
    """UPDATE held_records SET holds = array_remove(holds, %(id)s::bigint)
       WHERE org_id = %(org)s AND holds @> ARRAY[%(id)s::bigint]""",
    "DELETE FROM held_records WHERE org_id = %(org)s AND holds = '{}'",
    # Of whom an erasure was due in the meantime nothing stays.
    """DELETE FROM deleted_posts d USING erasures e WHERE d.org_id = %(org)s AND e.org_id = d.org_id
       AND d.account_id = ANY (e.account_ids) AND d.holds = '{}'""",
    """DELETE FROM deleted_messages d USING erasures e WHERE d.org_id = %(org)s AND e.org_id = d.org_id
       AND d.account_id = ANY (e.account_ids) AND d.holds = '{}'""",
    """DELETE FROM kept_media d USING erasures e WHERE d.org_id = %(org)s AND e.org_id = d.org_id
       AND d.account_id = ANY (e.account_ids) AND d.holds = '{}'""",
)


def tenant(tx: Tx, **more: Any) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], **more}


async def insert(tx: Tx, values: dict[str, Any]) -> Hold:
    made = await tx.one(INSERT, tenant(tx, **values), as_=Hold)
    assert made is not None
    return made


async def find(tx: Tx, id_: int) -> Hold | None:
    return await tx.one(
        f"SELECT {COLUMNS} FROM legal_holds WHERE {TENANT} AND id = %(id)s", tenant(tx, id=id_), as_=Hold
    )


async def listed(tx: Tx, page: Page, *, active: bool | None) -> list[Hold]:
    """A page of the network's holds, the newest first; `active` None: all."""
    where, params = page.where("id")
    found = await tx.all(
        f"""SELECT {COLUMNS} FROM legal_holds WHERE {TENANT} AND {where}
            AND (%(active)s::boolean IS NULL OR %(active)s = {OPEN})
            ORDER BY id {page.direction} LIMIT {page.limit}""",
        tenant(tx, active=active, **params),
        as_=Hold,
    )
    return in_order(page, found)


async def release(tx: Tx, id_: int) -> bool:
    """End a hold now; whether it was open."""
    return (
        await tx.run(
            f"UPDATE legal_holds SET released_at = now() WHERE {TENANT} AND id = %(id)s AND {OPEN}", tenant(tx, id=id_)
        )
        > 0
    )


async def faces(tx: Tx, account_id: int) -> tuple[int | None, list[int]] | None:
    """(person, all of his or her accounts in the organisation that this transaction sees); None for no account."""
    row = await tx.one(
        f"SELECT person_id FROM accounts WHERE {TENANT} AND id = %(id)s AND kind <> 'group'", tenant(tx, id=account_id)
    )
    if row is None:
        return None
    if row["person_id"] is None:
        return None, [account_id]
    ids = await tx.column(
        "SELECT id FROM accounts WHERE org_id = %(org)s AND person_id = %(person)s ORDER BY id",
        tenant(tx, person=row["person_id"]),
    )
    return row["person_id"], [int(id_) for id_ in ids]


async def is_group(tx: Tx, group_id: int) -> bool:
    return bool(
        await tx.value(f"SELECT EXISTS (SELECT FROM groups WHERE {TENANT} AND id = %(id)s)", tenant(tx, id=group_id))
    )


async def says_something(tx: Tx, expression: str) -> bool:
    """Whether anything is left of a search expression."""
    return bool(await tx.value("SELECT numnode(websearch_to_tsquery('simple', %s)) > 0", (expression,)))


async def kept(tx: Tx, id_: int) -> Kept:
    found = await tx.one(
        """SELECT (SELECT count(*) FROM deleted_posts WHERE org_id = %(org)s
                   AND holds @> ARRAY[%(id)s::bigint]) AS posts,
                  (SELECT count(*) FROM deleted_messages WHERE org_id = %(org)s
                   AND holds @> ARRAY[%(id)s::bigint]) AS messages,
                  (SELECT count(*) FROM kept_media WHERE org_id = %(org)s
                   AND holds @> ARRAY[%(id)s::bigint]) AS media""",
        tenant(tx, id=id_),
        as_=Kept,
    )
    assert found is not None
    return found


async def extend(tx: Tx, org_id: int, id_: int) -> None:
    """Lay a hold that has begun on what was deleted before (system)."""
    for sql in EXTEND:
        await tx.run(sql, {"org": org_id, "id": id_})
    await tx.run("UPDATE legal_holds SET extended_at = now() WHERE org_id = %s AND id = %s", (org_id, id_))


async def settle(tx: Tx, org_id: int, id_: int) -> None:
    """What an ended hold alone kept falls due (system)."""
    for sql in LET_GO:
        await tx.run(sql, {"org": org_id, "id": id_})
    await tx.run("UPDATE legal_holds SET settled_at = now() WHERE org_id = %s AND id = %s", (org_id, id_))
