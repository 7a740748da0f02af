"""Which group a post goes to, and whether its author may post there. What groups are is in groups/, above."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import Forbidden, Invalid, NotFound
from torg.posts.model import Draft, Post

NOT_A_MEMBER = "Validation failed: You are not a member of this group"
ONLY_STAFF = "Validation failed: Only the group's administrators begin conversations here"
ARCHIVED = "Validation failed: This group is archived"
ELSEWHERE = "Validation failed: A reply stays in the group of what it answers"
ONLY_IN_GROUPS = "Guests write in the groups that they are in"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A group as the author stands to it. `name` is what it was asked for by: its handle or an alias."""

    name: str
    id: int
    handle: str
    url: str | None
    posting: Literal["members", "admins"]
    archived: bool
    member: bool
    staff: bool


FIND = """
SELECT {name} AS name, g.id, a.handle, a.url, g.posting, g.archived_at IS NOT NULL AS archived,
    EXISTS (SELECT FROM follows f WHERE f.org_id = g.org_id AND f.account_id = %(author)s AND f.target_id = g.id)
      AS member,
    EXISTS (SELECT FROM group_roles r WHERE r.org_id = g.org_id AND r.group_id = g.id AND r.account_id = %(author)s)
      AS staff
FROM groups g JOIN accounts a ON a.org_id = g.org_id AND a.id = g.id {wanted}
WHERE g.org_id = %(org)s AND g.network_id = %(network)s AND a.state = 'active' AND a.suspended_at IS NULL
"""
BY_ID = FIND.format(name="a.handle", wanted="AND g.id = ANY(%(ids)s)")
BY_NAME = FIND.format(
    name="n.name",
    wanted="""JOIN unnest(%(names)s::text[]) AS n(name) ON lower(a.handle) = n.name OR EXISTS (
        SELECT FROM group_aliases x WHERE x.org_id = g.org_id AND x.network_id = g.network_id AND x.alias = n.name
        AND x.group_id = g.id)""",
)


def _params(tx: Tx, author: int) -> dict[str, object]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "author": author}


async def named(tx: Tx, author: int, names: Iterable[str]) -> dict[str, Place]:
    """`!name` (lower case) → the group of that handle or alias, as far as the author can see it."""
    wanted = list(names)
    if not wanted:
        return {}
    return {p.name: p for p in await tx.all(BY_NAME, {**_params(tx, author), "names": wanted}, as_=Place)}


async def by_ids(tx: Tx, author: int, ids: Iterable[int]) -> dict[int, Place]:
    wanted = list(ids)
    if not wanted:
        return {}
    return {p.id: p for p in await tx.all(BY_ID, {**_params(tx, author), "ids": wanted}, as_=Place)}


async def destination(tx: Tx, actor: Actor, draft: Draft, parent: Post | None, addressed: int | None) -> int | None:
    """The group that a post goes to: that of what it answers, else the chosen one, else the one it addresses.

    None: to the network. NotFound for a group that the author cannot see, Invalid where he or she may not post,
    Forbidden for a guest outside every group.
    """
    if parent is not None:
        if draft.group_id is not None and draft.group_id != parent.group_id:
            raise Invalid(ELSEWHERE)
        wanted = parent.group_id
    else:
        wanted = draft.group_id if draft.group_id is not None else addressed
    if wanted is None:
        if actor.guest:
            raise Forbidden(ONLY_IN_GROUPS)
        return None
    place = (await by_ids(tx, actor.me, [wanted])).get(wanted)
    if place is None:
        raise NotFound
    if not place.member:
        raise Invalid(NOT_A_MEMBER)
    if place.archived:
        raise Invalid(ARCHIVED)
    if place.posting == "admins" and parent is None and not place.staff:
        raise Invalid(ONLY_STAFF)
    return wanted
