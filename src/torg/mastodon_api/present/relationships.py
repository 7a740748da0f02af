"""Ties → Mastodon's Relationship entity."""

from __future__ import annotations

from torg.graph.model import Ties
from torg.kernel.clock import iso
from torg.mastodon_api import entities


def relationship(ties: Ties) -> entities.Relationship:
    """One account's ties with the viewer (docs: entities/Relationship)."""
    return entities.Relationship(
        id=str(ties.id),
        following=ties.following,
        showing_reblogs=ties.show_boosts,
        notifying=ties.notify,
        languages=ties.languages,
        followed_by=ties.followed_by,
        blocking=ties.blocking,
        blocked_by=ties.blocked_by,
        muting=ties.muting,
        muting_notifications=ties.muting_notifications,
        muting_expires_at=iso(ties.muting_expires_at) if ties.muting_expires_at else None,
        requested=ties.requested,
        requested_by=ties.requested_by,
        domain_blocking=ties.domain_blocking,
        endorsed=ties.endorsed,
        note=ties.note,
    )
