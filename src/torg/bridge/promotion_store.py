"""SQL of promotions: rows of the inside network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from torg.bridge.model import Promotion
from torg.engine.postgres import Tx, json
from torg.kernel.page import Page, in_order
from torg.posts.visibility import readable

COLUMNS = ", ".join(f"m.{name}" for name in Promotion.__struct_fields__)
TENANT = "m.org_id = %(org)s AND m.network_id = %(network)s"
# Who knows of a promotion: its parties, officers who may read the inside post, and, once out, everybody who may.
KNOWN = f"""(m.requested_by = %(viewer)s OR m.source_account_id = %(viewer)s
    OR ((%(officer)s OR m.state = 'published') AND EXISTS (SELECT FROM posts p WHERE p.org_id = m.org_id
        AND p.network_id = m.network_id AND p.id = m.source_post_id AND {readable()})))"""
JSON = frozenset({"redactions", "media"})


def tenant(tx: Tx, viewer: int | None = None, *, officer: bool = False) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "viewer": viewer, "officer": officer}


async def insert(tx: Tx, values: dict[str, Any]) -> None:
    columns = {"org_id": tx.scope.org_id, "network_id": tx.scope.network_ids[0], **_adapted(values)}
    await tx.run(
        f"INSERT INTO promotions ({', '.join(columns)}) VALUES ({', '.join(f'%({c})s' for c in columns)})", columns
    )


async def update(tx: Tx, id_: int, values: dict[str, Any]) -> None:
    given = _adapted(values)
    await tx.run(
        f"""UPDATE promotions m SET updated_at = now(), {", ".join(f"{n} = %({n})s" for n in given)}
            WHERE {TENANT} AND m.id = %(id)s""",
        {**given, **tenant(tx), "id": id_},
    )


def _adapted(values: dict[str, Any]) -> dict[str, Any]:
    return {name: json(value) if name in JSON else value for name, value in values.items()}


async def find(tx: Tx, viewer: int, id_: int, *, officer: bool, lock: bool = False) -> Promotion | None:
    """One that the viewer may know of, if `lock` held so that nobody else decides about it meanwhile."""
    return await tx.one(
        f"SELECT {COLUMNS} FROM promotions m WHERE {TENANT} AND m.id = %(id)s AND {KNOWN}"
        f"{' FOR UPDATE OF m' if lock else ''}",
        {**tenant(tx, viewer, officer=officer), "id": id_},
        as_=Promotion,
    )


async def listed(
    tx: Tx, viewer: int, page: Page, *, officer: bool, state: str | None, post_id: int | None
) -> list[Promotion]:
    """Those that the viewer may know of, newest first."""
    where, params = page.where("m.id")
    rows = await tx.all(
        f"""SELECT {COLUMNS} FROM promotions m WHERE {TENANT} AND {KNOWN} AND {where}
            AND (%(state)s::text IS NULL OR m.state = %(state)s)
            AND (%(post)s::bigint IS NULL OR m.source_post_id = %(post)s)
            ORDER BY m.id {page.direction} LIMIT {page.limit}""",
        {**tenant(tx, viewer, officer=officer), **params, "state": state, "post": post_id},
        as_=Promotion,
    )
    return in_order(page, rows)


async def face_of(tx: Tx, person_id: int | None) -> int | None:
    """A person's own account in the transaction's network, that may post."""
    found: int | None = await tx.value(
        """SELECT id FROM accounts WHERE org_id = %(org)s AND network_id = %(network)s AND person_id = %(person)s
           AND host = '' AND kind <> 'group' AND state = 'active' AND suspended_at IS NULL AND disabled_at IS NULL
           AND moved_to_id IS NULL ORDER BY kind = 'personal' DESC, id LIMIT 1""",
        {**tenant(tx), "person": person_id},
    )
    return found


class Out(msgspec.Struct, frozen=True, kw_only=True):
    """A promotion that is out, as its public thread finds it. `network_id`: the inside."""

    network_id: int
    public_post_id: int
    face_id: int
    source_post_id: int
    source_account_id: int
    requested_by: int | None
    thread_id: int


async def out_of_threads(tx: Tx, thread_ids: Sequence[int]) -> dict[int, Out]:
    """Public thread → the promotion that began it, for the relay: the transaction's network is the public one."""
    rows = await tx.all(
        """SELECT m.network_id, m.public_post_id, m.face_id, m.source_post_id, m.source_account_id, m.requested_by,
                  p.thread_id
           FROM promotions m JOIN posts p ON p.org_id = m.org_id AND p.id = m.source_post_id
           WHERE m.org_id = %(org)s AND m.public_network_id = %(network)s AND m.state = 'published'
           AND m.public_post_id = ANY(%(ids)s) AND m.source_account_id IS NOT NULL""",
        {**tenant(tx), "ids": list(thread_ids)},
        as_=Out,
    )
    return {row.public_post_id: row for row in rows}


MOST_OUT = 5


async def public_posts(tx: Tx, source_post_id: int) -> list[int]:
    """The public posts that were made of an inside post, the latest first."""
    return await tx.column(
        f"""SELECT m.public_post_id FROM promotions m WHERE {TENANT} AND m.source_post_id = %(post)s
            AND m.state = 'published' AND m.public_post_id IS NOT NULL ORDER BY m.id DESC LIMIT {MOST_OUT}""",
        {**tenant(tx), "post": source_post_id},
    )
