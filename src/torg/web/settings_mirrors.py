"""Settings: the blogs that are mirrored into one's account, and what is wrong with those that cannot be read."""

from __future__ import annotations

from starlette.responses import Response

from torg.http import Call, Routes
from torg.http.browser import expired_form, is_ours
from torg.kernel.clock import now
from torg.kernel.errors import Invalid, TooMany
from torg.mirrors import actions
from torg.mirrors.model import Problem
from torg.mirrors.rules import MOST_OF_ACCOUNT
from torg.text.messages import marked as _
from torg.web.forms import Look
from torg.web.settings_member import DONE, member, onward, shown
from torg.web.visitor import Visitor

routes = Routes("pages")

HERE = "/settings/mirrors"


PROBLEMS: dict[Problem, str] = {
    "unreachable": _("Nobody answers at this address. It is tried again, ever less often."),
    "refused": _("This address may not be asked from here."),
    "answer": _("The other server answers with an error. It is tried again, ever less often."),
    "unreadable": _("What is at this address cannot be read as a feed."),
    "gone": _("The feed is gone for good, says its server."),
    "dead": _("The feed could not be reached for a month and is asked no more."),
    "account": _("The account may not post at present."),
    "posts": _("Some entries could not be posted."),
}
NOT_ADDED = _("This feed could not be added: it is no address, is here already, or would be one too many.")
TOO_SOON = _("This feed was asked less than five minutes ago.")


class Page(Look, kw_only=True):
    done: bool = False


class New(Look, kw_only=True):
    csrf: str | None = None
    url: str = ""


class Act(Look, kw_only=True):
    id: int
    csrf: str | None = None


@routes.get(HERE, auth="none", hidden=True)
async def index(call: Call, params: Page) -> Response:
    """Each feed, when it was visited last, and what was wrong then."""
    visitor = await member(call, params.lang)
    return visitor if isinstance(visitor, Response) else await _page(visitor, done=params.done)


async def _page(visitor: Visitor, *, wrong: str = "", done: bool = False, url: str = "") -> Response:
    found = await actions.listed(visitor.call.tx, visitor.actor, visitor.call.network)
    return shown(
        visitor,
        "settings_mirrors.html",
        status=422 if wrong else 200,
        wrong=wrong,
        done=done,
        url=url,
        found=found,
        now=now(),
        problems=PROBLEMS,
        full=len(found) >= MOST_OF_ACCOUNT,
    )


@routes.post(HERE, auth="none", limit="compose", hidden=True)
async def add(call: Call, form: New) -> Response:
    """Mirror a feed into the member's own account."""
    visitor = await _sender(call, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    try:
        await actions.connect(call.tx, visitor.actor, call.network, form.url.replace("\0", ""))
    except Invalid:  # its rules come before its first row
        return await _page(visitor, wrong=NOT_ADDED, url=form.url)
    return onward(HERE + DONE)


@routes.post(HERE + "/{id}/check", auth="none", limit="compose", hidden=True)
async def check(call: Call, form: Act) -> Response:
    """Visit it now."""
    visitor = await _sender(call, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    try:
        await actions.ask_now(call.tx, visitor.actor, call.network, form.id)
    except TooMany:
        return await _page(visitor, wrong=TOO_SOON)
    return onward(HERE + DONE)


@routes.post(HERE + "/{id}/remove", auth="none", hidden=True)
async def remove(call: Call, form: Act) -> Response:
    """Mirror it no more."""
    visitor = await _sender(call, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await actions.let_go(call.tx, visitor.actor, call.network, form.id)
    return onward(HERE + DONE)


async def _sender(call: Call, csrf: str | None) -> Visitor | Response:
    if not is_ours(call, csrf):
        return expired_form(call)
    return await member(call, None)
