"""What a network demands of logins, and its usage policy with who has accepted it (docs/policies.md)."""

from __future__ import annotations

import csv
import io
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType
from starlette.responses import Response

from torg.admin_api import policy_entities as entities
from torg.admin_api.forms import READ, WRITE, Nothing, given
from torg.http import Call, Paged, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import iso
from torg.kernel.page import Page
from torg.orgs.model import NetworkSettings
from torg.policies import actions, model, settings

routes = Routes("torg admin")

OFFICE = Permission.MANAGE_SETTINGS
CSV_AT_ONCE = 1000


class ChangePolicies(msgspec.Struct, kw_only=True):
    """What is left out stays; null or empty takes a bound away. `force`: even if the ranges shut out the caller."""

    allowed_ranges: list[str] | UnsetType = UNSET
    ranges_exempt_roles: list[int] | UnsetType = UNSET
    session_hours: int | UnsetType | None = UNSET
    session_idle_minutes: int | UnsetType | None = UNSET
    password_least: int | UnsetType = UNSET
    password_max_days: int | UnsetType | None = UNSET
    login_attempts: int | UnsetType | None = UNSET
    second_factor: Literal["optional", "offices", "all"] | UnsetType = UNSET
    monitor_messages: bool | UnsetType = UNSET
    monitor_mail_outside: bool | UnsetType = UNSET
    force: bool = False


class NewUsagePolicy(msgspec.Struct, kw_only=True):
    """`text` is Markdown; blank withdraws what holds."""

    text: str


class OfVersion(msgspec.Struct, kw_only=True):
    """`accepted` true or false: only those who have, or have not."""

    version: int
    accepted: bool | None = None
    limit: int | None = None
    min_id: int | None = None


class ByVersion(msgspec.Struct, kw_only=True):
    version: int


def _policies(call: Call, found: NetworkSettings) -> entities.AdminPolicies:
    values = {name: getattr(found, name) for name in settings.FIELDS}
    values["ranges_exempt_roles"] = [str(role) for role in found.ranges_exempt_roles]
    return entities.AdminPolicies(
        **values, usage_policy_version=found.usage_policy_version, your_address=call.client_ip
    )


@routes.get("/api/torg/v1/admin/policies", scope=READ, permission=OFFICE)
async def show(call: Call, params: Nothing) -> entities.AdminPolicies:
    """From where, for how long and with which password members log in."""
    return _policies(call, await settings.show(call.tx, call.actor))


@routes.patch("/api/torg/v1/admin/policies", scope=WRITE, permission=OFFICE)
async def change(call: Call, form: ChangePolicies) -> entities.AdminPolicies:
    """Change policies; ranges that would shut out the caller are refused without `force`."""
    changes = given(form)
    force = changes.pop("force")
    call.tx.after_commit(call.services.networks.forget)
    return _policies(call, await settings.change(call.tx, call.actor, changes, ip=call.client_ip, force=force))


@routes.get("/api/torg/v1/admin/policies/refused_addresses", scope=READ, permission=OFFICE)
async def refused(call: Call, params: Nothing) -> list[entities.AdminRefusedAddress]:
    """Members who were refused because of their address, the latest first."""
    return [
        entities.AdminRefusedAddress(
            day=one.day.isoformat(),
            account_id=str(one.account_id),
            handle=one.handle,
            ip=one.ip,
            requests=one.requests,
            last_at=iso(one.last_at),
        )
        for one in await actions.refused(call.tx, call.actor)
    ]


async def _usage(call: Call, policy: model.UsagePolicy | None, *, current: bool) -> entities.AdminUsagePolicy:
    tally = await actions.tally(call.tx, call.actor, policy.version) if policy else None
    return entities.AdminUsagePolicy(
        version=policy.version if policy else 0,
        text=policy.content if policy else "",
        published_by=None if policy is None or policy.published_by is None else str(policy.published_by),
        published_at=iso(policy.published_at) if policy else None,
        current=current,
        accepted_count=tally.accepted if tally else 0,
        members_count=tally.members if tally else 0,
    )


@routes.get("/api/torg/v1/admin/usage_policy", scope=READ, permission=OFFICE)
async def usage(call: Call, params: Nothing) -> entities.AdminUsagePolicy:
    """The version that holds, and how many have accepted it."""
    return await _usage(call, await actions.current(call.tx), current=True)


@routes.put("/api/torg/v1/admin/usage_policy", scope=WRITE, permission=OFFICE)
async def publish(call: Call, form: NewUsagePolicy) -> entities.AdminUsagePolicy:
    """Publish a version, which every member has to accept before doing anything else; or withdraw it."""
    call.tx.after_commit(call.services.networks.forget)
    return await _usage(call, await actions.publish(call.tx, call.actor, form.text), current=True)


@routes.get("/api/torg/v1/admin/usage_policy/versions", scope=READ, permission=OFFICE)
async def versions(call: Call, params: Nothing) -> list[entities.AdminUsagePolicy]:
    """Every version, the newest first."""
    now = await actions.current(call.tx)
    return [
        await _usage(call, one, current=now is not None and now.version == one.version)
        for one in await actions.versions(call.tx, call.actor)
    ]


@routes.get("/api/torg/v1/admin/usage_policy/versions/{version}/acceptances", scope=READ, permission=OFFICE)
async def acceptances(call: Call, params: OfVersion) -> Paged[entities.AdminAcceptance]:
    """The members, in the order in which they came, and when each accepted the version."""
    limit = Page(limit=params.limit or 0).capped(100, 1000).limit
    after = max(params.min_id or 0, 0)
    found = await actions.acceptances(
        call.tx, call.actor, params.version, accepted=params.accepted, after=after, limit=limit
    )
    shown = [
        entities.AdminAcceptance(
            account_id=str(one.account_id),
            handle=one.handle,
            display_name=one.display_name,
            email=one.email,
            accepted_at=None if one.accepted_at is None else iso(one.accepted_at),
        )
        for one in found
    ]
    last = found[-1].account_id if found else None
    return Paged(shown, None, last, next_query={"min_id": last})


@routes.get("/api/torg/v1/admin/usage_policy/versions/{version}/acceptances.csv", scope=READ, permission=OFFICE)
async def acceptances_csv(call: Call, params: ByVersion) -> Response:
    """The same as a table for a spreadsheet (CSV), all members at once."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["account_id", "handle", "display_name", "email", "version", "accepted_at"])
    after = 0
    while found := await actions.acceptances(call.tx, call.actor, params.version, after=after, limit=CSV_AT_ONCE):
        for one in found:
            when = iso(one.accepted_at) if one.accepted_at else ""
            row = (str(one.account_id), one.handle, _cell(one.display_name), one.email or "", params.version, when)
            writer.writerow(row)
        after = found[-1].account_id
    headers = {"Content-Disposition": f'attachment; filename="usage-policy-{params.version}.csv"'}
    return Response(text.getvalue(), 200, headers, "text/csv; charset=utf-8")


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
