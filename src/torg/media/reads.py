"""Answers about attachments and stored files."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound
from torg.media import copy_store, store
from torg.media.model import Attachment, StoredFile


async def for_posts(tx: Tx, post_ids: Iterable[int]) -> dict[int, list[Attachment]]:
    """The attachments of these posts, in their order; the caller has checked who may read the posts."""
    found: dict[int, list[Attachment]] = {}
    for attachment in await store.held_by(tx, "post_id", post_ids):
        assert attachment.post_id is not None
        found.setdefault(attachment.post_id, []).append(attachment)
    return found


async def for_messages(tx: Tx, message_ids: Iterable[int]) -> dict[int, list[Attachment]]:
    """The attachments of these messages, in their order."""
    found: dict[int, list[Attachment]] = {}
    for attachment in await store.held_by(tx, "message_id", message_ids):
        assert attachment.message_id is not None
        found.setdefault(attachment.message_id, []).append(attachment)
    return found


async def loose(tx: Tx, account_id: int, ids: Sequence[int]) -> list[Attachment]:
    """Those of one's own attachments that no post or message has, in the wanted order."""
    found = {a.id: a for a in await store.own_many(tx, account_id, ids) if a.is_loose}
    return [found[id_] for id_ in dict.fromkeys(ids) if id_ in found]


async def mine(tx: Tx, actor: Actor, id_: int) -> Attachment:
    """One's own attachment; NotFound for anybody else's."""
    found = await store.own(tx, actor.me, id_)
    if found is None:
        raise NotFound
    return found


async def remote(tx: Tx, id_: int, token: str) -> Attachment | None:
    """Another server's file by our address of it; None for a wrong token, a rejected file, one that nothing holds."""
    found = await store.get(tx, id_)
    if found is None or found.remote_url is None or found.rejected or found.is_loose:
        return None
    return found if hmac.compare_digest(found.token.encode(), token.encode()) else None


async def used(tx: Tx, id_: int) -> None:
    """Note that a copy of another server's file is looked at: those that nobody looks at go first."""
    await copy_store.used(tx, id_)


async def file(tx: Tx, key: str) -> StoredFile | None:
    """What a key of the transaction's network is served as, or None."""
    return await store.file(tx, key)
