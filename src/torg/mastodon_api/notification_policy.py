"""What becomes of notifications from strangers (Mastodon: methods/notifications, policy), in both generations."""

from __future__ import annotations

import msgspec

from torg.http import Call, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import Nothing
from torg.notices import actions, reads
from torg.notices.model import Pending, Policy, Treatment

routes = Routes("notifications")


class PolicyForm(msgspec.Struct, kw_only=True):
    """None leaves as it is."""

    for_not_following: Treatment | None = None
    for_not_followers: Treatment | None = None
    for_new_accounts: Treatment | None = None
    for_private_mentions: Treatment | None = None
    for_limited_accounts: Treatment | None = None


class V1PolicyForm(msgspec.Struct, kw_only=True):
    filter_not_following: bool | None = None
    filter_not_followers: bool | None = None
    filter_new_accounts: bool | None = None
    filter_private_mentions: bool | None = None


def summary(pending: Pending) -> entities.NotificationSummary:
    return entities.NotificationSummary(
        pending_requests_count=pending.requests, pending_notifications_count=pending.notices
    )


async def current(call: Call) -> entities.NotificationPolicy:
    policy, pending = await reads.policy(call.tx, call.actor)
    return entities.NotificationPolicy(**msgspec.structs.asdict(policy), summary=summary(pending))


async def current_v1(call: Call) -> entities.V1NotificationPolicy:
    policy, pending = await reads.policy(call.tx, call.actor)
    return entities.V1NotificationPolicy(
        filter_not_following=policy.for_not_following != "accept",
        filter_not_followers=policy.for_not_followers != "accept",
        filter_new_accounts=policy.for_new_accounts != "accept",
        filter_private_mentions=policy.for_private_mentions != "accept",
        summary=summary(pending),
    )


async def change(call: Call, given: dict[str, Treatment | None]) -> None:
    policy, _ = await reads.policy(call.tx, call.actor)
    chosen = {name: value for name, value in given.items() if value is not None}
    await actions.set_policy(call.tx, call.actor, Policy(**{**msgspec.structs.asdict(policy), **chosen}))


@routes.get("/api/v2/notifications/policy", scope="read:notifications")
async def show(call: Call, params: Nothing) -> entities.NotificationPolicy:
    return await current(call)


@routes.patch("/api/v2/notifications/policy", scope="write:notifications")
async def update(call: Call, form: PolicyForm) -> entities.NotificationPolicy:
    await change(call, msgspec.structs.asdict(form))
    return await current(call)


@routes.get("/api/v1/notifications/policy", scope="read:notifications", hidden=True)
async def show_v1(call: Call, params: Nothing) -> entities.V1NotificationPolicy:
    """Of the betas of 4.3; some clients still ask for it (docs: entities/V1_NotificationPolicy)."""
    return await current_v1(call)


@routes.patch("/api/v1/notifications/policy", scope="write:notifications", hidden=True)
@routes.put("/api/v1/notifications/policy", scope="write:notifications", hidden=True)
async def update_v1(call: Call, form: V1PolicyForm) -> entities.V1NotificationPolicy:
    given = msgspec.structs.asdict(form)
    words: dict[bool, Treatment] = {True: "filter", False: "accept"}
    await change(call, {f"for_{name[7:]}": None if on is None else words[on] for name, on in given.items()})
    return await current_v1(call)
