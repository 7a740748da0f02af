"""What becomes of notifications from strangers: the policy, and the accounts whose notifications wait for a word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec
from starlette.responses import Response

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.page import Page
from torg.messages import reads as messages
from torg.notices import actions, reads
from torg.notices.model import Policy, Request, Treatment
from torg.posts import reads as posts
from torg.posts.model import PostView
from torg.text.messages import marked as _
from torg.web.answer import answer
from torg.web.forms import Look, Turn
from torg.web.member import member, onward, sender
from torg.web.present import presenting
from torg.web.settings_member import DONE, shown
from torg.web.visitor import Visitor

routes = Routes("pages")

SHOWN = 30
SETTINGS, WAITING = "/settings/notifications", "/notifications/requests"


KINDS = {
    "for_not_following": _("People whom you do not follow"),
    "for_not_followers": _("People who do not follow you"),
    "for_new_accounts": _("Accounts that are younger than a month"),
    "for_private_mentions": _("Messages that you did not ask for"),
    "for_limited_accounts": _("Accounts that moderators have limited"),
}
TREATMENTS: dict[Treatment, str] = {
    "accept": _("tell me"),
    "filter": _("hold back, for me to look at"),
    "drop": _("do not tell me"),
}


class Saved(Look, kw_only=True):
    done: bool = False


class Rules(Look, kw_only=True):
    csrf: str | None = None
    for_not_following: Treatment = "accept"
    for_not_followers: Treatment = "accept"
    for_new_accounts: Treatment = "accept"
    for_private_mentions: Treatment = "filter"
    for_limited_accounts: Treatment = "filter"


class Verdict(Look, kw_only=True):
    """`id[]`: the requests that it is about."""

    csrf: str | None = None
    id: list[int] = []
    verdict: Literal["accept", "dismiss"]


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """An account that waits, and the newest of what it has to say, if it can be read."""

    request: Request
    account: Account
    post: PostView | None = None
    letter: int | None = None


@routes.get(SETTINGS, auth="none", hidden=True)
async def policy(call: Call, params: Saved) -> Response:
    """Five kinds of accounts, and what becomes of each one's notifications."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    chosen, pending = await reads.policy(call.tx, visitor.actor)
    return shown(
        visitor, "settings_notifications.html", done=params.done, pending=pending,
        kinds=[(name, label, getattr(chosen, name)) for name, label in KINDS.items()],
        treatments=list(TREATMENTS.items()),
    )  # fmt: skip


@routes.post(SETTINGS, auth="none", hidden=True)
async def save(call: Call, form: Rules) -> Response:
    """It holds for what comes from now on."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await actions.set_policy(call.tx, visitor.actor, Policy(**{name: getattr(form, name) for name in KINDS}))
    return onward(SETTINGS + DONE)


@routes.get(WAITING, auth="none", hidden=True)
async def waiting(call: Call, params: Turn) -> Response:
    """Whose notifications are held back, the latest first."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    found = await reads.requests(call.tx, visitor.actor, Page(limit=SHOWN, max_id=params.max_id))
    people = await accounts.by_ids(call.tx, [request.from_id for request in found])
    held = await _held(call.tx, visitor, [request for request in found if request.from_id in people], people)
    about = [one.post for one in held if one.post is not None]
    at = await presenting(call.tx, visitor, about, *(one.account for one in held))
    older = found[-1].id if len(found) == SHOWN else None
    return answer(visitor, "notice_requests.html", at, held=held, older=older)


async def _held(tx: Tx, visitor: Visitor, requests: list[Request], people: Mapping[int, Account]) -> list[Held]:
    ids = [request.post_id for request in requests if request.post_id is not None]
    views = {view.post.id: view for view in await posts.hydrate(tx, visitor.actor, ids)}
    letters = [request.message_id for request in requests if request.message_id is not None]
    readable = {view.message.id for view in await messages.views(tx, visitor.actor, letters)}
    return [
        Held(
            request=one,
            account=people[one.from_id],
            post=views.get(one.post_id or 0),
            letter=one.message_id if one.message_id in readable else None,
        )
        for one in requests
    ]


@routes.post(WAITING, auth="none", hidden=True)
async def decide(call: Call, form: Verdict) -> Response:
    """Let them through, now and later, or put away what they hold."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    verb = actions.accept if form.verdict == "accept" else actions.dismiss_requests
    await verb(call.tx, visitor.actor, form.id)
    return onward(WAITING)
