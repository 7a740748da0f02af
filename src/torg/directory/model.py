"""Nouns of the directory: fields of a profile, faces, colleagues, expertise, places in the org chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import msgspec

from torg.accounts.model import Account
from torg.kernel.actor import NetworkKind

FieldName = Literal[
    "display_name", "note", "title", "department", "pronouns", "location", "expertise", "phone", "email", "birthday",
    "other",
]  # fmt: skip
NAMES: tuple[FieldName, ...] = get_args(FieldName)
COLUMNS: tuple[FieldName, ...] = ("title", "department", "location", "phone", "email", "pronouns", "birthday")
"""Fields that are columns of a face's copy."""

Order = Literal["name", "new", "active"]
Source = Literal["same_manager", "same_department", "same_groups", "followed_by_followed"]


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a person says, and which faces show it: kinds of network, and ids of particular ones."""

    name: FieldName
    value: str
    faces: Sequence[str]
    label: str = ""


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """A field as it is to be; no faces: as before, else where the profile is kept. An empty value takes it away."""

    name: FieldName
    value: str
    faces: Sequence[str] | None = None
    label: str = ""


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """A person's account in a network, and what is needed to write there."""

    account: Account
    network_id: int
    kind: NetworkKind
    host: str
    network_name: str


class Copied(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What saving the profile put into an account: so that the next saving takes away just this."""

    display_name: str | None = None
    note: str | None = None
    fields: list[tuple[str, str]] = []


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """A field that the person named."""

    label: str
    value: str


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """What a face shows besides what every account has."""

    account_id: int
    title: str = ""
    department: str = ""
    location: str = ""
    phone: str = ""
    email: str = ""
    pronouns: str = ""
    birthday: str = ""
    others: list[Other] = []


class Skill(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody knows, and how many others say so; not `listed`: a suggestion of theirs."""

    account_id: int
    key: str
    name: str
    listed: bool
    endorsements: int
    endorsed: bool


class Colleague(msgspec.Struct, frozen=True, kw_only=True):
    """An account with what the directory knows."""

    account: Account
    details: Details
    expertise: Sequence[Skill] = ()
    manager: Account | None = None
    reports: int = 0


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the directory is asked for."""

    q: str = ""
    department: str = ""
    location: str = ""
    expertise: str = ""
    order: Order = "name"


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A value of a facet and how many of those found have it."""

    value: str
    count: int


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody stands in a chart: `depth` below its root."""

    id: int
    manager_id: int | None
    depth: int


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's surroundings; the managers from the top down."""

    colleague: Colleague
    managers: Sequence[Colleague]
    peers: Sequence[Colleague]
    peers_count: int
    reports: Sequence[Colleague]


class Suggested(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague worth following, and every reason for it, the strongest first."""

    account: Account
    sources: Sequence[Source]


Row = dict[str, Any]
