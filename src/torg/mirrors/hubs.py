"""A feed's own hub (WebSub): asked to tell us of news. What it sends is only a sign to visit the feed itself."""

from __future__ import annotations

import hmac
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import structlog

from torg.access.tokens import new_secret
from torg.cards.rules import safe_url
from torg.engine import jobs
from torg.engine.fetch import FetchError
from torg.engine.fetched import Fetched
from torg.engine.postgres import Tx
from torg.engine.worker import Context
from torg.kernel.clock import now
from torg.mirrors import rules, store
from torg.mirrors.actions import FETCH
from torg.mirrors.model import Mirror
from torg.orgs import store as orgs

log = structlog.get_logger(__name__)

CALLBACK = "/websub/callback"
FORM = "application/x-www-form-urlencoded"
_LINK = re.compile(r"<([^<>]{1,2000})>\s*;([^,<]{1,300})")


async def follow(ctx: Context, mirror_id: int, hub: str | None, topic: str, origin: str) -> None:
    """Subscribe where the feed names a hub, and again before the lease ends. A hub that fails is no trouble."""
    async with ctx.tx() as tx:
        mirror = await store.get(tx, mirror_id)
        if mirror is None or hub is None or (hub == mirror.hub and not rules.wants_hub(mirror, now())):
            return
        token, secret = mirror.hub_token, mirror.hub_secret
        asked: dict[str, Any] = {"hub_asked_at": now()}
        if hub != mirror.hub or topic != mirror.hub_topic or token is None or secret is None:
            token, secret = new_secret(), new_secret()
            asked |= {"hub": hub, "hub_topic": topic, "hub_token": token, "hub_secret": secret, "hub_until": None}
        await store.change(tx, mirror.id, asked)
    form = {
        "hub.mode": "subscribe",
        "hub.topic": topic,
        "hub.callback": f"{origin}{CALLBACK}/{token}",
        "hub.lease_seconds": str(int(rules.LEASE.total_seconds())),
        "hub.secret": secret,
    }
    await _ask(ctx, hub, form, origin)


async def leave(ctx: Context, payload: Any) -> None:
    """Tell a hub that we want no more."""
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
    if network is not None:
        origin = f"{ctx.services.settings.scheme}://{network.host}"
        form = {
            "hub.mode": "unsubscribe",
            "hub.topic": payload["topic"],
            "hub.callback": f"{origin}{CALLBACK}/{payload['token']}",
        }
        await _ask(ctx, payload["hub"], form, origin)


async def _ask(ctx: Context, hub: str, form: dict[str, str], origin: str) -> None:
    try:
        answer = await ctx.services.fetch.post(
            hub, urlencode(form).encode(), content_type=FORM, redirects=2, origin=origin
        )
    except FetchError as failed:
        log.info("a feed's hub was not reached", hub=hub, why=failed.reason)
    else:
        if not answer.ok:
            log.info("a feed's hub refused", hub=hub, status=answer.status)


def header_links(answer: Fetched) -> dict[str, str]:
    """rel → address, of the Link header."""
    found: dict[str, str] = {}
    for address, rest in _LINK.findall(answer.headers.get("link", "")[:8_000]):
        rel = re.search(r"""\brel\s*=\s*"?([\w\s-]+)""", rest)
        url = safe_url(address, answer.url)
        for name in rel[1].lower().split() if rel and url else ():
            found.setdefault(name, url or "")
    return found


async def confirm(tx: Tx, token: str, mode: str, topic: str, seconds: int | None) -> bool:
    """Whether we meant what a hub asks us about (§5.3). Leaving is meant for every callback that is no more."""
    mirror = await store.by_token(tx, token)
    if mirror is None:
        return mode == "unsubscribe"
    if mode == "denied" and topic == mirror.hub_topic:
        await store.change(tx, mirror.id, {"hub_until": None})
        return True
    if mode != "subscribe" or topic != mirror.hub_topic:
        return False
    lease = min(max(seconds or 0, 60), 366 * 86_400)
    await store.change(tx, mirror.id, {"hub_until": now() + timedelta(seconds=lease)})
    return True


async def heard(tx: Tx, token: str, body: bytes, signature: str) -> Mirror | None:
    """News: a visit to the feed, now, if the hub signed it with our secret. None: there is no such callback."""
    mirror = await store.by_token(tx, token)
    if mirror is None or mirror.state != "active":
        return None
    if mirror.hub_secret is not None and signed(mirror.hub_secret, body, signature):
        await store.change(tx, mirror.id, {"next_at": now()})
        await jobs.enqueue(tx, FETCH, {"id": mirror.id}, key=str(mirror.id))
    return mirror


def signed(secret: str, body: bytes, signature: str) -> bool:
    """X-Hub-Signature (§7.1) by a method that is still good: sha1 is what old hubs send."""
    method, _, given = signature.partition("=")
    if method not in ("sha1", "sha256", "sha384", "sha512"):
        return False
    return hmac.compare_digest(hmac.new(secret.encode(), body, method).hexdigest(), given.strip().lower())
