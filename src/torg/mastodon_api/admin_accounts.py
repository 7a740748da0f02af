"""Accounts for moderators (Mastodon: methods/admin/accounts)."""

from __future__ import annotations

from typing import Literal

import msgspec

from torg.http import Call, Paged, Routes
from torg.kernel.actor import Permission
from torg.kernel.errors import NotFound
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, PageParams, page, paged
from torg.mastodon_api.present import admin as present
from torg.moderation import accounts, reads
from torg.moderation.model import Act, Search, Status

routes = Routes("admin")

READ = "admin:read:accounts"
WRITE = "admin:write:accounts"
USERS = Permission.MANAGE_USERS
EITHER = Permission.MANAGE_USERS | Permission.MANAGE_REPORTS

Empty = dict[str, object]


class Wanted(PageParams, kw_only=True):
    """What both generations of the list know."""

    username: str | None = None
    display_name: str | None = None
    by_domain: str | None = None
    email: str | None = None
    ip: str | None = None


class WantedV1(Wanted, kw_only=True):
    local: bool = False
    remote: bool = False
    active: bool = False
    pending: bool = False
    disabled: bool = False
    silenced: bool = False
    suspended: bool = False
    sensitized: bool = False
    staff: bool = False


class WantedV2(Wanted, kw_only=True):
    origin: Literal["local", "remote"] | None = None
    status: Literal["active", "pending", "disabled", "silenced", "suspended"] | None = None
    permissions: str | None = None
    role_ids: list[int] = []
    invited_by: int | None = None


class Measure(msgspec.Struct, kw_only=True):
    """`type` is checked by the feature, so that all that is wrong with it gets the same answer."""

    id: int
    type: str = ""
    report_id: int | None = None
    warning_preset_id: int | None = None
    text: str = ""
    send_email_notification: bool = True


async def _listed(call: Call, params: Wanted, search: Search) -> Paged[entities.AdminAccount]:
    ids = await reads.search(call.tx, search, page(params, 100, 200))
    return paged(await present.accounts(call.tx, call.actor, call.origin, ids), ids)


async def _shown(call: Call, account_id: int) -> entities.AdminAccount:
    found = await present.accounts(call.tx, call.actor, call.origin, [account_id])
    if not found:
        raise NotFound
    return found[0]


@routes.get("/api/v1/admin/accounts", scope=READ, permission=USERS)
async def index(call: Call, params: WantedV1) -> Paged[entities.AdminAccount]:
    marks: tuple[Status, ...] = ("active", "pending", "disabled", "silenced", "suspended", "sensitized")
    search = Search(
        origin=None if params.local == params.remote else "local" if params.local else "remote",
        statuses=[mark for mark in marks if getattr(params, mark)],
        staff=params.staff,
        username=params.username,
        display_name=params.display_name,
        by_domain=params.by_domain,
        email=params.email,
        ip=params.ip,
    )
    return await _listed(call, params, search)


@routes.get("/api/v2/admin/accounts", scope=READ, permission=USERS)
async def index_v2(call: Call, params: WantedV2) -> Paged[entities.AdminAccount]:
    search = Search(
        origin=params.origin,
        statuses=[params.status] if params.status else [],
        staff=params.permissions == "staff",
        role_ids=params.role_ids,
        invited_by=params.invited_by,
        username=params.username,
        display_name=params.display_name,
        by_domain=params.by_domain,
        email=params.email,
        ip=params.ip,
    )
    return await _listed(call, params, search)


@routes.get("/api/v1/admin/accounts/{id}", scope=READ, permission=EITHER)
async def show(call: Call, params: ById) -> entities.AdminAccount:
    return await _shown(call, params.id)


@routes.post("/api/v1/admin/accounts/{id}/approve", scope=WRITE, permission=USERS)
async def approve(call: Call, params: ById) -> entities.AdminAccount:
    await accounts.approve(call.tx, call.actor, params.id)
    return await _shown(call, params.id)


@routes.post("/api/v1/admin/accounts/{id}/reject", scope=WRITE, permission=USERS)
async def reject(call: Call, params: ById) -> entities.AdminAccount:
    """Answers with the account as it was: it is gone."""
    before = await _shown(call, params.id)
    await accounts.reject(call.tx, call.actor, params.id)
    return before


@routes.post("/api/v1/admin/accounts/{id}/action", scope=WRITE, permission=EITHER)
async def action(call: Call, form: Measure) -> Empty:
    await accounts.act(
        call.tx,
        call.actor,
        form.id,
        form.type,
        report_id=form.report_id,
        preset_id=form.warning_preset_id,
        text=form.text,
        mail=form.send_email_notification,
    )
    return {}


@routes.delete("/api/v1/admin/accounts/{id}", scope=WRITE, permission=Permission.DELETE_USER_DATA)
async def delete(call: Call, params: ById) -> entities.AdminAccount:
    await accounts.delete(call.tx, call.actor, params.id)
    return await _shown(call, params.id)


async def _released(call: Call, account_id: int, act: Act) -> entities.AdminAccount:
    await accounts.release(call.tx, call.actor, account_id, act)
    return await _shown(call, account_id)


@routes.post("/api/v1/admin/accounts/{id}/enable", scope=WRITE, permission=USERS)
async def enable(call: Call, params: ById) -> entities.AdminAccount:
    return await _released(call, params.id, "disable")


@routes.post("/api/v1/admin/accounts/{id}/unsilence", scope=WRITE, permission=USERS)
async def unsilence(call: Call, params: ById) -> entities.AdminAccount:
    return await _released(call, params.id, "silence")


@routes.post("/api/v1/admin/accounts/{id}/unsuspend", scope=WRITE, permission=USERS)
async def unsuspend(call: Call, params: ById) -> entities.AdminAccount:
    return await _released(call, params.id, "suspend")


@routes.post("/api/v1/admin/accounts/{id}/unsensitive", scope=WRITE, permission=USERS)
async def unsensitive(call: Call, params: ById) -> entities.AdminAccount:
    return await _released(call, params.id, "sensitive")
