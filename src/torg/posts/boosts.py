"""Boosting a post and taking it back."""

from __future__ import annotations

from torg.accounts import reads as accounts
from torg.accounts import store as accounts_store
from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import NotFound
from torg.kernel.ids import new_id
from torg.posts import actions, delegated, reads, store
from torg.posts.events import PostPublished
from torg.posts.model import Audience
from torg.posts.visibility import may_boost


async def boost(
    tx: Tx, actor: Actor, post_id: int, *, audience: Audience = Audience.EVERYONE, listed: bool = True
) -> int:
    """Boost a post; again gives the same boost. Returns the boost's own id (Mastodon: statuses/:id/reblog)."""
    delegated.check(actor, "post")
    post = await reads.original(tx, actor, post_id)
    if not may_boost(post, actor.me):
        raise NotFound
    # Two clicks at once must not make two boosts.
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('boost', %s))", (post.id ^ actor.me,))
    if already := await store.boost_by(tx, actor.me, post.id):
        return already.id
    await accounts.may_post(tx, actor.me)
    if post.audience is not Audience.EVERYONE:
        audience, listed = post.audience, True
    id_ = new_id()
    await store.insert(
        tx,
        {
            "id": id_, "account_id": actor.me, "audience": audience.value, "listed": listed and post.listed,
            "thread_id": id_, "boost_of_id": post.id, "created_at": now(),
            "by_account_id": actor.delegated.by if actor.delegated else None,
        },
    )  # fmt: skip
    await store.count(tx, post.id, boosts=1)
    await accounts_store.count(tx, actor.me, posts_count=1)
    event = PostPublished(
        post_id=id_,
        account_id=actor.me,
        audience=audience.value,
        listed=listed and post.listed,
        boost_of_id=post.id,
        boost_of_account_id=post.account_id,
        thread_id=id_,
    )
    await outbox.append(tx, event)
    await delegated.note(tx, actor, "post", id_)
    return id_


async def unboost(tx: Tx, actor: Actor, post_id: int) -> int:
    """Take a boost back; without one nothing happens. Returns the id of the post that was boosted."""
    post = await reads.original(tx, actor, post_id)
    mine = await store.boost_by(tx, actor.me, post.id)
    if mine:
        delegated.check_post(actor, "delete", mine)
        await actions.remove(tx, mine, deleted_by=actor.me)
    return post.id
