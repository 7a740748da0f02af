"""Rate limits with Mastodon's headers (docs: api/rate-limits): per token's account, else per address."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from functools import lru_cache

from torg.engine.limits import Limiter, Quota, Verdict
from torg.http.routes import Route
from torg.kernel.actor import Actor
from torg.kernel.clock import iso
from torg.kernel.errors import TooMany

GENERAL = Quota(300, 300, settled=True)

# name in `@routes.…(limit=…)` → (quota, counted per account or per address)
RULES: dict[str, tuple[Quota, str]] = {
    "media": (Quota(30, 1800), "account"),
    "delete": (Quota(30, 1800), "account"),
    "register": (Quota(5, 1800), "address"),
    "login": (Quota(25, 300), "address"),
    "compose": (Quota(120, 1800), "address"),
    "drafts": (Quota(900, 1800), "address"),
    "invite": (Quota(30, 3600), "account"),
    "token": (Quota(600, 300), "address"),
    "websub": (Quota(120, 300), "address"),
    "websub_news": (Quota(600, 300), "address"),
    "search_feed": (Quota(60, 300), "address"),
    "mention": (Quota(120, 600), "address"),
    "own_server": (Quota(20, 300), "address"),
    "guest_reply": (Quota(10, 3600), "address"),
}
# Counted instead of the general rule: behind one address a whole office logs in on a Monday
ALONE = frozenset({"token"})


class Limited(TooMany):
    """429 that carries the headers of the limit that was hit."""

    def __init__(self, verdict: Verdict) -> None:
        self.headers = rate_headers(verdict)
        super().__init__()


def caller(actor: Actor | None, client_ip: str) -> str:
    """The name under which a caller is counted: account, app, or address (an IPv6 caller by its /64)."""
    if actor is not None and actor.account_id is not None:
        return f"account:{actor.org_id}:{actor.account_id}"
    if actor is not None and actor.token_id is not None:
        return f"token:{actor.org_id}:{actor.token_id}"
    return address_key(client_ip)


def address_key(client_ip: str) -> str:
    """One key per IPv4 address, per IPv6 /64 (a household has 2⁶⁴ of them)."""
    try:
        address = ipaddress.ip_address(client_ip)
    except ValueError:
        return f"ip:{client_ip[:64]}"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:  # an IPv4 caller of a socket that listens on both
            return f"ip:{address.ipv4_mapped}"
        return f"ip:{ipaddress.ip_network((address, 64), strict=False).network_address}"
    return f"ip:{address}"


async def count(limits: Limiter, route: Route, actor: Actor | None, client_ip: str) -> Verdict:
    """Count this request; the verdict nearest to its end. Limited (429) if one is used up."""
    who = caller(actor, client_ip)
    if route.limit in ALONE:
        quota, _ = RULES[route.limit]
        verdict = await limits.hit(f"{route.limit}:{address_key(client_ip)}", quota)
        if not verdict.allowed:
            raise Limited(verdict)
        return verdict
    verdict = await limits.hit(f"general:{who}", GENERAL)
    if route.limit is not None and verdict.allowed:
        quota, per = RULES[route.limit]
        special = await limits.hit(f"{route.limit}:{who if per == 'account' else address_key(client_ip)}", quota)
        if special.remaining < verdict.remaining or not special.allowed:
            verdict = special
    if not verdict.allowed:
        raise Limited(verdict)
    return verdict


def rate_headers(verdict: Verdict) -> list[tuple[bytes, bytes]]:
    """X-RateLimit-Limit, -Remaining and -Reset (an ISO date)."""
    return [
        (b"x-ratelimit-limit", b"%d" % verdict.limit),
        (b"x-ratelimit-remaining", b"%d" % verdict.remaining),
        (b"x-ratelimit-reset", _moment(verdict.reset_at)),
    ]


@lru_cache(maxsize=256)
def _moment(seconds: float) -> bytes:
    """The end of a window: the same for nearly all who come before it."""
    return iso(datetime.fromtimestamp(seconds, UTC)).encode()
