"""SQL of groups, roles, aliases and invitations; every statement names organisation and network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.engine.postgres import Row, Tx
from torg.groups.model import Group, GroupChange, Invitation, NewGroup, Role
from torg.kernel.ids import new_id
from torg.kernel.page import Page, in_order

TENANT = "g.org_id = %(org)s AND g.network_id = %(network)s"

ROW = """g.id, g.kind, g.posting, g.guests_allowed, g.created_by, g.archived_at, g.created_at,
    ARRAY(SELECT x.alias FROM group_aliases x WHERE x.org_id = g.org_id AND x.group_id = g.id ORDER BY 1) AS aliases,
    (SELECT r.role FROM group_roles r WHERE r.org_id = g.org_id AND r.group_id = g.id AND r.account_id = %(me)s)
        AS role,
    EXISTS (SELECT FROM follows f WHERE f.org_id = g.org_id AND f.account_id = %(me)s AND f.target_id = g.id)
        AS member,
    EXISTS (SELECT FROM follow_requests q WHERE q.org_id = g.org_id AND q.account_id = %(me)s AND q.target_id = g.id)
        AS requested,
    EXISTS (SELECT FROM group_invitations i WHERE i.org_id = g.org_id AND i.account_id = %(me)s AND i.group_id = g.id)
        AS invited"""

# The first lock; row security (0100) says the same once more.
SEEN = """a.state = 'active' AND a.suspended_at IS NULL
    AND ((g.kind <> 'hidden' AND NOT %(guest)s)
        OR EXISTS (SELECT FROM follows f WHERE f.org_id = g.org_id AND f.account_id = %(me)s AND f.target_id = g.id)
        OR EXISTS (SELECT FROM group_invitations i WHERE i.org_id = g.org_id AND i.account_id = %(me)s
                   AND i.group_id = g.id))"""
FROM = "FROM groups g JOIN accounts a ON a.org_id = g.org_id AND a.id = g.id"


def params(tx: Tx, me: int | None = None, **more: Any) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "me": me, "guest": tx.scope.guest, **more}


async def get(tx: Tx, me: int, id_: int) -> Group | None:
    """A group that `me` may know of."""
    return await tx.one(
        f"SELECT {ROW} {FROM} WHERE {TENANT} AND g.id = %(id)s AND {SEEN}", params(tx, me, id=id_), as_=Group
    )


async def many(tx: Tx, me: int, ids: Sequence[int]) -> list[Group]:
    return await tx.all(
        f"SELECT {ROW} {FROM} WHERE {TENANT} AND g.id = ANY(%(ids)s) AND {SEEN}",
        params(tx, me, ids=list(ids)),
        as_=Group,
    )


async def mentioned_outside(tx: Tx, post_ids: Sequence[int], author: int) -> list[int]:
    """Whom these posts mention and who does not read in their group: guests elsewhere, all where it is not open."""
    rows = await tx.all(
        """SELECT DISTINCT m.account_id FROM posts p
           JOIN groups g ON g.org_id = p.org_id AND g.id = p.group_id
           JOIN post_mentions m ON m.org_id = p.org_id AND m.post_id = p.id
           JOIN accounts a ON a.org_id = m.org_id AND a.id = m.account_id
           WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.id = ANY(%(ids)s)
           AND a.host = '' AND a.id NOT IN (%(author)s, g.id) AND (g.kind NOT IN ('open', 'moderated') OR a.guest)
           AND NOT EXISTS (SELECT FROM follows f
               WHERE f.org_id = p.org_id AND f.account_id = a.id AND f.target_id = g.id)
           ORDER BY 1""",
        params(tx, ids=list(post_ids), author=author),
    )
    return [row["account_id"] for row in rows]


async def kind(tx: Tx, id_: int) -> str | None:
    """The kind of a group, whoever asks."""
    found: str | None = await tx.value(
        f"SELECT g.kind FROM groups g WHERE {TENANT} AND g.id = %(id)s", params(tx, id=id_)
    )
    return found


async def named(tx: Tx, me: int, name: str) -> int | None:
    """The group of a handle or alias, as far as `me` may know of it."""
    found: int | None = await tx.value(
        f"""SELECT g.id {FROM} WHERE {TENANT} AND {SEEN} AND a.host = '' AND (lower(a.handle) = %(name)s
            OR EXISTS (SELECT FROM group_aliases x WHERE x.org_id = g.org_id AND x.network_id = g.network_id
                       AND x.alias = %(name)s AND x.group_id = g.id))
            ORDER BY lower(a.handle) = %(name)s DESC LIMIT 1""",
        params(tx, me, name=name.lower()),
    )
    return found


async def listed(
    tx: Tx, me: int, page: Page, *, text: str, mine: bool, archived: bool, readable: bool = False
) -> list[Group]:
    """The directory, newest group first. `text` is looked for in names and aliases, as written for LIKE.

    `readable`: those alone in which anybody may read.
    """
    where, values = page.where("g.id")
    rows = await tx.all(
        f"""SELECT {ROW} {FROM} WHERE {TENANT} AND {SEEN} AND {where}
            AND (%(archived)s OR g.archived_at IS NULL)
            AND (NOT %(readable)s OR g.kind IN ('open', 'moderated'))
            AND (NOT %(mine)s OR EXISTS (SELECT FROM follows f WHERE f.org_id = g.org_id AND f.account_id = %(me)s
                                         AND f.target_id = g.id))
            AND (%(text)s = '' OR lower(a.handle) LIKE '%%' || %(text)s || '%%'
                 OR a.display_name ILIKE '%%' || %(text)s || '%%' OR a.note ILIKE '%%' || %(text)s || '%%'
                 OR EXISTS (SELECT FROM group_aliases x WHERE x.org_id = g.org_id AND x.group_id = g.id
                            AND x.alias LIKE '%%' || %(text)s || '%%'))
            ORDER BY g.id {page.direction} LIMIT {page.limit}""",
        params(tx, me, text=text, mine=mine, archived=archived, readable=readable, **values),
        as_=Group,
    )
    return in_order(page, rows)


async def insert(tx: Tx, id_: int, wish: NewGroup, created_by: int) -> None:
    await tx.run(
        """INSERT INTO groups (org_id, network_id, id, kind, posting, guests_allowed, created_by)
           VALUES (%(org)s, %(network)s, %(id)s, %(kind)s, %(posting)s, %(guests)s, %(me)s)""",
        params(tx, created_by, id=id_, kind=wish.kind, posting=wish.posting, guests=wish.guests_allowed),
    )


async def update(tx: Tx, id_: int, change: GroupChange) -> None:
    await tx.run(
        f"""UPDATE groups g SET kind = coalesce(%(kind)s, kind), posting = coalesce(%(posting)s, posting),
            guests_allowed = coalesce(%(guests)s, guests_allowed),
            archived_at = CASE WHEN %(archived)s::boolean IS NULL THEN archived_at
                               WHEN %(archived)s THEN coalesce(archived_at, now()) END
            WHERE {TENANT} AND g.id = %(id)s""",
        params(
            tx,
            id=id_,
            kind=change.kind,
            posting=change.posting,
            guests=change.guests_allowed,
            archived=change.archived,
        ),
    )


async def dissolve(tx: Tx, id_: int) -> list[int]:
    """Shut the group for good: nobody is in it, asks or is invited; who was in it."""
    values = params(tx, id=id_)
    await tx.run(
        f"UPDATE groups g SET kind = 'hidden', archived_at = coalesce(archived_at, now()) "
        f"WHERE {TENANT} AND g.id = %(id)s",
        values,
    )
    await tx.run(
        f"DELETE FROM follow_requests g WHERE {TENANT} AND (g.target_id = %(id)s OR g.account_id = %(id)s)", values
    )
    await tx.run(f"DELETE FROM group_invitations g WHERE {TENANT} AND g.group_id = %(id)s", values)
    await tx.run(f"DELETE FROM group_aliases g WHERE {TENANT} AND g.group_id = %(id)s", values)
    await tx.run(f"DELETE FROM invites g WHERE {TENANT} AND g.guest AND g.group_ids = ARRAY[%(id)s::bigint]", values)
    return await tx.column(
        f"DELETE FROM follows g WHERE {TENANT} AND g.target_id = %(id)s RETURNING g.account_id", values
    )


async def put_aliases(tx: Tx, id_: int, aliases: Sequence[str]) -> None:
    values = params(tx, id=id_, aliases=list(aliases))
    await tx.run(f"DELETE FROM group_aliases g WHERE {TENANT} AND g.group_id = %(id)s", values)
    await tx.run(
        """INSERT INTO group_aliases (org_id, network_id, alias, group_id)
           SELECT %(org)s, %(network)s, unnest(%(aliases)s::text[]), %(id)s""",
        values,
    )


async def taken(tx: Tx, aliases: Sequence[str], id_: int) -> list[str]:
    """Those of the names that another account or group has."""
    return await tx.column(
        """SELECT n.alias FROM unnest(%(aliases)s::text[]) AS n (alias)
           WHERE EXISTS (SELECT FROM accounts a WHERE a.org_id = %(org)s AND a.network_id = %(network)s
                         AND lower(a.handle) = n.alias AND a.host = '' AND a.id <> %(id)s)
           OR EXISTS (SELECT FROM group_aliases x WHERE x.org_id = %(org)s AND x.network_id = %(network)s
                      AND x.alias = n.alias AND x.group_id <> %(id)s) ORDER BY 1""",
        params(tx, aliases=list(aliases), id=id_),
    )


async def roles(tx: Tx, id_: int) -> dict[int, Role]:
    """Account → role, of all the group's staff."""
    rows = await tx.all(
        f"SELECT g.account_id, g.role FROM group_roles g WHERE {TENANT} AND g.group_id = %(id)s", params(tx, id=id_)
    )
    return {row["account_id"]: row["role"] for row in rows}


