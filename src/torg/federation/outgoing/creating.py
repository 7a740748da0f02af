"""A new post of ours → Create, with the card of its link where that can be had within a moment (FEATURES N33).

A thousand servers that get a link without its card all ask the page. So where the card is not known yet, the Create
waits for it: a job sends it when the card has come, or cannot be had, or three seconds are over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from torg.cards import rules as cards
from torg.cards.events import CardShown
from torg.engine import jobs
from torg.engine.effects import Meta
from torg.engine.postgres import Tx
from torg.engine.worker import Context, Handler, Handling
from torg.federation.gathering import Sendable
from torg.federation.outgoing import groups, quotes
from torg.federation.outgoing.reach import recipients, sendable
from torg.federation.outgoing.telling import Telling
from torg.federation.render import activities
from torg.kernel.clock import now
from torg.posts import holding
from torg.posts import outward as around_posts

TELL_POST = "federation.tell_post"
PATIENCE = timedelta(seconds=3)


class New(msgspec.Struct, frozen=True, kw_only=True):
    """What the outside needs of PostPublished; the job's payload."""

    post_id: int
    account_id: int
    audience: str
    group_id: int | None = None
    reply_to_account_id: int | None = None
    quote_of_id: int | None = None
    mention_ids: list[int] = []

    @property
    def concerns_others(self) -> bool:
        """Whether somebody may have to hear of it who is no recipient of the Create."""
        return self.group_id is not None or self.quote_of_id is not None


async def begin(telling: Telling, new: New, one: Sendable, links: Sequence[str]) -> None:
    """Send the Create, or let it wait for the card."""
    if one.post.view.card is not None or cards.link_for_card(list(links)) is None:
        await _send(telling, new, one)
        return
    await holding.hold(telling.tx, new.post_id)
    await jobs.enqueue(telling.tx, TELL_POST, new, key=str(new.post_id), run_at=PATIENCE)


async def card_shown(tx: Tx, services: Any, event: CardShown, meta: Meta) -> None:
    """What the Create waited for is there."""
    await hurry(tx, event.post_ids)


async def hurry(tx: Tx, post_ids: Sequence[int]) -> None:
    """Nothing is left to wait for. Of no effect for a post that others have heard of."""
    await jobs.hasten(tx, TELL_POST, [str(id_) for id_ in post_ids])


async def tell_post(ctx: Context, payload: Any) -> None:
    """The job: the post as it is by now, unless it is gone or was told before."""
    new = ctx.job.read(New)
    async with ctx.tx() as tx:
        if not await holding.let_go(tx, new.post_id):
            return
        telling = await Telling.begin(tx, ctx.services, Meta(ctx.job.org_id, ctx.job.network_id, ctx.job.id, now()))
        one = await sendable(telling, new.post_id) if telling else None
        if telling is None or one is None:
            return
        mentioned = [account.id for account in one.post.view.mentions]
        await _send(telling, msgspec.structs.replace(new, mention_ids=mentioned), one)


async def _send(telling: Telling, new: New, one: Sendable) -> None:
    author = await telling.speaker(new.account_id)
    if author is None:
        return
    activity = activities.create(telling.place, one.post, one.around)
    await telling.send(author, activity, await reached(telling, new))
    await quotes.ask(telling, author, one)
    if new.group_id is not None:
        await groups.relay(telling, new.group_id, activity)
        await groups.announce(telling, new.group_id, new.post_id)


async def reached(telling: Telling, new: New) -> list[str]:
    """Where a new post goes: the followers' servers, those mentioned, answered or quoted."""
    quoted = await around_posts.known(telling.tx, [new.quote_of_id])
    also = [*new.mention_ids, new.reply_to_account_id, *(one.account_id for one in quoted.values())]
    return await recipients(telling, new, also)


HANDLERS: Mapping[str, Handler | Handling] = {TELL_POST: Handling(run=tell_post)}
