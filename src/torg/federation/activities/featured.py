"""Which of an actor's collections an Add or Remove is about: the pinned posts, or the hashtags on the profile."""

from __future__ import annotations

from typing import Literal

from torg.engine.postgres import Tx
from torg.federation.activities.incoming import Incoming
from torg.remote.as2 import id_of, object_of, text_of, types_of
from torg.remote.note_store import TENANT, tenant


async def collection(tx: Tx, incoming: Incoming) -> Literal["posts", "tags"] | None:
    """By the address that the sender's own actor document gives; anybody else's is nothing."""
    target = id_of(incoming.activity.get("target"))
    row = await tx.one(
        f"SELECT featured, featured_tags FROM remote_actors WHERE {TENANT} AND account_id = %(sender)s",
        {**tenant(tx), "sender": incoming.sender.id},
    )
    if row is None or target is None:
        return None
    if target == row["featured_tags"] or (target == row["featured"] and hashtag(incoming) is not None):
        return "tags"
    return "posts" if target == row["featured"] else None


def hashtag(incoming: Incoming) -> str | None:
    """The name of a Hashtag object."""
    embedded = object_of(incoming.activity.get("object"))
    if embedded is None or "Hashtag" not in types_of(embedded):
        return None
    return text_of(embedded.get("name")).strip().lstrip("#") or None
