"""The apps that may act for an account, and taking that back."""

from __future__ import annotations

import msgspec
from starlette.responses import RedirectResponse, Response

from torg.access import tokens
from torg.http import Call, Routes
from torg.oauth import words
from torg.oauth.browser import expired_form, is_ours, show, signed_in

routes = Routes("oauth")

HERE = "/oauth/authorized_applications"


class TakeBack(msgspec.Struct, kw_only=True):
    app: int = 0
    csrf: str | None = None


class Language(msgspec.Struct, kw_only=True):
    lang: str | None = None


@routes.get(HERE, auth="none", hidden=True)
async def index(call: Call, params: Language) -> Response:
    """Every app with a token of this account, and what it may do."""
    account = await signed_in(call, call.tx)
    if account is None:
        return RedirectResponse(f"/auth/sign_in?next={HERE}", 303)
    found = await tokens.apps_of(call.tx, account.id)
    return show(
        call, "authorized.html", account=account, apps=[(access, words.of(access.scopes)) for access in found]
    )


@routes.post(HERE, auth="none", hidden=True)
async def take_back(call: Call, form: TakeBack) -> Response:
    """Revoke all tokens that one app holds of this account."""
    if not is_ours(call, form.csrf):
        return expired_form(call)
    account = await signed_in(call, call.tx)
    if account is not None:
        await tokens.revoke_of_app(call.tx, account.id, form.app)
    return RedirectResponse(HERE, 303)
