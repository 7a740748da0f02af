"""Create: somebody elsewhere wrote something (Note, Question, Article …), voted, or sent a message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torg.federation.activities import forwarded
from torg.federation.activities.incoming import Incoming
from torg.remote import documents, notes
from torg.remote.as2 import id_of, object_of, same_origin
from torg.remote.reading import author_of


async def receive(incoming: Incoming) -> None:
    """The object as it was sent, if it is the sender's own; another's is looked up where it is from."""
    document = await written(incoming)
    if document is not None:
        await notes.receive(incoming.services, incoming.network, document, incoming.sender)


async def written(incoming: Incoming) -> Mapping[str, Any] | None:
    """The object of a Create or Update, as its own author gave it."""
    embedded, id_ = object_of(incoming.activity.get("object")), incoming.object_id
    if id_ is None or not same_origin(id_, incoming.uri):
        await forwarded.written(incoming)
        return None
    if embedded is None:
        fetched = await documents.fetch(incoming.services, incoming.network, id_)
        return fetched if author_of(fetched) == incoming.uri and id_of(fetched.get("id")) == id_ else None
    if author_of(embedded) not in (None, incoming.uri):
        await forwarded.written(incoming)
        return None
    return whole(incoming.activity, embedded, incoming.uri)


def whole(activity: Mapping[str, Any], embedded: Mapping[str, Any], author: str) -> Mapping[str, Any]:
    """An object with what is said of it only once, around it: its author and its audience."""
    around = {name: activity[name] for name in ("to", "cc", "audience") if name in activity and name not in embedded}
    if "to" in embedded or "cc" in embedded:
        around.pop("to", None)
        around.pop("cc", None)
    return {"attributedTo": author, **embedded, **around}
