"""Giving a post its card: one fetch per address and network, kept two weeks, failures remembered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog

from torg.cards import pages, rules, store
from torg.cards.events import CardShown
from torg.cards.model import Claim, Outcome, Picture, Preview
from torg.engine import outbox
from torg.engine.blobs import Blobs
from torg.engine.fetch import Fetcher
from torg.engine.postgres import Database, Tx
from torg.kernel import ids
from torg.kernel.actor import Scope
from torg.media.pool import WorkerPool

log = structlog.get_logger(__name__)

JOB = "cards.fetch"
FRESH = timedelta(days=14)
FIRST_RETRY = timedelta(hours=1)
# Longer than the page, its oEmbed and its picture may take together.
LEASE = timedelta(seconds=120)


async def fetch_card(
    db: Database,
    fetcher: Fetcher,
    blobs: Blobs,
    pool: WorkerPool,
    *,
    scope: Scope,
    network_id: int,
    post_id: int,
    links: Sequence[str],
    origin: str | None = None,
) -> Outcome:
    """Let a post show the card of its first link; without links, none. Idempotent; run it as a job after the post.

    `origin`: in whose name we ask (User-Agent); leave it out for a network that is not public, whose host name is
    nobody's business. BUSY: another job fetches the page; call again after LEASE, in case that job dies.
    """
    url = rules.link_for_card(list(links))
    async with db.tx(scope) as tx:
        if url is None:
            if await store.hide(tx, network_id, post_id):
                await outbox.append(tx, CardShown(post_ids=[post_id]), network_id=network_id)
            return Outcome.NONE
        claim = await store.claim(tx, network_id, ids.new_id(), url, LEASE)
        fresh = await store.show(tx, network_id, post_id, claim.id)
        if fresh and claim.ready:
            await outbox.append(tx, CardShown(post_ids=[post_id], card_id=claim.id), network_id=network_id)
    if not claim.mine:
        return Outcome.SHOWN if claim.ready else Outcome.BUSY if claim.busy else Outcome.FAILED
    try:
        said = await pages.ask(fetcher, url, origin=origin)
    except pages.NoCard as none:
        log.info("card_failed", url=url[:500], reason=str(none))
        async with db.tx(scope) as tx:
            await store.fail(tx, network_id, claim.id, str(none), FIRST_RETRY, FRESH)
        return Outcome.FAILED
    picture = None
    if said.image_url:
        folder = f"{scope.org_id}/{network_id}/cards/{claim.id}"
        picture = await pages.picture(fetcher, blobs, pool, said.image_url, folder, origin=origin)
    async with db.tx(scope) as tx:
        await _finish(tx, network_id, claim, said, picture)
    if claim.old_image_key:
        await blobs.delete(claim.old_image_key)
    return Outcome.SHOWN


async def _finish(tx: Tx, network_id: int, claim: Claim, said: Preview, picture: Picture | None) -> None:
    await store.finish(tx, network_id, claim.id, said, picture, FRESH)
    posts = await store.posts_of(tx, network_id, claim.id)
    if posts:
        await outbox.append(tx, CardShown(post_ids=posts, card_id=claim.id), network_id=network_id)
