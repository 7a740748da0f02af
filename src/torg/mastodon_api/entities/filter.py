"""Filters of both generations and the result of applying them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.base import UNSET, Datetime, Entity, Id, Maybe

FilterContext = Annotated[str, Meta(pattern=r"^(home|notifications|public|thread|account)$")]
FilterAction = Annotated[str, Meta(pattern=r"^(warn|hide|blur)$")]


class FilterKeyword(Entity, kw_only=True):
    """FilterKeyword: a word or phrase that a filter looks for."""

    id: Id
    keyword: str
    whole_word: bool


class FilterStatus(Entity, kw_only=True):
    """FilterStatus: a single status that a filter names."""

    id: Id
    status_id: Id


class Filter(Entity, kw_only=True):
    """Filter: what a viewer does not want to see, where, and until when; lists are left out inside a FilterResult."""

    id: Id
    title: str
    context: list[FilterContext]
    expires_at: Datetime | None
    filter_action: FilterAction
    keywords: Maybe[list[FilterKeyword]] = UNSET
    statuses: Maybe[list[FilterStatus]] = UNSET


class FilterResult(Entity, kw_only=True):
    """FilterResult: a filter that matched a status, by which words or which status ids."""

    filter: Filter
    keyword_matches: list[str] | None
    status_matches: list[Id] | None


class V1Filter(Entity, kw_only=True):
    """V1::Filter: the older filter of one phrase."""

    id: Id
    phrase: str
    context: list[FilterContext]
    expires_at: Datetime | None
    irreversible: bool
    whole_word: bool
