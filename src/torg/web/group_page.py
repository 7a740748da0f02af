"""The page of a group: its conversations, that with the newest reply first, and the form to begin one."""

from __future__ import annotations

import secrets

from starlette.responses import Response

from torg.accounts.model import Account
from torg.groups import content, reads, rules
from torg.groups.model import GroupView
from torg.http import Call, Routes
from torg.kernel.errors import Invalid
from torg.kernel.page import Page
from torg.posts import actions as posts_actions
from torg.posts import reads as posts
from torg.posts.model import Draft
from torg.web.answer import answer
from torg.web.filtering import filtered
from torg.web.forms import POSTS, Handle, Look
from torg.web.group_office import may_invite
from torg.web.member import onward, sender
from torg.web.present import presenting
from torg.web.visitor import Visitor

routes = Routes("pages")


class NewConversation(Look, kw_only=True):
    id: int
    csrf: str | None = None
    text: str = ""
    once: str = ""


async def show(visitor: Visitor, account: Account, params: Handle) -> Response:
    """For a member of the network: what the group is, its pinned posts, its conversations."""
    view = await reads.one(visitor.call.tx, visitor.actor, account.id)
    return await _page(visitor, view, max_id=params.max_id)


async def _page(
    visitor: Visitor, view: GroupView, *, max_id: int | None = None, text: str = "", wrong: str = ""
) -> Response:
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
    return answer(
        visitor,
        "groups/group.html",
        at,
        status=422 if wrong else 200,
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
        text=text,
        wrong=wrong,
        once=secrets.token_urlsafe(12),
    )


@routes.post("/groups/{id}/posts", auth="none", limit="compose", hidden=True)
async def write(call: Call, form: NewConversation) -> Response:
    """Begin a conversation in the group, and back to its page."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    view = await reads.one(call.tx, visitor.actor, form.id)
    me = visitor.account
    assert me is not None
    draft = Draft(
        text=form.text,
        group_id=view.group.id,
        sensitive=me.settings.sensitive,
        language=me.settings.language,
        idempotency_key=f"web:{form.once[:64]}" if form.once else None,
    )
    try:
        await posts_actions.publish(call.tx, visitor.actor, call.network, draft, origin=call.origin)
    except Invalid as refused:  # its rules come before its first row
        return await _page(visitor, view, text=form.text, wrong=refused.text)
    return onward(f"/@{view.account.handle}")
