"""SQL of the table compliance_exports."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from torg.compliance.model import Cut, Export
from torg.engine.postgres import Tx, json

COLUMNS = ", ".join(Export.__struct_fields__)
TENANT = "org_id = %(org)s AND network_id = %(network)s"


def _params(tx: Tx, **more: Any) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], **more}


async def insert(tx: Tx, id_: int, cut: Cut, created_by: int) -> Export:
    made = await tx.one(
        f"""INSERT INTO compliance_exports (org_id, network_id, id, params, created_by)
            VALUES (%(org)s, %(network)s, %(id)s, %(cut)s, %(by)s) RETURNING {COLUMNS}""",
        _params(tx, id=id_, cut=json(cut), by=created_by),
        as_=Export,
    )
    assert made is not None
    return made


async def find(tx: Tx, id_: int) -> Export | None:
    return await tx.one(
        f"SELECT {COLUMNS} FROM compliance_exports WHERE {TENANT} AND id = %(id)s", _params(tx, id=id_), as_=Export
    )


async def latest(tx: Tx, most: int) -> list[Export]:
    return await tx.all(
        f"SELECT {COLUMNS} FROM compliance_exports WHERE {TENANT} ORDER BY id DESC LIMIT %(most)s",
        _params(tx, most=most),
        as_=Export,
    )


async def busy(tx: Tx) -> bool:
    """Whether one is being made in this network."""
    return bool(
        await tx.value(
            f"""SELECT EXISTS (SELECT FROM compliance_exports WHERE {TENANT} AND state IN ('waiting', 'running'))""",
            _params(tx),
        )
    )


async def advance(tx: Tx, id_: int, done: int, total: int) -> None:
    await tx.run(
        f"""UPDATE compliance_exports SET state = 'running', done = %(done)s, total = %(total)s
            WHERE {TENANT} AND id = %(id)s AND state IN ('waiting', 'running')""",
        _params(tx, id=id_, done=done, total=total),
    )


async def finish(tx: Tx, id_: int, digest: str, size: int, lifetime: timedelta) -> None:
    await tx.run(
        f"""UPDATE compliance_exports SET state = 'ready', done = total, digest = %(digest)s, size = %(size)s,
            finished_at = now(), expires_at = now() + %(lifetime)s
            WHERE {TENANT} AND id = %(id)s AND state IN ('waiting', 'running')""",
        _params(tx, id=id_, digest=digest, size=size, lifetime=lifetime),
    )


async def fail(tx: Tx, id_: int, error: str) -> None:
    await tx.run(
        f"UPDATE compliance_exports SET state = 'failed', error = %(error)s WHERE {TENANT} AND id = %(id)s",
        _params(tx, id=id_, error=error),
    )


async def expire(tx: Tx, id_: int) -> None:
    await tx.run(f"UPDATE compliance_exports SET state = 'expired' WHERE {TENANT} AND id = %(id)s", _params(tx, id=id_))


async def overdue(tx: Tx) -> list[int]:
    """Ids of exports whose time is over, of all networks (system); marked as expired."""
    return await tx.column(
        """UPDATE compliance_exports SET state = 'expired' WHERE state = 'ready' AND expires_at <= now() RETURNING id"""
    )
