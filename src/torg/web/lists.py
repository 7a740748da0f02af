"""A member's lists: what is written on one, who is on it, making and changing them."""

from __future__ import annotations

from starlette.responses import Response

from torg.accounts import reads as accounts
from torg.http import Call, Routes
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.page import Page
from torg.lists import actions, reads
from torg.text.messages import marked as _
from torg.timelines import reads as timelines
from torg.web.answer import answer
from torg.web.filtering import filtered
from torg.web.forms import POSTS, Look, Turn, turned
from torg.web.member import member, onward, sender
from torg.web.present import presenting
from torg.web.undo import Deed, told
from torg.web.visitor import Visitor

routes = Routes("pages")


class OneTurn(Turn, kw_only=True):
    id: int


class Named(Look, kw_only=True):
    csrf: str | None = None
    title: str = ""
    exclusive: bool = False


class Changed(Named, kw_only=True):
    id: int


class Pressed(Look, kw_only=True):
    id: int
    csrf: str | None = None


class Member(Pressed, kw_only=True):
    acct: str = ""
    account_id: int | None = None
    undo: bool = False


UNKNOWN = _("Only those whom you follow can be on a list, each once.")
UNNAMED = _("Give the list a name.")


@routes.get("/lists", auth="none", hidden=True)
async def index(call: Call, params: Look) -> Response:
    visitor = await member(call, params.lang)
    return visitor if isinstance(visitor, Response) else await _index(visitor)


async def _index(visitor: Visitor, wrong: str = "") -> Response:
    at = await presenting(visitor.call.tx, visitor, [])
    mine = await reads.mine(visitor.call.tx, visitor.actor)
    return answer(visitor, "lists/index.html", at, status=422 if wrong else 200, lists=mine, wrong=wrong)


@routes.post("/lists", auth="none", hidden=True)
async def create(call: Call, form: Named) -> Response:
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    try:
        made = await actions.create(
            call.tx, visitor.actor, title=form.title, policy=None, exclusive=form.exclusive
        )
    except Invalid:  # its rules come before its first row
        return await _index(visitor, UNNAMED)
    return onward(f"/lists/{made.id}/members")


@routes.get("/lists/{id}", auth="none", hidden=True)
async def show(call: Call, params: OneTurn) -> Response:
    """What those on the list write."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    found = await reads.own(call.tx, visitor.actor, params.id)
    views = await timelines.of_list(call.tx, visitor.actor, found.id, turned(params))
    older = views[-1].post.id if len(views) == POSTS else None
    views, covers = await filtered(call.tx, visitor, views, "home")
    at = await presenting(call.tx, visitor, views)
    return answer(
        visitor, "lists/show.html", at, list=found, posts=views, older=older, turned=params.max_id is not None,
        covers=covers,
    )


@routes.get("/lists/{id}/members", auth="none", hidden=True)
async def people(call: Call, params: OneTurn) -> Response:
    visitor = await member(call, params.lang)
    return visitor if isinstance(visitor, Response) else await _people(visitor, params.id)


async def _people(visitor: Visitor, id_: int, wrong: str = "") -> Response:
    tx = visitor.call.tx
    found = await reads.own(tx, visitor.actor, id_)
    people = await reads.members(tx, visitor.actor, id_, Page(limit=80), everyone=True)
    at = await presenting(tx, visitor, [], *people.items)
    status = 422 if wrong else 200
    return answer(visitor, "lists/members.html", at, status=status, list=found, people=people.items, wrong=wrong)


@routes.post("/lists/{id}/members", auth="none", hidden=True)
async def add(call: Call, form: Member) -> Response:
    """Put somebody on the list, by handle."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    account = await accounts.by_acct(call.tx, form.acct.strip() or "-", call.network.host)
    try:
        async with call.tx.savepoint():
            if account is None:
                raise NotFound
            await actions.add(call.tx, visitor.actor, form.id, [account.id])
    except (Invalid, NotFound):
        return await _people(visitor, form.id, UNKNOWN)
    there = onward(f"/lists/{form.id}/members")
    return told(call, there, Deed(did="undone")) if form.undo else there


@routes.post("/lists/{id}/remove", auth="none", hidden=True)
async def remove(call: Call, form: Member) -> Response:
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await actions.remove(call.tx, visitor.actor, form.id, [form.account_id] if form.account_id else [])
    gone = (await accounts.by_ids(call.tx, [form.account_id])).get(form.account_id) if form.account_id else None
    there = onward(f"/lists/{form.id}/members")
    return told(call, there, Deed(did="unlist", id=form.id, fields={"acct": gone.acct})) if gone else there


@routes.post("/lists/{id}/change", auth="none", hidden=True)
async def change(call: Call, form: Changed) -> Response:
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    try:
        await actions.update(
            call.tx, visitor.actor, form.id, title=form.title, policy=None, exclusive=form.exclusive
        )
    except Invalid:
        return await _people(visitor, form.id, UNNAMED)
    return onward(f"/lists/{form.id}")


@routes.post("/lists/{id}/delete", auth="none", hidden=True)
async def delete(call: Call, form: Pressed) -> Response:
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await actions.delete(call.tx, visitor.actor, form.id)
    return onward("/lists")
