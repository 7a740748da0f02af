"""The job that looks whether a page really links here, and what it says."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from torg.access.bearer import anonymous
from torg.engine.fetch import FetchError, FetchFailed
from torg.engine.fetched import Fetched
from torg.engine.postgres import Tx
from torg.engine.worker import Again, Context
from torg.kernel.clock import now
from torg.kernel.errors import NotFound
from torg.notices import actions as notices
from torg.notices.model import News
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.posts import reads as posts
from torg.posts.public import PublicPost
from torg.responses import actions, rules, store
from torg.responses.model import Check, Response

log = structlog.get_logger(__name__)

MOST_BYTES = 1024 * 1024
SECONDS = 15.0
REDIRECTS = 5
ATTEMPTS = 4
ACCEPT = "text/html, application/xhtml+xml;q=0.9, application/json;q=0.5, text/plain;q=0.5"


async def verify(ctx: Context, payload: object) -> None:
    """Fetch the source; keep what it says if it links here, forget it if it does not (any more).

    Without an answer a few more attempts are made; then what was known stays, and what was not is forgotten.
    """
    id_ = ctx.job.read(Check).id
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        found = await store.by_id(tx, id_)
        if network is None or found is None or found.state == "spam":
            return
        if not await _is_wanted(tx, network, found):
            await store.forget(tx, id_)
            return
    origin = f"{ctx.services.settings.scheme}://{network.host}"
    try:
        page = await ctx.services.fetch.get(
            found.source, accept=ACCEPT, max_bytes=MOST_BYTES, timeout=SECONDS, redirects=REDIRECTS, cut=True,
            origin=origin,
        )  # fmt: skip
    except FetchError as error:
        log.info("response_unreachable", host=found.host, reason=error.reason)
        await _not_reached(ctx, found, again=isinstance(error, FetchFailed))
        return
    if page.status == 429 or page.status >= 500:
        await _not_reached(ctx, found, again=True)
        return
    # A megabyte of tags takes a while, which the event loop has better uses for.
    said = await asyncio.to_thread(rules.read, page, found.target) if page.ok else None
    async with ctx.tx() as tx:
        if said is None or not said.links:
            log.info("response_without_link", host=found.host, status=page.status)
            await store.forget(tx, id_)
            return
        await _keep(tx, network, id_, page, said)


async def _is_wanted(tx: Tx, network: Network, found: Response) -> bool:
    """Whether the target is still there for everyone, and the site may still speak."""
    if not actions.takes(network) or await actions.treatment(tx, found.host) == "blocked":
        return False
    if found.post_id is None:
        return True
    try:
        PublicPost(network, await posts.view(tx, anonymous(network), found.post_id))
    except NotFound:
        return False
    return True


async def _not_reached(ctx: Context, found: Response, *, again: bool) -> None:
    if again and ctx.job.attempts < ATTEMPTS:
        raise Again(timedelta(minutes=5) * 4 ** (ctx.job.attempts - 1), "the page did not answer")
    if found.verified_at is None:
        async with ctx.tx() as tx:
            await store.forget(tx, found.id)


async def _keep(tx: Tx, network: Network, id_: int, page: Fetched, read: rules.Read) -> None:
    found = await store.by_id(tx, id_, lock=True)
    if found is None:
        return
    # A redirect may lead elsewhere: trust needs both ends, a block of either is enough
    treated = {await actions.treatment(tx, host) for host in {found.host, rules.host_of(page.url)}}
    if "blocked" in treated or rules.is_of(page.url, network.host):
        await store.forget(tx, id_)
        return
    first = found.verified_at is None
    state = rules.next_state(found.state, None if first else found, read.said, trusted=treated == {"trusted"})
    await store.verified(tx, id_, read.said, state)
    if first and state in ("pending", "approved"):
        await notices.tell(tx, [
            News(to=found.account_id, type="torg.response", by=found.account_id, source=f"response:{id_}", at=now(),
                 post_id=found.post_id, subject_id=id_, own=True)
        ])  # fmt: skip
