"""Writing a post: who will read it is said beside the button. Files, a poll, a warning, a time, a quote; drafts."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import RedirectResponse, Response

from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.http.browser import expired_form, is_ours
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.page import Page
from torg.media import reads as media
from torg.media.model import Attachment
from torg.posts import actions, drafts, reads, schedule
from torg.posts.actions import Edit
from torg.posts.model import MediaChange, PostView
from torg.remote import mentions
from torg.text.length import length
from torg.web.answer import answer
from torg.web.compose_form import NewPost, Written, again, blank, of_draft
from torg.web.forms import Look
from torg.web.present import presenting
from torg.web.visitor import Visitor, kept_out, visitor_of

routes = Routes("pages")

MOST_BYTES = 120 * 1024 * 1024
WAIT_SECONDS = 20.0


def _(text: str) -> str:
    """Marks a text for translation; the page translates it."""
    return text


BLANK = _("Write something first.")
TOO_LONG = _("That is too long.")


class Begin(Look, kw_only=True):
    """`text`: to begin with (a link that is shared with the network, say)."""

    reply_to: int | None = None
    quote: int | None = None
    draft: int | None = None
    text: str = ""
    url: str = ""


class One(Look, kw_only=True):
    id: int


class Changed(NewPost, kw_only=True):
    id: int


class Dropped(Look, kw_only=True):
    id: int
    csrf: str | None = None


@routes.get("/compose", auth="none", hidden=True)
async def begin(call: Call, params: Begin) -> Response:
    """The whole form on a page of its own."""
    visitor = await visitor_of(call, params.lang)
    if visitor.account is None:
        return _way_in(visitor)
    parent = await reads.view(call.tx, visitor.actor, params.reply_to) if params.reply_to else None
    quoted = await reads.view(call.tx, visitor.actor, params.quote) if params.quote else None
    if params.draft:
        kept = await drafts.find(call.tx, visitor.actor, params.draft)
        ids = [int(id_) for id_ in kept.params.get("media_ids", [])]
        form: Written | None = of_draft(visitor, kept.params, await _loose(call.tx, visitor, ids), kept.id)
    else:
        form = blank(visitor, parent, quoted)
    if form is None:
        raise NotFound
    words = " ".join(part for part in (params.text.strip(), params.url.strip()) if part)
    return await _form(call.tx, visitor, _replace(form, text=form.text + words, opened=True), parent=parent)


@routes.get("/drafts", auth="none", hidden=True)
async def kept(call: Call, params: Look) -> Response:
    """What is begun, and what is planned."""
    visitor = await visitor_of(call, params.lang)
    if visitor.account is None:
        return _way_in(visitor)
    page = Page(limit=40)
    at = await presenting(call.tx, visitor, [])
    begun = await drafts.kept(call.tx, visitor.actor, page)
    planned = await schedule.planned(call.tx, visitor.actor, page)
    return answer(visitor, "drafts.html", at, drafts=begun, planned=planned)


@routes.post("/drafts/{id}/drop", auth="none", hidden=True)
async def drop(call: Call, form: Dropped) -> Response:
    """Throw a draft away, or a planned post."""
    visitor = await visitor_of(call, form.lang)
    if visitor.account is None:
        return _way_in(visitor)
    if not is_ours(call, form.csrf):
        return expired_form(call, visitor.language)
    if any(one.id == form.id for one in await schedule.planned(call.tx, visitor.actor, Page(limit=300))):
        await schedule.cancel(call.tx, visitor.actor, form.id)
    else:
        await drafts.drop(call.tx, visitor.actor, form.id)
    return _onward("/drafts")


@routes.post("/compose", auth="none", limit="compose", tx=False, max_body=MOST_BYTES, hidden=True)
async def publish(call: Call, form: NewPost) -> Response:
    """Publish, plan or keep, and on to where the post stands: its conversation for a reply, the home timeline else."""
    async with call.db.tx(call.network.scope) as tx:
        visitor = await visitor_of(call, form.lang, tx)
    if visitor.account is None:
        return kept_out(visitor) or _way_in(visitor)
    if not is_ours(call, form.csrf):
        return expired_form(call, visitor.language)
    wrong = _mistake(call, form) if form.do == "post" else None
    ids: list[int] = []
    try:
        ids = await _files(visitor, form)
        if wrong is None:
            await mentions.prefetch(call.services, call.network, form.text)
            async with call.db.tx(visitor.actor.scope) as tx:
                return await _done(tx, visitor, form, ids)
    except Invalid as refused:
        wrong = refused.text
    async with call.db.tx(visitor.actor.scope) as tx:
        return await _form(tx, visitor, again(visitor, form, await _loose(tx, visitor, ids), wrong), status=422)


async def _done(tx: Tx, visitor: Visitor, form: NewPost, ids: list[int]) -> Response:
    me, call = visitor.account, visitor.call
    assert me is not None
    if form.do == "draft":
        await drafts.keep(tx, visitor.actor, form.kept(ids), form.draft)
        return _onward("/drafts")
    wish, at = form.wish(me, ids), form.later()
    if at is not None:
        await schedule.plan(tx, visitor.actor, call.network, wish, at)
    else:
        id_ = await actions.publish(tx, visitor.actor, call.network, wish, origin=call.origin)
    if form.draft is not None:
        await drafts.drop(tx, visitor.actor, form.draft)
    if at is not None:
        return _onward("/drafts")
    return _onward(f"/@{me.acct}/{id_}" if form.reply_to else "/")


@routes.get("/posts/{id}/edit", auth="none", hidden=True)
async def change(call: Call, params: One) -> Response:
    """The form with one's own post in it."""
    visitor = await visitor_of(call, params.lang)
    if visitor.account is None:
        return _way_in(visitor)
    view = await _own(call.tx, visitor, params.id)
    form = blank(visitor)
    if form is None:
        raise NotFound
    post = view.post
    form = _replace(
        form, text=post.source, spoiler=post.spoiler, sensitive=post.sensitive, language=post.language or "",
        quote=post.quote_of_id, media=view.media, edits=post.id, opened=True,
        audience="private" if post.audience != "everyone" else "public" if post.listed else "unlisted",
        in_group=post.group_id is not None,
    )  # fmt: skip
    return await _form(call.tx, visitor, form)


