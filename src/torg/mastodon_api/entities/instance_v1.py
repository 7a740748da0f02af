"""V1::Instance, the deprecated description of a server that many clients still read."""

from __future__ import annotations

from torg.mastodon_api.entities.account import Account
from torg.mastodon_api.entities.base import Entity, Url
from torg.mastodon_api.entities.instance_parts import Rule
from torg.mastodon_api.entities.limits import InstancePolls, InstanceStatuses, V1InstanceAccounts, V1InstanceMedia


class V1InstanceUrls(Entity, kw_only=True):
    """`urls`."""

    streaming_api: Url


class V1InstanceStats(Entity, kw_only=True):
    """`stats`."""

    user_count: int
    status_count: int
    domain_count: int


class V1InstanceConfiguration(Entity, kw_only=True):
    """`configuration`."""

    accounts: V1InstanceAccounts
    statuses: InstanceStatuses
    media_attachments: V1InstanceMedia
    polls: InstancePolls


class V1Instance(Entity, kw_only=True):
    """V1::Instance: `uri` is a bare host name."""

    uri: str
    title: str
    short_description: str
    description: str
    email: str
    version: str
    urls: V1InstanceUrls
    stats: V1InstanceStats
    thumbnail: Url | None
    languages: list[str]
    registrations: bool
    approval_required: bool
    invites_enabled: bool
    configuration: V1InstanceConfiguration
    contact_account: Account | None
    rules: list[Rule]
