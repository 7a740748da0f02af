"""Directing a live page: making and changing it, letting posts in, hiding and pinning them."""

from __future__ import annotations

import re

from starlette.responses import Response

from torg.accounts import reads as accounts
from torg.events import actions, reads
from torg.events.model import EventPage, Plan, Verdict
from torg.http import Call, Routes
from torg.kernel.clock import iso, now
from torg.kernel.errors import Forbidden, Invalid, invalid
from torg.posts import reads as posts
from torg.web.answer import answer
from torg.web.forms import Look, moment
from torg.web.member import member, onward, sender
from torg.web.present import Present, presenting
from torg.web.refusals import refusals
from torg.web.undo import Deed, told
from torg.web.visitor import Visitor

routes = Routes("pages")

MOST_DECIDED = 40
NAMES = re.compile(r"[\s,]+")


class Form(Look, kw_only=True):
    """`people`, `tags`: separated by spaces; `words`: a line each."""

    csrf: str | None = None
    slug: str = ""
    title: str = ""
    description: str = ""
    tags: str = ""
    words: str = ""
    people: str = ""
    moderated: bool = False
    starts_at: str = ""
    ends_at: str = ""
    recording: str = ""


class Named(Look, kw_only=True):
    slug: str


class Decision(Named, kw_only=True):
    csrf: str | None = None
    id: int
    verdict: Verdict
    undo: bool = False


class Decisions(Named, kw_only=True):
    """`id[]`: all that the verdict is about."""

    csrf: str | None = None
    id: list[int] = []
    verdict: Verdict


class Known(Named, kw_only=True):
    """`known`: how many wait on the page that asks."""

    known: int = 0


class Pressed(Named, kw_only=True):
    csrf: str | None = None


@routes.get("/live-new", auth="none", hidden=True)
async def new(call: Call, params: Look) -> Response:
    visitor = await _director(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    return await _form(visitor, Form(starts_at=iso(now())), None)


@routes.post("/live-new", auth="none", hidden=True)
async def create(call: Call, form: Form) -> Response:
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    try:
        page = await actions.create(call.tx, visitor.actor, await _plan(visitor, form))
    except Invalid as refused:  # its rules come before its first row
        return await _form(visitor, form, None, refused)
    return onward(f"/live/{page.slug}/direct")


@routes.get("/live/{slug:str}/direct", auth="none", hidden=True)
async def direct(call: Call, params: Named) -> Response:
    """What waits, what is shown, and the page's own form."""
    visitor = await _director(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    return await _direct(visitor, params.slug)


@routes.post("/live/{slug:str}/direct", auth="none", hidden=True)
async def change(call: Call, form: Form) -> Response:
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    try:
        await actions.change(call.tx, visitor.actor, form.slug, await _plan(visitor, form))
    except Invalid as refused:
        return await _form(visitor, form, await reads.page(call.tx, form.slug), refused)
    return onward(f"/live/{form.slug}/direct")


@routes.post("/live/{slug:str}/delete", auth="none", hidden=True)
async def delete(call: Call, form: Pressed) -> Response:
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await actions.delete(call.tx, visitor.actor, form.slug)
    return onward("/live")


@routes.post("/live/{slug:str}/posts/{id}/{verdict}", auth="none", hidden=True)
async def decide(call: Call, form: Decision) -> Response:
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await actions.decide(call.tx, visitor.actor, form.slug, form.id, form.verdict)
    deed = Deed(did="undone") if form.undo else Deed(did=f"live-{form.verdict}", id=form.id, fields={"name": form.slug})
    return told(call, onward(f"/live/{form.slug}/direct"), deed)


@routes.post("/live/{slug:str}/posts", auth="none", hidden=True)
async def decide_all(call: Call, form: Decisions) -> Response:
    """The same for what stands on the page; at most as many as it shows."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    for id_ in form.id[:MOST_DECIDED]:
        await actions.decide(call.tx, visitor.actor, form.slug, id_, form.verdict)
    return onward(f"/live/{form.slug}/direct")


@routes.get("/live/{slug:str}/waiting", auth="none", hidden=True)
async def waiting(call: Call, params: Known) -> Response:
    """How many wait, if more than the director's page shows: for the page that stays open."""
    visitor = await _director(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    page = await reads.page(call.tx, params.slug)
    counters = await reads.counters(call.tx, page)
    return answer(visitor, "live/_waiting.html", Present(visitor), page=page, counters=counters, known=params.known)


async def _director(call: Call, lang: str | None) -> Visitor | Response:
    visitor = await member(call, lang)
    if isinstance(visitor, Visitor) and not actions.may_direct(visitor.actor):
        raise Forbidden
    return visitor


async def _plan(visitor: Visitor, form: Form) -> Plan:
    names = [name.lstrip("@").lower() for name in NAMES.split(form.people) if name]
    known = await accounts.by_handles(visitor.call.tx, names, visitor.call.network.host) if names else {}
    if len(known) < len(set(names)):
        raise invalid("people", "ERR_INVALID", "has somebody who is not known here")
    starts = moment("starts_at", form.starts_at, visitor.zone)
    return Plan(
        slug=form.slug.strip().lower(), title=form.title, description=form.description,
        tags=[tag for tag in NAMES.split(form.tags) if tag], words=form.words.splitlines(),
        account_ids=[account.id for account in known.values()], moderated=form.moderated,
        starts_at=starts or now(), ends_at=moment("ends_at", form.ends_at, visitor.zone),
        recording=form.recording.strip(),
    )  # fmt: skip


async def _form(visitor: Visitor, form: Form, page: EventPage | None, wrong: Invalid | None = None) -> Response:
    at = await presenting(visitor.call.tx, visitor, [])
    why = refusals(wrong, visitor.language)
    return answer(visitor, "live/new.html", at, status=422 if wrong else 200, form=form, page=page, wrong=why)


async def _direct(visitor: Visitor, slug: str) -> Response:
    tx = visitor.call.tx
    page = await reads.page(tx, slug)
    waiting, pinned, newest = (
        await reads.waiting(tx, page), await reads.pinned(tx, page), await reads.newest(tx, page, 20)
    )  # fmt: skip
    entries = [*waiting, *pinned, *newest]
    views = {v.post.id: v for v in await posts.hydrate(tx, visitor.actor, [one.post_id for one in entries])}
    people = await accounts.by_ids(tx, page.account_ids)
    form = Form(
        slug=page.slug, title=page.title, description=page.description, tags=" ".join(page.tags),
        words="\n".join(page.words), people=" ".join(a.acct for a in people.values()), moderated=page.moderated,
        starts_at=iso(page.starts_at), ends_at=iso(page.ends_at) if page.ends_at else "",
        recording=page.recording,
    )  # fmt: skip
    at = await presenting(tx, visitor, list(views.values()))
    return answer(
        visitor, "live/direct.html", at, page=page, form=form, wrong="",
        waiting=[(one, views[one.post_id]) for one in waiting if one.post_id in views],
        pinned=[(one, views[one.post_id]) for one in pinned if one.post_id in views],
        newest=[(one, views[one.post_id]) for one in newest if one.post_id in views and one.state != "pinned"],
    )  # fmt: skip
