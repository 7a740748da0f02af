"""Collections → Mastodon's Collection entities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import iso
from torg.mastodon_api import entities
from torg.showcase import reads
from torg.showcase.model import Collection, Item
from torg.text.tags import tag_name, tag_url


def item(found: Item) -> entities.CollectionItem:
    """One account in a collection (docs: entities/CollectionItem)."""
    return entities.CollectionItem(
        id=str(found.id), account_id=str(found.account_id), state=found.state, created_at=iso(found.created_at)
    )


def collection(origin: str, found: Collection) -> entities.Collection:
    """A collection (docs: entities/Collection). The description is documented as HTML, so plain text is escaped."""
    tag = None
    if found.tag is not None:
        tag = entities.ShallowTag(name=found.tag, url=tag_url(origin, tag_name(found.tag)))
    return entities.Collection(
        id=str(found.id),
        account_id=str(found.account_id),
        uri=f"{origin}/ap/{found.account_id}/collections/{found.id}",
        url=f"{origin}/collections/{found.id}",
        name=found.name,
        description=escape(found.description, quote=False),
        language=found.language,
        local=True,
        sensitive=found.sensitive,
        discoverable=found.discoverable,
        tag=tag,
        created_at=iso(found.created_at),
        updated_at=iso(found.updated_at),
        item_count=len(found.items),
        items=[item(one) for one in found.items],
    )


async def by_ids(tx: Tx, actor: Actor, origin: str, ids: Sequence[int]) -> Mapping[int, entities.Collection]:
    """Collections by id, of those that the viewer may see: what a notification is about."""
    return {id_: collection(origin, found) for id_, found in (await reads.by_ids(tx, actor, ids)).items()}
