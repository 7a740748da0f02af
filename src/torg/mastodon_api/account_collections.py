"""Collections of accounts that somebody recommends (Mastodon: methods/collections)."""

from __future__ import annotations

import msgspec

from torg.accounts import reads as accounts
from torg.http import Call, Paged, Routes
from torg.http.respond import link_header
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, PageParams, page
from torg.mastodon_api.gate import members_only
from torg.mastodon_api.present import accounts as present_accounts
from torg.mastodon_api.present import collections as present
from torg.showcase import actions, reads
from torg.showcase.model import Collection, CollectionChange

routes = Routes("collections")

READ, WRITE = "read:collections", "write:collections"


class Fields(msgspec.Struct, kw_only=True):
    """What can be said about a collection; what is left out stays, or takes its default."""

    name: str | None = None
    description: str | None = None
    language: str | None = None
    tag_name: str | None = None
    sensitive: bool | None = None
    discoverable: bool | None = None

    def change(self) -> CollectionChange:
        return CollectionChange(**{name: getattr(self, name) for name in CollectionChange.__struct_fields__})


class NewCollection(Fields, kw_only=True):
    account_ids: list[int] = []


class ChangeCollection(Fields, kw_only=True):
    id: int


class NewItem(msgspec.Struct, kw_only=True):
    collection_id: int
    account_id: int | None = None


class ByItem(msgspec.Struct, kw_only=True):
    collection_id: int
    id: int


class OfAccount(msgspec.Struct, kw_only=True):
    account_id: int
    limit: int | None = None
    offset: int = 0

    @property
    def window(self) -> tuple[int, int]:
        """(limit, offset) within the documented bounds."""
        return page(PageParams(limit=self.limit), 40, 80).limit, min(max(0, self.offset), 100_000)


def wrapped(call: Call, found: Collection) -> entities.WrappedCollection:
    return entities.WrappedCollection(collection=present.collection(call.origin, found))


def many(call: Call, params: OfAccount, found: list[Collection]) -> entities.Collections:
    """A page by offset: a link onwards while pages are full, a link back from the second on."""
    limit, offset = params.window
    following = {"offset": offset + limit} if len(found) == limit else {}
    before = {"offset": max(0, offset - limit)} if offset else {}
    if link := link_header(Paged([], next_query=following, prev_query=before), call):
        call.header("Link", link)
    return entities.Collections(collections=[present.collection(call.origin, one) for one in found])


@routes.post("/api/v1/collections", scope=WRITE)
async def create(call: Call, form: NewCollection) -> entities.WrappedCollection:
    return wrapped(call, await actions.create(call.tx, call.actor, form.change(), form.account_ids))


@routes.get("/api/v1/collections/{id}", auth="optional", scope=READ)
async def show(call: Call, params: ById) -> entities.CollectionWithAccounts:
    """With its owner and everybody in it whom the caller is shown."""
    members_only(call)
    found = await reads.show(call.tx, call.actor, params.id)
    ids = list(dict.fromkeys([found.account_id, *(item.account_id for item in found.items)]))
    known = await accounts.by_ids(call.tx, ids)
    people = await present_accounts.accounts(call.tx, call.actor, call.origin, [known[id_] for id_ in ids])
    return entities.CollectionWithAccounts(accounts=people, collection=present.collection(call.origin, found))


@routes.patch("/api/v1/collections/{id}", scope=WRITE)
async def update(call: Call, form: ChangeCollection) -> entities.WrappedCollection:
    return wrapped(call, await actions.update(call.tx, call.actor, form.id, form.change()))


@routes.delete("/api/v1/collections/{id}", scope=WRITE)
async def delete(call: Call, params: ById) -> entities.Empty:
    await actions.delete(call.tx, call.actor, params.id)
    return entities.Empty()


# The documentation has the account's id right behind the version; the second form is the one of the other methods.
@routes.get("/api/v1/{account_id}/collections", auth="optional", scope=READ)
@routes.get("/api/v1/accounts/{account_id}/collections", auth="optional", scope=READ)
async def of_account(call: Call, params: OfAccount) -> entities.Collections:
    members_only(call)
    limit, offset = params.window
    found = await reads.of_account(call.tx, call.actor, params.account_id, limit=limit, offset=offset)
    return many(call, params, found)


@routes.get("/api/v1/{account_id}/in_collections", scope=READ)
@routes.get("/api/v1/accounts/{account_id}/in_collections", scope=READ)
async def featuring(call: Call, params: OfAccount) -> entities.Collections:
    """Those that the caller is in."""
    limit, offset = params.window
    found = await reads.featuring(call.tx, call.actor, params.account_id, limit=limit, offset=offset)
    return many(call, params, found)


@routes.post("/api/v1/collections/{collection_id}/items", scope=WRITE)
async def add(call: Call, form: NewItem) -> entities.WrappedCollectionItem:
    made = await actions.add(call.tx, call.actor, form.collection_id, form.account_id)
    return entities.WrappedCollectionItem(collection_item=present.item(made))


@routes.delete("/api/v1/collections/{collection_id}/items/{id}", scope=WRITE)
async def remove(call: Call, params: ByItem) -> entities.Empty:
    await actions.remove(call.tx, call.actor, params.collection_id, params.id)
    return entities.Empty()


@routes.post("/api/v1/collections/{collection_id}/items/{id}/revoke", scope=WRITE)
async def revoke(call: Call, params: ByItem) -> entities.Empty:
    """The caller wants out, for good."""
    await actions.revoke(call.tx, call.actor, params.collection_id, params.id)
    return entities.Empty()
