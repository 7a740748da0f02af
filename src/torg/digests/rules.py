"""Decisions: when the next digest is due, for which period, and the signature of the link that ends them; pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import zoneinfo
from datetime import UTC, datetime, time, timedelta

from torg.digests.model import Content, Every, Plan
from torg.kernel.actor import NetworkKind
from torg.kernel.errors import Invalid
from torg.orgs.model import NetworkSettings

HOUR = 8
MONDAY = 0
PERIODS = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}
MAC = 16


def default(kind: NetworkKind, settings: NetworkSettings) -> Plan:
    """What holds for who has not chosen: weekly where colleagues are, nothing in a public network."""
    usual: Every = "off" if kind is NetworkKind.PUBLIC else "weekly"
    return Plan(every=settings.digest or usual, hour=HOUR, weekday=MONDAY, zone=settings.time_zone, chosen=False)


def check(plan: Plan) -> Plan:
    """The plan, or what is wrong with it."""
    if not 0 <= plan.hour <= 23:
        raise Invalid("Validation failed: Hour must be a number from 0 to 23")
    if not 0 <= plan.weekday <= 6:
        raise Invalid("Validation failed: Weekday must be a number from 0 (Monday) to 6")
    if plan.zone not in zoneinfo.available_timezones():
        raise Invalid("Validation failed: Time zone is not known")
    return plan


def next_at(plan: Plan, after: datetime) -> datetime | None:
    """The next moment after `after` at which the plan's hour strikes on the member's own clock; None: never."""
    if plan.every == "off":
        return None
    zone = zoneinfo.ZoneInfo(plan.zone)
    day = after.astimezone(zone).date()
    for ahead in range(9):
        there = day + timedelta(days=ahead)
        if plan.every == "weekly" and there.weekday() != plan.weekday:
            continue
        moment = datetime.combine(there, time(plan.hour), zone).astimezone(UTC)
        if moment > after:
            return moment
    raise AssertionError("every weekday comes within eight days")


def period(plan: Plan, at: datetime) -> str:
    """The key of the period that a digest is for: one mail for each."""
    local = at.astimezone(zoneinfo.ZoneInfo(plan.zone))
    if plan.every == "daily":
        return f"daily:{local:%Y-%m-%d}"
    year, week, _ = local.isocalendar()
    return f"weekly:{year}-W{week:02}"


def content(settings: NetworkSettings, *, guest: bool) -> Content:
    """How much goes out by mail. A guest's address is not at one of the organisation's domains: numbers alone."""
    return "counts" if guest else settings.digest_content


def token(secret: bytes, network_id: int, account_id: int) -> str:
    """What the link carries: the account and a signature, good for nothing but ending its digests here."""
    return base64.urlsafe_b64encode(account_id.to_bytes(8, "big") + _mac(secret, network_id, account_id)).decode()


def account_of(given: str) -> tuple[int, bytes] | None:
    """(account, signature) of a token; None if it cannot be one."""
    try:
        raw = base64.urlsafe_b64decode(given.encode("ascii"))
    except (binascii.Error, ValueError):
        return None
    account_id = int.from_bytes(raw[:8], "big")
    return (account_id, raw[8:]) if len(raw) == 8 + MAC and account_id < 1 << 63 else None


def signed(secret: bytes, network_id: int, account_id: int, mac: bytes) -> bool:
    """Whether the signature is of this account in this network."""
    return hmac.compare_digest(_mac(secret, network_id, account_id), mac)


def _mac(secret: bytes, network_id: int, account_id: int) -> bytes:
    return hmac.digest(secret, f"digest:{network_id}:{account_id}".encode(), hashlib.sha256)[:MAC]


def extract(text: str, most: int = 200) -> str:
    """One line of a text's beginning, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return line[:most].rsplit(" ", 1)[0] + " …"
