"""The usage policy in a browser: what holds, and the button that accepts it."""

from __future__ import annotations

import msgspec
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from torg.access.bearer import anonymous
from torg.http import Call, Routes
from torg.http.pages import language_of
from torg.kernel.errors import Conflict, NotFound
from torg.oauth.browser import expired_form, is_ours, local, show, signed_in
from torg.policies import actions
from torg.text.markdown import marked_up

routes = Routes("oauth")

HERE = "/auth/usage_policy"


class Before(msgspec.Struct, kw_only=True):
    next: str | None = None
    lang: str | None = None


class Accepting(Before, kw_only=True):
    version: int = 0
    csrf: str | None = None


@routes.get(HERE, auth="none", hidden=True)
async def index(call: Call, params: Before) -> Response:
    """What holds now, for members."""
    return await _page(call, params, 200)


async def _page(call: Call, params: Before, status: int) -> Response:
    account = await signed_in(call, call.tx, held=False)
    if account is None:
        return RedirectResponse(f"/auth/sign_in?next={HERE}", 303, {"Cache-Control": "no-store"})
    policy = await actions.current(call.tx)
    if policy is None:
        return RedirectResponse(local(params.next), 303, {"Cache-Control": "no-store"})
    return show(
        call,
        "usage_policy.html",
        status=status,
        language=language_of(call, params.lang, account.settings.locale),
        account=account,
        text=Markup(marked_up(policy.content)),  # noqa: S704 - cleaned there
        version=policy.version,
        accepted=account.policy_version >= policy.version,
        changed=account.policy_version > 0,
        goal=local(params.next),
    )


@routes.post(HERE, auth="none", hidden=True)
async def accept(call: Call, form: Accepting) -> Response:
    """Accept the version that was shown; another one that has come meanwhile is shown instead."""
    if not is_ours(call, form.csrf):
        return expired_form(call, language_of(call, form.lang))
    account = await signed_in(call, call.tx, held=False)
    if account is None:
        return RedirectResponse(f"/auth/sign_in?next={HERE}", 303)
    actor = msgspec.structs.replace(anonymous(call.network), account_id=account.id)
    try:
        await actions.accept(call.tx, actor, form.version)
    except Conflict:
        return await _page(call, form, 409)
    except NotFound:  # withdrawn meanwhile
        pass
    return RedirectResponse(local(form.next), 303, {"Cache-Control": "no-store"})
