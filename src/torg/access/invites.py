"""Invitations: codes that let people in where registration is closed, some number of times, for some time."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

import msgspec

from torg.accounts.store import TENANT, tenant
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.clock import now
from torg.kernel.errors import NotFound, invalid
from torg.kernel.ids import new_id
from torg.kernel.page import Page, in_order
from torg.moderation import log

MOST_USES = 100_000
MOST_COMPANY = 100
LONGEST = 10 * 365 * 86_400
GOOD = "(expires_at IS NULL OR expires_at > now()) AND (max_uses IS NULL OR uses < max_uses)"


class Invite(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `invites`. `account_id` None: made on the command line. None for no limit, no end.

    `guest`: who comes by it sees the groups of `group_ids` and nothing else. `company`: where that person works, for
    the organisation's own people ''.
    """

    id: int
    account_id: int | None
    code: str
    max_uses: int | None
    uses: int
    expires_at: datetime | None
    autofollow: bool
    guest: bool
    group_ids: list[int]
    company: str
    created_at: datetime

    @property
    def usable(self) -> bool:
        over = self.expires_at is not None and self.expires_at <= now()
        return not over and (self.max_uses is None or self.uses < self.max_uses)


COLUMNS = ", ".join(Invite.__struct_fields__)


async def create(
    tx: Tx,
    account_id: int | None,
    *,
    max_uses: int | None = None,
    expires_at: datetime | None = None,
    autofollow: bool = False,
    guest: bool = False,
    group_ids: Sequence[int] = (),
    company: str = "",
) -> Invite:
    """A new invitation; the code has 128 bits, since whoever has it may come in. Invalid (422) for odd limits."""
    company = " ".join(company.split())
    if len(company) > MOST_COMPANY:
        raise invalid("company", "ERR_TOO_LONG", f"is too long (maximum is {MOST_COMPANY} characters)")
    if max_uses is not None and not 1 <= max_uses <= MOST_USES:
        raise invalid("max_uses", "ERR_INVALID", f"must be from 1 to {MOST_USES}")
    if expires_at is not None and expires_at <= now():
        raise invalid("expires_in", "ERR_INVALID", "must be in the future")
    made = await tx.one(
        f"""INSERT INTO invites (org_id, network_id, id, account_id, code, max_uses, expires_at, autofollow, guest,
                                  group_ids, company)
            VALUES (%(org)s, %(network)s, %(id)s, %(account)s, %(code)s, %(most)s, %(expires)s, %(follow)s,
                    %(guest)s, %(groups)s, %(company)s)
            RETURNING {COLUMNS}""",
        {
            **tenant(tx), "id": new_id(), "account": account_id, "code": secrets.token_urlsafe(16), "most": max_uses,
            "expires": expires_at, "follow": autofollow, "guest": guest, "groups": list(group_ids),
            "company": company,
        },
        as_=Invite,
    )  # fmt: skip
    assert made is not None
    return made


async def find(tx: Tx, actor: Actor, invite_id: int) -> Invite:
    """One's own invitation, or anybody's for who manages them; 404 else."""
    found = await tx.one(
        f"SELECT {COLUMNS} FROM invites WHERE {TENANT} AND id = %(id)s", {**tenant(tx), "id": invite_id}, as_=Invite
    )
    if found is None or (found.account_id != actor.me and not actor.may(Permission.MANAGE_INVITES)):
        raise NotFound
    return found


async def of(tx: Tx, actor: Actor, page: Page) -> list[Invite]:
    """One's own invitations, or all for who manages them, the latest first."""
    where, values = page.where("id")
    rows = await tx.all(
        f"""SELECT {COLUMNS} FROM invites WHERE {TENANT} AND (account_id = %(me)s OR %(all)s) AND {where}
            ORDER BY id {page.direction} LIMIT {page.limit}""",
        {**tenant(tx), "me": actor.me, "all": actor.may(Permission.MANAGE_INVITES), **values},
        as_=Invite,
    )
    return in_order(page, rows)


