"""Settings: in which browsers one is logged in, and logging them out."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from torg.access import sessions
from torg.http import Call, Routes
from torg.http.browser import expired_form, is_ours
from torg.web.forms import Look
from torg.web.settings_member import DONE, member, onward, shown

routes = Routes("pages")

HERE = "/settings/sessions"
# In this order: the later ones call themselves by the names of the earlier too
BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("Chrome", "Chrome"),
    ("CriOS", "Chrome"), ("Safari", "Safari"), ("curl", "curl"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip
MOST_SHOWN = 60


class Page(Look, kw_only=True):
    done: bool = False


class Out(msgspec.Struct, kw_only=True):
    """`session`: which one; none means all but this."""

    csrf: str | None = None
    session: int | None = None


def device(user_agent: str) -> str:
    """`Firefox, Linux`: what a browser says that it is, in words; as it says it if we do not know."""
    named = [next((name for mark, name in known if mark in user_agent), "") for known in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in named if name) or user_agent[:MOST_SHOWN]


@routes.get(HERE, auth="none", hidden=True)
async def index(call: Call, params: Page) -> Response:
    """Each browser: what it is, since when, when and from where it was used last."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    assert visitor.account is not None
    found = await sessions.of_account(call.tx, visitor.account.id, call.request.cookies.get(sessions.COOKIE))
    named = [(session, device(session.user_agent)) for session in found]
    return shown(visitor, "settings_sessions.html", done=params.done, sessions=named)


@routes.post(HERE, auth="none", hidden=True)
async def sign_out(call: Call, form: Out) -> Response:
    """Log one browser out, or all but this."""
    if not is_ours(call, form.csrf):
        return expired_form(call)
    visitor = await member(call, None)
    if isinstance(visitor, Response):
        return visitor
    assert visitor.account is not None
    if form.session is None:
        await sessions.end_others(call.tx, visitor.account.id, call.request.cookies.get(sessions.COOKIE))
    else:
        await sessions.end_one(call.tx, visitor.account.id, form.session)
    return onward(HERE + DONE)
