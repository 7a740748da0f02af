"""Collections of accounts that somebody recommends."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.account import Account
from torg.mastodon_api.entities.base import Datetime, Entity, Id, Url
from torg.mastodon_api.entities.tag import ShallowTag


class CollectionItem(Entity, kw_only=True):
    """CollectionItem: one account in a collection, and whether it has consented."""

    id: Id
    account_id: Id | None
    state: Annotated[str, Meta(pattern=r"^(pending|accepted)$")]
    created_at: Datetime


class Collection(Entity, kw_only=True):
    """Collection: a named, described list of accounts."""

    id: Id
    account_id: Id
    uri: Url
    url: Url | None
    name: str
    description: str
    language: str | None
    local: bool
    sensitive: bool
    discoverable: bool
    tag: ShallowTag | None
    created_at: Datetime
    updated_at: Datetime
    item_count: int
    items: list[CollectionItem]


class WrappedCollection(Entity, kw_only=True):
    """WrappedCollection: one collection under a key."""

    collection: Collection


class Collections(Entity, kw_only=True):
    """Collections: several collections under a key."""

    collections: list[Collection]


class CollectionWithAccounts(Entity, kw_only=True):
    """CollectionWithAccounts: a collection, its owner and everybody in it."""

    accounts: list[Account]
    collection: Collection


class WrappedCollectionItem(Entity, kw_only=True):
    """WrappedCollectionItem: one item under a key."""

    collection_item: CollectionItem
