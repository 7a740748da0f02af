"""Settings: what the moderators did about the member's account, why, and how it stands now."""

from __future__ import annotations

from starlette.responses import Response

from torg.http import Call, Routes
from torg.moderation import report_store
from torg.posts import reads as posts
from torg.text.messages import marked as _
from torg.web.answer import answer
from torg.web.forms import Look
from torg.web.present import presenting
from torg.web.settings_member import member

routes = Routes("pages")

MOST = 40
DONE: dict[str, str] = {
    "none": _("You were warned. Nothing else was changed."),
    "sensitive": _("The pictures and films in your posts were marked as sensitive."),
    "disable": _("Your login was closed."),
    "silence": _("Your posts were limited: only those who follow you meet them."),
    "suspend": _("Your account was closed to everybody."),
}


@routes.get("/settings/warnings", auth="none", hidden=True)
async def index(call: Call, params: Look) -> Response:
    """What was done, newest first, each with the moderators' words and the posts that it was about."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    assert visitor.account is not None
    found = (await report_store.strikes_of(call.tx, visitor.account.id))[:MOST]
    about = [id_ for one in found for id_ in one.post_ids]
    views = {view.post.id: view for view in await posts.hydrate(call.tx, visitor.actor, about)}
    at = await presenting(call.tx, visitor, list(views.values()))
    told = [
        (one, DONE.get(one.action, DONE["none"]), [views[id_] for id_ in one.post_ids if id_ in views]) for one in found
    ]
    return answer(visitor, "settings_warnings.html", at, told=told)
