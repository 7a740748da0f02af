"""Following or answering from one's own server: a stranger says a handle and is sent on to there. Without scripts.

The reverse of interaction.py: that server's WebFinger names the page, as `http://ostatus.org/schema/1.0/subscribe`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from starlette.responses import RedirectResponse, Response

from torg.access import registration
from torg.access.bearer import anonymous
from torg.accounts import reads as accounts
from torg.accounts.model import Account, AccountKind
from torg.groups import reads as groups
from torg.http import Call, Routes
from torg.http.browser import expired_form, is_ours, set_cookie, show
from torg.kernel.config import Registration
from torg.kernel.errors import NotFound
from torg.peers.rules import federates
from torg.posts import reads as posts
from torg.posts import received
from torg.posts.model import PostView
from torg.posts.public import PublicPost
from torg.remote import actors, webfinger
from torg.remote.errors import Failed, Gone, Refused, RemoteError, Unreadable
from torg.search import addresses
from torg.text.messages import marked as _
from torg.web.answer import POLICY, YEAR
from torg.web.forms import Look
from torg.web.present import Present, presenting
from torg.web.visitor import Visitor, visitor_of

routes = Routes("pages")

HERE = "/interact"
OURS = "/authorize_interaction"
COOKIE = "torg_own_server"
SECONDS = 20.0
MOST = 400


ODD = _("That is no handle. It looks like @me@my.server.")
UNKNOWN = _("That server knows nobody of this name.")
REFUSED = _("This network does not speak with that server.")
AWAY = _("That server cannot be reached at the moment. Try again a little later.")
MUTE = _("That server does not say where one can follow or answer from there. Search there for the address below.")


class Wanted(Look, kw_only=True):
    """`uri`: the ActivityPub address, or that of the page, of somebody or of a post."""

    uri: str = ""


class Own(Wanted, kw_only=True):
    csrf: str | None = None
    handle: str = ""
    remember: bool = False


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be followed, or answered if `view` is there, and its ActivityPub address."""

    account: Account
    view: PostView | None
    uri: str


@routes.get(HERE, auth="none", hidden=True)
async def ask(call: Call, params: Wanted) -> Response:
    """The question for one's own handle; a member goes on to the page for members."""
    visitor, at, goal = await _look(call, params)
    if visitor.account is not None:
        return RedirectResponse(_ours(goal), 303, {"Cache-Control": "no-store"})
    known = call.request.cookies.get(COOKIE, "")[:MOST]
    return _page(visitor, at, goal, handle=known, remember=bool(known))


@routes.post(HERE, auth="none", tx=False, limit="own_server", hidden=True)
async def go(call: Call, form: Own) -> Response:
    """Ask the server of the handle where to go, and go there; nothing of ours is open while it is asked."""
    async with call.db.tx(call.network.scope) as tx:
        call._tx = tx
        visitor, at, goal = await _look(call, form)
    if not is_ours(call, form.csrf):
        return expired_form(call, visitor.language)
    said = form.handle.replace("\0", "").strip()[:MOST]
    try:
        name, host = webfinger.split(said)
        if host == call.network.host:
            return RedirectResponse(f"/auth/sign_in?{urlencode({'next': _ours(goal)})}", 303)
        async with asyncio.timeout(SECONDS):
            template = await webfinger.subscription(call.services, call.network, name, host)
    except (RemoteError, TimeoutError) as error:
        wrong = _wrong(error, said)
        return _page(visitor, at, goal, handle=said, remember=form.remember, wrong=wrong, status=422)
    if template is None:
        return _page(visitor, at, goal, handle=said, remember=form.remember, wrong=MUTE, status=422)
    onward = template.replace("{uri}", quote(goal.uri, safe=""))
    place = urlsplit(onward).netloc.lower()
    if place == host:
        response: Response = RedirectResponse(onward, 303, {"Cache-Control": "no-store", "Referrer-Policy": "origin"})
    else:
        response = _page(visitor, at, goal, handle=said, remember=form.remember, onward=onward, host=host, place=place)
    if form.remember:
        set_cookie(call, response, COOKIE, f"{name}@{host}", seconds=YEAR)
    elif COOKIE in call.request.cookies:
        response.delete_cookie(COOKIE, path="/")
    return response


def _wrong(error: Exception, said: str) -> str:
    match error:
        case Unreadable():
            try:
                webfinger.split(said)
            except Unreadable:
                return ODD
            return MUTE
        case Gone():
            return UNKNOWN
        case Refused():
            return REFUSED
        case Failed() | TimeoutError():
            return AWAY
    return AWAY


def _ours(goal: Goal) -> str:
    return f"{OURS}?{urlencode({'uri': goal.uri})}"


async def _look(call: Call, params: Wanted) -> tuple[Visitor, Present, Goal]:
    """Who looks and at what; 404 for what not everybody may read here, and where nobody else is spoken with."""
    if not federates(call.network):
        raise NotFound
    visitor = await visitor_of(call, params.lang)
    account, view = await _found(call, params.uri.replace("\0", "").strip()[:2_000])
    at = await presenting(call.tx, visitor, [view] if view else [], account)
    return visitor, at, Goal(account, view, at.activity(view) if view else at.actor(account))


async def _found(call: Call, what: str) -> tuple[Account, PostView | None]:
    tx, network = call.tx, call.network
    ours = addresses.local(what, network.host)
    post_id, account = ours.post_id if ours else None, None
    if ours is not None and ours.acct is not None:
        account = await accounts.by_acct(tx, ours.acct, network.host)
    elif ours is None:  # of another server, and known here; nobody makes us fetch anything who has no account
        post = await received.by_uri(tx, what)
        post_id, account = (post.id, None) if post else (None, await actors.known(tx, what))
    if post_id is not None:
        view = PublicPost(network, await posts.view(tx, anonymous(network), post_id)).view
        return view.account, view.boost_of or view
    if account is None or not account.visible:
        raise NotFound
    if account.kind is AccountKind.GROUP and account.is_local and not await groups.is_open(tx, account.id):
        raise NotFound
    return account, None


def _page(
    visitor: Visitor, at: Present, goal: Goal, *, handle: str, remember: bool, wrong: str = "", onward: str = "",
    host: str = "", place: str = "", status: int = 200,
) -> Response:  # fmt: skip
    call = visitor.call
    response = show(
        call, "interact.html", status=status, language=visitor.language, at=at, me=visitor.account,
        path=call.request.url.path, goal=goal, ours=_ours(goal), handle=handle, remember=remember, wrong=wrong,
        onward=onward, host=host, place=place,
        joins=registration.policy(call.services.settings, call.network) is not Registration.CLOSED,
    )  # fmt: skip
    # Browsers hold the form's redirect against `form-action`, and it leads to whichever server one comes from
    goals = "form-action 'self' https:" + (" http:" if call.origin.startswith("http:") else "")
    response.headers["Content-Security-Policy"] = POLICY.replace("form-action 'self'", goals)
    response.headers["Content-Language"] = visitor.language
    return response
