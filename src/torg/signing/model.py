"""Nouns: the key that an actor of ours signs with."""

from __future__ import annotations

from typing import Literal

import msgspec

Scheme = Literal["cavage", "rfc9421"]
"""How requests are signed: draft-cavage-http-signatures-12, or HTTP Message Signatures (RFC 9421)."""


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key pair in PEM. `key_id`: its address; `account_id` None: the instance actor's."""

    id: int
    key_id: str
    account_id: int | None
    private_pem: str
    public_pem: str
