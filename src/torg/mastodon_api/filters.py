"""Filters of both generations (Mastodon: methods/filters)."""

from __future__ import annotations

from typing import Literal

import msgspec

from torg.filters import actions, store
from torg.filters.model import Action, KeywordChange
from torg.http import Call, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, Nothing
from torg.mastodon_api.present import filters as present

routes = Routes("filters")

Empty = dict[str, object]


class KeywordAttributes(msgspec.Struct, kw_only=True):
    keyword: str | None = None
    whole_word: bool | None = None
    id: int | None = None
    destroy: bool = msgspec.field(default=False, name="_destroy")


class NewFilter(msgspec.Struct, kw_only=True):
    title: str = ""
    context: list[str] = []
    filter_action: Literal["warn", "hide", "blur"] = "warn"
    expires_in: int | None = None
    keywords_attributes: list[KeywordAttributes] = []


class ChangeFilter(msgspec.Struct, kw_only=True):
    id: int
    title: str | None = None
    context: list[str] | None = None
    filter_action: Action | None = None
    expires_in: int | msgspec.UnsetType | None = msgspec.UNSET
    keywords_attributes: list[KeywordAttributes] = []


class ByFilter(msgspec.Struct, kw_only=True):
    filter_id: int


class NewKeyword(msgspec.Struct, kw_only=True):
    filter_id: int
    keyword: str = ""
    whole_word: bool = True


class ChangeKeyword(msgspec.Struct, kw_only=True):
    id: int
    keyword: str = ""
    whole_word: bool | None = None


class NewFilteredStatus(msgspec.Struct, kw_only=True):
    filter_id: int
    status_id: int


def changes(given: list[KeywordAttributes]) -> list[KeywordChange]:
    return [KeywordChange(keyword=k.keyword, whole_word=k.whole_word, id=k.id, destroy=k.destroy) for k in given]


@routes.get("/api/v2/filters", scope="read:filters")
async def index(call: Call, _: Nothing) -> list[entities.Filter]:
    return [present.filter_(f) for f in await store.of_account(call.tx, call.me)]


@routes.post("/api/v2/filters", scope="write:filters")
async def create(call: Call, form: NewFilter) -> entities.Filter:
    made = await actions.create(
        call.tx,
        call.actor,
        title=form.title,
        context=form.context,
        action=form.filter_action,
        expires_at=actions.expiry(form.expires_in),
        keywords=changes(form.keywords_attributes),
    )
    return present.filter_(made)


@routes.get("/api/v2/filters/{id}", scope="read:filters")
async def show(call: Call, params: ById) -> entities.Filter:
    return present.filter_(await actions.find(call.tx, call.actor, params.id))


@routes.put("/api/v2/filters/{id}", scope="write:filters")
async def update(call: Call, form: ChangeFilter) -> entities.Filter:
    changed = await actions.update(
        call.tx,
        call.actor,
        form.id,
        title=form.title,
        context=form.context,
        action=form.filter_action,
        expires_at=msgspec.UNSET if form.expires_in is msgspec.UNSET else actions.expiry(form.expires_in),
        keywords=changes(form.keywords_attributes),
    )
    return present.filter_(changed)


@routes.delete("/api/v2/filters/{id}", scope="write:filters")
async def delete(call: Call, params: ById) -> Empty:
    await actions.delete(call.tx, call.actor, params.id)
    return {}


@routes.get("/api/v2/filters/{filter_id}/keywords", scope="read:filters")
async def keywords(call: Call, params: ByFilter) -> list[entities.FilterKeyword]:
    return [present.keyword(k) for k in (await actions.find(call.tx, call.actor, params.filter_id)).keywords]


@routes.post("/api/v2/filters/{filter_id}/keywords", scope="write:filters")
async def add_keyword(call: Call, form: NewKeyword) -> entities.FilterKeyword:
    added = await actions.add_keyword(call.tx, call.actor, form.filter_id, form.keyword, form.whole_word)
    return present.keyword(added)


@routes.get("/api/v2/filters/keywords/{id}", scope="read:filters")
async def keyword(call: Call, params: ById) -> entities.FilterKeyword:
    return present.keyword((await actions.find_keyword(call.tx, call.actor, params.id))[1])


@routes.put("/api/v2/filters/keywords/{id}", scope="write:filters")
async def change_keyword(call: Call, form: ChangeKeyword) -> entities.FilterKeyword:
    changed = await actions.update_keyword(call.tx, call.actor, form.id, form.keyword, form.whole_word)
    return present.keyword(changed)


@routes.delete("/api/v2/filters/keywords/{id}", scope="write:filters")
async def delete_keyword(call: Call, params: ById) -> Empty:
    await actions.delete_keyword(call.tx, call.actor, params.id)
    return {}


@routes.get("/api/v2/filters/{filter_id}/statuses", scope="read:filters")
async def statuses(call: Call, params: ByFilter) -> list[entities.FilterStatus]:
    return [present.filtered_post(p) for p in (await actions.find(call.tx, call.actor, params.filter_id)).posts]


@routes.post("/api/v2/filters/{filter_id}/statuses", scope="write:filters")
async def add_status(call: Call, form: NewFilteredStatus) -> entities.FilterStatus:
    return present.filtered_post(await actions.add_post(call.tx, call.actor, form.filter_id, form.status_id))


@routes.get("/api/v2/filters/statuses/{id}", scope="read:filters")
async def status(call: Call, params: ById) -> entities.FilterStatus:
    return present.filtered_post(await actions.find_post(call.tx, call.actor, params.id))


@routes.delete("/api/v2/filters/statuses/{id}", scope="write:filters")
async def delete_status(call: Call, params: ById) -> entities.FilterStatus:
    return present.filtered_post(await actions.delete_post(call.tx, call.actor, params.id))
