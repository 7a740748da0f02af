"""Nouns: the mailed link that lets somebody in, and the form behind it."""

from __future__ import annotations

import msgspec


class JoinLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link that is still good: whoever has it reads the mail of `email`."""

    id: int
    email: str


class Entrance(msgspec.Struct, frozen=True, kw_only=True):
    """What the form behind a link begins with. `known`: a login with a password of its own is there already."""

    email: str
    known: bool
    username: str
    display_name: str


class Newcomer(msgspec.Struct, frozen=True, kw_only=True):
    """The form as sent. `password`: the one that the person has, or a new one where there is none yet."""

    username: str = ""
    password: str = ""
    display_name: str = ""
    agreement: bool = False
    locale: str = ""


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """A network that a person belongs to, with the account there."""

    network_id: int
    kind: str
    host: str
    name: str
    accent: str | None
    thumbnail_key: str | None
    account_id: int
