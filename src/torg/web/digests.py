"""Settings of the mails about what was missed, and the page behind the link in them that ends them (RFC 8058)."""

from __future__ import annotations

import zoneinfo

import msgspec
from starlette.responses import Response

from torg.digests import actions, reads
from torg.digests.model import Every
from torg.http import Call, Routes
from torg.http.browser import expired_form, is_ours
from torg.http.pages import language_of, page
from torg.kernel.errors import Invalid
from torg.text.messages import marked as _
from torg.web.forms import Look
from torg.web.settings_member import DONE, member, onward, shown
from torg.web.visitor import Visitor

routes = Routes("pages")

HERE = "/settings/digest"


ODD = _("Something in the form cannot be right.")
DAYS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip


class Page(Look, kw_only=True):
    done: bool = False


class Form(msgspec.Struct, kw_only=True):
    csrf: str | None = None
    every: Every = "off"
    hour: int = 8
    weekday: int = 0
    zone: str = ""


class Stop(msgspec.Struct, kw_only=True):
    """`token`: from the link; a mail program that unsubscribes sends nothing else that we need."""

    token: str = ""
    lang: str | None = None


@routes.get(HERE, auth="none", hidden=True)
async def index(call: Call, params: Page) -> Response:
    """The form."""
    visitor = await member(call, params.lang)
    return visitor if isinstance(visitor, Response) else await _page(visitor, done=params.done)


async def _page(visitor: Visitor, *, wrong: str = "", done: bool = False) -> Response:
    assert visitor.account is not None
    plan = await reads.plan(visitor.call.tx, visitor.call.network, visitor.account.id)
    return shown(
        visitor,
        "digests/settings.html",
        status=422 if wrong else 200,
        wrong=wrong,
        done=done,
        plan=plan,
        days=DAYS,
        zones=sorted(zoneinfo.available_timezones()),
    )


@routes.get(f"{HERE}/preview", auth="none", tx=False, hidden=True)
async def preview(call: Call, params: Look) -> Response:
    """What the next mail would say if it were written now, to its reader alone; nothing is sent."""
    async with call.db.tx(call.network.scope) as tx:
        visitor = await member(call, params.lang, tx)
    if isinstance(visitor, Response):
        return visitor
    assert visitor.account is not None
    text = await actions.preview(call.db, call.network, visitor.account.id, origin=call.origin)
    return shown(visitor, "digests/preview.html", text=text)


@routes.post(HERE, auth="none", hidden=True)
async def save(call: Call, form: Form) -> Response:
    """Keep the choice."""
    if not is_ours(call, form.csrf):
        return expired_form(call)
    visitor = await member(call, None)
    if isinstance(visitor, Response):
        return visitor
    try:
        await actions.choose(
            call.tx, visitor.actor, call.network,
            every=form.every, hour=form.hour, weekday=form.weekday, zone=form.zone.strip(),
        )  # fmt: skip
    except Invalid:  # its rules come before its first row
        return await _page(visitor, wrong=ODD)
    return onward(HERE + DONE)


@routes.get("/digest/stop", auth="none", hidden=True)
async def ask(call: Call, params: Stop) -> Response:
    """Asks before it ends anything: programs that look through mails open every link in them."""
    good = await actions.known(call.tx, call.network, params.token) is not None
    return _stop(call, params, "ask" if good else "unknown")


@routes.post("/digest/stop", auth="none", hidden=True)
async def stop(call: Call, form: Stop) -> Response:
    """Ends them, for the form and for a mail program's one click; the link itself is the proof, no login is needed."""
    good = await actions.stop(call.tx, call.network, form.token)
    return _stop(call, form, "done" if good else "unknown")


def _stop(call: Call, params: Stop, state: str) -> Response:
    status = 404 if state == "unknown" else 200
    return page(
        call, "digests/stop.html", status=status, language=language_of(call, params.lang), state=state,
        token=params.token, headers={"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"},
    )  # fmt: skip
