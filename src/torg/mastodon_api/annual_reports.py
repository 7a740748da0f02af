"""A year in posts (Mastodon: methods/annual_reports)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.accounts import reads as accounts
from torg.http import Call, Routes
from torg.insight import annual
from torg.insight.model import Report
from torg.kernel.errors import NotFound
from torg.mastodon_api import entities, render
from torg.mastodon_api.forms import Nothing
from torg.mastodon_api.present import accounts as present_accounts

routes = Routes("annual_reports")

SCHEMA_VERSION = 2


class OfYear(msgspec.Struct, kw_only=True):
    year: str

    @property
    def number(self) -> int:
        """The year; 404 for what is none."""
        if (
            len(self.year) != 4
            or not self.year.isascii()
            or not self.year.isdigit()
            or not "1970" <= self.year < "3000"
        ):
            raise NotFound
        return int(self.year)


@routes.get("/api/v1/annual_reports", scope="read:accounts")
async def index(call: Call, params: Nothing) -> entities.WrappedAnnualReports:
    return await _wrapped(call, await annual.every(call.tx, call.actor))


@routes.get("/api/v1/annual_reports/{year:str}", scope="read:accounts")
async def show(call: Call, params: OfYear) -> entities.WrappedAnnualReports:
    return await _wrapped(call, [await annual.one(call.tx, call.actor, params.number)])


@routes.get("/api/v1/annual_reports/{year:str}/state", scope="read:accounts")
async def state(call: Call, params: OfYear) -> entities.AnnualReportState:
    return entities.AnnualReportState(state=await annual.state(call.tx, call.actor, params.number))


@routes.post("/api/v1/annual_reports/{year:str}/read", scope="write:accounts")
async def read(call: Call, params: OfYear) -> dict[str, str]:
    await annual.mark_read(call.tx, call.actor, params.number)
    return {}


@routes.post("/api/v1/annual_reports/{year:str}/generate", scope="write:accounts")
async def generate(call: Call, params: OfYear) -> dict[str, str]:
    """Made at once, so never 202. A year without a report to be made stays `ineligible`."""
    await annual.generate(call.tx, call.actor, params.number)
    return {}


async def _wrapped(call: Call, reports: Sequence[Report]) -> entities.WrappedAnnualReports:
    """Reports with the accounts and posts that they name; a post that is gone is named no more."""
    tops = [r.data.top_post_id for r in reports if r.data.top_post_id is not None]
    statuses = await render.ids(call, tops)
    there = {status.id for status in statuses}
    me = (await accounts.by_ids(call.tx, [call.me])).values() if reports else ()
    return entities.WrappedAnnualReports(
        annual_reports=[_report(call, report, there) for report in reports],
        accounts=await present_accounts.accounts(call.tx, call.actor, call.origin, me),
        statuses=statuses,
    )


def _report(call: Call, report: Report, there: set[str]) -> entities.AnnualReport:
    data = report.data
    top = str(data.top_post_id) if data.top_post_id is not None else None
    return entities.AnnualReport(
        year=report.year,
        data=entities.AnnualReportData(
            archetype=data.archetype,
            time_series=[
                entities.AnnualMonth(month=m.month, statuses=m.statuses, followers=m.followers) for m in data.months
            ],
            top_hashtags=[entities.AnnualHashtag(name=data.top_tag.name, count=data.top_tag.count)]
            if data.top_tag
            else [],
            top_statuses=entities.AnnualTopStatuses(
                by_reblogs=top if top in there else None, by_replies=None, by_favourites=None
            ),
        ),
        schema_version=SCHEMA_VERSION,
        share_url=None,
        account_id=str(call.me),
    )
