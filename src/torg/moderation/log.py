"""The log of administrative acts: appended to in the act's own transaction, changed by nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from torg.engine.postgres import Tx, json
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Forbidden
from torg.kernel.ids import new_id
from torg.kernel.page import Page, in_order

OPERATOR = 0
"""In the place of an account: whoever runs the installation, at its command line."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the log; `actor_id` is an account's, or OPERATOR."""

    id: int
    actor_id: int
    verb: str
    target_type: str
    target_id: int | None
    details: dict[str, Any]
    created_at: datetime


async def record(tx: Tx, actor: Actor, verb: str, target_type: str, target_id: int | None, **details: Any) -> None:
    """Append what the actor just did; an actor without an account is the command line, for no edge lets one act."""
    await tx.run(
        """INSERT INTO admin_log (org_id, network_id, id, actor_id, verb, target_type, target_id, details)
           VALUES (%(org)s, %(network)s, %(id)s, %(actor)s, %(verb)s, %(type)s, %(target)s, %(details)s)""",
        {
            "org": actor.org_id, "network": actor.network_id, "id": new_id(), "verb": verb,
            "actor": OPERATOR if actor.account_id is None else actor.account_id,
            "type": target_type, "target": target_id, "details": json(details),
        },
    )  # fmt: skip


async def listed(
    tx: Tx, actor: Actor, page: Page, *, verb: str | None = None, actor_id: int | None = None,
    target: tuple[str, int] | None = None,
) -> list[Entry]:
    """A page of the acts in the actor's network, newest first; takes the permission to read the log.

    `verb`, `actor_id`: only such acts, only those of somebody. `target`: (its type, its id), only what was done to it.
    """
    if not actor.may(Permission.VIEW_AUDIT_LOG):
        raise Forbidden
    where, params = page.where("id")
    found = await tx.all(
        f"""SELECT id, actor_id, verb, target_type, target_id, details, created_at FROM admin_log
            WHERE org_id = %(org)s AND network_id = %(network)s AND {where}
            AND (%(verb)s::text IS NULL OR verb = %(verb)s) AND (%(by)s::bigint IS NULL OR actor_id = %(by)s)
            AND (%(target)s::bigint IS NULL OR (target_id = %(target)s AND target_type = %(type)s))
            ORDER BY id {page.direction} LIMIT %(limit)s""",
        {
            "org": actor.org_id, "network": actor.network_id, **params, "limit": page.limit, "verb": verb,
            "by": actor_id, "type": target[0] if target else "", "target": target[1] if target else None,
        },
        as_=Entry,
    )  # fmt: skip
    return in_order(page, found)


async def latest(tx: Tx, actor: Actor, limit: int = 100) -> list[Entry]:
    """The latest acts in the actor's network, newest first."""
    return await tx.all(
        """SELECT id, actor_id, verb, target_type, target_id, details, created_at FROM admin_log
           WHERE org_id = %s AND network_id = %s ORDER BY id DESC LIMIT %s""",
        (actor.org_id, actor.network_id, limit),
        as_=Entry,
    )
