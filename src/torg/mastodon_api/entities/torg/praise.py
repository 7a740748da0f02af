"""Praise, badges and how often somebody got them."""

from __future__ import annotations

from torg.mastodon_api.entities.account import Account
from torg.mastodon_api.entities.base import Entity
from torg.mastodon_api.entities.status import Status


class Badge(Entity, kw_only=True):
    """What praise is given with. `name` is in the reader's language; `svg` a small picture to be shown in place."""

    key: str
    name: str
    names: dict[str, str]
    drawing: str
    svg: str
    retired: bool


class Praise(Entity, kw_only=True):
    """The extra of a praising status: the badge, and those who are praised."""

    badge: Badge
    accounts: list[Account]


class PraiseStatus(Status, kw_only=True):
    """Status with `praise`."""

    praise: Praise


class BadgeCount(Entity, kw_only=True):
    """How often somebody got a badge."""

    badge: Badge
    count: int


class PraiseStanding(Entity, kw_only=True):
    """What somebody gave and received, as far as the reader may see it."""

    given: int
    received: int
    badges: list[BadgeCount]
