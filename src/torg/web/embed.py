"""A post alone, for a frame in somebody else's page: the only page of ours that others may frame."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from torg.access.bearer import anonymous
from torg.http import Call, Routes
from torg.http.pages import language_of
from torg.posts import reads
from torg.posts.public import PublicPost
from torg.text import messages
from torg.web.answer import POLICY, answer
from torg.web.forms import OnePost
from torg.web.present import Present, presenting
from torg.web.visitor import Visitor, kept_out

routes = Routes("pages")

FRAMED = POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")


@routes.get("/@{handle}/{id}/embed", auth="none", hidden=True)
async def show(call: Call, params: OnePost) -> Response:
    """A post for everyone, as a stranger sees it whoever looks: another site's page gets no member's view."""
    visitor = Visitor(call, None, anonymous(call.network), language_of(call, messages.known(params.lang)), None)
    if (away := kept_out(visitor)) is not None:
        return away
    post = PublicPost(call.network, await reads.view(call.tx, visitor.actor, params.id))
    view = post.view
    if view.boost_of is not None or view.account.acct.lower() != params.handle.lower():
        return RedirectResponse(f"{Present(visitor).link(view.boost_of or view)}/embed", 302)
    at = await presenting(call.tx, visitor, [view])
    response = answer(visitor, "embed.html", at, view=view)
    response.headers["Content-Security-Policy"] = FRAMED
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
