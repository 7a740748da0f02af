"""Roles and what they permit."""

from __future__ import annotations

from torg.mastodon_api.entities.base import Entity, Id


class AccountRole(Entity, kw_only=True):
    """AccountRole: the public part of a role, shown on a profile."""

    id: Id
    name: str
    color: str


class Role(Entity, kw_only=True):
    """Role: a role with its permission bits, a decimal number written as a string."""

    id: Id
    name: str
    color: str
    permissions: str
    highlighted: bool
    collection_limit: int
