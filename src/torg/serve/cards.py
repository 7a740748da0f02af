"""Where posts and link cards meet: a text wants a card, a card changes what is shown of posts.

Here and not in cards/, which posts/ is built upon.
"""

from __future__ import annotations

from typing import Any

from torg.cards import actions
from torg.cards.events import CardShown
from torg.cards.model import Outcome, Wanted
from torg.engine.effects import Meta
from torg.engine.postgres import Tx
from torg.engine.worker import Again, Context
from torg.orgs import store as orgs
from torg.posts.events import PostEdited, PostPublished


async def want_for_published(tx: Tx, ctx: Any, event: PostPublished, meta: Meta) -> None:
    """A boost shows the card of what it boosts; a text without links has none."""
    if event.boost_of_id is None and event.links:
        await actions.want(tx, event.post_id, event.links)


async def want_for_edited(tx: Tx, ctx: Any, event: PostEdited, meta: Meta) -> None:
    """Also without links: the card of a link that is gone goes with it."""
    if event.text_changed:
        await actions.want(tx, event.post_id, event.links)


async def show(tx: Tx, ctx: Any, event: CardShown, meta: Meta) -> None:
    """What was rendered of these posts is out of date."""
    await tx.run(
        """UPDATE posts SET version = version + 1
           WHERE org_id = %(org)s AND network_id = %(network)s AND id = ANY (%(ids)s)""",
        {"org": meta.org_id, "network": meta.network_id, "ids": event.post_ids},
    )


async def fetch(ctx: Context, payload: Any) -> None:
    """Ask the linked page. Only a public network gives its name: where an inside one reads is nobody's business."""
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
    if network is None:
        return
    services = ctx.services
    outcome = await actions.fetch_card(
        ctx.db,
        services.fetch,
        services.media,
        ctx.scope,
        ctx.job.read(Wanted),
        origin=f"{services.settings.scheme}://{network.host}" if network.is_public else None,
    )
    if outcome is Outcome.BUSY:
        raise Again(actions.LEASE, "another job fetches the page")
