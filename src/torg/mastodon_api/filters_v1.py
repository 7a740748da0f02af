"""The older filters: each is one keyword of a filter (Mastodon: methods/filters, v1; deprecated, not removed)."""

from __future__ import annotations

import msgspec

from torg.filters import actions, rules, store
from torg.filters.model import KeywordChange
from torg.http import Call, Routes
from torg.kernel.errors import Invalid
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, Nothing
from torg.mastodon_api.present import filters as present

routes = Routes("filters")


class V1Form(msgspec.Struct, kw_only=True):
    phrase: str = ""
    context: list[str] = []
    irreversible: bool = False
    whole_word: bool = False
    expires_in: int | None = None


class V1Change(V1Form, kw_only=True):
    """Documented as whole; clients leave out what stays (Mastodon.py sends the phrase alone)."""

    id: int
    irreversible: bool | None = None  # type: ignore[assignment]
    whole_word: bool | None = None  # type: ignore[assignment]


def check(form: V1Form) -> None:
    """The older form speaks of a phrase where the newer one has a title."""
    problems: dict[str, list[tuple[str, str]]] = {}
    if not form.phrase.strip():
        problems["phrase"] = [("ERR_BLANK", "can't be blank")]
    if not form.context:
        problems["context"] = [("ERR_BLANK", "can't be blank")]
    if not form.context or any(place not in rules.CONTEXTS for place in form.context):
        problems.setdefault("context", []).append(("ERR_INVALID", "None or invalid context supplied"))
    if problems:
        raise Invalid(details=problems)


@routes.get("/api/v1/filters", scope="read:filters")
async def index(call: Call, _: Nothing) -> list[entities.V1Filter]:
    return [present.v1(f, k) for f in await store.of_account(call.tx, call.me) for k in f.keywords]


@routes.get("/api/v1/filters/{id}", scope="read:filters")
async def show(call: Call, params: ById) -> entities.V1Filter:
    return present.v1(*await actions.find_keyword(call.tx, call.actor, params.id))


@routes.post("/api/v1/filters", scope="write:filters")
async def create(call: Call, form: V1Form) -> entities.V1Filter:
    check(form)
    made = await actions.create(
        call.tx,
        call.actor,
        title=form.phrase.strip()[: rules.LONGEST_TITLE],
        context=form.context,
        action="hide" if form.irreversible else "warn",
        expires_at=actions.expiry(form.expires_in),
        keywords=[KeywordChange(keyword=form.phrase, whole_word=form.whole_word)],
    )
    return present.v1(made, made.keywords[0])


@routes.put("/api/v1/filters/{id}", scope="write:filters")
async def update(call: Call, form: V1Change) -> entities.V1Filter:
    found, _ = await actions.find_keyword(call.tx, call.actor, form.id)
    check(msgspec.structs.replace(form, context=form.context or found.context))
    await actions.update(
        call.tx,
        call.actor,
        found.id,
        context=form.context or None,
        action=None if form.irreversible is None else "hide" if form.irreversible else "warn",
        expires_at=actions.expiry(form.expires_in),
        keywords=[KeywordChange(id=form.id, keyword=form.phrase, whole_word=form.whole_word)],
    )
    return present.v1(*await actions.find_keyword(call.tx, call.actor, form.id))


@routes.delete("/api/v1/filters/{id}", scope="write:filters")
async def delete(call: Call, params: ById) -> dict[str, object]:
    """Remove the keyword, and its filter with the last one."""
    found, _ = await actions.find_keyword(call.tx, call.actor, params.id)
    if len(found.keywords) == 1 and not found.posts:
        await actions.delete(call.tx, call.actor, found.id)
    else:
        await actions.delete_keyword(call.tx, call.actor, params.id)
    return {}
