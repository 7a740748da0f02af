"""Quantities over a span of days (Mastodon: methods/admin/measures), counted in the rows themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import msgspec

from torg.accounts.store import tenant
from torg.engine.postgres import Tx

MOST_DAYS = 366

# Each statement gives (day, value) for the days from %(first)s to %(last)s in which there is anything.
# `at` is when a thing came to be; days are those of UTC.
_DAY = "({at} AT TIME ZONE 'UTC')::date"
_SPAN = "{at} >= %(first)s::date AND {at} < %(last)s::date + 1"
OURS = "{t}.org_id = %(org)s AND {t}.network_id = %(network)s"


def _count(source: str, at: str, where: str, value: str = "count(*)") -> str:
    return f"""SELECT {_DAY.format(at=at)} AS day, ({value})::bigint AS value FROM {source}
        WHERE {where} AND {_SPAN.format(at=at)} GROUP BY 1"""


# A favourite, a boost and a reply carry their time in different places: an id, a column, a column.
_ID_TIME = "to_timestamp((f.id >> 16) / 1000.0)"
INTERACTIONS = f"""
    SELECT day, sum(value)::bigint AS value FROM (
        {_count("favourites f JOIN posts p ON p.org_id = f.org_id AND p.id = f.post_id "
                "JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id",
                _ID_TIME, OURS.format(t="f") + " AND a.host = ''")}
        UNION ALL
        {_count("posts b JOIN posts p ON p.org_id = b.org_id AND p.id = coalesce(b.boost_of_id, b.reply_to_id) "
                "JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id",
                "b.created_at", OURS.format(t="b") + " AND a.host = ''")}
    ) all_kinds GROUP BY day
"""
_TAGGED = "post_tags t JOIN posts p ON p.org_id = t.org_id AND p.id = t.post_id"
_TAG = OURS.format(t="t") + " AND t.tag_id = %(id)s"
_REMOTE = OURS.format(t="a") + " AND a.host = %(domain)s"
_FOLLOW_TIME = "to_timestamp((f.id >> 16) / 1000.0)"

SQL: Mapping[str, str] = {
    "active_users": """SELECT d.day, count(*) AS value FROM account_days d
        WHERE d.org_id = %(org)s AND d.network_id = %(network)s AND d.day BETWEEN %(first)s AND %(last)s GROUP BY 1""",
    "new_users": _count(
        "accounts a", "a.created_at", OURS.format(t="a") + " AND a.host = '' AND a.state IN ('active', 'deleted')"
    ),
    "interactions": INTERACTIONS,
    "opened_reports": _count("reports r", "r.created_at", OURS.format(t="r")),
    "resolved_reports": _count("reports r", "r.resolved_at", OURS.format(t="r")),
    "tag_accounts": _count(_TAGGED, "p.created_at", _TAG, "count(DISTINCT t.account_id)"),
    "tag_uses": _count(_TAGGED, "p.created_at", _TAG),
    "tag_servers": _count(
        _TAGGED + " JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id",
        "p.created_at",
        _TAG + " AND a.host <> ''",
        "count(DISTINCT a.host)",
    ),
    "instance_accounts": _count("accounts a", "a.created_at", _REMOTE),
    "instance_media_attachments": _count(
        "media m JOIN accounts a ON a.org_id = m.org_id AND a.id = m.account_id",
        "m.created_at",
        _REMOTE,
        "coalesce(sum(m.size), 0)",
    ),
    "instance_reports": _count(
        "reports r JOIN accounts a ON a.org_id = r.org_id AND a.id = r.target_id", "r.created_at", _REMOTE
    ),
    "instance_statuses": _count(
        "posts p JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id", "p.created_at", _REMOTE
    ),
    "instance_follows": _count(
        "follows f JOIN accounts a ON a.org_id = f.org_id AND a.id = f.target_id", _FOLLOW_TIME, _REMOTE
    ),
    "instance_followers": _count(
        "follows f JOIN accounts a ON a.org_id = f.org_id AND a.id = f.account_id", _FOLLOW_TIME, _REMOTE
    ),
}
POSTED = _count(
    "posts p JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id", "p.created_at",
    OURS.format(t="p") + " AND a.host = '' AND p.boost_of_id IS NULL",
)  # fmt: skip
# Over the whole span each account or server counts once, so the days cannot just be added up.
TOTALS: Mapping[str, str] = {
    "active_users": """SELECT count(DISTINCT d.account_id) FROM account_days d
        WHERE d.org_id = %(org)s AND d.network_id = %(network)s AND d.day BETWEEN %(first)s AND %(last)s""",
    "tag_accounts": f"SELECT count(DISTINCT t.account_id) FROM {_TAGGED} WHERE {_TAG} AND "
    + _SPAN.format(at="p.created_at"),
    "tag_servers": f"""SELECT count(DISTINCT a.host) FROM {_TAGGED}
        JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id
        WHERE {_TAG} AND a.host <> '' AND """
    + _SPAN.format(at="p.created_at"),
}
KEYS = tuple(SQL)
UNITS: Mapping[str, str] = {"instance_media_attachments": "bytes"}


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity by day, in the span and in total; `previous` is the total of as long a span before it."""

    key: str
    unit: str | None
    total: int
    previous: int | None
    days: list[tuple[date, int]]


def needs(key: str) -> str | None:
    """The parameter that a measure cannot do without: a tag's `id`, a server's `domain`, or none."""
    return "id" if key.startswith("tag_") else "domain" if key.startswith("instance_") else None


async def measure(tx: Tx, key: str, first: date, last: date, params: Mapping[str, Any]) -> Measure:
    """One measure from `first` to `last`, both included. A server's totals are those of all time, as in Mastodon."""
    days = await _days(tx, key, first, last, params)
    length = last - first + timedelta(days=1)
    everlasting = key.startswith("instance_")
    if everlasting:
        total, previous = await _total(tx, key, date(1970, 1, 1), date(9999, 12, 30), params), None
    else:
        total = await _total(tx, key, first, last, params)
        previous = await _total(tx, key, first - length, first - timedelta(days=1), params)
    shown = [(day, days.get(day, 0)) for day in (first + timedelta(days=n) for n in range(length.days))]
    return Measure(key=key, unit=UNITS.get(key), total=total, previous=previous, days=shown)


async def posted(tx: Tx, first: date, last: date) -> list[tuple[date, int]]:
    """(day, posts by local accounts) for the days in which there were any, boosts not counted."""
    rows = await tx.all(POSTED, {**tenant(tx), "first": first, "last": last})
    return [(row["day"], int(row["value"])) for row in rows]


async def _days(tx: Tx, key: str, first: date, last: date, params: Mapping[str, Any]) -> dict[date, int]:
    rows = await tx.all(SQL[key], {**tenant(tx), **params, "first": first, "last": last})
    return {row["day"]: int(row["value"]) for row in rows}


async def _total(tx: Tx, key: str, first: date, last: date, params: Mapping[str, Any]) -> int:
    if key in TOTALS:
        return int(await tx.value(TOTALS[key], {**tenant(tx), **params, "first": first, "last": last}))
    return sum((await _days(tx, key, first, last, params)).values())
