"""Small entities about a server: rules, long texts, blocked domains, activity, health, embedding."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.base import UNSET, Count, Date, Datetime, Entity, Id, Maybe, UnixTime, Url


class RuleTranslation(Entity, kw_only=True):
    """A rule in another language."""

    text: str
    hint: str


class Rule(Entity, kw_only=True):
    """Rule: one rule of the house, with translations by language code."""

    id: Id
    text: str
    hint: str
    translations: dict[str, RuleTranslation]


class ExtendedDescription(Entity, kw_only=True):
    """ExtendedDescription: the long text about the server."""

    updated_at: Datetime
    content: str


class PrivacyPolicy(Entity, kw_only=True):
    """PrivacyPolicy: what is done with people's data."""

    updated_at: Datetime
    content: str


class TermsOfService(Entity, kw_only=True):
    """TermsOfService: a version of the terms; `succeeded_by` is the date of the next one."""

    effective_date: Date
    effective: bool
    content: str
    succeeded_by: Date | None


class DomainBlock(Entity, kw_only=True):
    """DomainBlock: a domain that the server keeps out, possibly with stars in its name; digest is SHA-256."""

    domain: str
    digest: str
    severity: Annotated[str, Meta(pattern=r"^(silence|suspend)$")]
    comment: Maybe[str] = UNSET


class InstanceActivity(Entity, kw_only=True):
    """A week of `instance/activity`: all numbers are strings."""

    week: UnixTime
    statuses: Count
    logins: Count
    registrations: Count


class Health(Entity, kw_only=True):
    """Answer of `/health`."""

    status: str


class OEmbed(Entity, kw_only=True):
    """Answer of `/api/oembed`: a frame to put a status into other people's pages; seconds and pixels."""

    type: str
    version: str
    title: str
    author_name: str
    author_url: Url
    provider_name: str
    provider_url: Url
    cache_age: int
    html: str
    width: int
    height: int | None
