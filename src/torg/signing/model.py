"""Nouns: the key that an actor of ours signs with."""

from __future__ import annotations

import msgspec

from torg.engine.signatures import Scheme

__all__ = ["Key", "Scheme"]


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key pair in PEM. `key_id`: its address; `account_id` None: the instance actor's."""

    id: int
    key_id: str
    account_id: int | None
    private_pem: str
    public_pem: str
