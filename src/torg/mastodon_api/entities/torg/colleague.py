"""Colleagues as the directory knows them, places in the org chart, and whom one might want to know."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.account import Account
from torg.mastodon_api.entities.base import Date, Entity, Id


class Expertise(Entity, kw_only=True):
    """Something that a colleague knows; not `listed`: suggested by others, shown to the colleague and to them only.

    `endorsements_count`: how many others say so; `endorsed`: whether the viewer is one of them.
    """

    name: str
    listed: bool
    endorsements_count: int
    endorsed: bool


class ColleagueField(Entity, kw_only=True):
    """A field that the colleague named; plain text."""

    label: str
    value: str


class Colleague(Account, kw_only=True):
    """Account with what the directory knows. Texts are plain and empty where nothing is said; `birthday` may lack
    its year (`--05-17`). `manager` is null for who reports to nobody; `guest`: an outsider invited into groups.
    """

    title: str
    department: str
    location: str
    phone: str
    email: str
    pronouns: str
    birthday: str
    other_fields: list[ColleagueField]
    expertise: list[Expertise]
    manager: Account | None
    reports_count: int
    joined_at: Date
    guest: bool


class ColleagueChart(Entity, kw_only=True):
    """A colleague's surroundings: `managers` from the top down to the nearest; peers have the same manager."""

    colleague: Colleague
    managers: list[Colleague]
    peers: list[Colleague]
    peers_count: int
    reports: list[Colleague]


class ChartPlace(Entity, kw_only=True):
    """A place in the chart: `depth` below the root, level by level; `manager_id` is null for a root."""

    depth: int
    manager_id: Id | None
    colleague: Colleague


class FacetCount(Entity, kw_only=True):
    """A value and how many of those found have it."""

    value: str
    count: int


class DirectoryFacets(Entity, kw_only=True):
    """How many match in all, and their departments, places and expertise, the most frequent first."""

    total: int
    department: list[FacetCount]
    location: list[FacetCount]
    expertise: list[FacetCount]


class ColleagueSuggestion(Entity, kw_only=True):
    """A colleague worth following, and why, the strongest reason first."""

    sources: list[Annotated[str, Meta(pattern=r"^(same_manager|same_groups|same_department|followed_by_followed)$")]]
    account: Account
