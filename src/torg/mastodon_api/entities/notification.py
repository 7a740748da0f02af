"""Notifications: single, grouped, held back for approval, and the policy that holds them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.account import Account, PartialAccountWithAvatar
from torg.mastodon_api.entities.base import UNSET, Count, Datetime, Entity, Id, Maybe
from torg.mastodon_api.entities.collection import Collection
from torg.mastodon_api.entities.report import AccountWarning, RelationshipSeveranceEvent, Report
from torg.mastodon_api.entities.status import Status

NotificationType = Annotated[
    str,
    Meta(
        pattern=r"^(mention|status|reblog|follow|follow_request|favourite|poll|update|admin\.sign_up|admin\.report"
        r"|severed_relationships|moderation_warning|quote|quoted_update|added_to_collection|collection_update"
        r"|torg\.response|torg\.appeal|torg\.promotion|torg\.promotion_decided)$"
    ),
]
Treatment = Annotated[str, Meta(pattern=r"^(accept|filter|drop)$")]


class NotificationFallback(Entity, kw_only=True):
    """NotificationFallback: HTML for clients that do not know the type, only if they sent `supported_types`."""

    title: str
    summary: str | None
    details: str | None


class Notification(Entity, kw_only=True):
    """Notification: something happened; which of the last attributes are there follows from `type`."""

    id: Id
    type: NotificationType
    group_key: str
    created_at: Datetime
    account: Account
    status: Maybe[Status] = UNSET
    report: Maybe[Report] = UNSET
    event: Maybe[RelationshipSeveranceEvent] = UNSET
    moderation_warning: Maybe[AccountWarning] = UNSET
    fallback: Maybe[NotificationFallback] = UNSET
    collection: Maybe[Collection] = UNSET


class NotificationGroup(Entity, kw_only=True):
    """NotificationGroup: notifications of one type about one thing; ids point into GroupedNotificationsResults."""

    group_key: str
    notifications_count: int
    type: NotificationType
    most_recent_notification_id: Id
    sample_account_ids: list[Id]
    page_min_id: Maybe[Id] = UNSET
    page_max_id: Maybe[Id] = UNSET
    latest_page_notification_at: Maybe[Datetime] = UNSET
    status_id: Maybe[Id] = UNSET
    report: Maybe[Report] = UNSET
    event: Maybe[RelationshipSeveranceEvent] = UNSET
    moderation_warning: Maybe[AccountWarning] = UNSET
    fallback: Maybe[NotificationFallback] = UNSET


class GroupedNotificationsResults(Entity, kw_only=True):
    """GroupedNotificationsResults: a page of groups and, once each, the accounts and statuses they name."""

    accounts: list[Account]
    statuses: list[Status]
    notification_groups: list[NotificationGroup]
    partial_accounts: Maybe[list[PartialAccountWithAvatar]] = UNSET


class NotificationSummary(Entity, kw_only=True):
    """`summary` of a policy: how much waits."""

    pending_requests_count: int
    pending_notifications_count: int


class NotificationPolicy(Entity, kw_only=True):
    """NotificationPolicy: what becomes of notifications from five kinds of accounts."""

    for_not_following: Treatment
    for_not_followers: Treatment
    for_new_accounts: Treatment
    for_private_mentions: Treatment
    for_limited_accounts: Treatment
    summary: NotificationSummary


class V1NotificationPolicy(Entity, kw_only=True):
    """V1::NotificationPolicy: the older form, filtered or not."""

    filter_not_following: bool
    filter_not_followers: bool
    filter_new_accounts: bool
    filter_private_mentions: bool
    summary: NotificationSummary


class NotificationRequest(Entity, kw_only=True):
    """NotificationRequest: an account whose notifications wait for approval; the number is a string."""

    id: Id
    created_at: Datetime
    updated_at: Datetime
    account: Account
    notifications_count: Count
    last_status: Maybe[Status] = UNSET


class NotificationsMerged(Entity, kw_only=True):
    """Answer of `notifications/requests/merged`: whether accepted requests have reached the list."""

    merged: bool
