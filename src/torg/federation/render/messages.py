"""Direct message → Note for its readers alone (docs: Mastodon, spec/activitypub: direct visibility)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from torg.emojis.model import Emoji
from torg.federation.render import addresses, parts
from torg.federation.render.attachments import document
from torg.federation.render.contexts import OBJECT
from torg.federation.render.model import Place
from torg.kernel.clock import iso
from torg.media.model import State
from torg.messages.outward import AddressedMessage


def note(place: Place, message: AddressedMessage, parent: str | None, emojis: list[Emoji]) -> dict[str, Any]:
    """Everybody whom it is for stands in `to` and is mentioned: so other servers know it for a direct one."""
    view, one = message.view, message.view.message
    me = addresses.actor(place.origin, view.account)
    found: dict[str, Any] = {
        "id": addresses.message(place.origin, one.id, view.account),
        "type": "Note",
        "attributedTo": me,
        "published": iso(one.created_at),
        "to": [addresses.actor(place.origin, reader) for reader in message.readers],
        "cc": [],
        "inReplyTo": parent,
        "sensitive": one.sensitive,
        "content": one.html,
        "conversation": f"{place.origin}/conversations/{one.conversation_id}",
        "attachment": [document(place, file) for file in view.media if file.state is State.READY and file.original_key],
        "tag": [
            *(
                {
                    "type": "Mention",
                    "href": addresses.actor(place.origin, reader),
                    "name": f"@{addresses.handle(place.host, reader)}",
                }
                for reader in message.readers
            ),
            *(parts.emoji(place.origin, emoji) for emoji in emojis),
        ],
    }
    if one.spoiler:
        found["summary"] = one.spoiler
    if one.language:
        found["contentMap"] = {one.language: one.html}
    if one.edited_at is not None:
        found["updated"] = iso(one.edited_at)
    return found


def create(obj: dict[str, Any]) -> dict[str, Any]:
    """The message sent."""
    return {
        "@context": OBJECT,
        "id": f"{obj['id']}/activity",
        "type": "Create",
        "actor": obj["attributedTo"],
        "published": obj["published"],
        "to": obj["to"],
        "cc": [],
        "object": obj,
    }


def update(obj: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The message edited."""
    return {**create(obj), "id": f"{obj['id']}#updates/{int(at.timestamp() * 1000)}", "type": "Update"}
