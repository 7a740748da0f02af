"""Groups' pages: the directory, making one, joining and leaving, who is in it. They work without scripts."""

from __future__ import annotations

from typing import Literal

from starlette.responses import RedirectResponse, Response

from torg.graph import actions as graph
from torg.graph.model import FollowOptions
from torg.groups import actions, entry, members, reads, rules
from torg.groups.model import GroupKind, NewGroup, Posting
from torg.http import Call, Routes
from torg.kernel.errors import Forbidden, Invalid
from torg.kernel.page import Page
from torg.web.answer import answer
from torg.web.forms import Look, Turn
from torg.web.member import member, onward, sender
from torg.web.present import Present, presenting
from torg.web.undo import Deed, told
from torg.web.visitor import Visitor, kept_out, visitor_of

routes = Routes("pages")

SHOWN = 40


class Directory(Turn, kw_only=True):
    """`GET /groups`."""

    q: str = ""


class Form(Look, kw_only=True):
    """`POST /groups/new`; a box that is not ticked is not sent."""

    csrf: str | None = None
    name: str = ""
    display_name: str = ""
    note: str = ""
    kind: GroupKind = "open"
    posting: Posting = "members"
    guests_allowed: bool = False


class One(Turn, kw_only=True):
    id: int


class Members(One, kw_only=True):
    """`last`: the last administrator wanted to leave, and reads why that does not go."""

    last: bool = False


class Pressed(Look, kw_only=True):
    """A button that needs nothing but itself."""

    id: int
    csrf: str | None = None
    undo: bool = False


class Answered(Pressed, kw_only=True):
    account_id: int
    verdict: Literal["authorize", "reject"] = "reject"


def may_create(visitor: Visitor) -> bool:
    try:
        rules.may_create(visitor.actor, visitor.call.network)
    except Forbidden:
        return False
    return True


@routes.get("/groups", auth="none", hidden=True)
async def directory(call: Call, params: Directory) -> Response:
    """The groups that one may know of, those one is in first, and what one is invited to; a visitor: where all read."""
    visitor = await visitor_of(call, params.lang)
    page = Page(limit=SHOWN, max_id=params.max_id)
    if visitor.account is None:
        if call.network.settings.private:
            return onward("/auth/sign_in?next=/groups")
        return kept_out(visitor) or await _for_visitors(visitor, params, page)
    found = await reads.directory(call.tx, visitor.actor, page, text=params.q)
    first = params.max_id is None and not params.q
    mine = await reads.directory(call.tx, visitor.actor, Page(limit=SHOWN * 2), mine=True) if first else []
    asked = await reads.my_invitations(call.tx, visitor.actor, Page(limit=SHOWN)) if first else []
    invited = await reads.many(call.tx, visitor.actor, [one.group_id for one in asked])
    at = await presenting(call.tx, visitor, [], *(view.account for view in [*found, *mine, *invited]))
    return answer(
        visitor,
        "groups/directory.html",
        at,
        groups=found,
        mine=mine,
        invited=invited,
        q=params.q,
        older=found[-1].group.id if len(found) == SHOWN else None,
        may_create=may_create(visitor),
    )


async def _for_visitors(visitor: Visitor, params: Directory, page: Page) -> Response:
    tx = visitor.call.tx
    found = await reads.readable(tx, page, text=params.q)
    at = await presenting(tx, visitor, [], *(view.account for view in found))
    older = found[-1].group.id if len(found) == SHOWN else None
    return answer(
        visitor, "groups/directory.html", at, groups=found, mine=[], invited=[], q=params.q, older=older,
        may_create=False,
    )  # fmt: skip


