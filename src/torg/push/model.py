"""Nouns: the subscription of one token or one session, and what it wants to be woken for."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from torg.engine import push

Policy = Literal["all", "followed", "follower", "none"]

# In the order of the documentation's PushAlerts (docs: entities/WebPushSubscription).
ALERTS = (
    "mention", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update", "quote", "quoted_update",
    "admin.sign_up", "admin.report",
)  # fmt: skip
OURS = ("torg.appeal",)
"""Kinds that Mastodon's API does not know: browsers are woken for them."""


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """Where an app (`token_id`) or a browser (`session_id`) is woken, and for which types of notices."""

    id: int
    account_id: int
    token_id: int | None
    session_id: int | None
    endpoint: str
    p256dh: str
    auth: str
    standard: bool
    alerts: list[str]
    policy: Policy

    @property
    def target(self) -> push.Subscription:
        """What the engine needs to push."""
        return push.Subscription(endpoint=self.endpoint, p256dh=self.p256dh, auth=self.auth, standard=self.standard)


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription as its owner sees it. `app`: the app's name, none for a browser; `user_agent`: what it says."""

    id: int
    session_id: int | None
    created_at: datetime
    app: str | None
    user_agent: str
    alerts: list[str]
    policy: Policy


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """What the app decrypts, in the form of Mastodon's. We do not have the token itself, so its place is empty."""

    notification_id: str
    notification_type: str
    title: str
    body: str
    icon: str
    preferred_locale: str
    access_token: str = ""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What our own service worker shows (static/worker.js). `path`: where a click leads, on the host that it is of.

    A later one with the same `tag` takes the place of the earlier.
    """

    title: str
    body: str
    icon: str
    tag: str
    path: str
    lang: str
