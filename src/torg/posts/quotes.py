"""Quoting with consent: who may, withdrawing it, and changing the policy of a post (docs: entities/Quote)."""

from __future__ import annotations

from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import Forbidden, Invalid, NotFound
from torg.posts import reads, rules, store
from torg.posts.events import PostEdited, QuoteRevoked
from torg.posts.model import Audience, Post, QuotePolicy, QuoteState


async def permitted(tx: Tx, actor: Actor, post_id: int) -> Post:
    """The post to be quoted, if its author's policy allows it; 404 if it may not be read, 422 if not quoted."""
    quoted = await reads.original(tx, actor, post_id)
    follows = await tx.value(
        """SELECT true FROM follows WHERE org_id = %(org)s AND network_id = %(network)s
           AND account_id = %(viewer)s AND target_id = %(author)s""",
        {**store.tenant(tx, actor.account_id), "author": quoted.account_id},
    )
    if not rules.may_quote(quoted, actor.me, follows_author=bool(follows)):
        raise Invalid("Validation failed: Quoted status does not allow quoting by you")
    return quoted


def first_state(author: int, quoted: Post) -> QuoteState:
    """How a new quote stands: that of another server's post waits for its author's answer (FEP-044f)."""
    return "pending" if quoted.uri is not None and quoted.account_id != author else "accepted"


async def revoke(tx: Tx, actor: Actor, quoted_id: int, quoting_id: int) -> int:
    """Withdraw consent to one quote of one's own post. Returns the quoting post's id."""
    quoting = await store.get(tx, quoting_id)
    quoted = await store.get(tx, quoted_id)
    if quoting is None or quoted is None or quoting.quote_of_id != quoted.id or quoting.quote_state != "accepted":
        raise NotFound
    if quoted.account_id != actor.me:
        raise Forbidden
    await store.update(tx, quoting.id, {"quote_state": "revoked"})
    await store.count(tx, quoted.id, quotes=-1)
    await outbox.append(tx, QuoteRevoked(post_id=quoting.id, account_id=quoting.account_id, quoted_id=quoted.id))
    return quoting.id


async def set_policy(tx: Tx, actor: Actor, post_id: int, policy: QuotePolicy) -> int:
    """Who may quote one's own post from now on; earlier quotes stay."""
    post = await store.get(tx, post_id)
    if post is None or post.account_id != actor.me:
        raise NotFound
    wanted = policy if post.audience is Audience.EVERYONE else "nobody"
    await store.update(tx, post.id, {"quote_policy": wanted})
    event = PostEdited(
        post_id=post.id,
        account_id=post.account_id,
        audience=post.audience.value,
        listed=post.listed,
        thread_id=post.thread_id,
        text_changed=False,
    )
    await outbox.append(tx, event)
    return post.id
