"""Instance, the second version: everything a client must know about a server."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from torg.mastodon_api.entities.account import Account
from torg.mastodon_api.entities.base import UNSET, Entity, Maybe, Url
from torg.mastodon_api.entities.instance_parts import Rule
from torg.mastodon_api.entities.limits import InstanceAccounts, InstanceMedia, InstancePolls, InstanceStatuses

Access = Annotated[str, Meta(pattern=r"^(public|authenticated|disabled)$")]


class InstanceUsers(Entity, kw_only=True):
    """`usage[users]`."""

    active_month: int


class InstanceUsage(Entity, kw_only=True):
    """`usage`."""

    users: InstanceUsers


class ThumbnailVersions(Entity, kw_only=True):
    """`thumbnail[versions]`: by pixel density."""

    x1: Maybe[Url] = msgspec.field(name="@1x", default=UNSET)
    x2: Maybe[Url] = msgspec.field(name="@2x", default=UNSET)


class InstanceThumbnail(Entity, kw_only=True):
    """`thumbnail`: the server's picture."""

    url: Url
    description: str
    blurhash: Maybe[str] = UNSET
    versions: Maybe[ThumbnailVersions] = UNSET


class InstanceIcon(Entity, kw_only=True):
    """InstanceIcon: an icon and its size, such as 36x36."""

    src: str
    size: Annotated[str, Meta(pattern=r"^\d+x\d+$")]


class InstanceUrls(Entity, kw_only=True):
    """`configuration[urls]`."""

    streaming: Url
    status: Url | None
    about: Url
    privacy_policy: Url | None
    terms_of_service: Url | None


class InstanceVapid(Entity, kw_only=True):
    """`configuration[vapid]`: the key of Web Push, in base 64."""

    public_key: str


class InstanceTranslation(Entity, kw_only=True):
    """`configuration[translation]`."""

    enabled: bool


class FeedAccess(Entity, kw_only=True):
    """Who reads a kind of feed, for local and remote statuses."""

    local: Access
    remote: Access


class TimelinesAccess(Entity, kw_only=True):
    """`configuration[timelines_access]`."""

    live_feeds: FeedAccess
    hashtag_feeds: FeedAccess
    trending_link_feeds: FeedAccess


class InstanceConfiguration(Entity, kw_only=True):
    """`configuration`."""

    urls: InstanceUrls
    vapid: InstanceVapid
    accounts: InstanceAccounts
    statuses: InstanceStatuses
    media_attachments: InstanceMedia
    polls: InstancePolls
    translation: InstanceTranslation
    timelines_access: TimelinesAccess
    limited_federation: bool


class InstanceRegistrations(Entity, kw_only=True):
    """`registrations`: whether and how one may join; `message` is HTML for a closed door, `min_age` in years."""

    enabled: bool
    approval_required: bool
    message: str | None
    min_age: int | None
    reason_required: bool | None
    url: Url | None


class InstanceApiVersions(Entity, kw_only=True):
    """`api_versions`: the level of the API that is spoken."""

    mastodon: int


class InstanceContact(Entity, kw_only=True):
    """`contact`: whom to ask."""

    email: str
    account: Account | None


class Instance(Entity, kw_only=True):
    """Instance: the server. `wrapstodon` is the year of a running annual report campaign."""

    domain: str
    title: str
    version: str
    source_url: Url
    description: str
    wrapstodon: str | None
    usage: InstanceUsage
    thumbnail: InstanceThumbnail
    icon: list[InstanceIcon]
    languages: list[str]
    configuration: InstanceConfiguration
    registrations: InstanceRegistrations
    api_versions: InstanceApiVersions
    contact: InstanceContact
    rules: list[Rule]
