"""What a member does with a post on a page: marks, boosts, votes, deletes. Plain forms, swapped in place by htmx."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.responses import RedirectResponse, Response

from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.http.browser import local
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import NotFound
from torg.posts import actions, boosts, drafts, marks, polls, reads
from torg.posts.model import Poll, PostView
from torg.web.answer import answer
from torg.web.filtering import context_of, covered
from torg.web.forms import Look
from torg.web.member import sender
from torg.web.present import Present, presenting, slot_of
from torg.web.undo import Deed, told
from torg.web.undo import shown as done_line
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
CALLED = {"mute": "hush", "unmute": "unhush"}
"""Of a conversation, not of somebody (undo.DEEDS)."""
DAY = 86_400


class Act(Look, kw_only=True):
    """A button under a post. `back`: where it was pressed; `of`: the boost as which the post stood there."""

    id: int
    verb: str
    csrf: str | None = None
    back: str = "/"
    undo: bool = False
    of: int | None = None


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
    deed = Deed(did="undone" if form.undo else CALLED.get(form.verb, form.verb), id=form.id)
    return await shown(visitor, form.id, form.back, deed, form.of)


@routes.post("/posts/{id}/redraft", auth="none", hidden=True)
async def redraft(call: Call, form: Sure) -> Response:
    """Delete one's own post and go on with it in the form, as a draft, with its files."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    view = await reads.view(call.tx, visitor.actor, form.id)
    if view.account.id != visitor.actor.me or view.boost_of is not None:
        raise NotFound
    await actions.delete(call.tx, visitor.actor, form.id)
    kept = await drafts.keep(call.tx, visitor.actor, as_draft(view))
    return RedirectResponse(f"/compose?draft={kept.id}", 303, {"Cache-Control": "no-store"})


def as_draft(view: PostView) -> dict[str, Any]:
    """A post as the parameters of POST /api/v1/statuses, as drafts are kept."""
    post, poll = view.post, view.poll
    asked = {"options": poll.options, "expires_in": poll_seconds(poll), "multiple": poll.multiple} if poll else None
    values: dict[str, Any] = {
        "status": post.source,
        "spoiler_text": post.spoiler,
        "sensitive": post.sensitive,
        "language": post.language,
        "visibility": "private" if post.audience != "everyone" else "public" if post.listed else "unlisted",
        "in_reply_to_id": str(post.reply_to_id) if post.reply_to_id else None,
        "quoted_status_id": str(post.quote_of_id) if post.quote_of_id else None,
        "group_id": post.group_id if not post.reply_to_id else None,
        "media_ids": [str(item.id) for item in view.media],
        "poll": asked,
    }
    return {name: value for name, value in values.items() if value not in (None, "", [], False)}


def poll_seconds(poll: Poll) -> int:
    """How long a poll was to be open, in whole days as the form has them."""
    left = (poll.expires_at - now()).total_seconds() if poll.expires_at else DAY
    return max(1, round(left / DAY)) * DAY


async def shown(
    visitor: Visitor, post_id: int, back: str, deed: Deed | None = None, of: int | None = None
) -> Response:
    """The post as it is now, alone for htmx, else back on the page where it stood; with what was done to it."""
    call = visitor.call
    if call.request.headers.get("hx-request") != "true":
        there = f"{local(back)}#{slot_of(local(back))}post-{of or post_id}"
        onward = RedirectResponse(there, 303, {"Cache-Control": "no-store"})
        return told(call, onward, deed) if deed is not None else onward
    await call.done()
    view = await reads.view(call.tx, visitor.actor, post_id)
    for boost in await reads.hydrate(call.tx, visitor.actor, [of] if of else []):
        view = boost if boost.post.boost_of_id == view.post.id else view
    context = context_of(local(back), view)
    covers = await covered(call.tx, visitor, [view], *([context] if context else []))
    at: Present = await presenting(call.tx, visitor, [view])
    done = done_line(deed) if deed is not None else None
    return answer(
        visitor, "_one_post.html", at, view=view, path=local(back), covers=covers, deed=done, place=view.post.id
    )
