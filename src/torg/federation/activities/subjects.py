"""What an Accept, Reject or Undo is about: the activity within, whether it is embedded or only named by its id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from torg.engine.postgres import Tx
from torg.federation.activities.incoming import Incoming
from torg.remote import ours, quoting
from torg.remote.as2 import id_of, object_of, types_of
from torg.remote.note_store import TENANT, tenant


async def our_follow(tx: Tx, incoming: Incoming) -> int | None:
    """The local account whose follow of the sender is meant: by the embedded Follow, or by its id."""
    inner = object_of(incoming.activity.get("object"))
    if inner is not None and "Follow" in types_of(inner):
        about = id_of(inner.get("object"))
        if about is not None and about != incoming.uri:
            return None
        return await ours.account_id(tx, incoming.network, id_of(inner.get("actor")))
    actor, mark, _ = (incoming.object_id or "").partition("#follow")
    return await ours.account_id(tx, incoming.network, actor) if mark else None


async def our_quote(tx: Tx, incoming: Incoming) -> int | None:
    """Our quoting post that a QuoteRequest was about."""
    inner = object_of(incoming.activity.get("object"))
    if inner is not None and "QuoteRequest" not in types_of(inner):
        return None
    instrument = id_of(inner.get("instrument")) if inner is not None else None
    return await quoting.quoting_of(tx, incoming.network, instrument or incoming.object_id)


def inner_of(incoming: Incoming) -> Mapping[str, Any]:
    """The embedded activity, if it is the sender's own; else nothing but what its id tells."""
    inner = object_of(incoming.activity.get("object"))
    if inner is None:
        return {}
    actor = id_of(inner.get("actor"))
    return inner if actor in (None, incoming.uri) else {}


Tie = Literal["follows", "follow_requests", "blocks"]
TIES: tuple[Tie, ...] = ("follows", "follow_requests", "blocks")


async def tied_by(tx: Tx, table: Tie, incoming: Incoming) -> int | None:
    """Whom the sender's tie, made by an activity of this id, leads to."""
    found: int | None = await tx.value(
        f"SELECT target_id FROM {table} WHERE {TENANT} AND uri = %(uri)s AND account_id = %(sender)s",
        {**tenant(tx), "uri": incoming.object_id, "sender": incoming.sender.id},
    )
    return found


async def liked_by(tx: Tx, incoming: Incoming) -> int | None:
    """The post that the sender marked by an activity of this id."""
    found: int | None = await tx.value(
        f"SELECT post_id FROM favourites WHERE {TENANT} AND uri = %(uri)s AND account_id = %(sender)s",
        {**tenant(tx), "uri": incoming.object_id, "sender": incoming.sender.id},
    )
    return found
