"""Settings: the member's filters, as apps have them: words and posts, where they hold, until when, what they do."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from starlette.responses import Response

from torg.engine.postgres import Tx
from torg.filters import actions, reads
from torg.filters.model import Action, Filter, KeywordChange
from torg.http import Call, Routes
from torg.kernel.errors import Invalid
from torg.posts import reads as posts
from torg.web.answer import answer
from torg.web.forms import Look
from torg.web.inside_forms import mistakes
from torg.web.member import member, onward, sender
from torg.web.present import presenting
from torg.web.visitor import Visitor

routes = Routes("pages")

PATH = "/settings/filters"
EMPTY_LINES = 3


class Written(Look, kw_only=True):
    """A filter as it is to be. `words` are all its keywords; `lasts` in seconds, 0 for ever, -1 as it was."""

    csrf: str | None = None
    title: str = ""
    context: list[str] = []
    action: Action = "warn"
    lasts: int = 0
    words: list[str] = []
    whole: list[int] = []
    post: int | None = None


class Changed(Written, kw_only=True):
    id: int
    drop: list[int] = []


class Begin(Look, kw_only=True):
    post: int | None = None


class One(Look, kw_only=True):
    id: int


class Pressed(Look, kw_only=True):
    id: int
    csrf: str | None = None
    post: int | None = None
    verb: Literal["delete", "add"] = "delete"


@routes.get("/settings/filters", auth="none", hidden=True)
async def index(call: Call, params: Begin) -> Response:
    """All one's filters; with `post` those to put it in."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    views = await posts.hydrate(call.tx, visitor.actor, [params.post]) if params.post else []
    at = await presenting(call.tx, visitor, views)
    found = await reads.every(call.tx, visitor.actor)
    return answer(visitor, "filters/index.html", at, filters=found, view=views[0] if views else None)


@routes.get("/settings/filters/new", auth="none", hidden=True)
async def begin(call: Call, params: Begin) -> Response:
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    return await _form(visitor, Written(context=["home", "public"], post=params.post))


@routes.post("/settings/filters", auth="none", hidden=True)
async def create(call: Call, form: Written) -> Response:
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    try:
        async with call.tx.savepoint():
            made = await actions.create(
                call.tx, visitor.actor, title=form.title, context=form.context, action=form.action,
                expires_at=actions.expiry(form.lasts), keywords=_keywords(form, None),
            )  # fmt: skip
            if form.post is not None:
                await actions.add_post(call.tx, visitor.actor, made.id, form.post)
    except Invalid as wrong:
        return await _form(visitor, form, wrong=wrong)
    return onward(PATH)


@routes.get("/settings/filters/{id}", auth="none", hidden=True)
async def show(call: Call, params: One) -> Response:
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    found = await actions.find(call.tx, visitor.actor, params.id)
    form = Written(
        title=found.title, context=found.context, action=found.action, lasts=-1 if found.expires_at else 0,
        words=[one.keyword for one in found.keywords],
        whole=[n for n, one in enumerate(found.keywords) if one.whole_word],
    )  # fmt: skip
    return await _form(visitor, form, found)


@routes.post("/settings/filters/{id}", auth="none", hidden=True)
async def change(call: Call, form: Changed) -> Response:
    """Keep the words as they are in the form now, and take the posts out that were marked."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    tx, actor = call.tx, visitor.actor
    found = await actions.find(tx, actor, form.id)
    try:
        async with tx.savepoint():
            await actions.update(
                tx, actor, form.id, title=form.title, context=form.context, action=form.action,
                expires_at=msgspec.UNSET if form.lasts < 0 else actions.expiry(form.lasts),
                keywords=_keywords(form, found),
            )  # fmt: skip
            for one in found.posts:
                if one.id in form.drop:
                    await actions.delete_post(tx, actor, one.id)
    except Invalid as wrong:
        return await _form(visitor, form, found, wrong)
    return onward(PATH)


@routes.post("/settings/filters/{id}/{verb}", auth="none", hidden=True)
async def press(call: Call, form: Pressed) -> Response:
    """Delete a filter, or put a post in it."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    if form.verb == "delete":
        await actions.delete(call.tx, visitor.actor, form.id)
    elif form.post is not None:
        await actions.add_post(call.tx, visitor.actor, form.id, form.post)
    return onward(PATH)


def _keywords(form: Written, found: Filter | None) -> list[KeywordChange]:
    """The changes that make the filter's keywords what the form says, line by line; an empty line takes its away."""
    old = found.keywords if found is not None else []
    changes = []
    for n, word in enumerate(form.words):
        known = old[n].id if n < len(old) else None
        if word.strip():
            changes.append(KeywordChange(id=known, keyword=word, whole_word=n in form.whole))
        elif known is not None:
            changes.append(KeywordChange(id=known, destroy=True))
    return changes


async def _named(tx: Tx, visitor: Visitor, found: Filter | None) -> list[tuple[int, Any]]:
    """The filter's posts that can still be read."""
    if found is None:
        return []
    views = {v.post.id: v for v in await posts.hydrate(tx, visitor.actor, [one.post_id for one in found.posts])}
    return [(one.id, views[one.post_id]) for one in found.posts if one.post_id in views]


async def _form(
    visitor: Visitor, form: Written, found: Filter | None = None, wrong: Invalid | None = None
) -> Response:
    tx = visitor.call.tx
    named = await _named(tx, visitor, found)
    at = await presenting(tx, visitor, [view for _, view in named])
    return answer(
        visitor, "filters/form.html", at, status=422 if wrong else 200, form=form, found=found, named=named,
        lines=[*form.words, *[""] * EMPTY_LINES], once="", wrong=wrong, mistakes=mistakes(wrong),
    )  # fmt: skip
