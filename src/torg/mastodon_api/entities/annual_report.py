"""A year in posts."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.account import Account
from torg.mastodon_api.entities.base import Entity, Id, Url
from torg.mastodon_api.entities.status import Status


class AnnualMonth(Entity, kw_only=True):
    """`data[time_series][]`: new statuses and followers of a month, 1 to 12."""

    month: int
    statuses: int
    followers: int


class AnnualHashtag(Entity, kw_only=True):
    """`data[top_hashtags][]`: at most one in schema version 2."""

    name: str
    count: int


class AnnualTopStatuses(Entity, kw_only=True):
    """`data[top_statuses]`: schema version 2 fills only `by_reblogs`."""

    by_reblogs: Id | None
    by_replies: Id | None
    by_favourites: Id | None


class AnnualReportData(Entity, kw_only=True):
    """`data` in schema version 2."""

    archetype: Annotated[str, Meta(pattern=r"^(lurker|booster|pollster|replier|oracle)$")]
    time_series: list[AnnualMonth]
    top_hashtags: list[AnnualHashtag]
    top_statuses: AnnualTopStatuses


class AnnualReport(Entity, kw_only=True):
    """AnnualReport: an account's year."""

    year: int
    data: AnnualReportData
    schema_version: int
    share_url: Url | None
    account_id: Id


class WrappedAnnualReports(Entity, kw_only=True):
    """WrappedAnnualReports: reports, and the accounts and statuses they name."""

    annual_reports: list[AnnualReport]
    accounts: list[Account]
    statuses: list[Status]


class AnnualReportState(Entity, kw_only=True):
    """Answer of `annual_reports/:year/state`."""

    state: Annotated[str, Meta(pattern=r"^(available|generating|eligible|ineligible)$")]
