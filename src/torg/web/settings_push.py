"""Settings: which devices are woken by notifications, for what and for whom; one's own browser joins at a button."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec
from starlette.responses import Response

from torg.access import sessions
from torg.http import Call, Routes
from torg.http.browser import expired_form, is_ours
from torg.kernel.actor import Permission
from torg.kernel.errors import Forbidden, Invalid, NotFound
from torg.push import actions, reads
from torg.push.model import Policy
from torg.text.messages import marked as _
from torg.web.forms import Look
from torg.web.settings_member import DONE, member, onward, shown
from torg.web.settings_sessions import device
from torg.web.visitor import Visitor, visitor_of

routes = Routes("pages")

HERE = "/settings/push"


KINDS = {
    "mention": _("Somebody mentions you or writes to you"),
    "quote": _("Somebody quotes you"),
    "follow": _("Somebody follows you"),
    "follow_request": _("Somebody asks to follow you"),
    "reblog": _("Somebody boosts your post"),
    "favourite": _("Somebody favourites your post"),
    "poll": _("A poll that you took part in has ended"),
    "status": _("Somebody whom you asked to hear of writes"),
    "update": _("A post that you boosted is edited"),
    "quoted_update": _("A post that you quoted is edited"),
    "admin.sign_up": _("Somebody signs up"),
    "admin.report": _("Somebody reports a post or an account"),
    "torg.appeal": _("Somebody objects to a measure"),
}
FIRST = ("mention", "quote", "follow", "follow_request", "poll", "status", "admin.report", "torg.appeal")
"""What a device begins with."""
POLICIES: dict[Policy, str] = {
    "all": _("everybody"),
    "followed": _("people whom you follow"),
    "follower": _("people who follow you"),
    "none": _("nobody, for now"),
}
UNUSABLE = _("The browser's push service could not be used. Try again, or with another browser.")
OFFICE = {
    "admin.sign_up": Permission.MANAGE_USERS | Permission.MANAGE_REPORTS,
    "admin.report": Permission.MANAGE_USERS | Permission.MANAGE_REPORTS,
    "torg.appeal": Permission.MANAGE_APPEALS,
}
"""Kinds that are offered to those alone who may hear of them."""


class Page(Look, kw_only=True):
    """`tried`: a notification is on its way to this browser."""

    done: bool = False
    tried: bool = False


class Choice(msgspec.Struct, kw_only=True):
    """What this browser is woken for; with an `endpoint` and its keys it joins, without one it has joined already."""

    csrf: str | None = None
    alerts: list[str] = []
    policy: Policy = "all"
    endpoint: str = ""
    p256dh: str = ""
    auth: str = ""


class Renewed(msgspec.Struct, kw_only=True):
    """The address that a browser has now, with its keys."""

    endpoint: str
    p256dh: str
    auth: str


class Pressed(msgspec.Struct, kw_only=True):
    csrf: str | None = None
    id: int = 0


@routes.get(HERE, auth="none", hidden=True)
async def index(call: Call, params: Page) -> Response:
    """This browser, and every device that is woken for the account."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    return await _page(visitor, done=params.done, tried=params.tried)


async def _page(visitor: Visitor, *, wrong: str = "", done: bool = False, tried: bool = False) -> Response:
    assert visitor.account is not None
    call = visitor.call
    found = await reads.devices(call.tx, visitor.actor)
    session = await session_id(visitor)
    own = next((one for one in found if one.session_id == session), None)
    named = [(one, one.app or device(one.user_agent), one is own) for one in found]
    kinds = [(name, KINDS[name]) for name in KINDS if name not in OFFICE or visitor.actor.may(OFFICE[name])]
    return shown(
        visitor, "settings_push.html", status=422 if wrong else 200, wrong=wrong, done=done, tried=tried,
        devices=named, own=own, kinds=kinds, names=KINDS, policies=list(POLICIES.items()),
        chosen=set(own.alerts if own else FIRST), policy=own.policy if own else "all",
        key=call.services.identity.public,
    )  # fmt: skip


async def session_id(visitor: Visitor) -> int:
    """Of the browser that asks; NotFound if its session ended just now."""
    assert visitor.account is not None
    secret = visitor.call.request.cookies.get(sessions.COOKIE)
    for one in await sessions.of_account(visitor.call.tx, visitor.account.id, secret):
        if one.current:
            return one.id
    raise NotFound


async def _asking(call: Call, csrf: str | None) -> Visitor | Response:
    return await member(call, None) if is_ours(call, csrf) else expired_form(call)


@routes.post(HERE, auth="none", hidden=True)
async def save(call: Call, form: Choice) -> Response:
    """Let this browser join, or change what it is woken for."""
    visitor = await _asking(call, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    session = await session_id(visitor)
    if not form.endpoint:
        await actions.choose(call.tx, session, alerts=form.alerts, policy=form.policy)
        return onward(HERE + DONE)
    try:
        await actions.subscribe(
            call.tx, visitor.actor, endpoint=form.endpoint, p256dh=form.p256dh, auth=form.auth, standard=True,
            alerts=form.alerts, policy=form.policy, session_id=session,
        )  # fmt: skip
    except Invalid:  # its rules come before its first row
        return await _page(visitor, wrong=UNUSABLE)
    return onward(HERE + DONE)


@routes.post("/settings/push/renew", auth="none", limit="compose", hidden=True)
async def renew(call: Call, form: Renewed) -> Response:
    """The service worker's word that the browser's push service changed the address (Push API: pushsubscriptionchange).

    A worker has no form of ours: that it speaks for this site, its Origin says, which no page can choose.
    """
    if urlsplit(call.request.headers.get("origin", "")).netloc != call.network.host:
        raise Forbidden
    visitor = await visitor_of(call, None)
    if visitor.account is None:
        raise NotFound
    session = await session_id(visitor)
    own = next((one for one in await reads.devices(call.tx, visitor.actor) if one.session_id == session), None)
    if own is None:
        raise NotFound  # ended meanwhile: nobody is woken who did not ask for it
    await actions.subscribe(
        call.tx, visitor.actor, endpoint=form.endpoint, p256dh=form.p256dh, auth=form.auth, standard=True,
        alerts=own.alerts, policy=own.policy, session_id=session,
    )  # fmt: skip
    return Response(status_code=204)


@routes.post("/settings/push/end", auth="none", hidden=True)
async def end(call: Call, form: Pressed) -> Response:
    """Wake one of the account's devices no more."""
    visitor = await _asking(call, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await actions.end(call.tx, visitor.actor, form.id)
    return onward(HERE + DONE)


@routes.post("/settings/push/try", auth="none", limit="compose", hidden=True)
async def trial(call: Call, form: Pressed) -> Response:
    """Send this browser a notification, to see that it comes."""
    visitor = await _asking(call, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await actions.test(call.tx, await session_id(visitor))
    return onward(f"{HERE}?tried=1")
