"""Decisions about announcements that must be seen; pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from torg.kernel.errors import invalid
from torg.must_see.model import Order

MOST_DAYS = 90
LONGEST_FEATURE = timedelta(days=366)


def check(order: Order, at: datetime) -> Order:
    """The order, or 422."""
    if order.ends_at is not None and order.ends_at <= at:
        raise invalid("ends_at", "ERR_INVALID", "must be in the future")
    if not 0 <= order.remind_days <= MOST_DAYS:
        raise invalid("remind_days", "ERR_INVALID", f"must be between 0 and {MOST_DAYS}")
    return order


def remind_at(order: Order, at: datetime) -> datetime | None:
    """When to remind; None if it would be over by then."""
    if not order.remind_days:
        return None
    when = at + timedelta(days=order.remind_days)
    return when if order.ends_at is None or when < order.ends_at else None


def feature_until(ends_at: datetime, at: datetime) -> datetime:
    """The end of a featured conversation, or 422."""
    if ends_at <= at:
        raise invalid("ends_at", "ERR_INVALID", "must be in the future")
    if ends_at > at + LONGEST_FEATURE:
        raise invalid("ends_at", "ERR_INVALID", "must be within a year")
    return ends_at