@routes.post("/posts/{id}/edit", auth="none", tx=False, max_body=MOST_BYTES, hidden=True)
async def changed(call: Call, form: Changed) -> Response:
    """Keep the change; earlier versions stay to be seen."""
    async with call.db.tx(call.network.scope) as tx:
        visitor = await visitor_of(call, form.lang, tx)
        if visitor.account is None:
            return _way_in(visitor)
        view = await _own(tx, visitor, form.id)
    if not is_ours(call, form.csrf):
        return expired_form(call, visitor.language)
    wrong = _mistake(call, form, has_media=bool(view.media))
    ids = [item.id for item in view.media if item.id in form.keep]
    try:
        ids += await _files(visitor, form)
        if wrong is None:
            texts = dict(zip(form.media_ids, form.alts, strict=False))
            points = dict(zip(form.media_ids, form.focuses, strict=False))
            edit = Edit(
                text=form.text, spoiler=form.spoiler, sensitive=form.sensitive, language=form.language or None,
                media_ids=ids, media_changes=[
                    MediaChange(id=i, description=texts[i], focus=points.get(i) or None) for i in ids if i in texts
                ],
            )  # fmt: skip
            await mentions.prefetch(call.services, call.network, form.text)
            async with call.db.tx(visitor.actor.scope) as tx:
                await actions.edit(tx, visitor.actor, call.network, form.id, edit, origin=call.origin)
            return _onward(f"/@{visitor.account.acct}/{form.id}")
    except Invalid as refused:
        wrong = refused.text
    async with call.db.tx(visitor.actor.scope) as tx:
        return await _form(tx, visitor, _replace(again(visitor, form, view.media, wrong), edits=form.id), status=422)


async def _own(tx: Tx, visitor: Visitor, post_id: int) -> PostView:
    view = await reads.view(tx, visitor.actor, post_id)
    if visitor.account is None or view.account.id != visitor.account.id or view.boost_of is not None:
        raise NotFound
    return view


def _mistake(call: Call, form: NewPost, *, has_media: bool = False) -> str | None:
    """What can be said before anything is stored."""
    if not form.text.strip() and not (has_media or form.files() or form.media_ids or form.poll() or form.quote):
        return BLANK
    if length(form.text.strip(), form.spoiler.strip()) > call.network.settings.max_characters:
        return TOO_LONG
    return None


async def _files(visitor: Visitor, form: NewPost) -> list[int]:
    """The attachments: those uploaded before (by the script, or with a draft) that stay, and those that come along."""
    call = visitor.call
    texts = dict(zip(form.media_ids, form.alts, strict=False))
    points = dict(zip(form.media_ids, form.focuses, strict=False))
    ids = [id_ for id_ in form.media_ids if id_ in form.keep and not isinstance(form, Changed)]
    for id_ in ids:
        await call.services.media.change(
            visitor.actor, id_, description=texts.get(id_, ""), focus=points.get(id_) or None, thumbnail=None
        )
    for file, description in form.files():
        made = await call.services.media.upload(
            visitor.actor, file.path, description=description, focus=None, thumbnail=None, wait=WAIT_SECONDS,
            file_name=file.filename,
        )  # fmt: skip
        ids.append(made.id)
    return ids


async def _loose(tx: Tx, visitor: Visitor, ids: list[int]) -> list[Attachment]:
    """One's own attachments of these that no post has (others are left out)."""
    found = []
    for id_ in ids:
        try:
            found.append(await media.mine(tx, visitor.actor, id_))
        except NotFound:
            continue
    return [one for one in found if one.is_loose]


async def _form(
    tx: Tx, visitor: Visitor, form: Written, *, status: int = 200, parent: PostView | None = None
) -> Response:
    around = [view for view in (parent, await _quoted(tx, visitor, form.quote)) if view is not None]
    at = await presenting(tx, visitor, around)
    quoted = next((view for view in around if view.post.id == form.quote), None)
    return answer(visitor, "compose.html", at, status=status, form=form, parent=parent, quoted=quoted)


async def _quoted(tx: Tx, visitor: Visitor, quote: int | None) -> PostView | None:
    found = await reads.hydrate(tx, visitor.actor, [quote]) if quote else []
    return found[0] if found else None


def _replace(form: Written, **values: Any) -> Written:
    return msgspec.structs.replace(form, **values)


def _way_in(visitor: Visitor) -> Response:
    return kept_out(visitor) or _onward("/auth/sign_in")


def _onward(path: str) -> Response:
    return RedirectResponse(path, 303, {"Cache-Control": "no-store"})
