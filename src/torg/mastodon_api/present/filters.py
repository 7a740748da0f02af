"""Filters and their matches → Mastodon's entities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torg.filters.model import Filter, FilteredPost, Keyword, Match
from torg.kernel.clock import iso
from torg.mastodon_api import entities
from torg.mastodon_api.entities import UNSET


def keyword(k: Keyword) -> entities.FilterKeyword:
    return entities.FilterKeyword(id=str(k.id), keyword=k.keyword, whole_word=k.whole_word)


def filtered_post(p: FilteredPost) -> entities.FilterStatus:
    return entities.FilterStatus(id=str(p.id), status_id=str(p.post_id))


def filter_(f: Filter, *, rules: bool = True) -> entities.Filter:
    """A filter (docs: entities/Filter); inside a FilterResult without its words and posts."""
    return entities.Filter(
        id=str(f.id),
        title=f.title,
        context=f.context,
        expires_at=iso(f.expires_at) if f.expires_at else None,
        filter_action=f.action,
        keywords=[keyword(k) for k in f.keywords] if rules else UNSET,
        statuses=[filtered_post(p) for p in f.posts] if rules else UNSET,
    )


def results(found: Mapping[int, Sequence[Match]]) -> dict[int, list[entities.FilterResult]]:
    """FilterResults by post id."""
    return {
        post_id: [
            entities.FilterResult(
                filter=filter_(m.filter, rules=False),
                keyword_matches=m.words or None,
                status_matches=[str(p) for p in m.post_ids] or None,
            )
            for m in hits
        ]
        for post_id, hits in found.items()
    }


def v1(f: Filter, k: Keyword) -> entities.V1Filter:
    """One keyword of a filter in the older form."""
    return entities.V1Filter(
        id=str(k.id),
        phrase=k.keyword,
        context=f.context,
        expires_at=iso(f.expires_at) if f.expires_at else None,
        irreversible=f.action == "hide",
        whole_word=k.whole_word,
    )
