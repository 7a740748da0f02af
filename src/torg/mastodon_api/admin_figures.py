"""Figures for administrators (Mastodon: methods/admin/measures, dimensions and retention)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import iso, now
from torg.kernel.errors import Invalid, invalid
from torg.mastodon_api import entities
from torg.mastodon_api.entities import UNSET
from torg.moderation import dimensions, measures, retention

routes = Routes("admin")

READ = "admin:read"
DASHBOARD = Permission.VIEW_DASHBOARD
MOST_SHARES = 100
MOST_PERIODS = 100


class OfTag(msgspec.Struct, kw_only=True):
    id: int | None = None


class OfServer(msgspec.Struct, kw_only=True):
    domain: str | None = None


class MeasuresForm(msgspec.Struct, kw_only=True):
    start_at: date
    end_at: date
    keys: list[str] = []
    tag_accounts: OfTag | None = None
    tag_uses: OfTag | None = None
    tag_servers: OfTag | None = None
    instance_accounts: OfServer | None = None
    instance_media_attachments: OfServer | None = None
    instance_reports: OfServer | None = None
    instance_statuses: OfServer | None = None
    instance_follows: OfServer | None = None
    instance_followers: OfServer | None = None


class DimensionsForm(msgspec.Struct, kw_only=True):
    start_at: date | None = None
    end_at: date | None = None
    keys: list[str] = []
    limit: int = 10
    tag_servers: OfTag | None = None
    tag_languages: OfTag | None = None
    instance_accounts: OfServer | None = None
    instance_languages: OfServer | None = None


class RetentionForm(msgspec.Struct, kw_only=True):
    start_at: date
    end_at: date
    frequency: str = "day"


def _wanted(keys: list[str], known: tuple[str, ...]) -> list[str]:
    """The keys asked for, once each; those that do not exist are left out, as in Mastodon."""
    return [key for key in dict.fromkeys(keys) if key in known]


def _params(form: Any, key: str) -> dict[str, Any]:
    """The tag or server that a key is about. Invalid if it needs one and none is named."""
    need = measures.needs(key)
    if need is None:
        return {}
    given = getattr(getattr(form, key, None), need, None)
    if given is None or given == "":
        raise invalid(f"{key}.{need}", "ERR_BLANK", "can't be blank")
    return {need: given.strip().lower() if isinstance(given, str) else given}


def _span(first: date, last: date, most: int) -> tuple[date, date]:
    if not date(1971, 1, 1) <= first <= last <= date(9000, 1, 1):
        raise Invalid("Validation failed: End at must be on or after start at")
    if (last - first).days >= most:
        raise Invalid(f"Validation failed: The period may have at most {most} days")
    return first, last


def _midnight(day: date) -> str:
    return iso(datetime(day.year, day.month, day.day, tzinfo=UTC))


@routes.post("/api/v1/admin/measures", scope=READ, permission=DASHBOARD)
async def measure(call: Call, form: MeasuresForm) -> list[entities.AdminMeasure]:
    first, last = _span(form.start_at, form.end_at, measures.MOST_DAYS)
    found = [
        await measures.measure(call.tx, key, first, last, _params(form, key))
        for key in _wanted(form.keys, measures.KEYS)
    ]
    return [
        entities.AdminMeasure(
            key=m.key,
            unit=m.unit,
            total=str(m.total),
            human_value=dimensions.human_size(m.total) if m.unit == "bytes" else UNSET,
            previous_total=UNSET if m.previous is None else str(m.previous),
            data=[entities.AdminMeasurePoint(date=_midnight(day), value=str(value)) for day, value in m.days],
        )
        for m in found
    ]


@routes.post("/api/v1/admin/dimensions", scope=READ, permission=DASHBOARD)
async def dimension(call: Call, form: DimensionsForm) -> list[entities.AdminDimension]:
    """Without dates: the last thirty days."""
    last = form.end_at or now().date()
    first, last = _span(form.start_at or last - timedelta(days=29), last, measures.MOST_DAYS * 10)
    limit = min(form.limit, MOST_SHARES) if form.limit > 0 else 10
    return [
        entities.AdminDimension(
            key=key,
            data=[
                entities.AdminDimensionItem(
                    key=item.key,
                    human_key=item.name,
                    value=item.value,
                    unit=item.unit if item.unit is not None else UNSET,
                    human_value=item.human_value if item.human_value is not None else UNSET,
                )
                for item in await dimensions.dimension(call.tx, key, first, last, limit, _params(form, key))
            ],
        )
        for key in _wanted(form.keys, dimensions.KEYS)
    ]


@routes.post("/api/v1/admin/retention", scope=READ, permission=DASHBOARD)
async def retain(call: Call, form: RetentionForm) -> list[entities.AdminCohort]:
    frequency: retention.Frequency = "month" if form.frequency == "month" else "day"
    most = MOST_PERIODS if frequency == "day" else MOST_PERIODS * 31
    first, last = _span(form.start_at, form.end_at, most)
    return [
        entities.AdminCohort(
            period=_midnight(cohort.period),
            frequency=frequency,
            data=[
                entities.AdminCohortData(date=_midnight(day), rate=rate, value=str(value))
                for day, rate, value in cohort.periods
            ],
        )
        for cohort in await retention.cohorts(call.tx, first, last, frequency)
    ]
