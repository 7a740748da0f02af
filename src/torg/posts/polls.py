"""Polls: making one with its post, voting, and the end of its time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from torg.engine import jobs, outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.ids import new_id
from torg.posts import reads, store
from torg.posts.events import PollEnded, PollVoted
from torg.posts.marks import me
from torg.posts.model import Poll, PollDraft, Post

FIELDS = "q.id, q.post_id, q.account_id, q.multiple, q.hide_totals, q.options, q.tallies, q.voters, q.expires_at"


async def of_posts(tx: Tx, viewer: int | None, post_ids: Iterable[int]) -> dict[int, Poll]:
    """Polls by post id, each with the viewer's own votes (None for nobody)."""
    rows = await tx.all(
        f"""SELECT {FIELDS}, CASE WHEN %(viewer)s::bigint IS NULL THEN NULL ELSE
                ARRAY(SELECT v.choice FROM poll_votes v WHERE v.org_id = q.org_id AND v.poll_id = q.id
                      AND v.account_id = %(viewer)s ORDER BY v.choice) END AS own_votes
            FROM polls q WHERE q.org_id = %(org)s AND q.network_id = %(network)s AND q.post_id = ANY(%(ids)s)""",
        {**store.tenant(tx, viewer), "ids": list(post_ids)},
        as_=Poll,
    )
    return {poll.post_id: poll for poll in rows}


async def create(tx: Tx, post_id: int, account_id: int, draft: PollDraft) -> None:
    """The poll of a new post, and the job that announces its end."""
    id_, ends = new_id(), now() + timedelta(seconds=draft.expires_in)
    await tx.run(
        """INSERT INTO polls (org_id, network_id, id, post_id, account_id, multiple, hide_totals, options, tallies,
                              expires_at)
           VALUES (%(org)s, %(network)s, %(id)s, %(post)s, %(account)s, %(multiple)s, %(hide)s, %(options)s,
                   %(tallies)s, %(ends)s)""",
        {
            **store.tenant(tx), "id": id_, "post": post_id, "account": account_id, "multiple": draft.multiple,
            "hide": draft.hide_totals, "options": draft.options, "tallies": [0] * len(draft.options), "ends": ends,
        },
    )  # fmt: skip
    scope = {"org_id": tx.scope.org_id, "network_id": tx.scope.network_ids[0], "poll_id": id_}
    await jobs.enqueue(tx, "poll_end", scope, run_at=ends, key=f"poll_end:{id_}")


async def remove(tx: Tx, post_id: int) -> None:
    await tx.run(
        "DELETE FROM polls WHERE org_id = %(org)s AND network_id = %(network)s AND post_id = %(post)s",
        {**store.tenant(tx), "post": post_id},
    )


async def find(tx: Tx, actor: Actor, poll_id: int) -> tuple[Post, Poll]:
    """A poll whose post the actor may read, else 404."""
    post_id = await tx.value(
        "SELECT post_id FROM polls WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(id)s",
        {**store.tenant(tx), "id": poll_id},
    )
    if post_id is None:
        raise NotFound
    post = await reads.readable_post(tx, actor, post_id)
    return post, (await of_posts(tx, actor.account_id, [post_id]))[post_id]


async def vote(tx: Tx, actor: Actor, poll_id: int, choices: list[int]) -> Poll:
    """Vote once, for one option or several (Mastodon: POST /api/v1/polls/:id/votes)."""
    post, poll = await find(tx, actor, poll_id)
    await tx.run(
        "SELECT FROM polls WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(id)s FOR UPDATE",
        {**store.tenant(tx), "id": poll_id},
    )
    poll = (await of_posts(tx, actor.account_id, [post.id]))[post.id]
    wanted = sorted(set(choices))
    if poll.expired(now()):
        raise Invalid("Validation failed: The poll has already ended")
    if poll.own_votes:
        raise Invalid("Validation failed: You have already voted on this poll")
    if poll.account_id == me(actor):
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
    event = PollVoted(poll_id=poll_id, post_id=post.id, account_id=me(actor), author_id=poll.account_id)
    await outbox.append(tx, event)
    return (await of_posts(tx, actor.account_id, [post.id]))[post.id]


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
        "SELECT DISTINCT account_id FROM poll_votes WHERE org_id = %(org)s AND network_id = %(network)s AND poll_id = %(id)s",
        {**store.tenant(tx), "id": poll_id},
    )
    event = PollEnded(poll_id=poll_id, post_id=row["post_id"], author_id=row["account_id"], voter_ids=voters)
    await outbox.append(tx, event)
