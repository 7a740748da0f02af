"""Delegates: who may post for an account, and by-lines."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.account import Account
from torg.mastodon_api.entities.base import Datetime, Entity, Id

Right = Annotated[str, Meta(pattern=r"^(post|schedule|reply|edit|delete)$")]
Signing = Annotated[str, Meta(pattern=r"^(shown|initials|hidden)$")]


class Delegate(Entity, kw_only=True):
    """`delegate` may act for `account`. `owner`: of a team account. `face`: whether by-lines may show the delegate."""

    id: Id
    account: Account
    delegate: Account
    rights: list[Right]
    owner: bool
    signature: str
    face: bool | None
    ends_at: Datetime | None
    created_at: Datetime


class BylineChoice(Entity, kw_only=True):
    """How an account signs what delegates write for it."""

    byline: Signing
