"""Grouped notifications (Mastodon: methods/grouped_notifications)."""

from __future__ import annotations

from typing import Literal

import msgspec

from torg.accounts import reads as accounts
from torg.http import Call, Paged, Reply, Routes
from torg.http.respond import link_header
from torg.kernel.errors import NotFound
from torg.mastodon_api import entities
from torg.mastodon_api.forms import PageParams, page
from torg.mastodon_api.notifications import Counted, Kinds, capped, wanted
from torg.mastodon_api.present import accounts as present_accounts
from torg.mastodon_api.present import notifications as present
from torg.notices import actions, reads, rules
from torg.notices.model import GroupPage
from torg.timelines import interests

routes = Routes("grouped_notifications")

READ = "read:notifications"
WRITE = "write:notifications"


class Groups(Kinds, kw_only=True):
    """`grouped_types` None: all types that are ever grouped."""

    grouped_types: list[str] | None = None
    expand_accounts: Literal["full", "partial_avatars"] = "full"


class GroupCounted(Counted, kw_only=True):
    grouped_types: list[str] | None = None


class ByKey(msgspec.Struct, kw_only=True):
    group_key: str
    supported_types: list[str] = []


class PeopleOf(PageParams, kw_only=True):
    group_key: str


def kinds(chosen: list[str] | None) -> list[str]:
    return list(rules.GROUPED) if chosen is None else chosen


@routes.get("/api/v2/notifications", scope=READ)
async def index(call: Call, params: Groups) -> Reply[entities.GroupedNotificationsResults]:
    if not params.include_filtered:
        call.remember(until=await interests.ends(call.tx, call.actor))
    asked = page(params, 40, 80)
    found = await reads.groups(call.tx, call.actor, wanted(params), asked, kinds(params.grouped_types))
    body = await present.grouped(
        call.tx,
        call.actor,
        call.origin,
        found,
        partial=params.expand_accounts == "partial_avatars",
        supported=params.supported_types,
    )
    link = link_header(Paged((), found.newest_id, found.oldest_id), call)
    return Reply(body, headers={"Link": link} if link else None)


@routes.get("/api/v2/notifications/unread_count", scope=READ)
async def unread_count(call: Call, params: GroupCounted) -> entities.UnreadCount:
    count = await reads.unread(
        call.tx, call.actor, wanted(params), capped(params.limit), grouped=kinds(params.grouped_types)
    )
    return entities.UnreadCount(count=count)


@routes.get("/api/v2/notifications/{group_key}", scope=READ)
async def show(call: Call, params: ByKey) -> entities.GroupedNotificationsResults:
    found = await reads.group(call.tx, call.actor, params.group_key)
    body = await present.grouped(
        call.tx, call.actor, call.origin, GroupPage(groups=[found]), supported=params.supported_types
    )
    if not body.notification_groups:
        raise NotFound
    return body


@routes.post("/api/v2/notifications/{group_key}/dismiss", scope=WRITE)
async def dismiss(call: Call, params: ByKey) -> dict[str, object]:
    await actions.dismiss_group(call.tx, call.actor, params.group_key)
    return {}


@routes.get("/api/v2/notifications/{group_key}/accounts", scope=(READ, WRITE))
async def people(call: Call, params: PeopleOf) -> Paged[entities.Account]:
    """Those who did it, the latest first. The documentation asks for the scope to write; to read is enough here."""
    rows = await reads.doers(call.tx, call.actor, params.group_key, page(params, 40, 80))
    known = await accounts.by_ids(call.tx, [account_id for _, account_id in rows])
    faces = [known[id_] for id_ in dict.fromkeys(account_id for _, account_id in rows) if id_ in known]
    shown = await present_accounts.accounts(call.tx, call.actor, call.origin, faces)
    return Paged(shown, rows[0][0] if rows else None, rows[-1][0] if rows else None)
