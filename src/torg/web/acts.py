"""What a member does with a post on a page: marks, boosts, votes, deletes. Plain forms, swapped in place by htmx."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.responses import RedirectResponse, Response

from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.http.browser import local
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound
from torg.posts import actions, boosts, marks, polls, reads
from torg.web.answer import answer
from torg.web.forms import Look
from torg.web.member import sender
from torg.web.present import Present, presenting, slot_of
from torg.web.visitor import Visitor, kept_out, visitor_of

routes = Routes("pages")

Verb = Callable[[Tx, Actor, int], Awaitable[int]]
VERBS: Mapping[str, Verb] = {
    "favourite": marks.favourite,
    "unfavourite": marks.unfavourite,
    "bookmark": marks.bookmark,
    "unbookmark": marks.unbookmark,
    "boost": boosts.boost,
    "unboost": boosts.unboost,
    "mute": marks.mute_thread,
    "unmute": marks.unmute_thread,
    "unpin": marks.unpin,
}


class Act(Look, kw_only=True):
    """A button under a post. `back`: where it was pressed."""

    id: int
    verb: str
    csrf: str | None = None
    back: str = "/"


class Vote(Look, kw_only=True):
    id: int
    csrf: str | None = None
    back: str = "/"
    choices: list[int] = []


class Sure(Look, kw_only=True):
    """The question before a post is deleted, and its answer."""

    id: int
    csrf: str | None = None


@routes.post("/posts/{id}/vote", auth="none", hidden=True)
async def vote(call: Call, form: Vote) -> Response:
    """Cast one's vote."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    view = await reads.view(call.tx, visitor.actor, form.id)
    if view.poll is None:
        raise NotFound
    await polls.vote(call.tx, visitor.actor, view.poll.id, form.choices)
    return await shown(visitor, form.id, form.back)


@routes.get("/posts/{id}/delete", auth="none", hidden=True)
async def sure(call: Call, params: Sure) -> Response:
    """Ask whether a post really is to be deleted: it cannot be undone."""
    visitor = await visitor_of(call, params.lang)
    if visitor.account is None:
        return kept_out(visitor) or RedirectResponse("/auth/sign_in", 303, {"Cache-Control": "no-store"})
    view = await reads.view(call.tx, visitor.actor, params.id)
    if view.account.id != visitor.account.id or view.boost_of is not None:
        raise NotFound
    return answer(visitor, "delete.html", await presenting(call.tx, visitor, [view]), view=view)


@routes.post("/posts/{id}/delete", auth="none", hidden=True)
async def delete(call: Call, form: Sure) -> Response:
    """Delete one's own post."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await actions.delete(call.tx, visitor.actor, form.id, delete_media=True)
    return RedirectResponse("/", 303, {"Cache-Control": "no-store"})


@routes.post("/posts/{id}/{verb}", auth="none", hidden=True)
async def act(call: Call, form: Act) -> Response:
    """One of the buttons; doing again what is done changes nothing."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    if form.verb == "pin":
        await marks.pin(call.tx, visitor.actor, form.id, most=call.network.settings.max_pins)
    elif form.verb in VERBS:
        await VERBS[form.verb](call.tx, visitor.actor, form.id)
    else:
        raise NotFound
    return await shown(visitor, form.id, form.back)


async def shown(visitor: Visitor, post_id: int, back: str) -> Response:
    """The post as it is now, alone for htmx, else back on the page where it stood."""
    call = visitor.call
    if call.request.headers.get("hx-request") != "true":
        there = f"{local(back)}#{slot_of(local(back))}post-{post_id}"
        return RedirectResponse(there, 303, {"Cache-Control": "no-store"})
    await call.done()
    view = await reads.view(call.tx, visitor.actor, post_id)
    at: Present = await presenting(call.tx, visitor, [view])
    return answer(visitor, "_one_post.html", at, view=view, path=local(back))
