"""Web Push subscriptions."""

from __future__ import annotations

import msgspec

from torg.mastodon_api.entities.base import Entity, Url


class PushAlerts(Entity, kw_only=True):
    """`alerts`: which notifications are pushed."""

    mention: bool
    status: bool
    reblog: bool
    follow: bool
    follow_request: bool
    favourite: bool
    poll: bool
    update: bool
    quote: bool
    quoted_update: bool
    admin_sign_up: bool = msgspec.field(name="admin.sign_up")
    admin_report: bool = msgspec.field(name="admin.report")


class WebPushSubscription(Entity, kw_only=True):
    """WebPushSubscription: where to push; the id is a number as in the example, whatever the attribute's text says."""

    id: int
    endpoint: Url
    standard: bool
    server_key: str
    alerts: PushAlerts
