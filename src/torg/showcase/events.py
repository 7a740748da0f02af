"""What happens to collections; those in them are told."""

from __future__ import annotations

from torg.kernel.events import Event


class AddedToCollection(Event, frozen=True, kw_only=True):
    """`account_id` put `target_id` into a collection."""

    account_id: int
    target_id: int
    collection_id: int


class CollectionUpdated(Event, frozen=True, kw_only=True):
    """Its name or description changed. `member_ids` are those in it."""

    account_id: int
    collection_id: int
    member_ids: list[int] = []


class RemovedFromCollection(Event, frozen=True, kw_only=True):
    """`target_id` is out of a collection of `account_id`; `revoked` if by own wish."""

    account_id: int
    target_id: int
    collection_id: int
    revoked: bool = False


class CollectionDeleted(Event, frozen=True, kw_only=True):
    account_id: int
    collection_id: int


class TagFeatured(Event, frozen=True, kw_only=True):
    """A hashtag stands on a profile."""

    account_id: int
    name: str


class TagUnfeatured(Event, frozen=True, kw_only=True):
    account_id: int
    name: str
