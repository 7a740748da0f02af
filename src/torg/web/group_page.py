"""The page of a group: its conversations, that with the newest reply first, and the form to begin one."""

from __future__ import annotations

from starlette.responses import Response

from torg.accounts.model import Account
from torg.groups import content, reads, rules
from torg.groups.model import GroupView
from torg.kernel.page import Page
from torg.posts import reads as posts
from torg.web.answer import answer
from torg.web.compose_page import beside
from torg.web.compose_shown import blank
from torg.web.filtering import filtered
from torg.web.forms import POSTS, Handle
from torg.web.group_office import may_invite
from torg.web.present import presenting
from torg.web.visitor import Visitor


async def show(visitor: Visitor, account: Account, params: Handle) -> Response:
    """For a member of the network: what the group is, its pinned posts, its conversations."""
    view = await reads.one(visitor.call.tx, visitor.actor, account.id)
    return await _page(visitor, view, max_id=params.max_id)


async def _page(visitor: Visitor, view: GroupView, *, max_id: int | None = None) -> Response:
    tx, group = visitor.call.tx, view.group
    threads = await content.active(tx, visitor.actor, group.id, Page(limit=POSTS, max_id=max_id))
    first = max_id is None
    pins = await content.pins(tx, visitor.actor, group.id) if first else []
    pinned = await posts.hydrate(tx, visitor.actor, pins)
    newest = {begun: last for begun, last in threads if last != begun}
    found = await posts.hydrate(tx, visitor.actor, [*(begun for begun, _ in threads), *newest.values()])
    everything, covers = await filtered(tx, visitor, [*pinned, *found], "public")
    seen = {one.post.id for one in everything}
    pinned, found = [v for v in pinned if v.post.id in seen], [v for v in found if v.post.id in seen]
    known = {one.post.id: one for one in found}
    shown = [
        (None if begun in pins else known.get(begun), known.get(newest.get(begun, 0)))
        for begun, _ in threads
        if begun in known and (begun not in pins or newest.get(begun) in known)
    ]
    at = await presenting(tx, visitor, [*pinned, *found], view.account)
    writes = group.member and group.archived_at is None and (group.posting == "members" or group.role is not None)
    form = blank(visitor, group=group.id) if writes and first else None
    return answer(
        visitor,
        "groups/group.html",
        at,
        view=view,
        account=view.account,
        group=group,
        pinned=pinned,
        covers=covers,
        conversations=shown,
        older=threads[-1][1] if len(threads) == POSTS else None,
        turned=max_id is not None,
        writes=writes,
        staff=group.role in rules.STAFF or rules.runs_network(visitor.actor),
        administers=group.role == "admin" or rules.runs_network(visitor.actor),
        invites=may_invite(visitor, view),
        form=form,
        **await beside(tx, visitor, form),
    )
