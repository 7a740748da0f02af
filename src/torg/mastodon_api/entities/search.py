"""The answer of a search."""

from __future__ import annotations

from torg.mastodon_api.entities.account import Account
from torg.mastodon_api.entities.base import Entity
from torg.mastodon_api.entities.status import Status
from torg.mastodon_api.entities.tag import Tag


class Search(Entity, kw_only=True):
    """Search: accounts, statuses and hashtags that match."""

    accounts: list[Account]
    statuses: list[Status]
    hashtags: list[Tag]
