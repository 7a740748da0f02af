"""Private notes about accounts (Mastodon: methods/accounts)."""

from __future__ import annotations

import msgspec

from torg.graph import actions
from torg.http import Call, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.relationships import between

routes = Routes("accounts")


class Note(msgspec.Struct, kw_only=True):
    id: int
    comment: str = ""


@routes.post("/api/v1/accounts/{id}/note", scope="write:accounts")
async def note(call: Call, form: Note) -> entities.Relationship:
    await actions.note(call.tx, call.actor, form.id, form.comment)
    return await between(call, form.id)