async def lock_roles(tx: Tx, id_: int) -> None:
    """Let one transaction at a time change who runs the group."""
    await tx.run(f"SELECT FROM groups g WHERE {TENANT} AND g.id = %(id)s FOR UPDATE", params(tx, id=id_))
    # Who leaves holds these rows only (graph/membership.check_leaving)
    await tx.run(
        f"SELECT FROM group_roles g WHERE {TENANT} AND g.group_id = %(id)s ORDER BY g.account_id FOR UPDATE",
        params(tx, id=id_),
    )


async def put_role(tx: Tx, id_: int, account_id: int, role: Role | None) -> None:
    values = params(tx, account_id, id=id_, role=role)
    if role is None:
        await tx.run(
            f"DELETE FROM group_roles g WHERE {TENANT} AND g.group_id = %(id)s AND g.account_id = %(me)s", values
        )
        return
    await tx.run(
        """INSERT INTO group_roles (org_id, network_id, group_id, account_id, role)
           VALUES (%(org)s, %(network)s, %(id)s, %(me)s, %(role)s)
           ON CONFLICT (org_id, group_id, account_id) DO UPDATE SET role = excluded.role""",
        values,
    )


async def is_member(tx: Tx, id_: int, account_id: int) -> bool:
    return bool(
        await tx.value(
            f"SELECT true FROM follows g WHERE {TENANT} AND g.account_id = %(me)s AND g.target_id = %(id)s",
            params(tx, account_id, id=id_),
        )
    )


