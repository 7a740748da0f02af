"""Nouns: the key that an actor of ours signs with."""

from __future__ import annotations

import msgspec

from torg.engine.signatures import Scheme

__all__ = ["FIRST_KEY", "Key", "Scheme"]

FIRST_KEY = "main-key"
"""The name of an actor's first key, until it is changed."""


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key pair in PEM. `key_id`: its address; `account_id` None: the instance actor's."""

    id: int
    key_id: str
    account_id: int | None
    private_pem: str
    public_pem: str

    @property
    def name(self) -> str:
        """What tells it from other keys of the same actor, the part of its address after the #."""
        return self.key_id.partition("#")[2]
