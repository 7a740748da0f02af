"""What one may do with collections: make, change and delete one's own, put accounts in, take oneself out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.accounts import reads as accounts
from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.graph import reads as graph
from torg.graph import tags
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, Invalid, NotFound
from torg.kernel.ids import new_id
from torg.showcase import reads, rules, store
from torg.showcase.events import AddedToCollection, CollectionDeleted, CollectionUpdated, RemovedFromCollection
from torg.showcase.model import Collection, CollectionChange, Item
from torg.text.language import normal_language


async def create(tx: Tx, actor: Actor, change: CollectionChange, account_ids: Sequence[int]) -> Collection:
    """A new collection with these accounts, all or nothing (Mastodon: POST /api/v1/collections)."""
    values = await _values(tx, CollectionChange(**{**_fields(change), "name": change.name or ""}))
    await store.lock(tx, actor.me)
    if len(await store.of_account(tx, actor.me, hidden=True)) >= rules.MOST_COLLECTIONS:
        raise Invalid(f"Validation failed: You may have at most {rules.MOST_COLLECTIONS} collections")
    wanted = list(dict.fromkeys(account_ids))
    if len(wanted) > rules.MOST_ITEMS:
        raise Invalid(f"Validation failed: A collection may have at most {rules.MOST_ITEMS} accounts")
    id_, moment = new_id(), now()
    await store.insert(tx, {**values, "id": id_, "account_id": actor.me, "created_at": moment, "updated_at": moment})
    for account_id in wanted:
        await _put(tx, actor, id_, account_id)
    return await reads.show(tx, actor, id_)


async def update(tx: Tx, actor: Actor, id_: int, change: CollectionChange) -> Collection:
    """Change what is given; those in it are told."""
    await reads.own(tx, actor, id_)
    values = await _values(tx, change)
    if values:
        await store.update(tx, id_, {**values, "updated_at": now()})
        members = [member for member in await store.members(tx, id_) if member != actor.me]
        await outbox.append(tx, CollectionUpdated(account_id=actor.me, collection_id=id_, member_ids=members))
    return await reads.show(tx, actor, id_)


async def delete(tx: Tx, actor: Actor, id_: int) -> None:
    await reads.own(tx, actor, id_)
    await store.delete(tx, id_)
    await outbox.append(tx, CollectionDeleted(account_id=actor.me, collection_id=id_))


async def add(tx: Tx, actor: Actor, id_: int, account_id: int | None) -> Item:
    """Put an account in. Invalid (422) if it is unknown, has not consented, or is in already."""
    await reads.own(tx, actor, id_)
    if account_id is None:
        raise Invalid("`account_id` parameter is missing")
    await store.lock(tx, actor.me)
    if len(await store.members(tx, id_)) >= rules.MOST_ITEMS:
        raise Invalid(f"Validation failed: A collection may have at most {rules.MOST_ITEMS} accounts")
    made = await _put(tx, actor, id_, account_id)
    await store.touch(tx, id_, now())
    return made


async def _put(tx: Tx, actor: Actor, id_: int, account_id: int) -> Item:
    account = (await accounts.by_ids(tx, [account_id])).get(account_id)
    ties = await graph.many_ties(tx, actor, [account_id])
    # An id of elsewhere and an account that does not want to be featured get the same answer.
    if account is None or not ties or not rules.may_feature(actor.me, account, ties[0]):
        raise Invalid("Validation failed: Account cannot be added to this collection")
    if account_id in await store.members(tx, id_, revoked=True):
        raise Invalid("Validation failed: Account has already been taken")
    made = Item(id=new_id(), collection_id=id_, account_id=account.id, state="accepted", created_at=now())
    await store.insert_item(tx, made)
    if account.id != actor.me:
        await outbox.append(tx, AddedToCollection(account_id=actor.me, target_id=account.id, collection_id=id_))
    return made


async def remove(tx: Tx, actor: Actor, id_: int, item_id: int) -> None:
    """Take an account out of one's own collection; it may be put in again."""
    await reads.own(tx, actor, id_)
    item = await store.item(tx, id_, item_id)
    if item is None:
        raise NotFound
    await store.delete_item(tx, item.id)
    await store.touch(tx, id_, now())
    await outbox.append(tx, RemovedFromCollection(account_id=actor.me, target_id=item.account_id, collection_id=id_))


async def revoke(tx: Tx, actor: Actor, id_: int, item_id: int) -> None:
    """Take oneself out of somebody's collection for good. 403 if the item is another account."""
    collection = await store.one(tx, id_)
    item = await store.item(tx, id_, item_id) if collection else None
    if collection is None or item is None:
        raise NotFound
    if item.account_id != actor.me:
        raise Forbidden
    await store.revoke_item(tx, item.id)
    event = RemovedFromCollection(account_id=collection.account_id, target_id=actor.me, collection_id=id_, revoked=True)
    await outbox.append(tx, event)


def _fields(change: CollectionChange) -> dict[str, Any]:
    return {name: getattr(change, name) for name in CollectionChange.__struct_fields__}


async def _values(tx: Tx, change: CollectionChange) -> dict[str, Any]:
    """The columns to write for what is given; Invalid (422) with `details` for what is wrong."""
    tag = (change.tag_name or "").strip()
    rules.check(change, valid_tag=not tag or tags.valid_name(tag) is not None)
    values: dict[str, Any] = {
        name: value for name, value in _fields(change).items() if name != "tag_name" and value is not None
    }
    for name in ("name", "description"):
        if name in values:
            values[name] = values[name].strip()
    if "language" in values:
        values["language"] = normal_language(values["language"]) if values["language"] else None
    if change.tag_name is not None:
        values["tag_id"] = (await tags.ensure(tx, tag))[0] if tag else None
    return values
