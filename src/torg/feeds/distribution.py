"""The hub's jobs: asking callbacks whether they mean it, and telling them of news (WebSub §5.3, §7)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog

from torg.engine import jobs
from torg.engine.fetch import FetchError, FetchRefused
from torg.engine.fetched import FetchFailed
from torg.engine.worker import Context, GiveUp, Handler, Handling, Periodic
from torg.feeds.answer import links, written
from torg.feeds.gather import find, gather
from torg.feeds.topics import wanted_of
from torg.kernel.clock import now
from torg.kernel.errors import NotFound
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.websub import actions, rules, store
from torg.websub.actions import DELIVER, DENY, PUBLISH, SWEEP, VERIFY
from torg.websub.model import Subscription, Wish

log = structlog.get_logger(__name__)

ATTEMPTS = 5


async def _network(ctx: Context) -> Network:
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
    if network is None:
        raise GiveUp("the network is gone")
    return network


def _origin(ctx: Context, network: Network) -> str:
    return f"{ctx.services.settings.scheme}://{network.host}"


async def verify(ctx: Context, payload: Any) -> None:
    """Ask the callback; only one that repeats the challenge gets what it wants."""
    wish, network = ctx.job.read(Wish), await _network(ctx)
    origin = _origin(ctx, network)
    if wish.mode == "subscribe" and not await _exists(ctx, network, wish.topic):
        await _deny(ctx, origin, wish.topic, wish.callback)
        return
    challenge = secrets.token_urlsafe(24)
    asked = {"hub.mode": wish.mode, "hub.topic": origin + wish.topic, "hub.challenge": challenge}
    if wish.mode == "subscribe":
        asked["hub.lease_seconds"] = str(wish.seconds)
    url = rules.with_query(wish.callback, asked)
    try:
        answer = await ctx.services.fetch.get(url, max_bytes=4096, cut=True, redirects=0, origin=origin)
    except FetchError as failed:
        if isinstance(failed, FetchRefused) or ctx.job.attempts >= ATTEMPTS:
            log.info("websub callback not verified", callback=wish.callback, why=failed.reason)
            return
        raise
    if not answer.ok or not secrets.compare_digest(answer.body, challenge.encode()):
        log.info("websub callback not verified", callback=wish.callback, status=answer.status)
        return
    async with ctx.tx() as tx:
        try:
            await actions.confirmed(tx, wish)
        except actions.Full:  # others were faster
            log.info("websub subscription is one too many", callback=wish.callback)


async def _exists(ctx: Context, network: Network, topic: str) -> bool:
    wanted = wanted_of(topic)
    if wanted is None:
        return False
    async with ctx.tx() as tx:
        try:
            await find(tx, network, wanted)
        except NotFound:
            return False
    return True


async def deny(ctx: Context, payload: Any) -> None:
    """Tell a subscriber that there is nothing to subscribe to any more (§5.2)."""
    await _deny(ctx, _origin(ctx, await _network(ctx)), payload["topic"], payload["callback"])


async def _deny(ctx: Context, origin: str, topic: str, callback: str) -> None:
    asked = {"hub.mode": "denied", "hub.topic": origin + topic, "hub.reason": "There is no such feed (any more)"}
    try:
        await ctx.services.fetch.get(
            rules.with_query(callback, asked), max_bytes=4096, cut=True, redirects=0, origin=origin
        )
    except FetchError as failed:
        if not isinstance(failed, FetchRefused) and ctx.job.attempts < ATTEMPTS:
            raise


async def publish(ctx: Context, payload: Any) -> None:
    """A feed changed: a delivery to each subscriber, not before one that failed may be tried again."""
    topic, network = payload["topic"], await _network(ctx)
    wanted = wanted_of(topic)
    async with ctx.tx() as tx:
        try:
            feed = await gather(tx, network, _origin(ctx, network), wanted) if wanted else None
        except NotFound:
            feed = None
        hashed = hashlib.sha256(written(feed)).digest() if feed else None
        for one in await store.of_topic(tx, topic):
            if hashed is not None and one.sent_hash == hashed:
                continue
            if feed is not None:
                await jobs.enqueue(tx, DELIVER, {"id": one.id}, run_at=one.retry_at, key=str(one.id))
            else:
                await store.drop_id(tx, one.id)
                await jobs.enqueue(tx, DENY, {"topic": topic, "callback": one.callback})


async def deliver(ctx: Context, payload: Any) -> None:
    """Send the feed as it is now, unless the subscriber has just that; tried again for days, then the end."""
    network = await _network(ctx)
    origin = _origin(ctx, network)
    async with ctx.tx() as tx:
        one = await store.get(tx, payload["id"])
        wanted = wanted_of(one.topic) if one else None
        if one is None or wanted is None:
            return
        try:
            feed = await gather(tx, network, origin, wanted)
        except NotFound:
            await jobs.enqueue(tx, PUBLISH, {"topic": one.topic}, key=one.topic)
            return
    body = written(feed)
    hashed = hashlib.sha256(body).digest()
    if hashed == one.sent_hash:
        return
    headers = {"Link": links(feed)}
    if one.secret:
        headers["X-Hub-Signature"] = rules.signature(one.secret, body)
    mime = f"{feed.wanted.format.media_type}; charset=utf-8"
    try:
        answer = await ctx.services.fetch.post(one.callback, body, content_type=mime, headers=headers, origin=origin)
    except FetchRefused as refused:
        await _end(ctx, one, refused.reason)
    except FetchError as failed:
        wait = failed.retry_after if isinstance(failed, FetchFailed) else None
        await _failed(ctx, one, failed.reason, wait)
    else:
        if answer.ok:
            async with ctx.tx() as tx:
                await store.sent(tx, one.id, hashed)
        elif answer.status == 410:
            await _end(ctx, one, None)
        else:
            await _failed(ctx, one, f"the callback answered {answer.status}", None)


async def _failed(ctx: Context, one: Subscription, why: str, wait: float | None) -> None:
    at = now()
    since = one.failing_since or at
    if rules.dead(since, at):
        await _end(ctx, one, f"deaf since {since:%Y-%m-%d %H:%M}: {why}")
    pause = rules.back_off(one.failures + 1, secrets.randbelow(1000) / 1000)
    retry_at = at + max(pause, timedelta(seconds=wait or 0))
    async with ctx.tx() as tx:
        await store.failed(tx, one.id, since, retry_at, why)
        await jobs.enqueue(tx, DELIVER, {"id": one.id}, run_at=retry_at, key=str(one.id))


async def _end(ctx: Context, one: Subscription, why: str | None) -> None:
    """Drop the subscription; with a reason that an administrator should see, as a dead job."""
    async with ctx.tx() as tx:
        await store.drop_id(tx, one.id)
    log.info("websub subscription ended", callback=one.callback, topic=one.topic, why=why or "the callback is gone")
    if why is not None:
        raise GiveUp(f"{one.callback}: {why}")


async def sweep(ctx: Context, payload: Any) -> None:
    """Drop subscriptions that have run out."""
    async with ctx.db.system() as tx:
        await store.sweep(tx)


HANDLERS: Mapping[str, Handler | Handling] = {
    VERIFY: Handling(run=verify, attempts=ATTEMPTS, concurrency=4),
    DENY: Handling(run=deny, attempts=ATTEMPTS, concurrency=4),
    PUBLISH: publish,
    DELIVER: deliver,
    SWEEP: sweep,
}
PERIODIC = (Periodic(kind=SWEEP, every=timedelta(hours=6)),)