@routes.get("/groups/new", auth="none", hidden=True)
async def new(call: Call, params: Look) -> Response:
    """The form to make a group with."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    rules.may_create(visitor.actor, call.network)
    return _form(visitor, Form(guests_allowed=True))


@routes.post("/groups/new", auth="none", hidden=True)
async def create(call: Call, form: Form) -> Response:
    """Make a group, and on to its page; the form again with what is wrong."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    names = ("name", "display_name", "note", "kind", "posting", "guests_allowed")
    wish = NewGroup(**{name: getattr(form, name) for name in names})
    try:
        async with call.tx.savepoint():
            made = await actions.create(call.tx, visitor.actor, call.network, wish, origin=call.origin)
    except Invalid as wrong:
        return _form(visitor, form, wrong)
    return onward(f"/@{made.account.handle}")


def _form(visitor: Visitor, form: Form, wrong: Invalid | None = None) -> Response:
    mistakes = {field: whys[0][0] for field, whys in wrong.details.items()} if wrong else {}
    status = 422 if wrong else 200
    return answer(visitor, "groups/new.html", Present(visitor), status=status, form=form, mistakes=mistakes)


@routes.get("/groups/{id}", auth="none", hidden=True)
async def by_id(call: Call, params: One) -> Response:
    """On to the group's page."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    view = await reads.one(call.tx, visitor.actor, params.id)
    return RedirectResponse(f"/@{view.account.handle}", 302, {"Cache-Control": "no-store"})


@routes.get("/groups/{id}/members", auth="none", hidden=True)
async def people(call: Call, params: Members) -> Response:
    """Who is in a group, with its roles; for its staff also who asks to join."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    view = await reads.one(call.tx, visitor.actor, params.id)
    page = Page(limit=SHOWN, max_id=params.max_id)
    found, roles = await reads.members(call.tx, visitor.actor, view.group.id, page)
    staff = view.group.role is not None
    asking = (await reads.requests(call.tx, visitor.actor, view.group.id, Page(limit=80))).items if staff else []
    at = await presenting(call.tx, visitor, [], view.account, *found.items, *asking)
    older = found.last_id if len(found.items) == SHOWN else None
    return answer(
        visitor,
        "groups/members.html",
        at,
        view=view,
        people=found.items,
        roles=roles,
        asking=asking,
        older=older,
        last=params.last,
        staff=view.group.role in rules.STAFF or rules.runs_network(visitor.actor),
        administers=view.group.role == "admin" or rules.runs_network(visitor.actor),
    )


@routes.post("/groups/{id}/requests/{account_id}", auth="none", hidden=True)
async def decide(call: Call, form: Answered) -> Response:
    """Let somebody in who asks, or not."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    verb = members.authorize if form.verdict == "authorize" else members.reject
    await verb(call.tx, visitor.actor, form.id, form.account_id)
    return onward(f"/groups/{form.id}/members")


@routes.post("/groups/{id}/join", auth="none", hidden=True)
async def join(call: Call, form: Pressed) -> Response:
    """Join, ask to, or accept an invitation."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    view = await reads.one(call.tx, visitor.actor, form.id)
    await graph.follow(call.tx, visitor.actor, view.group.id, FollowOptions())
    there = onward(f"/@{view.account.handle}")
    if form.undo or view.group.kind == "open":  # elsewhere it is a question, or the answer to an invitation
        return told(call, there, Deed(did="undone" if form.undo else "join", id=view.group.id))
    return there


@routes.post("/groups/{id}/decline", auth="none", hidden=True)
async def decline(call: Call, form: Pressed) -> Response:
    """Say no to an invitation."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await entry.decline(call.tx, visitor.actor, form.id)
    return onward("/groups")


@routes.post("/groups/{id}/leave", auth="none", hidden=True)
async def leave(call: Call, form: Pressed) -> Response:
    """Leave, or withdraw the question; the last administrator is told why not."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    view = await reads.one(call.tx, visitor.actor, form.id)
    try:
        await graph.unfollow(call.tx, visitor.actor, view.group.id)
    except Invalid:
        return onward(f"/groups/{view.group.id}/members?last=1")
    if form.undo or view.group.kind == "open":  # one can come back by oneself
        return told(call, onward("/groups"), Deed(did="undone" if form.undo else "leave", id=view.group.id))
    return onward("/groups")
