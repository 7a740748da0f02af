"""Settings: what the moderators did about the member's account, why, and how it stands now."""

from __future__ import annotations

from starlette.responses import Response

from torg.administration import appeals
from torg.http import Call, Routes
from torg.kernel.errors import Conflict, Invalid
from torg.moderation import report_store
from torg.posts import reads as posts
from torg.text.messages import marked as _
from torg.web.answer import answer
from torg.web.forms import Look
from torg.web.member import member, onward, sender
from torg.web.present import presenting
from torg.web.visitor import Visitor

routes = Routes("pages")

MOST = 40
DONE: dict[str, str] = {
    "none": _("You were warned. Nothing else was changed."),
    "sensitive": _("The pictures and films in your posts were marked as sensitive."),
    "disable": _("Your login was closed."),
    "silence": _("Your posts were limited: only those who follow you meet them."),
    "suspend": _("Your account was closed to everybody."),
}


UNSAID = _("Say in some words why, within twenty days and once for each measure.")


class Objection(Look, kw_only=True):
    id: int
    csrf: str | None = None
    text: str = ""


@routes.get("/settings/warnings", auth="none", hidden=True)
async def index(call: Call, params: Look) -> Response:
    """What was done, newest first, each with the moderators' words and the posts that it was about."""
    visitor = await member(call, params.lang)
    return visitor if isinstance(visitor, Response) else await _page(visitor)


async def _page(visitor: Visitor, wrong: str = "") -> Response:
    call = visitor.call
    assert visitor.account is not None
    found = (await report_store.strikes_of(call.tx, visitor.account.id))[:MOST]
    about = [id_ for one in found for id_ in one.post_ids]
    views = {view.post.id: view for view in await posts.hydrate(call.tx, visitor.actor, about)}
    at = await presenting(call.tx, visitor, list(views.values()))
    told = [
        (one, DONE.get(one.action, DONE["none"]), [views[id_] for id_ in one.post_ids if id_ in views]) for one in found
    ]
    return answer(
        visitor, "settings_warnings.html", at, told=told, open_to=appeals.open_to, most=appeals.MOST_TEXT,
        wrong=wrong, status=422 if wrong else 200,
    )  # fmt: skip


@routes.post("/settings/warnings/{id}/appeal", auth="none", limit="compose", hidden=True)
async def appeal(call: Call, form: Objection) -> Response:
    """Object to what was done."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    try:
        await appeals.appeal(call.tx, visitor.actor, form.id, form.text)
    except (Conflict, Invalid):  # its rules come before its first row
        return await _page(visitor, UNSAID)
    return onward("/settings/warnings")
