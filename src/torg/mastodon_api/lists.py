"""Lists and their members (Mastodon: methods/lists)."""

from __future__ import annotations

import msgspec

from torg.http import Call, Paged, Routes
from torg.lists import actions, reads
from torg.lists.model import AccountList
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, Nothing, PageById, page, sliced
from torg.mastodon_api.present import accounts as present

routes = Routes("lists")


class NewList(msgspec.Struct, kw_only=True):
    title: str = ""
    replies_policy: str | None = None
    exclusive: bool = False


class ChangeList(msgspec.Struct, kw_only=True):
    """What is left out stays."""

    id: int
    title: str | None = None
    replies_policy: str | None = None
    exclusive: bool | None = None


class Members(msgspec.Struct, kw_only=True):
    id: int
    account_ids: list[int] = []


def entity(found: AccountList) -> entities.List:
    return entities.List(
        id=str(found.id), title=found.title, replies_policy=found.replies_policy, exclusive=found.exclusive
    )


@routes.get("/api/v1/lists", scope="read:lists")
async def index(call: Call, _: Nothing) -> list[entities.List]:
    return [entity(found) for found in await reads.mine(call.tx, call.actor)]


@routes.post("/api/v1/lists", scope="write:lists")
async def create(call: Call, form: NewList) -> entities.List:
    made = await actions.create(
        call.tx, call.actor, title=form.title, policy=form.replies_policy, exclusive=form.exclusive
    )
    return entity(made)


@routes.get("/api/v1/lists/{id}", scope="read:lists")
async def show(call: Call, params: ById) -> entities.List:
    return entity(await reads.own(call.tx, call.actor, params.id))


@routes.put("/api/v1/lists/{id}", scope="write:lists")
async def update(call: Call, form: ChangeList) -> entities.List:
    changed = await actions.update(
        call.tx, call.actor, form.id, title=form.title, policy=form.replies_policy, exclusive=form.exclusive
    )
    return entity(changed)


@routes.delete("/api/v1/lists/{id}", scope="write:lists")
async def delete(call: Call, params: ById) -> entities.Empty:
    await actions.delete(call.tx, call.actor, params.id)
    return entities.Empty()


@routes.get("/api/v1/lists/{id}/accounts", scope="read:lists")
async def members(call: Call, params: PageById) -> Paged[entities.Account]:
    """A limit of 0 gives everybody in one page."""
    found = await reads.members(call.tx, call.actor, params.id, page(params, 40, 80), everyone=params.limit == 0)
    return sliced(await present.accounts(call.tx, call.actor, call.origin, found.items), found)


@routes.post("/api/v1/lists/{id}/accounts", scope="write:lists")
async def add(call: Call, form: Members) -> entities.Empty:
    await actions.add(call.tx, call.actor, form.id, form.account_ids)
    return entities.Empty()


@routes.delete("/api/v1/lists/{id}/accounts", scope="write:lists")
async def remove(call: Call, form: Members) -> entities.Empty:
    await actions.remove(call.tx, call.actor, form.id, form.account_ids)
    return entities.Empty()


@routes.get("/api/v1/accounts/{id}/lists", scope="read:lists")
async def containing(call: Call, params: ById) -> list[entities.List]:
    """Those of the caller's lists that an account is on."""
    return [entity(found) for found in await reads.containing(call.tx, call.actor, params.id)]
