"""Reports, warnings and appeals as the people concerned see them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.account import Account
from torg.mastodon_api.entities.base import Datetime, Entity, Id

ReportCategory = Annotated[str, Meta(pattern=r"^(spam|legal|violation|other)$")]
WarningAction = Annotated[
    str,
    Meta(pattern=r"^(none|disable|mark_statuses_as_sensitive|delete_statuses|sensitive|silence|suspend)$"),
]


class Report(Entity, kw_only=True):
    """Report: a complaint about an account, some statuses, collections or broken rules."""

    id: Id
    action_taken: bool
    action_taken_at: Datetime | None
    category: ReportCategory
    comment: str
    forwarded: bool
    created_at: Datetime
    status_ids: list[Id] | None
    collection_ids: list[Id] | None
    rule_ids: list[Id] | None
    target_account: Account


class Appeal(Entity, kw_only=True):
    """Appeal: an answer to a warning, and how it went."""

    text: str
    state: Annotated[str, Meta(pattern=r"^(approved|rejected|pending)$")]


class AccountWarning(Entity, kw_only=True):
    """AccountWarning: what moderators did to an account and why."""

    id: Id
    action: WarningAction
    text: str
    status_ids: list[Id] | None
    target_account: Account
    appeal: Appeal | None
    created_at: Datetime


class RelationshipSeveranceEvent(Entity, kw_only=True):
    """RelationshipSeveranceEvent: follows that a block or a suspension cut; the numbers are the viewer's losses."""

    id: Id
    type: Annotated[str, Meta(pattern=r"^(domain_block|user_domain_block|account_suspension)$")]
    purged: bool
    target_name: str
    followers_count: int
    following_count: int
    created_at: Datetime
