"""Settings, first page: what new posts begin with, how posts are shown, and the language of the pages."""

from __future__ import annotations

from typing import Literal

import msgspec
from starlette.responses import Response

from torg.accounts import actions as accounts
from torg.accounts.rules import ProfileChange
from torg.http import Call, Routes
from torg.http.browser import expired_form, is_ours, set_cookie
from torg.http.pages import LANGUAGE_COOKIE
from torg.kernel.actor import Permission
from torg.kernel.errors import Invalid
from torg.text import messages
from torg.text.language import languages
from torg.text.messages import marked as _
from torg.web.answer import YEAR
from torg.web.forms import Look
from torg.web.settings_member import DONE, member, onward, shown
from torg.web.visitor import Visitor

routes = Routes("pages")


ODD = _("Something in the form cannot be right.")


class Page(Look, kw_only=True):
    done: bool = False


class Preferences(Look, kw_only=True):
    csrf: str | None = None
    privacy: Literal["public", "unlisted", "private"] = "public"
    quote_policy: Literal["public", "followers", "nobody"] = "public"
    sensitive: bool = False
    home_feed: Literal["", "company", "followed"] = ""
    language: str = ""
    locale: str = ""
    expand_media: Literal["default", "show_all", "hide_all"] = "default"
    expand_spoilers: bool = False
    autoplay: bool = False
    office: bool = False
    """Whether the form had the next one, too."""
    appeal_mails: bool = False


@routes.get("/settings", auth="none", hidden=True)
async def preferences(call: Call, params: Page) -> Response:
    """The defaults of new posts, and the way to the other settings."""
    visitor = await member(call, params.lang)
    return visitor if isinstance(visitor, Response) else _page(visitor, done=params.done)


def _page(visitor: Visitor, *, done: bool = False, wrong: str = "", status: int = 200) -> Response:
    return shown(
        visitor,
        "settings_home.html",
        status=status,
        done=done,
        wrong=wrong,
        decides=visitor.actor.may(Permission.MANAGE_APPEALS),
        tongues=languages(visitor.language),
        locales=[("en", "English"), ("sv", "Svenska")],
    )


@routes.post("/settings", auth="none", hidden=True)
async def save(call: Call, form: Preferences) -> Response:
    """Keep them; the language holds from the next page."""
    if not is_ours(call, form.csrf):
        return expired_form(call)
    visitor = await member(call, form.lang)
    if isinstance(visitor, Response):
        return visitor
    assert visitor.account is not None
    locale = messages.known(form.locale)
    settings = msgspec.structs.replace(
        visitor.account.settings,
        privacy=form.privacy,
        quote_policy=form.quote_policy,
        sensitive=form.sensitive,
        home_feed=form.home_feed or None,
        language=form.language.strip() or None,
        locale=locale or visitor.account.settings.locale,
        expand_media=form.expand_media,
        expand_spoilers=form.expand_spoilers,
        autoplay=form.autoplay,
        appeal_mails=form.appeal_mails if form.office else visitor.account.settings.appeal_mails,
    )
    try:
        await accounts.update_profile(
            call.tx, visitor.actor, ProfileChange(settings=settings), host=call.network.host, origin=call.origin
        )
    except Invalid:  # its rules come before its first row
        return _page(visitor, wrong=ODD, status=422)
    response = onward("/settings" + DONE)
    if locale is not None:
        set_cookie(call, response, LANGUAGE_COOKIE, locale, seconds=YEAR)
    return response
