"""What following means when the target is a group: joining it. What groups are is in groups/, above."""

from __future__ import annotations

from typing import Literal

import msgspec

from torg.engine.postgres import Tx
from torg.graph.store import params
from torg.kernel.errors import Forbidden, Invalid, NotFound

TENANT = "g.org_id = %(org)s AND g.network_id = %(network)s"
LAST_ADMIN = "Validation failed: The group's last administrator must hand it over first"


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """A group as somebody who wants to join it finds it."""

    kind: Literal["open", "moderated", "private", "hidden"]
    archived: bool
    guests_allowed: bool
    guest: bool
    invited: bool


async def door(tx: Tx, me: int, group_id: int) -> Door:
    """The group's door for one account; NotFound if it is no group any more."""
    found = await tx.one(
        f"""SELECT g.kind, g.archived_at IS NOT NULL AS archived, g.guests_allowed, a.guest,
              EXISTS (SELECT FROM group_invitations i WHERE i.org_id = g.org_id AND i.group_id = g.id
                      AND i.account_id = a.id) AS invited
            FROM groups g JOIN accounts a ON a.org_id = g.org_id AND a.id = %(me)s
            WHERE {TENANT} AND g.id = %(group)s""",
        params(tx, me, group=group_id),
        as_=Door,
    )
    if found is None:
        raise NotFound
    return found


def may_join(found: Door) -> None:
    """NotFound for a hidden group, and any for a guest, without an invitation; Forbidden where nobody joins."""
    if not found.invited and (found.kind == "hidden" or found.guest):
        raise NotFound
    if found.archived or (found.guest and not found.guests_allowed):
        raise Forbidden


async def uninvite(tx: Tx, account_id: int, group_id: int) -> None:
    """Take away an invitation that was used or is void, with the request by which it was told."""
    values = params(tx, account_id, group=group_id)
    await tx.run(
        f"DELETE FROM group_invitations g WHERE {TENANT} AND g.group_id = %(group)s AND g.account_id = %(me)s", values
    )
    await tx.run(
        f"DELETE FROM follow_requests g WHERE {TENANT} AND g.account_id = %(group)s AND g.target_id = %(me)s", values
    )


async def is_invitation(tx: Tx, me: int, group_id: int) -> bool:
    """Whether what looks like a request to follow is a group's invitation."""
    return bool(
        await tx.value(
            f"SELECT true FROM group_invitations g WHERE {TENANT} AND g.group_id = %(group)s AND g.account_id = %(me)s",
            params(tx, me, group=group_id),
        )
    )


async def asked_through(tx: Tx, me: int, follower: int) -> list[int]:
    """The groups of which `me` is staff and which `follower` asks to join."""
    return await tx.column(
        f"""SELECT g.group_id FROM group_roles g
            JOIN follow_requests q ON q.org_id = g.org_id AND q.target_id = g.group_id AND q.account_id = %(follower)s
            WHERE {TENANT} AND g.account_id = %(me)s ORDER BY 1""",
        params(tx, me, follower=follower),
    )


async def check_leaving(tx: Tx, member: int, group_id: int) -> None:
    """Invalid (422) for a group's last administrator. Locks the group's roles, so that two do not leave at once."""
    admins = await tx.column(
        f"""SELECT g.account_id FROM group_roles g
            WHERE {TENANT} AND g.group_id = %(group)s AND g.role = 'admin' ORDER BY 1 FOR UPDATE""",
        params(tx, None, group=group_id),
    )
    if admins == [member]:
        raise Invalid(LAST_ADMIN)