async def invite(tx: Tx, id_: int, account_id: int, by: int) -> bool:
    """Note that an account may join; False if it was invited already."""
    added = await tx.run(
        """INSERT INTO group_invitations (org_id, network_id, id, group_id, account_id, invited_by)
           VALUES (%(org)s, %(network)s, %(new)s, %(id)s, %(me)s, %(by)s) ON CONFLICT DO NOTHING""",
        params(tx, account_id, id=id_, new=new_id(), by=by),
    )
    return added > 0


INVITED = """
    SELECT g.id, g.group_id, g.account_id, NULL AS email, g.invited_by, g.created_at, NULL::timestamptz AS expires_at
    FROM group_invitations g WHERE g.org_id = %(org)s AND g.network_id = %(network)s AND {which}
"""
MAILED = """
    SELECT g.id, g.group_ids[1], NULL::bigint, g.email, g.account_id, g.created_at, g.expires_at
    FROM invites g WHERE g.org_id = %(org)s AND g.network_id = %(network)s AND g.guest AND g.email IS NOT NULL
    AND g.uses = 0 AND (g.expires_at IS NULL OR g.expires_at > now()) AND g.group_ids @> ARRAY[%(id)s::bigint]
"""


async def invitations(tx: Tx, id_: int, page: Page) -> list[Invitation]:
    """Who is asked into a group and has not come yet, the latest first."""
    where, values = page.where("i.id")
    rows = await tx.all(
        f"""SELECT * FROM ({INVITED.format(which="g.group_id = %(id)s")} UNION ALL {MAILED}) i WHERE {where}
            ORDER BY i.id {page.direction} LIMIT {page.limit}""",
        params(tx, id=id_, **values),
        as_=Invitation,
    )
    return in_order(page, rows)


