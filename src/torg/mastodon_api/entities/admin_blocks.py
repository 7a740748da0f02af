"""What administrators allow and block: domains, e-mail domains, e-mail addresses, networks of addresses."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.base import Datetime, Entity, Id
from torg.mastodon_api.entities.tag import UsageDay


class AdminDomainAllow(Entity, kw_only=True):
    """Admin::DomainAllow: a domain that may federate in limited federation."""

    id: Id
    domain: str
    created_at: Datetime


class AdminDomainBlock(Entity, kw_only=True):
    """Admin::DomainBlock: a domain that is limited or kept out; digest is SHA-256 of its name."""

    id: Id
    domain: str
    digest: str
    created_at: Datetime
    severity: Annotated[str, Meta(pattern=r"^(silence|suspend|noop)$")]
    reject_media: bool
    reject_reports: bool
    private_comment: str | None
    public_comment: str | None
    obfuscate: bool


class AdminEmailDomainBlock(Entity, kw_only=True):
    """Admin::EmailDomainBlock: a mail domain that cannot sign up, and how often it tried."""

    id: Id
    domain: str
    created_at: Datetime
    history: list[UsageDay]


class AdminCanonicalEmailBlock(Entity, kw_only=True):
    """Admin::CanonicalEmailBlock: a mail address that cannot sign up, kept as SHA-256."""

    id: Id
    canonical_email_hash: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class AdminIpBlock(Entity, kw_only=True):
    """Admin::IpBlock: addresses with prefix length that are hindered, and until when."""

    id: Id
    ip: str
    severity: Annotated[str, Meta(pattern=r"^(sign_up_requires_approval|sign_up_block|no_access)$")]
    comment: str
    created_at: Datetime
    expires_at: Datetime | None
