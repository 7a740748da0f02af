"""The log of administrative acts, for those who may read it."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response, StreamingResponse

from torg.admin_api import entities
from torg.admin_api.forms import READ, Nothing
from torg.admin_api.policy_entities import AdminLogHead
from torg.http import Call, Paged, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import iso
from torg.kernel.page import Page
from torg.moderation import chain, log

routes = Routes("torg admin")

MOST_EXACT = 2**53
"""Larger numbers, which only ids are, would be rounded by readers that know no whole numbers."""


class PageParams(msgspec.Struct, kw_only=True):
    limit: int | None = None
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None


def _exact(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _exact(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_exact(inner) for inner in value]
    return str(value) if isinstance(value, int) and abs(value) > MOST_EXACT else value


@routes.get("/api/torg/v1/admin/log", scope=READ, permission=Permission.VIEW_AUDIT_LOG)
async def index(call: Call, params: PageParams) -> Paged[entities.AdminLogEntry]:
    """What was done by those in office, the newest first."""
    page = Page(limit=params.limit or 0, max_id=params.max_id, since_id=params.since_id, min_id=params.min_id)
    found = await log.listed(call.tx, call.actor, page.capped(100, 200))
    shown = [
        entities.AdminLogEntry(
            id=str(entry.id),
            actor_id=str(entry.actor_id),
            verb=entry.verb,
            target_type=entry.target_type,
            target_id=None if entry.target_id is None else str(entry.target_id),
            details=_exact(entry.details),
            created_at=iso(entry.created_at),
        )
        for entry in found
    ]
    return Paged(shown, found[0].id if found else None, found[-1].id if found else None)


@routes.get("/api/torg/v1/admin/log/head", scope=READ, permission=Permission.VIEW_AUDIT_LOG, tx=False)
async def head(call: Call, params: Nothing) -> AdminLogHead:
    """The end of the organisation's chain of acts. Kept elsewhere, it shows later that nothing was changed."""
    found = await chain.head(call.db, call.actor)
    return AdminLogHead(org_id=str(found.org_id), seq=found.seq, hash=found.hash)


@routes.get("/api/torg/v1/admin/log/export", scope=READ, permission=Permission.VIEW_AUDIT_LOG, tx=False)
async def export(call: Call, params: Nothing) -> Response:
    """The whole chain as JSON Lines; of the organisation's other networks only the hashes."""
    headers = {"Content-Disposition": 'attachment; filename="audit-log.jsonl"', "Cache-Control": "no-store"}
    return StreamingResponse(chain.exported(call.db, call.actor), 200, headers, "application/jsonl")