async def invitations_of(tx: Tx, account_id: int, page: Page) -> list[Invitation]:
    """The groups that ask an account in, the latest first."""
    where, values = page.where("g.id")
    mine = INVITED.format(which="g.account_id = %(me)s")
    rows = await tx.all(
        f"{mine} AND {where} ORDER BY g.id {page.direction} LIMIT {page.limit}",
        params(tx, account_id, **values),
        as_=Invitation,
    )
    return in_order(page, rows)


async def mark_for_guest(tx: Tx, invite_id: int, id_: int, email: str) -> None:
    """Make an invitation of the network's one for a guest of this group, sent to this address."""
    await tx.run(
        f"UPDATE invites g SET guest = true, group_ids = ARRAY[%(id)s::bigint], email = %(email)s "
        f"WHERE {TENANT} AND g.id = %(invite)s",
        params(tx, id=id_, invite=invite_id, email=email),
    )


async def mailed_lately(tx: Tx, account_id: int, id_: int, email: str) -> tuple[int, bool]:
    """How many guests an account has mailed in the last hour, and whether this address has a good link into the group
    from the last day."""
    row = await tx.one(
        f"""SELECT count(*) FILTER (WHERE g.account_id = %(me)s AND g.created_at > now() - interval '1 hour') AS mine,
              coalesce(bool_or(g.email = %(email)s AND g.group_ids = ARRAY[%(id)s::bigint] AND g.uses = 0), false)
                AS same
            FROM invites g WHERE {TENANT} AND g.guest AND g.email IS NOT NULL
            AND g.created_at > now() - interval '1 day'""",
        params(tx, account_id, id=id_, email=email),
    )
    assert row is not None
    return row["mine"], row["same"]


async def drop_mailed(tx: Tx, id_: int, invite_id: int) -> bool:
    """Make the link in a guest's mail worthless."""
    gone = await tx.run(
        f"DELETE FROM invites g WHERE {TENANT} AND g.guest AND g.id = %(invite)s AND g.uses = 0 "
        f"AND g.group_ids @> ARRAY[%(id)s::bigint]",
        params(tx, id=id_, invite=invite_id),
    )
    return gone > 0


async def account_of(tx: Tx, email: str) -> int | None:
    """The account here of the person with an address."""
    found: int | None = await tx.value(
        """SELECT a.id FROM persons p JOIN accounts a ON a.org_id = p.org_id AND a.person_id = p.id
           WHERE p.org_id = %(org)s AND p.email = %(email)s AND a.network_id = %(network)s AND a.state = 'active'""",
        params(tx, email=email),
    )
    return found


async def staff(tx: Tx, ids: Sequence[int]) -> list[Row]:
    """(group_id, account_id) of everybody who runs one of these groups."""
    return await tx.all(
        f"""SELECT g.group_id, g.account_id FROM group_roles g
            WHERE {TENANT} AND g.group_id = ANY(%(ids)s) ORDER BY 1, 2""",
        params(tx, ids=list(ids)),
    )


async def members(tx: Tx, id_: int) -> list[int]:
    return await tx.column(
        f"SELECT g.account_id FROM follows g WHERE {TENANT} AND g.target_id = %(id)s ORDER BY 1", params(tx, id=id_)
    )


async def is_guest(tx: Tx, account_id: int) -> bool:
    return bool(
        await tx.value(f"SELECT g.guest FROM accounts g WHERE {TENANT} AND g.id = %(me)s", params(tx, account_id))
    )


async def is_blocked(tx: Tx, id_: int, account_id: int) -> bool:
    """Whether the group keeps an account out."""
    return bool(
        await tx.value(
            f"SELECT true FROM blocks g WHERE {TENANT} AND g.account_id = %(id)s AND g.target_id = %(me)s",
            params(tx, account_id, id=id_),
        )
    )


async def asks(tx: Tx, id_: int, account_id: int) -> bool:
    """Whether an account asks to join."""
    return bool(
        await tx.value(
            f"SELECT true FROM follow_requests g WHERE {TENANT} AND g.account_id = %(me)s AND g.target_id = %(id)s",
            params(tx, account_id, id=id_),
        )
    )


async def invited(tx: Tx, id_: int, invitation_id: int) -> int | None:
    """Whom an invitation is for."""
    found: int | None = await tx.value(
        f"""SELECT g.account_id FROM group_invitations g
            WHERE {TENANT} AND g.group_id = %(id)s AND g.id = %(invitation)s""",
        params(tx, id=id_, invitation=invitation_id),
    )
    return found
