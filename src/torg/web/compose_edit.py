"""Changing a post of one's own: the same form with the post in it; earlier versions stay to be seen."""

from __future__ import annotations

from starlette.responses import Response

from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.http.browser import expired_form, is_ours
from torg.kernel.errors import Invalid, NotFound
from torg.posts import actions, reads
from torg.posts.actions import Edit
from torg.posts.model import PostView
from torg.remote import mentions
from torg.text.length import length
from torg.web.compose import BLANK, MOST_BYTES, TOO_LONG
from torg.web.compose_files import changes, loose, stored
from torg.web.compose_form import NewPost
from torg.web.compose_page import page, replace
from torg.web.compose_shown import again, blank
from torg.web.forms import Look
from torg.web.member import onward
from torg.web.visitor import Visitor, kept_out, visitor_of

routes = Routes("pages")


class One(Look, kw_only=True):
    id: int


class Changed(NewPost, kw_only=True):
    id: int


@routes.get("/posts/{id}/edit", auth="none", hidden=True)
async def change(call: Call, params: One) -> Response:
    """The form with one's own post in it."""
    visitor = await visitor_of(call, params.lang)
    if visitor.account is None:
        return kept_out(visitor) or onward("/auth/sign_in")
    view = await _own(call.tx, visitor, params.id)
    form = blank(visitor)
    if form is None:
        raise NotFound
    post = view.post
    form = replace(
        form, text=post.source, spoiler=post.spoiler, sensitive=post.sensitive, language=post.language or "",
        quote=post.quote_of_id, media=view.media, edits=post.id, opened=True, has_poll=view.poll is not None,
        audience="private" if post.audience != "everyone" else "public" if post.listed else "unlisted",
        in_group=post.group_id is not None,
    )  # fmt: skip
    return await page(call.tx, visitor, form)


@routes.post("/posts/{id}/edit", auth="none", tx=False, max_body=MOST_BYTES, hidden=True)
async def changed(call: Call, form: Changed) -> Response:
    """Keep the change."""
    async with call.db.tx(call.network.scope) as tx:
        visitor = await visitor_of(call, form.lang, tx)
        if visitor.account is None:
            return kept_out(visitor) or onward("/auth/sign_in")
        view = await _own(tx, visitor, form.id)
    if not is_ours(call, form.csrf):
        return expired_form(call, visitor.language)
    wrong = _mistake(call, form, view)
    held = [item.id for item in view.media]
    ids: list[int] = []
    try:
        ids = await stored(visitor, form, held=held)
        if wrong is None:
            edit = Edit(
                text=form.text, spoiler=form.spoiler, sensitive=form.sensitive, language=form.language or None,
                media_ids=ids, media_changes=changes(form, [id_ for id_ in ids if id_ in held]),
            )  # fmt: skip
            await mentions.prefetch(call.services, call.network, form.text)
            async with call.db.tx(visitor.actor.scope) as tx:
                await actions.edit(tx, visitor.actor, call.network, form.id, edit, origin=call.origin)
            return onward(f"/@{visitor.account.acct}/{form.id}")
    except Invalid as refused:
        wrong = refused.text
    async with call.db.tx(visitor.actor.scope) as tx:
        media = {**{item.id: item for item in view.media}, **await loose(tx, visitor, ids)}
        shown = again(visitor, form, media, [ids or held], wrong=wrong, edits=form.id, has_poll=view.poll is not None)
        return await page(tx, visitor, shown, status=422)


async def _own(tx: Tx, visitor: Visitor, post_id: int) -> PostView:
    view = await reads.view(tx, visitor.actor, post_id)
    if visitor.account is None or view.account.id != visitor.account.id or view.boost_of is not None:
        raise NotFound
    return view


def _mistake(call: Call, form: Changed, view: PostView) -> str | None:
    held = set(form.media_ids) & set(form.keep) or form.files()
    if not form.text.strip() and not (held or view.post.quote_of_id or (view.poll and form.spoiler.strip())):
        return BLANK
    if length(form.text.strip(), form.spoiler.strip()) > call.network.settings.max_characters:
        return TOO_LONG
    return None
