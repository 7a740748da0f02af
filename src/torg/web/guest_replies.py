"""Replying without an account: a form on a page of its own, since the post's page is kept by caches and has no cookies.

The answer is the same whatever the address is. A box that only programs fill in throws the reply away.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse, Response

from torg.http import Call, Routes
from torg.http.browser import expired_form, is_ours, show
from torg.http.pages import page
from torg.kernel.errors import Invalid, NotFound
from torg.posts.model import PostView
from torg.responses import guests
from torg.web.answer import POLICY
from torg.web.forms import Look
from torg.web.present import presenting
from torg.web.visitor import Visitor, visitor_of

routes = Routes("pages")


class Which(Look, kw_only=True):
    id: int


class Written(Which, kw_only=True):
    """`website`: nobody sees it."""

    csrf: str | None = None
    name: str = ""
    email: str = ""
    text: str = ""
    website: str = ""


class Link(Look, kw_only=True):
    token: str = ""
    csrf: str | None = None


@routes.get("/reply/{id}", auth="none", hidden=True)
async def form(call: Call, params: Which) -> Response:
    """The form; 404 for what not everybody may read, and where the network does not have it."""
    view = await guests.answerable(call.tx, call.network, params.id)
    visitor = await visitor_of(call, params.lang)
    if visitor.account is not None:  # members answer on the page of the post
        return RedirectResponse(f"/@{view.account.acct}/{view.post.id}", 303, {"Cache-Control": "no-store"})
    return await _shown(visitor, view)


@routes.post("/reply/{id}", auth="none", limit="guest_reply", hidden=True)
async def write(call: Call, given: Written) -> Response:
    """Mail a link to the address that is said to be the writer's."""
    view = await guests.answerable(call.tx, call.network, given.id)
    visitor = await visitor_of(call, given.lang)
    if not is_ours(call, given.csrf):
        return expired_form(call, visitor.language)
    if given.website:
        return await _shown(visitor, view, step="sent")
    try:
        await guests.ask(
            call.tx, call.network, call.origin, given.id, name=given.name, email=given.email, text=given.text,
            locale=visitor.language,
        )  # fmt: skip
    except Invalid as mistake:
        wrong = sorted(mistake.details)
        kept = {"name": given.name, "email": given.email, "text": given.text}
        return await _shown(visitor, view, status=422, wrong=wrong, **kept)
    return await _shown(visitor, view, step="sent")


@routes.get("/reply/confirm", auth="none", limit="login", hidden=True)
async def look(call: Call, params: Link) -> Response:
    """What is about to be sent, and a button: mail programs look at links too, and must not send anything."""
    visitor = await _reader(call, params)
    found = await guests.behind(call.tx, call.network, params.token)
    if found is None:
        return _no_link(visitor)
    reply, view = found
    return await _shown(visitor, view, step="confirm", token=params.token, name=reply.name, text=reply.text)


@routes.post("/reply/confirm", auth="none", limit="login", hidden=True)
async def send(call: Call, given: Link) -> Response:
    """Hand the reply to those who decide."""
    visitor = await _reader(call, given)
    if not is_ours(call, given.csrf):
        return expired_form(call, visitor.language)
    view = await guests.prove(call.tx, call.network, call.origin, given.token)
    return _no_link(visitor) if view is None else await _shown(visitor, view, step="waits")


async def _reader(call: Call, params: Look) -> Visitor:
    if not guests.takes(call.network):
        raise NotFound
    return await visitor_of(call, params.lang)


def _no_link(visitor: Visitor) -> Response:
    return page(visitor.call, "problem.html", status=422, language=visitor.language, problem="link", detail="")


async def _shown(
    visitor: Visitor, view: PostView, *, step: str = "write", status: int = 200, wrong: list[str] | None = None,
    **values: Any,
) -> Response:  # fmt: skip
    call = visitor.call
    given = {"name": "", "email": "", "text": "", "token": "", **values}
    at = await presenting(call.tx, visitor, [view])
    # The way to the other language is by GET, and without the token
    path = call.request.url.path if step == "write" else at.link(view)
    response = show(
        call, "guest_reply.html", status=status, language=visitor.language,
        at=at, me=visitor.account, path=path, view=view,
        step=step, wrong=wrong or [], given=given, most_text=guests.MOST_TEXT, most_name=guests.MOST_NAME,
    )  # fmt: skip
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Content-Language"] = visitor.language
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
