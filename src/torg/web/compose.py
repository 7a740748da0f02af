"""Writing a post with a plain form: who will read it is said beside the button."""

from __future__ import annotations

import secrets
from typing import Literal

import msgspec
from starlette.responses import RedirectResponse, Response

from torg.accounts.model import Account
from torg.http import Call, Routes
from torg.http.browser import expired_form, is_ours
from torg.kernel.errors import Invalid
from torg.posts import actions
from torg.posts.model import Audience, Draft, PostView
from torg.text.length import length
from torg.web.answer import answer
from torg.web.forms import Look
from torg.web.present import Present
from torg.web.visitor import Visitor, kept_out, visitor_of

routes = Routes("pages")

Choice = Literal["public", "unlisted", "private"]
AUDIENCES: dict[Choice, tuple[Audience, bool]] = {
    "public": (Audience.EVERYONE, True),
    "unlisted": (Audience.EVERYONE, False),
    "private": (Audience.FOLLOWERS, True),
}


def _(text: str) -> str:
    """Marks a text for translation; the page translates it."""
    return text


BLANK = _("Write something first.")
TOO_LONG = _("That is too long.")


class NewPost(Look, kw_only=True):
    """The form as sent. `audience` is what the page said it would be; `once` makes a second press do nothing."""

    csrf: str | None = None
    text: str = ""
    spoiler: str = ""
    reply_to: int | None = None
    audience: Choice = "private"
    in_group: bool = False
    once: str = ""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """The form as shown: what is in it, who will read it, how long it may be, what was wrong."""

    text: str = ""
    spoiler: str = ""
    reply_to: int | None = None
    audience: Choice
    in_group: bool = False  # an answer stays in the group, whatever the audience says
    once: str
    most: int
    wrong: str | None = None


def blank(visitor: Visitor, parent: PostView | None = None) -> Written | None:
    """An empty form for a member, or one that answers `parent`, for no more than read that.

    None for anybody else, and for a guest where no group is: guests write in their groups alone.
    """
    me = visitor.account
    if me is None or (me.guest and (parent is None or parent.post.group_id is None)):
        return None
    audience: Choice = me.settings.privacy
    if parent is not None and parent.post.audience is not Audience.EVERYONE:
        audience = "private"
    return Written(
        text=_greeting(me, parent) if parent else "",
        spoiler=parent.post.spoiler if parent else "",
        reply_to=parent.post.id if parent else None,
        audience=audience,
        in_group=parent is not None and parent.post.group_id is not None,
        once=secrets.token_urlsafe(12),
        most=visitor.call.network.settings.max_characters,
    )


def _greeting(me: Account, parent: PostView) -> str:
    """The handles of those who are answered, as Mastodon's own form begins."""
    people = {a.id: a.acct for a in (parent.account, *parent.mentions) if a.id != me.id}
    return "".join(f"@{acct} " for acct in people.values())


@routes.post("/compose", auth="none", limit="compose", hidden=True)
async def publish(call: Call, form: NewPost) -> Response:
    """Publish, and on to where the post stands: its conversation for a reply, the home timeline else."""
    visitor = await visitor_of(call, form.lang)
    me = visitor.account
    if me is None:
        return kept_out(visitor) or RedirectResponse("/auth/sign_in", 303, {"Cache-Control": "no-store"})
    if not is_ours(call, form.csrf):
        return expired_form(call, visitor.language)
    most = call.network.settings.max_characters
    if not form.text.strip():
        return _again(visitor, form, BLANK)
    if length(form.text.strip(), form.spoiler.strip()) > most:
        return _again(visitor, form, TOO_LONG)
    audience, listed = AUDIENCES[form.audience]
    draft = Draft(
        text=form.text,
        spoiler=form.spoiler,
        sensitive=me.settings.sensitive,
        language=me.settings.language,
        audience=audience,
        listed=listed,
        reply_to_id=form.reply_to,
        quote_policy=me.settings.quote_policy,
        idempotency_key=f"web:{form.once[:64]}" if form.once else None,
    )
    try:
        id_ = await actions.publish(call.tx, visitor.actor, call.network, draft, origin=call.origin)
    except Invalid as refused:  # its rules come before its first row
        return _again(visitor, form, refused.text)
    goal = f"/@{me.acct}/{id_}" if form.reply_to else "/"
    return RedirectResponse(goal, 303, {"Cache-Control": "no-store"})


def _again(visitor: Visitor, form: NewPost, wrong: str) -> Response:
    """The form with what was written in it and what is wrong with it."""
    written = Written(
        text=form.text,
        spoiler=form.spoiler,
        reply_to=form.reply_to,
        audience=form.audience,
        in_group=form.in_group,
        once=form.once,
        most=visitor.call.network.settings.max_characters,
        wrong=wrong,
    )
    return answer(visitor, "compose.html", Present(visitor), status=422, form=written)
