"""Hashtags → Mastodon's Tag and FeaturedTag entities."""

from __future__ import annotations

from torg.graph.tags import TagView
from torg.mastodon_api import entities
from torg.mastodon_api.entities import UNSET
from torg.showcase.model import FeaturedTag
from torg.text.tags import tag_url


def tag(origin: str, found: TagView) -> entities.Tag:
    """One tag with its last seven days, newest first (docs: entities/Tag)."""
    return entities.Tag(
        id=str(found.id),
        name=found.display_name,
        url=tag_url(origin, found.name),
        history=[
            entities.UsageDay(day=str(int(d.day.timestamp())), accounts=str(d.accounts), uses=str(d.uses))
            for d in found.history
        ],
        following=UNSET if found.following is None else found.following,
        featuring=UNSET if found.featuring is None else found.featuring,
    )


def featured(profile_url: str, found: FeaturedTag) -> entities.FeaturedTag:
    """A tag on the profile at this address (docs: entities/FeaturedTag)."""
    return entities.FeaturedTag(
        id=str(found.id),
        name=found.display_name,
        url=tag_url(profile_url, found.name).replace(f"{profile_url}/tags/", f"{profile_url}/tagged/"),
        statuses_count=str(found.uses),
        last_status_at=found.last_used_at.date().isoformat() if found.last_used_at else None,
    )
