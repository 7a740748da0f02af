"""What one may do with the push subscription of one's own token."""

from __future__ import annotations

from collections.abc import Iterable

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound, Unauthorized
from torg.push import rules, store
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
) -> Subscription:
    """Subscribe; the token's earlier subscription is gone. 422 for an unusable endpoint or key."""
    rules.check(endpoint, p256dh, auth)
    values = {
        "account_id": actor.me, "token_id": _token(actor), "endpoint": endpoint, "p256dh": p256dh, "auth": auth,
        "standard": standard, "alerts": rules.alerts(alerts), "policy": policy,
    }  # fmt: skip
    return await store.replace(tx, values)


async def current(tx: Tx, actor: Actor) -> Subscription:
    """The token's subscription, else 404."""
    found = await store.of_token(tx, _token(actor))
    if found is None:
        raise NotFound
    return found


async def change(tx: Tx, actor: Actor, *, alerts: Iterable[str] | None, policy: Policy | None) -> Subscription:
    """Change what the subscription is woken for; None leaves as it is."""
    found = await current(tx, actor)
    kept = found.alerts if alerts is None else rules.alerts(alerts)
    await store.update(tx, found.token_id, kept, policy or found.policy)
    return await current(tx, actor)


async def unsubscribe(tx: Tx, actor: Actor) -> None:
    """End it; without one nothing happens."""
    await store.remove_of_token(tx, _token(actor))
