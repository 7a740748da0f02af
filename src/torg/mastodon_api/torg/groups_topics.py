"""Topics that readers put on a conversation, so that those who follow the topic find it (FEATURES Y2)."""

from __future__ import annotations

import msgspec

from torg.graph import tags as graph_tags
from torg.groups import topics
from torg.http import Call, Routes
from torg.mastodon_api.entities.torg.group import StatusTopic
from torg.mastodon_api.forms import ById
from torg.mastodon_api.present import tags as present

routes = Routes("topics")


class OneTopic(msgspec.Struct, kw_only=True):
    """`name`: a hashtag, with or without `#`."""

    id: int
    name: str = ""


@routes.get("/api/torg/v1/statuses/{id}/topics", scope="read:statuses")
async def index(call: Call, params: ById) -> list[StatusTopic]:
    """The topics of the conversation that a post belongs to: those of its first post, and those that readers added."""
    return await _topics(call, params.id)


@routes.post("/api/torg/v1/statuses/{id}/topics", scope="write:statuses")
async def add(call: Call, form: OneTopic) -> list[StatusTopic]:
    """Put a topic on the conversation. On a public network only on one's own."""
    await topics.add(call.tx, call.actor, form.id, form.name)
    return await _topics(call, form.id)


@routes.delete("/api/torg/v1/statuses/{id}/topics", scope="write:statuses")
async def remove(call: Call, form: OneTopic) -> list[StatusTopic]:
    """Take an added topic off: whoever added it, the author, or the group's staff may."""
    await topics.remove(call.tx, call.actor, form.id, form.name)
    return await _topics(call, form.id)


async def _topics(call: Call, post_id: int) -> list[StatusTopic]:
    _, found = await topics.of(call.tx, call.actor, post_id)
    views = {view.id: view for view in await graph_tags.views(call.tx, call.actor, [t.tag_id for t in found])}
    return [
        StatusTopic(
            **msgspec.structs.asdict(present.tag(call.origin, views[topic.tag_id])),
            added_by=str(topic.added_by) if topic.added_by is not None else None,
        )
        for topic in found
    ]
