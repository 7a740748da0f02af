"""The push job: one notice to one app, encrypted, tried again as the push service asks, given up when it is gone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import structlog

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.engine import push
from torg.engine.postgres import Tx
from torg.engine.worker import Again, Context, Handling
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.media import links
from torg.messages import reads as messages
from torg.notices import reads as notices
from torg.notices.model import Notice
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.posts import reads as posts
from torg.push import store, words
from torg.push.model import Payload, Subscription
from torg.text.messages import choose

log = structlog.get_logger(__name__)

OLDEST = timedelta(hours=48)
MISSING_AVATAR = "/avatars/original/missing.png"


async def deliver(ctx: Context, payload: dict[str, Any]) -> None:
    """Push a notice to a subscription; nothing if either is gone by now, or the news is two days old."""
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        subscription = await store.get(tx, payload["subscription_id"])
        if network is None or subscription is None:
            return
        text = await _text(tx, ctx, network, subscription, payload["notice_id"])
    if text is None:
        return
    identity = ctx.services.identity
    result = await push.send(ctx.services.fetch, subscription.target, text, identity.vapid)
    if result.sent:
        return
    if result.retry or result.status == 408:
        wait = timedelta(seconds=result.retry_after) if result.retry_after else None
        raise Again(wait, result.reason) if wait else RuntimeError(result.reason)
    # Gone, or refused for good (an address that we may not call, a key of another server): it would never work.
    log.info("push subscription removed", subscription=subscription.id, status=result.status, reason=result.reason)
    async with ctx.tx() as tx:
        await store.remove(tx, subscription.id)


async def _text(tx: Tx, ctx: Context, network: Network, subscription: Subscription, notice_id: int) -> bytes | None:
    """The payload as JSON, in the reader's language; None if there is nothing to tell any more."""
    reader = Actor(
        org_id=network.org_id, network_id=network.id, network_kind=network.kind, account_id=subscription.account_id
    )
    found = await notices.by_ids(tx, reader, [notice_id])
    people = await accounts.by_ids(tx, [subscription.account_id, *(n.from_id for n in found)])
    me = people.get(subscription.account_id)
    if not found or found[0].filtered or me is None or now() - found[0].created_at > OLDEST:
        return None
    notice = found[0]
    doer = people.get(notice.from_id)
    body = await _body(tx, reader, notice, doer) if doer else None
    if doer is None or body is None:
        return None
    language = choose(me.settings.locale, await _locale_of(tx, me), me.settings.language)
    origin = f"{ctx.services.settings.scheme}://{network.host}"
    return msgspec.json.encode(
        Payload(
            notification_id=str(notice.id),
            notification_type=notice.type,
            title=words.title(language, notice.type, doer.display_name or doer.handle),
            body=body,
            icon=links.url(network.kind, origin, doer.avatar.static_key) if doer.avatar else origin + MISSING_AVATAR,
            preferred_locale=language,
        )
    )


async def _body(tx: Tx, reader: Actor, notice: Notice, doer: Account) -> str | None:
    """What the notice is about, if the reader may still read it."""
    if notice.post_id is not None:
        views = await posts.hydrate(tx, reader, [notice.post_id])
        return words.body(views[0].post.spoiler, views[0].post.html) if views else None
    if notice.message_id is not None:
        found = await messages.views(tx, reader, [notice.message_id])
        return words.body(found[0].message.spoiler, found[0].message.html) if found else None
    return words.body("", doer.note_html)


async def _locale_of(tx: Tx, account: Account) -> str | None:
    locale: str | None = await tx.value(
        "SELECT locale FROM persons WHERE org_id = %s AND id = %s", (tx.scope.org_id, account.person_id)
    )
    return locale


HANDLERS = {"push": Handling(run=deliver, attempts=8, timeout=60.0)}
