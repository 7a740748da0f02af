"""Figures for administrators: measures over time, dimensions side by side, and who stays."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.base import UNSET, Count, Datetime, Entity, Maybe


class AdminMeasurePoint(Entity, kw_only=True):
    """`data[]` of a measure: a day and its value as a string."""

    date: Datetime
    value: Count


class AdminMeasure(Entity, kw_only=True):
    """Admin::Measure: a quantity over a span of days; totals are strings."""

    key: str
    unit: str | None
    total: Count
    data: list[AdminMeasurePoint]
    human_value: Maybe[str] = UNSET
    previous_total: Maybe[Count] = UNSET


class AdminDimensionItem(Entity, kw_only=True):
    """`data[]` of a dimension."""

    key: str
    human_key: str
    value: str
    unit: Maybe[str] = UNSET
    human_value: Maybe[str] = UNSET


class AdminDimension(Entity, kw_only=True):
    """Admin::Dimension: shares of a whole, the largest first."""

    key: str
    data: list[AdminDimensionItem]


class AdminCohortData(Entity, kw_only=True):
    """CohortData: how many of a cohort were active in a later period; rate from 0 to 1."""

    date: Datetime
    rate: float
    value: Count


class AdminCohort(Entity, kw_only=True):
    """Admin::Cohort: people who joined in one period."""

    period: Datetime
    frequency: Annotated[str, Meta(pattern=r"^(day|month)$")]
    data: list[AdminCohortData]
