"""A person's one profile, and which of his or her faces show what of it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.base import Entity, Id

Kind = Annotated[str, Meta(pattern=r"^(inside|partner|public)$")]


class ProfileFace(Entity, kw_only=True):
    """One of the person's accounts: a network in which the profile may show something."""

    network_id: Id
    kind: Kind
    name: str
    host: str
    account_id: Id


class FacedField(Entity, kw_only=True):
    """A field and the faces that show it: kinds of network, and ids of particular ones. `label` is '' but for other."""

    name: str
    label: str
    value: str
    faces: list[str]


class FacedProfile(Entity, kw_only=True):
    """The profile. `kept_here` false: this is only what this face shows, and it is changed further inside."""

    kept_here: bool
    faces: list[ProfileFace]
    fields: list[FacedField]
