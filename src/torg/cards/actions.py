"""Giving a post its card: one fetch per address and installation, kept two weeks, failures remembered.

Links of posts that not everybody may read are fetched for their own network alone (shared.py says why).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

import structlog

from torg.cards import pages, rules, shared, store
from torg.cards.events import CardShown
from torg.cards.model import Claim, Outcome, Preview, Stated, Wanted
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


async def want(tx: Tx, post_id: int, links: Sequence[str], *, patience: timedelta | None = None) -> None:
    """Put down the job that gives a post its card, after it was published or its text edited.

    A card that the network has is shown at once; the job asks the page anew if it is time to.
    `patience`: some moment within it will do, for a link that many servers learn of at once.
    """
    (network_id,) = tx.scope.network_ids
    url = rules.link_for_card(list(links))
    card_id = await store.ready(tx, network_id, url) if url is not None else None
    if card_id is not None and await store.show(tx, network_id, post_id, card_id):
        await _tell(tx, network_id, [post_id], card_id)
    wait = patience * (secrets.randbelow(1000) / 1000) if patience is not None else None
    await jobs.enqueue(tx, JOB, Wanted(post_id=post_id, links=list(links)), key=str(post_id), run_at=wait)


async def state(tx: Tx, post_id: int, stated: Stated | None, links: Sequence[str]) -> None:
    """Keep what a post's own server says of the page that the post links to; None: it says nothing (any more).

    Only of the link that would get the card, and in plain text (rules.believable). It spares the page our fetch.
    """
    told = rules.believable(stated, rules.link_for_card(list(links))) if stated is not None else None
    await store.put_stated(tx, post_id, told)


async def fetch_card(
    db: Database,
    fetcher: Fetcher,
    workshop: Workshop,
    scope: Scope,
    wanted: Wanted,
    *,
    origin: str | None = None,
    open_to_all: bool = False,
) -> Outcome:
    """Let a post show the card of its first link; without links, none. Idempotent; `scope` has the post's network only.

    `origin`: in whose name we ask (User-Agent); leave it out for a network that is not public, whose host name is
    nobody's business. `open_to_all`: anybody may read the post, so that its page may be known to other networks too.
    BUSY: another job fetches the page; call again in a while, at the latest after LEASE, in case that job dies.
    """
    (network_id,) = scope.network_ids
    post_id = wanted.post_id
    url = rules.link_for_card(wanted.links)
    async with db.tx(scope) as tx:
        if url is None:
            if await store.hide(tx, network_id, post_id):
                await _tell(tx, network_id, [post_id])
            return Outcome.NONE
        if await store.stated_url(tx, post_id) == url and not await store.known(tx, network_id, url):
            # Its own server has told what the page says: a page linked from a thousand servers is asked once, by it.
            if await store.hide(tx, network_id, post_id):
                await _tell(tx, network_id, [post_id])
            return Outcome.SHOWN
        claim = await store.claim(tx, network_id, ids.new_id(), url, LEASE)
        fresh = await store.show(tx, network_id, post_id, claim.id)
        if fresh and claim.ready:
            await _tell(tx, network_id, [post_id], claim.id)
    if not claim.mine:
        return Outcome.SHOWN if claim.ready else Outcome.BUSY if claim.busy else Outcome.FAILED
    page = await shared.take(db, url, LEASE) if open_to_all else await shared.look(db, url)
    if page is not None and page.busy:
        async with db.tx(scope) as tx:
            await store.release(tx, network_id, claim.id)
        return Outcome.BUSY
    try:
        said, image = await _known_or_asked(fetcher, page, url, origin)
    except pages.NoCard as none:
        # Not the address: that is part of what somebody wrote
        log.info("card_failed", host=urlsplit(url).hostname, reason=str(none))
        async with db.tx(scope) as tx:
            await store.fail(tx, network_id, claim.id, str(none), FIRST_RETRY, FRESH)
        if page is not None and page.mine:
            await shared.fail(db, url, str(none), FIRST_RETRY, FRESH)
        return Outcome.FAILED
    picture = await pages.make_picture(workshop, scope, image) if image is not None else None
    if page is not None and page.mine:
        small = await workshop.blobs.get(picture.key) if picture is not None else None
        await shared.keep(db, url, said, small, FRESH)
    async with db.tx(scope) as tx:
        await _finish(tx, network_id, claim, said, picture)
    return Outcome.SHOWN


async def _known_or_asked(
    fetcher: Fetcher, page: shared.Page | None, url: str, origin: str | None
) -> tuple[Preview, bytes | None]:
    """What the page says, and its picture: as the installation knows it, or asked now."""
    if page is not None and page.failure is not None:
        raise pages.NoCard(page.failure)
    if page is not None and page.said is not None:
        return page.said, page.picture
    said = await pages.ask(fetcher, url, origin=origin)
    return said, await pages.picture(fetcher, said.image_url, origin=origin) if said.image_url else None


async def _finish(tx: Tx, network_id: int, claim: Claim, said: Preview, picture: Picture | None) -> None:
    await store.finish(tx, network_id, claim.id, said, picture, FRESH)
    if picture is not None:
        await media.keep_picture(tx, picture, instead_of=[claim.old_image_key])
    else:
        await media.drop_picture(tx, [claim.old_image_key])
    posts = await store.posts_of(tx, network_id, claim.id)
    if posts:
        await _tell(tx, network_id, posts, claim.id)


async def _tell(tx: Tx, network_id: int, post_ids: list[int], card_id: int | None = None) -> None:
    """Another card: what was rendered or kept of these posts is out of date from this transaction on."""
    await store.outdate(tx, network_id, post_ids)
    await outbox.append(tx, CardShown(post_ids=post_ids, card_id=card_id), network_id=network_id)
