"""Reports for moderators (Mastodon: methods/admin/reports)."""

from __future__ import annotations

import msgspec

from torg.http import Call, Paged, Routes
from torg.kernel.actor import Permission
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, PageParams, page, paged
from torg.mastodon_api.present import admin as present
from torg.moderation import reports
from torg.moderation.model import Report

routes = Routes("admin")

READ = "admin:read:reports"
WRITE = "admin:write:reports"
REPORTS = Permission.MANAGE_REPORTS


class Wanted(PageParams, kw_only=True):
    resolved: bool = False
    account_id: int | None = None
    target_account_id: int | None = None
    by_target_domain: str | None = None


class Change(msgspec.Struct, kw_only=True):
    id: int
    category: str | None = None
    rule_ids: list[int] | None = None


async def _shown(call: Call, report: Report) -> entities.AdminReport:
    return (await present.reports(call.tx, call.actor, call.origin, [report]))[0]


@routes.get("/api/v1/admin/reports", scope=READ, permission=REPORTS)
async def index(call: Call, params: Wanted) -> Paged[entities.AdminReport]:
    found = await reports.listed(
        call.tx,
        page(params, 100, 200),
        resolved=params.resolved,
        account_id=params.account_id,
        target_id=params.target_account_id,
        domain=params.by_target_domain,
    )
    return paged(await present.reports(call.tx, call.actor, call.origin, found), [r.id for r in found])


@routes.get("/api/v1/admin/reports/{id}", scope=READ, permission=REPORTS)
async def show(call: Call, params: ById) -> entities.AdminReport:
    return await _shown(call, await reports.find(call.tx, params.id))


@routes.put("/api/v1/admin/reports/{id}", scope=WRITE, permission=REPORTS)
async def update(call: Call, form: Change) -> entities.AdminReport:
    changed = await reports.classify(call.tx, call.actor, form.id, category=form.category, rule_ids=form.rule_ids)
    return await _shown(call, changed)


@routes.post("/api/v1/admin/reports/{id}/assign_to_self", scope=WRITE, permission=REPORTS)
async def assign_to_self(call: Call, params: ById) -> entities.AdminReport:
    return await _shown(call, await reports.assign(call.tx, call.actor, params.id))


@routes.post("/api/v1/admin/reports/{id}/unassign", scope=WRITE, permission=REPORTS)
async def unassign(call: Call, params: ById) -> entities.AdminReport:
    return await _shown(call, await reports.unassign(call.tx, call.actor, params.id))


@routes.post("/api/v1/admin/reports/{id}/resolve", scope=WRITE, permission=REPORTS)
async def resolve(call: Call, params: ById) -> entities.AdminReport:
    return await _shown(call, await reports.resolve(call.tx, call.actor, params.id))


@routes.post("/api/v1/admin/reports/{id}/reopen", scope=WRITE, permission=REPORTS)
async def reopen(call: Call, params: ById) -> entities.AdminReport:
    return await _shown(call, await reports.reopen(call.tx, call.actor, params.id))
