"""Push subscriptions (Mastodon: methods/push)."""

from __future__ import annotations

import msgspec

from torg.http import Call, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import Nothing
from torg.push import actions
from torg.push.model import Policy, Subscription

routes = Routes("push")

URL = "/api/v1/push/subscription"


class Keys(msgspec.Struct, kw_only=True):
    p256dh: str
    auth: str


class Endpoint(msgspec.Struct, kw_only=True):
    endpoint: str
    keys: Keys
    standard: bool = False


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """`alerts`: type of notification → wanted or not."""

    alerts: dict[str, bool] | None = None
    policy: Policy | None = None


class Subscribe(msgspec.Struct, kw_only=True):
    subscription: Endpoint
    data: Data = msgspec.field(default_factory=Data)


class Change(msgspec.Struct, kw_only=True):
    """The policy is documented outside of `data` here and inside it when subscribing: both are read."""

    data: Data = msgspec.field(default_factory=Data)
    policy: Policy | None = None


def shown(call: Call, found: Subscription) -> entities.WebPushSubscription:
    chosen = set(found.alerts)
    fields = {f.name: f.encode_name in chosen for f in msgspec.structs.fields(entities.PushAlerts)}
    return entities.WebPushSubscription(
        id=found.id,
        endpoint=found.endpoint,
        standard=found.standard,
        server_key=call.services.identity.public,
        alerts=entities.PushAlerts(**fields),
    )


def _on(alerts: dict[str, bool]) -> list[str]:
    return [name for name, wanted in alerts.items() if wanted]


@routes.post(URL, scope="push")
async def create(call: Call, form: Subscribe) -> entities.WebPushSubscription:
    made = await actions.subscribe(
        call.tx,
        call.actor,
        endpoint=form.subscription.endpoint,
        p256dh=form.subscription.keys.p256dh,
        auth=form.subscription.keys.auth,
        standard=form.subscription.standard,
        alerts=_on(form.data.alerts or {}),
        policy=form.data.policy or "all",
    )
    return shown(call, made)


@routes.get(URL, scope="push")
async def show(call: Call, params: Nothing) -> entities.WebPushSubscription:
    return shown(call, await actions.current(call.tx, call.actor))


@routes.put(URL, scope="push")
async def update(call: Call, form: Change) -> entities.WebPushSubscription:
    alerts = None if form.data.alerts is None else _on(form.data.alerts)
    changed = await actions.change(call.tx, call.actor, alerts=alerts, policy=form.data.policy or form.policy)
    return shown(call, changed)


@routes.delete(URL, scope="push")
async def delete(call: Call, params: Nothing) -> dict[str, object]:
    await actions.unsubscribe(call.tx, call.actor)
    return {}