async def change(
    tx: Tx, actor: Actor, invite_id: int, *, max_uses: int | None, expires_at: datetime | None, autofollow: bool | None
) -> Invite:
    """Other limits; None leaves as it is."""
    old = await find(tx, actor, invite_id)
    if max_uses is not None and not 1 <= max_uses <= MOST_USES:
        raise invalid("max_uses", "ERR_INVALID", f"must be from 1 to {MOST_USES}")
    await tx.run(
        f"""UPDATE invites SET max_uses = coalesce(%(most)s, max_uses), expires_at = coalesce(%(expires)s, expires_at),
            autofollow = coalesce(%(follow)s, autofollow) WHERE {TENANT} AND id = %(id)s""",
        {**tenant(tx), "id": old.id, "most": max_uses, "expires": expires_at, "follow": autofollow},
    )
    return await find(tx, actor, invite_id)


async def delete(tx: Tx, actor: Actor, invite_id: int) -> None:
    """Take an invitation back; who came by it stays."""
    found = await find(tx, actor, invite_id)
    await tx.run(f"DELETE FROM invites WHERE {TENANT} AND id = %(id)s", {**tenant(tx), "id": found.id})
    if found.account_id != actor.account_id:
        await log.record(tx, actor, "delete", "invite", found.id, account_id=found.account_id)


async def valid(tx: Tx, code: str | None) -> Invite | None:
    """The invitation of a code if it is still good, and whoever invited may still log in."""
    if not code:
        return None
    return await tx.one(
        f"""SELECT {COLUMNS} FROM invites WHERE {TENANT} AND code = %(code)s AND {GOOD} AND (account_id IS NULL
            OR account_id IN (SELECT a.id FROM accounts a WHERE a.org_id = %(org)s AND a.network_id = %(network)s
                AND a.state = 'active' AND a.disabled_at IS NULL AND a.suspended_at IS NULL))""",
        {**tenant(tx), "code": code.strip()},
        as_=Invite,
    )


async def use(tx: Tx, invite_id: int) -> bool:
    """Count one use; False if somebody else had the last one meanwhile."""
    done = await tx.run(
        f"UPDATE invites SET uses = uses + 1 WHERE {TENANT} AND id = %(id)s AND {GOOD}",
        {**tenant(tx), "id": invite_id},
    )
    return done > 0


async def groups_for_guests(tx: Tx, actor: Actor, group_ids: Sequence[int]) -> list[int]:
    """The groups into which the actor may invite a guest; Invalid if one of them is not. For an open group its members
    may, for a private or hidden one whoever leads it, for any whose role manages groups. None at all lead nowhere."""
    wanted = list(dict.fromkeys(group_ids))
    allowed = await tx.column(
        """SELECT g.id FROM groups g WHERE g.org_id = %(org)s AND g.network_id = %(network)s AND g.id = ANY(%(ids)s)
           AND g.guests_allowed AND g.archived_at IS NULL AND (%(all)s
               OR EXISTS (SELECT FROM group_roles r WHERE r.org_id = g.org_id AND r.group_id = g.id
                   AND r.account_id = %(me)s)
               OR (g.kind IN ('open', 'moderated') AND EXISTS (SELECT FROM follows f WHERE f.org_id = g.org_id
                   AND f.target_id = g.id AND f.account_id = %(me)s)))""",
        {**tenant(tx), "ids": wanted, "me": actor.account_id, "all": actor.may(Permission.MANAGE_GROUPS)},
    )
    if not wanted or len(allowed) < len(wanted):
        raise invalid("group_ids", "ERR_INVALID", "must be groups into which you may invite guests")
    return wanted


async def bypasses_approval(tx: Tx, invite: Invite) -> bool:
    """Whether no moderator need look: invited from the command line, or by a role that may decide so."""
    if invite.account_id is None:
        return True
    held = await tx.value(
        """SELECT r.permissions FROM accounts a JOIN roles r ON r.org_id = a.org_id AND r.id = a.role_id
           WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = %(id)s""",
        {**tenant(tx), "id": invite.account_id},
    )
    return bool((held or 0) & (Permission.INVITE_BYPASS_APPROVAL | Permission.ADMINISTRATOR))


async def of_account(tx: Tx, account_id: int) -> Invite | None:
    """The invitation by which an account came, if it is still there."""
    return await tx.one(
        f"""SELECT {COLUMNS} FROM invites WHERE {TENANT} AND id = (SELECT a.invite_id FROM accounts a
            WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = %(id)s)""",
        {**tenant(tx), "id": account_id},
        as_=Invite,
    )


async def let_in(tx: Tx, account_id: int) -> bool:
    """Whether an account came by an invitation that spares it a moderator's look."""
    invite = await of_account(tx, account_id)
    return invite is not None and await bypasses_approval(tx, invite)
