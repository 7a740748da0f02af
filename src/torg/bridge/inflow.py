"""What the public answers to a promoted post comes in (N3): a notice inside, and the answers beside the inside post."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from torg.bridge import promotion_store as store
from torg.bridge.crossing import Bridge
from torg.bridge.promotion_store import Out
from torg.engine.effects import Happened
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Scope
from torg.kernel.errors import NotFound
from torg.notices import actions as notices
from torg.notices import rules, sources
from torg.notices.model import News
from torg.posts import reads
from torg.posts.events import PostPublished
from torg.posts.model import PostView


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """The public posts that were made of an inside post, and what anybody reads below them, oldest first."""

    made: list[PostView]
    replies: list[PostView]


def is_reply(event: PostPublished) -> bool:
    """Whether a new post may be an answer that counts."""
    return event.reply_to_id is not None and event.audience == "everyone"


async def replied(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """A public reply below a promoted post: its inside author and who asked for the promotion are told inside.

    As an `update` of the inside post, at most once an hour a reader, and the last one only: the public post may be
    answered by thousands. Nothing is written in the public network.
    """
    replies = [h for h in happened if is_reply(h.event)]
    out = await store.out_of_threads(tx, list({h.event.thread_id for h in replies})) if replies else {}
    replies = [h for h in replies if h.event.thread_id in out]
    if not replies:
        return
    meta = replies[0].meta
    seen = await reads.hydrate(
        tx, Actor(org_id=meta.org_id, network_id=meta.network_id), [h.event.post_id for h in replies]
    )
    shown = {view.post.id for view in seen if view.account.silenced_at is None}
    for h in replies:
        one = out[h.event.thread_id]
        if h.event.post_id in shown and h.event.account_id != one.face_id:
            await _tell(tx.within(Scope(meta.org_id, (one.network_id,))), one, h)


async def _tell(inside: Tx, one: Out, h: Happened) -> None:
    """Those of the two who may still read the inside post; muting its conversation silences this as well."""
    group_id = (await sources.posts(inside, [one.source_post_id]))[one.source_post_id]["group_id"]
    wanted = [(group_id, to) for to in dict.fromkeys((one.source_account_id, one.requested_by)) if to is not None]
    able = await sources.readers(inside, wanted)
    await notices.tell(inside, [
        News(to=to, type="update", by=one.source_account_id, at=h.meta.created_at, post_id=one.source_post_id,
             source=f"public:{one.public_post_id}:{rules.bucket(h.meta.created_at)}", thread_id=one.thread_id, own=True)
        for place, to in wanted if (place, to) in able
    ])  # fmt: skip


async def beside(both: Bridge, post_id: int) -> Answers:
    """What the public answers to an inside post that the member may read; NotFound for any other."""
    source = await reads.readable_post(both.inside, both.me, post_id)
    found = await store.public_posts(both.inside, source.id)
    made = await reads.hydrate(both.public, both.anyone, found)
    ids: list[int] = []
    for view in made:
        try:
            ids += (await reads.context(both.public, both.anyone, view.post.id))[1]
        except NotFound:  # deleted outside meanwhile
            continue
    return Answers(made=made, replies=await reads.hydrate(both.public, both.anyone, sorted(ids)))


async def is_out(tx: Tx, post_id: int) -> bool:
    """Whether a public post was made of this inside post, as far as the transaction's reader may know."""
    return bool(await store.public_posts(tx, post_id))
