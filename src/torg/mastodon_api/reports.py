"""Complaining to the moderators (Mastodon: methods/reports)."""

from __future__ import annotations

import msgspec

from torg.http import Call, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.present import reports as present
from torg.moderation import reports
from torg.moderation.model import Complaint

routes = Routes("reports")


class NewReport(msgspec.Struct, kw_only=True):
    account_id: int
    status_ids: list[int] = []
    collection_ids: list[int] = []
    comment: str = ""
    forward: bool = False
    category: str | None = None
    rule_ids: list[int] = []


@routes.post("/api/v1/reports", scope="write:reports")
async def create(call: Call, form: NewReport) -> entities.Report:
    made = await reports.file(
        call.tx,
        call.actor,
        Complaint(
            target_id=form.account_id,
            comment=form.comment,
            category=form.category,
            post_ids=form.status_ids,
            collection_ids=form.collection_ids,
            rule_ids=form.rule_ids,
            forward=form.forward,
        ),
    )
    return (await present.reports(call.tx, call.actor, call.origin, [made]))[0]
