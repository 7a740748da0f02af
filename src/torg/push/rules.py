"""Decisions about push subscriptions: what may be subscribed; pure."""

from __future__ import annotations

from collections.abc import Iterable

from torg.engine import push
from torg.kernel.errors import Invalid
from torg.push.model import ALERTS, OURS


def check(endpoint: str, p256dh: str, auth: str) -> None:
    """422 for an endpoint that is no address, or keys that nothing can be encrypted with."""
    wrong: dict[str, list[tuple[str, str]]] = {}
    if not push.usable_endpoint(endpoint):
        wrong["endpoint"] = [("ERR_INVALID", "is not a valid URL")]
    if not push.usable_keys(p256dh, auth):
        wrong["base"] = [("ERR_INVALID", "Key p256dh or auth is not a valid key")]
    if wrong:
        raise Invalid(details=wrong)


def alerts(wanted: Iterable[str]) -> list[str]:
    """The known ones, in their order."""
    chosen = set(wanted)
    return [name for name in (*ALERTS, *OURS) if name in chosen]
