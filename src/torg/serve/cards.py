"""Where posts and link cards meet: a text wants a card, a card changes what is shown of posts.

Here and not in cards/, which posts/ is built upon.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from torg.accounts import store as accounts
from torg.cards import actions, shared
from torg.cards.model import Outcome, Wanted
from torg.engine.effects import Happened, Meta
from torg.engine.postgres import Tx
from torg.engine.worker import Again, Context
from torg.federation.outgoing import creating
from torg.orgs import store as orgs
from torg.posts.events import PostEdited, PostPublished
from torg.posts.model import Audience

SPREAD = timedelta(minutes=1)
FIRST_LOOK = timedelta(seconds=3)
"""How soon one looks again whether another job has the page by now; doubled each time."""


def has_links(event: PostPublished) -> bool:
    """Whether a post may have a card of its own: a boost shows that of what it boosts."""
    return event.boost_of_id is None and bool(event.links)


async def want_for_published(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """Effect of those that `has_links` says."""
    for one in happened:
        event: PostPublished = one.event
        await actions.want(tx, event.post_id, event.links, patience=await _patience(tx, event.account_id))


async def want_for_edited(tx: Tx, ctx: Any, event: PostEdited, meta: Meta) -> None:
    """Also without links: the card of a link that is gone goes with it."""
    if event.text_changed:
        await actions.want(tx, event.post_id, event.links, patience=await _patience(tx, event.account_id))


async def _patience(tx: Tx, account_id: int) -> timedelta | None:
    """A post of another server came to many at once: they should not all ask the page in the same moment."""
    author = (await accounts.by_ids(tx, [account_id])).get(account_id)
    return SPREAD if author is not None and not author.is_local else None


async def fetch(ctx: Context, payload: Any) -> None:
    """Ask the linked page. Only a public network gives its name: where an inside one reads is nobody's business."""
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        if network is None:
            return
        wanted = ctx.job.read(Wanted)
        audience = await tx.value(AUDIENCE, (network.org_id, network.id, wanted.post_id))
    services = ctx.services
    outcome = await actions.fetch_card(
        ctx.db,
        services.fetch,
        services.media,
        ctx.scope,
        wanted,
        origin=f"{services.settings.scheme}://{network.host}" if network.is_public else None,
        open_to_all=network.is_public and audience == Audience.EVERYONE,
    )
    if outcome is Outcome.BUSY:
        raise Again(min(FIRST_LOOK * 2**ctx.job.attempts, actions.LEASE), "another job fetches the page")
    async with ctx.tx() as tx:  # there is a card, or there will be none: either way nobody waits for it any more
        await creating.hurry(tx, [wanted.post_id])


async def sweep(ctx: Context, payload: Any) -> None:
    """Forget pages whose time is over."""
    await shared.sweep(ctx.db)


AUDIENCE = "SELECT audience FROM posts WHERE org_id = %s AND network_id = %s AND id = %s"
