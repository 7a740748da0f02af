"""What is kept out or let in, as administrators see it (docs: entities/Admin_DomainBlock and its neighbours)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from torg.kernel.clock import iso, now
from torg.mastodon_api import entities
from torg.mastodon_api.entities.tag import UsageDay
from torg.moderation import rules
from torg.moderation.model import AllowedDomain, BlockedDomain, BlockedEmail, BlockedEmailDomain, BlockedIp

DAYS = 7


def allowed(row: AllowedDomain) -> entities.AdminDomainAllow:
    return entities.AdminDomainAllow(id=str(row.id), domain=row.domain, created_at=iso(row.created_at))


def domain(row: BlockedDomain) -> entities.AdminDomainBlock:
    return entities.AdminDomainBlock(
        id=str(row.id),
        domain=row.domain,
        digest=rules.digest(row.domain),
        created_at=iso(row.created_at),
        severity=row.severity,
        reject_media=row.reject_media,
        reject_reports=row.reject_reports,
        private_comment=row.private_comment,
        public_comment=row.public_comment,
        obfuscate=row.obfuscate,
    )


def email_domain(row: BlockedEmailDomain, attempts: Mapping[date, tuple[int, int]]) -> entities.AdminEmailDomainBlock:
    """`attempts`: day → (addresses, attempts); `history` has the last seven days, today first."""
    history = []
    for back in range(DAYS):
        day = now().date() - timedelta(days=back)
        addresses, uses = attempts.get(day, (0, 0))
        at = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
        history.append(UsageDay(day=str(at), accounts=str(addresses), uses=str(uses)))
    return entities.AdminEmailDomainBlock(
        id=str(row.id), domain=row.domain, created_at=iso(row.created_at), history=history
    )


def email(row: BlockedEmail) -> entities.AdminCanonicalEmailBlock:
    return entities.AdminCanonicalEmailBlock(id=str(row.id), canonical_email_hash=row.hash)


def ip(row: BlockedIp) -> entities.AdminIpBlock:
    return entities.AdminIpBlock(
        id=str(row.id),
        ip=row.ip,
        severity=row.severity,
        comment=row.comment,
        created_at=iso(row.created_at),
        expires_at=iso(row.expires_at) if row.expires_at else None,
    )
