"""`/oauth/authorize`: log in if need be, consent, and the code back to the app (RFC 6749 §4.1, RFC 7636, RFC 9207).

Nothing is sent to a redirect URI before client and URI are known to belong together, and errors of the request itself
are shown here and not sent on (RFC 9700 §4.11.2: no open redirector); only the person's refusal is.
"""

from __future__ import annotations

from urllib.parse import urlencode

import msgspec
from starlette.responses import RedirectResponse, Response

from torg.access import apps, grants
from torg.access import scopes as scope_rules
from torg.access.model import App
from torg.http import Call, Routes
from torg.http.pages import language_of, page
from torg.oauth import words
from torg.oauth.browser import expired_form, is_ours, show, signed_in

routes = Routes("oauth")

MOST_STATE = 4096


class Request(msgspec.Struct, kw_only=True):
    """The parameters of an authorization request; every one may be missing, since a page has to say so."""

    response_type: str = ""
    client_id: str = ""
    redirect_uri: str = ""
    scope: str = ""
    state: str | None = None
    code_challenge: str | None = None
    code_challenge_method: str | None = None
    force_login: bool = False
    lang: str | None = None

    def carried(self) -> dict[str, str]:
        """What goes along in forms and through the login, without `force_login`, which has been obeyed by then."""
        names = ("response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge",
                 "code_challenge_method", "lang")  # fmt: skip
        return {name: value for name in names if (value := getattr(self, name))}


class Decision(Request, kw_only=True):
    """The consent form as sent. `decision` is `allow` or `deny`."""

    csrf: str | None = None
    decision: str = ""


class Refused(msgspec.Struct, frozen=True):
    """Why a request is not even shown: a code for the page's words, and the status."""

    problem: str
    status: int = 400


async def examine(call: Call, request: Request) -> tuple[App, list[str]] | Refused:
    """The client and the scopes of a request that may be shown to the person."""
    app = await apps.by_client_id(call.tx, request.client_id)
    if app is None:
        return Refused("client", 401)
    if request.redirect_uri not in app.redirect_uris:
        return Refused("redirect")
    if request.response_type != "code":
        return Refused("response_type")
    wanted = scope_rules.parse(request.scope) or list(scope_rules.DEFAULT)
    if scope_rules.unknown(wanted) or not scope_rules.covered(wanted, app.scopes):
        return Refused("scope")
    if request.code_challenge is not None or request.code_challenge_method is not None:
        if (request.code_challenge_method or "plain") != "S256":
            return Refused("challenge_method")
        if not grants.CHALLENGE.fullmatch(request.code_challenge or ""):
            return Refused("challenge")
    if len(request.state or "") > MOST_STATE:
        return Refused("state")
    return app, wanted


def refuse(call: Call, request: Request, refused: Refused) -> Response:
    return page(
        call,
        "problem.html",
        status=refused.status,
        language=language_of(call, request.lang),
        problem=refused.problem,
        detail="",
    )


@routes.get("/oauth/authorize", auth="none", hidden=True)
async def ask(call: Call, request: Request) -> Response:
    """The login form, or for whoever is logged in the question whether the app may (docs: methods/oauth#authorize)."""
    language = language_of(call, request.lang)
    examined = await examine(call, request)
    if isinstance(examined, Refused):
        return refuse(call, request, examined)
    app, wanted = examined
    account = await signed_in(call, call.tx)
    if account is None or request.force_login:
        goal = "/oauth/authorize?" + urlencode(request.carried())
        return show(call, "sign_in.html", language=language, goal=goal, email="", wrong="", app=app)
    return show(
        call,
        "consent.html",
        language=language,
        app=app,
        account=account,
        grants=words.of(wanted),
        carried=request.carried(),
    )


@routes.post("/oauth/authorize", auth="none", hidden=True)
async def decide(call: Call, form: Decision) -> Response:
    """The person's answer: a code for the app, or `access_denied`."""
    if not is_ours(call, form.csrf):
        return expired_form(call, language_of(call, form.lang))
    examined = await examine(call, form)
    if isinstance(examined, Refused):
        return refuse(call, form, examined)
    app, wanted = examined
    account = await signed_in(call, call.tx)
    if account is None:
        return RedirectResponse("/oauth/authorize?" + urlencode(form.carried()), 303)
    if form.decision != "allow":
        return _denied(call, form)
    code = await grants.give(
        call.tx,
        app=app,
        account_id=account.id,
        redirect_uri=form.redirect_uri,
        scopes=wanted,
        code_challenge=form.code_challenge,
    )
    if form.redirect_uri == apps.OUT_OF_BAND:
        return page(call, "code.html", language=language_of(call, form.lang), app=app, code=code)
    return _back(call, form, {"code": code})


@routes.delete("/oauth/authorize", auth="none", hidden=True)
async def deny(call: Call, form: Decision) -> Response:
    """The same as the form's `deny`, for what can send DELETE."""
    if not is_ours(call, form.csrf):
        return expired_form(call, language_of(call, form.lang))
    examined = await examine(call, form)
    return refuse(call, form, examined) if isinstance(examined, Refused) else _denied(call, form)


def _denied(call: Call, form: Request) -> Response:
    if form.redirect_uri == apps.OUT_OF_BAND:
        return refuse(call, form, Refused("denied", 403))
    why = "The resource owner or authorization server denied the request."
    return _back(call, form, {"error": "access_denied", "error_description": why})


def _back(call: Call, request: Request, answer: dict[str, str]) -> Response:
    """To the app, with its state and our issuer, after whatever query its address has already."""
    query = urlencode({**answer, **({"state": request.state} if request.state else {}), "iss": issuer(call)})
    joint = "&" if "?" in request.redirect_uri else "?"
    headers = {"Location": f"{request.redirect_uri}{joint}{query}", "Cache-Control": "no-store"}
    return Response(status_code=303, headers=headers)


def issuer(call: Call) -> str:
    """Our name as an authorization server, as Mastodon writes it: with a slash."""
    return f"{call.origin}/"
