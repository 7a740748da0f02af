"""Voting in polls, and the end of their time."""

from __future__ import annotations

from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import Invalid, NotFound
from torg.posts import poll_store, reads, store
from torg.posts.events import PollEnded, PollVoted
from torg.posts.model import Poll, Post


async def find(tx: Tx, actor: Actor, poll_id: int) -> tuple[Post, Poll]:
    """A poll whose post the actor may read, else 404."""
    post_id = await tx.value(
        "SELECT post_id FROM polls WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(id)s",
        {**store.tenant(tx), "id": poll_id},
    )
    if post_id is None:
        raise NotFound
    post = await reads.readable_post(tx, actor, post_id)
    return post, (await poll_store.of_posts(tx, actor.account_id, [post_id]))[post_id]


async def vote(tx: Tx, actor: Actor, poll_id: int, choices: list[int]) -> Poll:
    """Vote once, for one option or several (Mastodon: POST /api/v1/polls/:id/votes)."""
    post, poll = await find(tx, actor, poll_id)
    await tx.run(
        "SELECT FROM polls WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(id)s FOR UPDATE",
        {**store.tenant(tx), "id": poll_id},
    )
    poll = (await poll_store.of_posts(tx, actor.account_id, [post.id]))[post.id]
    wanted = sorted(set(choices))
    if poll.expired(now()):
        raise Invalid("Validation failed: The poll has already ended")
    if poll.own_votes:
        raise Invalid("Validation failed: You have already voted on this poll")
    if poll.account_id == actor.me:
        raise Invalid("Validation failed: You cannot vote in your own poll")
    if not wanted or wanted[0] < 0 or wanted[-1] >= len(poll.options):
        raise Invalid("Validation failed: The chosen vote option does not exist")
    if len(wanted) > 1 and not poll.multiple:
        raise Invalid("Validation failed: Only one choice is allowed in this poll")
    tallies = [count + (i in wanted) for i, count in enumerate(poll.tallies)]
    params = {**store.tenant(tx, actor.account_id), "id": poll_id, "choices": wanted, "tallies": tallies}
    await tx.run(
        """INSERT INTO poll_votes (org_id, network_id, poll_id, account_id, choice)
           SELECT %(org)s, %(network)s, %(id)s, %(viewer)s, unnest(%(choices)s::int[])""",
        params,
    )
    await tx.run(
        """UPDATE polls SET tallies = %(tallies)s, voters = voters + 1
           WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(id)s""",
        params,
    )
    event = PollVoted(poll_id=poll_id, post_id=post.id, account_id=actor.me, author_id=poll.account_id)
    await outbox.append(tx, event)
    return (await poll_store.of_posts(tx, actor.account_id, [post.id]))[post.id]


async def cast(tx: Tx, actor: Actor, post_id: int, title: str) -> bool:
    """One vote that came from another server, for an option by its words; whether the post has a poll at all.

    Votes for several options come one by one and in any order. What may not be counted is let be: again, late, of
    a second option where one is allowed, of the author.
    """
    poll_id = await tx.value(
        """SELECT id FROM polls WHERE org_id = %(org)s AND network_id = %(network)s AND post_id = %(post)s
           FOR UPDATE""",
        {**store.tenant(tx), "post": post_id},
    )
    if poll_id is None:
        return False
    poll = (await poll_store.of_posts(tx, actor.account_id, [post_id]))[post_id]
    before = poll.own_votes or []
    choice = poll.options.index(title) if title in poll.options else None
    if choice is None or choice in before or poll.expired(now()) or poll.account_id == actor.me:
        return True
    if before and not poll.multiple:
        return True
    params = {**store.tenant(tx, actor.account_id), "id": poll_id, "choice": choice, "voters": 0 if before else 1}
    await tx.run(
        """INSERT INTO poll_votes (org_id, network_id, poll_id, account_id, choice)
           VALUES (%(org)s, %(network)s, %(id)s, %(viewer)s, %(choice)s)""",
        params,
    )
    await tx.run(
        """UPDATE polls SET tallies[%(choice)s + 1] = tallies[%(choice)s + 1] + 1, voters = voters + %(voters)s
           WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(id)s""",
        params,
    )
    event = PollVoted(poll_id=poll_id, post_id=post_id, account_id=actor.me, author_id=poll.account_id)
    await outbox.append(tx, event)
    return True


async def end(tx: Tx, poll_id: int) -> None:
    """Announce the end of a poll's time, once (a job; at-least-once)."""
    row = await tx.one(
        """UPDATE polls SET closed_at = now() WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(id)s
           AND closed_at IS NULL AND expires_at <= now() RETURNING post_id, account_id""",
        {**store.tenant(tx), "id": poll_id},
    )
    if row is None:
        return
    voters = await tx.column(
        """SELECT DISTINCT account_id FROM poll_votes
           WHERE org_id = %(org)s AND network_id = %(network)s AND poll_id = %(id)s""",
        {**store.tenant(tx), "id": poll_id},
    )
    event = PollEnded(poll_id=poll_id, post_id=row["post_id"], author_id=row["account_id"], voter_ids=voters)
    await outbox.append(tx, event)
