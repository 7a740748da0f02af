"""Who stays (Mastodon: methods/admin/retention): by when they joined, how many were active in each later period."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import msgspec

from torg.accounts.store import tenant
from torg.engine.postgres import Tx

Frequency = Literal["day", "month"]

SQL = """
    WITH joined AS (
        SELECT a.id, date_trunc(%(frequency)s, a.created_at AT TIME ZONE 'UTC')::date AS period FROM accounts a
        WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.host = '' AND a.state IN ('active', 'deleted')
        AND a.created_at >= %(first)s::date AND a.created_at < %(end)s::date
    )
    SELECT j.period, date_trunc(%(frequency)s, d.day::timestamp)::date AS later, count(DISTINCT j.id) AS active,
           (SELECT count(*) FROM joined k WHERE k.period = j.period) AS joined
    FROM joined j LEFT JOIN account_days d ON d.org_id = %(org)s AND d.network_id = %(network)s AND d.account_id = j.id
        AND d.day >= j.period AND d.day < %(end)s
    GROUP BY 1, 2
"""


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """Those who joined in one period: (later period, share from 0 to 1, number) from that one on."""

    period: date
    periods: list[tuple[date, float, int]]


def periods(first: date, last: date, frequency: Frequency) -> list[date]:
    """The beginnings of all periods that the span touches."""
    found: list[date] = []
    at = first if frequency == "day" else first.replace(day=1)
    while at <= last:
        found.append(at)
        at = following(at, frequency)
    return found


def following(period: date, frequency: Frequency) -> date:
    """The beginning of the period after one."""
    if frequency == "day":
        return period + timedelta(days=1)
    return (period.replace(day=28) + timedelta(days=4)).replace(day=1)


async def cohorts(tx: Tx, first: date, last: date, frequency: Frequency) -> list[Cohort]:
    """A cohort for each period of the span, also for those in which nobody joined."""
    spans = periods(first, last, frequency)
    if not spans:
        return []
    rows = await tx.all(
        SQL, {**tenant(tx), "frequency": frequency, "first": spans[0], "end": following(spans[-1], frequency)}
    )
    active = {(row["period"], row["later"]): int(row["active"]) for row in rows}
    joined = {row["period"]: int(row["joined"]) for row in rows}
    found = []
    for n, period in enumerate(spans):
        size = joined.get(period, 0)
        later = []
        for span in spans[n:]:
            value = active.get((period, span), 0)
            later.append((span, value / size if size else 0.0, value))
        found.append(Cohort(period=period, periods=later))
    return found
