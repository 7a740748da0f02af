"""The watch list and what it found, for those who may monitor (docs/monitoring.md)."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from torg.admin_api import policy_entities as entities
from torg.admin_api.forms import READ, WRITE, ById, Empty, Nothing, given
from torg.http import Call, Paged, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import iso
from torg.kernel.page import Page
from torg.monitoring import actions
from torg.monitoring.model import Hit, Kind, Severity, Watch

routes = Routes("torg admin")

OFFICE = Permission.MONITOR


class NewWatch(msgspec.Struct, kw_only=True):
    """`kind` `words`: one word or phrase per line, found as whole words. `expression`: RE2. Case does not count."""

    name: str
    expression: str
    kind: Kind = "words"
    severity: Severity = "medium"
    group_id: int | None = None
    notify_account_id: int | None = None
    notify_email: str = ""
    enabled: bool = True


class ChangeWatch(msgspec.Struct, kw_only=True):
    """What is left out stays."""

    id: int
    name: str | UnsetType = UNSET
    expression: str | UnsetType = UNSET
    kind: Kind | UnsetType = UNSET
    severity: Severity | UnsetType = UNSET
    group_id: int | UnsetType | None = UNSET
    notify_account_id: int | UnsetType | None = UNSET
    notify_email: str | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class Trial(msgspec.Struct, kw_only=True):
    """An expression, and a text to try it on."""

    expression: str
    text: str
    kind: Kind = "words"


class HitsParams(msgspec.Struct, kw_only=True):
    """`resolved` true or false: only those that have been dealt with, or have not."""

    watch_id: int | None = None
    resolved: bool | None = None
    limit: int | None = None
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None


class Resolving(msgspec.Struct, kw_only=True):
    """`note`: what was done about it."""

    id: int
    note: str = ""


def _id(number: int | None) -> str | None:
    return None if number is None else str(number)


def _watch(watch: Watch) -> entities.AdminWatch:
    return entities.AdminWatch(
        id=str(watch.id),
        name=watch.name,
        kind=watch.kind,
        expression=watch.expression,
        severity=watch.severity,
        group_id=_id(watch.group_id),
        notify_account_id=_id(watch.notify_account_id),
        notify_email=watch.notify_email,
        enabled=watch.enabled,
        created_by=_id(watch.created_by),
        created_at=iso(watch.created_at),
        updated_at=iso(watch.updated_at),
        hits_count=watch.hits,
        open_hits_count=watch.open_hits,
    )


def _hit(hit: Hit) -> entities.AdminWatchHit:
    return entities.AdminWatchHit(
        id=str(hit.id),
        watch_id=str(hit.watch_id),
        watch_name=hit.watch_name,
        severity=hit.severity,
        status_id=str(hit.subject_id) if hit.subject == "post" else None,
        message_id=str(hit.subject_id) if hit.subject == "message" else None,
        account_id=str(hit.account_id),
        acct=f"{hit.handle}@{hit.host}" if hit.host else hit.handle,
        group_id=_id(hit.group_id),
        found=hit.found,
        excerpt=hit.excerpt,
        edited=hit.edited,
        created_at=iso(hit.created_at),
        resolved_at=None if hit.resolved_at is None else iso(hit.resolved_at),
        resolved_by=_id(hit.resolved_by),
        note=hit.note,
    )


@routes.get("/api/torg/v1/admin/watches", scope=READ, permission=OFFICE)
async def index(call: Call, params: Nothing) -> list[entities.AdminWatch]:
    """What is watched for, by name."""
    return [_watch(one) for one in await actions.listed(call.tx, call.actor)]


@routes.post("/api/torg/v1/admin/watches", scope=WRITE, permission=OFFICE)
async def create(call: Call, form: NewWatch) -> entities.AdminWatch:
    """Watch for something from now on; 422 for an expression that RE2 does not take."""
    return _watch(await actions.create(call.tx, call.actor, given(form)))


@routes.post("/api/torg/v1/admin/watches/try", scope=READ, permission=OFFICE)
async def attempt(call: Call, form: Trial) -> entities.AdminWatchTrial:
    """What an expression would find in a text; nothing is kept."""
    found = actions.attempt(call.actor, form.kind, form.expression, form.text)
    return entities.AdminWatchTrial(
        matches=[entities.AdminWatchMatch(text=one.text, start=one.start, end=one.end) for one in found]
    )


@routes.get("/api/torg/v1/admin/watches/{id}", scope=READ, permission=OFFICE)
async def show(call: Call, params: ById) -> entities.AdminWatch:
    """One watch."""
    return _watch(await actions.find(call.tx, call.actor, params.id))


@routes.put("/api/torg/v1/admin/watches/{id}", scope=WRITE, permission=OFFICE)
async def update(call: Call, form: ChangeWatch) -> entities.AdminWatch:
    """Change a watch."""
    changes = given(form)
    del changes["id"]
    return _watch(await actions.update(call.tx, call.actor, form.id, changes))


@routes.delete("/api/torg/v1/admin/watches/{id}", scope=WRITE, permission=OFFICE)
async def delete(call: Call, params: ById) -> Empty:
    """Remove a watch with its hits."""
    await actions.delete(call.tx, call.actor, params.id)
    return {}


@routes.get("/api/torg/v1/admin/watch_hits", scope=READ, permission=OFFICE)
async def hits(call: Call, params: HitsParams) -> Paged[entities.AdminWatchHit]:
    """Where it was found, the newest first."""
    page = Page(limit=params.limit or 0, max_id=params.max_id, since_id=params.since_id, min_id=params.min_id)
    found = await actions.hits(
        call.tx, call.actor, page.capped(40, 200), watch_id=params.watch_id, resolved=params.resolved
    )
    return Paged([_hit(one) for one in found], found[0].id if found else None, found[-1].id if found else None)


@routes.get("/api/torg/v1/admin/watch_hits/{id}", scope=READ, permission=OFFICE)
async def show_hit(call: Call, params: ById) -> entities.AdminWatchHit:
    """One hit."""
    return _hit(await actions.hit(call.tx, call.actor, params.id))


@routes.post("/api/torg/v1/admin/watch_hits/{id}/resolve", scope=WRITE, permission=OFFICE)
async def resolve(call: Call, form: Resolving) -> entities.AdminWatchHit:
    """A hit has been dealt with."""
    return _hit(await actions.resolve(call.tx, call.actor, form.id, form.note))


@routes.post("/api/torg/v1/admin/watch_hits/{id}/reopen", scope=WRITE, permission=OFFICE)
async def reopen(call: Call, params: ById) -> entities.AdminWatchHit:
    """A hit has not been dealt with after all."""
    return _hit(await actions.reopen(call.tx, call.actor, params.id))
