"""The page of a post, with the conversation around it."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from torg.http import Call, Routes
from torg.kernel.actor import NetworkKind
from torg.kernel.errors import Gone, NotFound
from torg.posts import reads
from torg.posts.model import PostView
from torg.remote import threads
from torg.responses import guests
from torg.responses import reads as responses
from torg.web import questions
from torg.web import responses as web_responses
from torg.web.answer import answer
from torg.web.compose_page import beside
from torg.web.compose_shown import blank
from torg.web.doors import doors
from torg.web.filtering import covered, filtered
from torg.web.forms import OnePost
from torg.web.guard import let_out
from torg.web.present import Present, presenting
from torg.web.previews import picture, told
from torg.web.visitor import Visitor, kept_out, visitor_of

routes = Routes("pages")

DEEPEST = 3
"""Answers stand in so far, however deep they are."""


@routes.get("/@{handle}/{id}", auth="none", hidden=True)
async def show(call: Call, params: OnePost) -> Response:
    """One post, what it answers and what answers it. An id under somebody else's name leads to the right address."""
    visitor = await visitor_of(call, params.lang)
    if (away := kept_out(visitor)) is not None:
        return away
    try:
        view = await reads.view(call.tx, visitor.actor, params.id)
    except NotFound:
        # Pages that were told of the post look here for whether it still is (W3C Webmention §3.1.5)
        if call.network.is_public and await responses.is_gone(call.tx, params.id):
            raise Gone from None
        raise
    [view] = let_out(visitor, [view])
    if view.boost_of is not None:
        return RedirectResponse(Present(visitor).link(view.boost_of), 302)
    if view.account.acct.lower() != params.handle.lower():
        return RedirectResponse(Present(visitor).link(view), 302)
    return await _thread(visitor, view, params.order)


async def _thread(visitor: Visitor, view: PostView, order: str | None) -> Response:
    """The page of a post that the reader may see; for a member with a form to answer it."""
    inside = visitor.call.network.kind is not NetworkKind.PUBLIC
    newest_first = order == "newest" if order else inside
    tx = visitor.call.tx
    up, down = await reads.context(tx, visitor.actor, view.post.id)
    if visitor.account is not None:  # what other servers have of the conversation is there at the next look
        await threads.want(tx, visitor.call.network, view.post)
    around = let_out(visitor, await reads.hydrate(tx, visitor.actor, [*up, *down]))
    around, covers = await filtered(tx, visitor, around, "thread")
    covers |= await covered(tx, visitor, [view], "thread")  # who opened it wants it: what hides it elsewhere warns here
    at = await presenting(tx, visitor, [view, *around])
    before = set(up)
    after = [v for v in around if v.post.id not in before]
    question, decides = await questions.beside(visitor, view)
    form = blank(visitor, view)
    shown = answer(
        visitor,
        "thread.html",
        at,
        view=view,
        said=told(at, view),
        picture=picture(view),
        covers=covers,
        before=[v for v in around if v.post.id in before],
        after=sorted(after, key=lambda v: v.post.id, reverse=True) if newest_first else after,
        newest_first=newest_first,
        depths={} if newest_first else _depths(view.post.id, after),
        question=question,
        decides=decides,
        promotes=visitor.call.network.kind is NetworkKind.INSIDE
        and visitor.account is not None
        and not visitor.account.guest
        and view.account.id == visitor.account.id,
        doors=await doors(visitor, view),
        form=form,
        **await beside(tx, visitor, form),
        responses=await web_responses.beside(visitor, view),
        answerable=guests.is_answerable(visitor.call.network, view),
        waiting=await web_responses.waiting(visitor, view),
    )
    return web_responses.advertise(shown, at, view.account, at.activity(view))


def _depths(root: int, after: Sequence[PostView]) -> dict[int, int]:
    """How far each answer stands in: 1 for an answer to an answer, DEEPEST for all that is further down."""
    found: dict[int, int] = {}
    for one in after:
        parent = one.post.reply_to_id
        found[one.post.id] = 0 if parent == root or parent is None else min(DEEPEST, found.get(parent, 0) + 1)
    return found


@routes.get("/users/{handle}/statuses/{id}", auth="none", hidden=True)
async def note(call: Call, params: OnePost) -> Response:
    """The ActivityPub address of a post, opened by a person: on to the page."""
    if (away := kept_out(await visitor_of(call, params.lang))) is not None:
        return away
    return RedirectResponse(f"/@{quote(params.handle, safe='@')}/{params.id}", 302)
