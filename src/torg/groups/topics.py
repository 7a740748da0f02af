"""Topics: tags that readers put on somebody's conversation, so that those who follow the topic find it."""

from __future__ import annotations

from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.graph import tags as graph_tags
from torg.groups import content_store, store
from torg.groups.events import TopicAdded, TopicRemoved
from torg.groups.model import Topic
from torg.kernel.actor import Actor, NetworkKind
from torg.kernel.errors import Forbidden, Invalid, NotFound, invalid
from torg.posts import reads as posts
from torg.posts import tags as posts_tags
from torg.posts.events import PostEdited
from torg.posts.model import Post

MOST = 20


async def of(tx: Tx, actor: Actor, post_id: int) -> tuple[int, list[Topic]]:
    """(first post of the conversation, its topics): those of the text and those that readers added."""
    post = await _head(tx, actor, post_id)
    return post.id, await content_store.topics(tx, post.id)


async def add(tx: Tx, actor: Actor, post_id: int, name: str) -> int:
    """Put a topic on the conversation that a post belongs to; the id of its first post.

    On a public network only on one's own: strangers do not label what others say.
    """
    post = await _head(tx, actor, post_id)
    if actor.network_kind is NetworkKind.PUBLIC and post.account_id != actor.me:
        raise Forbidden
    if graph_tags.valid_name(name) is None:
        raise invalid("name", "ERR_INVALID", "is not a valid hashtag")
    tag_id, stored = await graph_tags.ensure(tx, name)
    known = await content_store.topics(tx, post.id)
    if tag_id in [topic.tag_id for topic in known]:
        return post.id
    if len(known) >= MOST:
        raise Invalid(f"Validation failed: A conversation has at most {MOST} topics")
    await content_store.add_topic(tx, post.id, tag_id, actor.me)
    await posts_tags.add(tx, post.id, actor.me, [tag_id])
    await _changed(tx, post)
    await outbox.append(tx, TopicAdded(post_id=post.id, account_id=actor.me, name=stored))
    return post.id


async def remove(tx: Tx, actor: Actor, post_id: int, name: str) -> int:
    """Take an added topic off: whoever added it, the author, or the group's staff. One of the text stays (422)."""
    post = await _head(tx, actor, post_id)
    found = await graph_tags.by_names(tx, actor, [graph_tags.valid_name(name) or ""])
    known = {topic.tag_id: topic for topic in await content_store.topics(tx, post.id)}
    topic = known.get(found[0].id) if found else None
    if topic is None:
        raise NotFound
    if not await content_store.is_added(tx, post.id, topic.tag_id):
        raise Invalid("Validation failed: This topic is in the text of the post")
    staff = post.group_id is not None and actor.me in await store.roles(tx, post.group_id)
    if actor.me not in (topic.added_by, post.account_id) and not staff:
        raise Forbidden
    await content_store.drop_topic(tx, post.id, topic.tag_id)
    await _changed(tx, post)
    await outbox.append(tx, TopicRemoved(post_id=post.id, account_id=actor.me, name=found[0].name))
    return post.id


async def _head(tx: Tx, actor: Actor, post_id: int) -> Post:
    """The first post of the conversation; the post itself if the actor cannot read that one."""
    post = await posts.original(tx, actor, post_id)
    if post.thread_id == post.id:
        return post
    try:
        return await posts.readable_post(tx, actor, post.thread_id)
    except NotFound:
        return post


async def _changed(tx: Tx, post: Post) -> None:
    """Let streams and caches show the post with its topics."""
    await content_store.changed(tx, post.id)
    names = await content_store.tag_names(tx, post.id)
    event = PostEdited(
        post_id=post.id,
        account_id=post.account_id,
        audience=post.audience.value,
        listed=post.listed,
        group_id=post.group_id,
        thread_id=post.thread_id,
        tags=names,
        text_changed=False,
    )
    await outbox.append(tx, event)
