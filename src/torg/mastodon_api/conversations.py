"""Conversations (Mastodon: methods/conversations) and the old timeline of direct messages."""

from __future__ import annotations

from collections.abc import Sequence

from torg.http import Call, Paged, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, PageParams, page, paged
from torg.mastodon_api.present import accounts as present_accounts
from torg.mastodon_api.present import messages as present
from torg.messages import actions, reads
from torg.messages.model import Conversation

routes = Routes("conversations")


async def several(call: Call, found: Sequence[Conversation]) -> list[entities.Conversation]:
    """Conversation entities, in their order."""
    last = await present.messages(call.tx, call.actor, call.origin, [c.last for c in found if c.last])
    by_id = {shown.id: shown for shown in last}
    people = [a for c in found for a in c.accounts]
    faces = {a.id: a for a in await present_accounts.accounts(call.tx, call.actor, call.origin, people)}
    return [
        entities.Conversation(
            id=str(c.id),
            unread=c.unread,
            accounts=[faces[str(a.id)] for a in c.accounts],
            last_status=by_id.get(str(c.last_message_id)),
        )
        for c in found
    ]


@routes.get("/api/v1/conversations", scope="read:statuses")
async def index(call: Call, params: PageParams) -> Paged:
    found = await reads.conversations(call.tx, call.actor, page(params))
    return paged(await several(call, found), [c.last_message_id for c in found])


@routes.delete("/api/v1/conversations/{id}", scope="write:conversations")
async def hide(call: Call, params: ById) -> dict[str, object]:
    """Out of one's own list; the others keep theirs, and a new message brings it back."""
    await actions.hide(call.tx, call.actor, params.id)
    return {}


@routes.post("/api/v1/conversations/{id}/read", scope="write:conversations")
async def read(call: Call, params: ById) -> entities.Conversation:
    await actions.set_unread(call.tx, call.actor, params.id, False)
    return (await several(call, [await reads.conversation(call.tx, call.actor, params.id)]))[0]


@routes.post("/api/v1/conversations/{id}/unread", scope="write:conversations")
async def unread(call: Call, params: ById) -> entities.Conversation:
    await actions.set_unread(call.tx, call.actor, params.id, True)
    return (await several(call, [await reads.conversation(call.tx, call.actor, params.id)]))[0]


@routes.get("/api/v1/timelines/direct", scope="read:statuses")
async def timeline(call: Call, params: PageParams) -> Paged:
    """Kept for old clients: all messages, newest first."""
    found = await reads.timeline(call.tx, call.actor, page(params))
    shown = await present.messages(call.tx, call.actor, call.origin, found)
    return paged(shown, [v.message.id for v in found])
