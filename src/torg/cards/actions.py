"""Giving a post its card: one fetch per address and network, kept two weeks, failures remembered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

import structlog

from torg.cards import pages, rules, store
from torg.cards.events import CardShown
from torg.cards.model import Claim, Outcome, Preview, Wanted
from torg.engine import jobs, outbox
from torg.engine.fetch import Fetcher
from torg.engine.postgres import Database, Tx
from torg.kernel import ids
from torg.kernel.actor import Scope
from torg.media import actions as media
from torg.media.model import Picture
from torg.media.workshop import Workshop

log = structlog.get_logger(__name__)

JOB = "fetch_card"
FRESH = timedelta(days=14)
FIRST_RETRY = timedelta(hours=1)
# Longer than the page, its oEmbed and its picture may take together.
LEASE = timedelta(seconds=120)


async def want(tx: Tx, post_id: int, links: Sequence[str]) -> None:
    """Put down the job that gives a post its card, after it was published or its text edited."""
    await jobs.enqueue(tx, JOB, Wanted(post_id=post_id, links=list(links)), key=str(post_id))


async def fetch_card(
    db: Database,
    fetcher: Fetcher,
    workshop: Workshop,
    scope: Scope,
    wanted: Wanted,
    *,
    origin: str | None = None,
) -> Outcome:
    """Let a post show the card of its first link; without links, none. Idempotent; `scope` has the post's network only.

    `origin`: in whose name we ask (User-Agent); leave it out for a network that is not public, whose host name is
    nobody's business. BUSY: another job fetches the page; call again after LEASE, in case that job dies.
    """
    (network_id,) = scope.network_ids
    post_id = wanted.post_id
    url = rules.link_for_card(wanted.links)
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
        # Not the address: that is part of what somebody wrote
        log.info("card_failed", host=urlsplit(url).hostname, reason=str(none))
        async with db.tx(scope) as tx:
            await store.fail(tx, network_id, claim.id, str(none), FIRST_RETRY, FRESH)
        return Outcome.FAILED
    picture = None
    if said.image_url:
        picture = await pages.picture(fetcher, workshop, scope, said.image_url, origin=origin)
    async with db.tx(scope) as tx:
        await _finish(tx, network_id, claim, said, picture)
    return Outcome.SHOWN


async def _finish(tx: Tx, network_id: int, claim: Claim, said: Preview, picture: Picture | None) -> None:
    await store.finish(tx, network_id, claim.id, said, picture, FRESH)
    if picture is not None:
        await media.keep_picture(tx, picture, instead_of=[claim.old_image_key])
    else:
        await media.drop_picture(tx, [claim.old_image_key])
    posts = await store.posts_of(tx, network_id, claim.id)
    if posts:
        await outbox.append(tx, CardShown(post_ids=posts, card_id=claim.id), network_id=network_id)
