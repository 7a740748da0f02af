"""SQL of polls, and making one with its post."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from torg.engine import jobs
from torg.engine.postgres import Tx
from torg.kernel.clock import now
from torg.kernel.ids import new_id
from torg.posts import store
from torg.posts.model import Poll, PollDraft

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


async def insert(
    tx: Tx,
    post_id: int,
    account_id: int,
    *,
    options: Sequence[str],
    tallies: Sequence[int],
    multiple: bool,
    voters: int,
    expires_at: datetime | None,
) -> int:
    """A poll of another server, with the totals that it states; the poll's id."""
    id_ = new_id()
    await tx.run(
        """INSERT INTO polls (org_id, network_id, id, post_id, account_id, multiple, hide_totals, options, tallies,
                              voters, expires_at)
           VALUES (%(org)s, %(network)s, %(id)s, %(post)s, %(account)s, %(multiple)s, false, %(options)s, %(tallies)s,
                   %(voters)s, %(ends)s)""",
        {
            **store.tenant(tx), "id": id_, "post": post_id, "account": account_id, "multiple": multiple,
            "options": list(options), "tallies": list(tallies), "voters": voters, "ends": expires_at,
        },
    )  # fmt: skip
    return id_


async def restate(tx: Tx, post_id: int, *, tallies: Sequence[int], voters: int, expires_at: datetime | None) -> bool:
    """What the poll's own server counts now; whether that is anything new."""
    return bool(
        await tx.run(
            """UPDATE polls SET tallies = %(tallies)s, voters = %(voters)s,
                   expires_at = coalesce(%(ends)s, expires_at)
               WHERE org_id = %(org)s AND network_id = %(network)s AND post_id = %(post)s
               AND (tallies, voters, expires_at) IS DISTINCT FROM
                   (%(tallies)s::int[], %(voters)s::int, coalesce(%(ends)s, expires_at))""",
            {
                **store.tenant(tx), "post": post_id, "tallies": list(tallies), "voters": voters, "ends": expires_at,
            },
        )
    )  # fmt: skip


async def remove(tx: Tx, post_id: int) -> None:
    await tx.run(
        "DELETE FROM polls WHERE org_id = %(org)s AND network_id = %(network)s AND post_id = %(post)s",
        {**store.tenant(tx), "post": post_id},
    )
