"""Versions of the terms of service for those who write them; readers have GET /api/v1/instance/terms_of_service."""

from __future__ import annotations

from datetime import date

import msgspec

from torg.admin_api import entities
from torg.admin_api.forms import READ, WRITE, ById, Empty, Nothing
from torg.administration import terms
from torg.administration.model import TermsVersion
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import iso

routes = Routes("torg admin")

SETTINGS = Permission.MANAGE_SETTINGS


class NewTerms(msgspec.Struct, kw_only=True):
    """`text` is Markdown. Without a day they hold from today."""

    text: str = ""
    effective_date: date | None = None


def _shown(found: TermsVersion) -> entities.AdminTerms:
    return entities.AdminTerms(
        id=str(found.id),
        effective_date=found.effective_date.isoformat(),
        effective=found.effective_date <= terms.today(),
        text=found.content,
        published_at=iso(found.published_at),
    )


@routes.get("/api/torg/v1/admin/terms_of_service", scope=READ, permission=SETTINGS)
async def index(call: Call, params: Nothing) -> list[entities.AdminTerms]:
    """Every version of the terms, the newest first."""
    return [_shown(found) for found in await terms.listed(call.tx, call.actor)]


@routes.get("/api/torg/v1/admin/terms_of_service/{id}", scope=READ, permission=SETTINGS)
async def show(call: Call, params: ById) -> entities.AdminTerms:
    """One version."""
    return _shown(await terms.find(call.tx, call.actor, params.id))


@routes.post("/api/torg/v1/admin/terms_of_service", scope=WRITE, permission=SETTINGS)
async def publish(call: Call, form: NewTerms) -> entities.AdminTerms:
    """Publish a new version for today or a day to come, after all that there are."""
    return _shown(await terms.publish(call.tx, call.actor, form.text, form.effective_date))


@routes.delete("/api/torg/v1/admin/terms_of_service/{id}", scope=WRITE, permission=SETTINGS)
async def withdraw(call: Call, params: ById) -> Empty:
    """Take back a version whose day has not come."""
    await terms.withdraw(call.tx, call.actor, params.id)
    return {}
