"""By-lines: who really wrote what stands under another account's name."""

from __future__ import annotations

from torg.mastodon_api.entities.base import Entity, Id, Url


class ByFace(Entity, kw_only=True):
    """The account of who really wrote."""

    id: Id
    username: str
    acct: str
    url: Url


class ByLine(Entity, kw_only=True):
    """Status `by`: who really wrote. `account` is null where only initials are shown."""

    initials: str
    display_name: str | None
    account: ByFace | None
