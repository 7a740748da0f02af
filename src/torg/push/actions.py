"""What one may do with the push subscription of one's own token or browser."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torg.engine import jobs
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound, Unauthorized
from torg.push import rules, store
from torg.push.effects import JOB
from torg.push.model import Policy, Subscription


def _token(actor: Actor) -> int:
    if actor.token_id is None:
        raise Unauthorized
    return actor.token_id


async def subscribe(
    tx: Tx,
    actor: Actor,
    *,
    endpoint: str,
    p256dh: str,
    auth: str,
    standard: bool,
    alerts: Iterable[str],
    policy: Policy,
    session_id: int | None = None,
) -> Subscription:
    """Subscribe; the earlier subscription of the token (or of the browser's session, if one is given) is gone.

    422 for an unusable endpoint or key.
    """
    rules.check(endpoint, p256dh, auth)
    values: dict[str, Any] = {
        "account_id": actor.me, "endpoint": endpoint, "p256dh": p256dh, "auth": auth,
        "standard": standard, "alerts": rules.alerts(alerts), "policy": policy,
    }  # fmt: skip
    if session_id is None:
        return await store.replace(tx, "token_id", {**values, "token_id": _token(actor)})
    await store.remove_of_browser(tx, endpoint)
    return await store.replace(tx, "session_id", {**values, "session_id": session_id})


async def current(tx: Tx, actor: Actor) -> Subscription:
    """The token's subscription, else 404."""
    found = await store.of_login(tx, "token_id", _token(actor))
    if found is None:
        raise NotFound
    return found


async def change(tx: Tx, actor: Actor, *, alerts: Iterable[str] | None, policy: Policy | None) -> Subscription:
    """Change what the subscription is woken for; None leaves as it is."""
    found = await current(tx, actor)
    kept = found.alerts if alerts is None else rules.alerts(alerts)
    await store.update(tx, found.id, kept, policy or found.policy)
    return await current(tx, actor)


async def unsubscribe(tx: Tx, actor: Actor) -> None:
    """End it; without one nothing happens."""
    await store.remove_of_login(tx, "token_id", _token(actor))


async def choose(tx: Tx, session_id: int, *, alerts: Iterable[str], policy: Policy) -> None:
    """Change what a browser is woken for; 404 if it is woken for nothing."""
    found = await store.of_login(tx, "session_id", session_id)
    if found is None:
        raise NotFound
    await store.update(tx, found.id, rules.alerts(alerts), policy)


async def end(tx: Tx, actor: Actor, subscription_id: int) -> None:
    """Wake one of one's own devices no more; 404 if it is not one's own."""
    if not await store.remove_of_account(tx, actor.me, subscription_id):
        raise NotFound


async def test(tx: Tx, session_id: int) -> None:
    """Wake the browser once, so that one sees that it comes; 404 if it is not subscribed."""
    found = await store.of_login(tx, "session_id", session_id)
    if found is None:
        raise NotFound
    await jobs.enqueue(tx, JOB, {"subscription_id": found.id, "notice_id": None})
