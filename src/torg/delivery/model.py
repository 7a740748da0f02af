"""Nouns: a delivery as its lane sees it, what became of it, and a host as the administrator sees it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec

Scheme = Literal["cavage", "rfc9421"]
"""How a request is signed: draft-cavage-http-signatures-12, or RFC 9421."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One activity for one inbox. `account_id`: who signs; None: the network's instance actor.

    `attempts`: those already made. `signatures`: what the host took last.
    """

    org_id: int
    network_id: int
    id: int
    activity_id: int
    account_id: int | None
    inbox: str
    attempts: int
    created_at: datetime
    signatures: Scheme = "cavage"


class Fate(StrEnum):
    """What an attempt means for a delivery and its host.

    TAKEN: done. LATER: this inbox had trouble, try it again. REST: the host had trouble, so that everything for it
    waits. OTHER: refused as signed; sign in the other way. FINAL: refused for good.
    """

    TAKEN = "taken"
    LATER = "later"
    REST = "rest"
    OTHER = "other"
    FINAL = "final"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt judged. `why`: for the administrator. `after`: seconds that the host asked us to wait.

    `prefers`: the way of signing that the answer asks for (Accept-Signature, RFC 9421 §5).
    """

    fate: Fate
    why: str = ""
    after: float | None = None
    prefers: Scheme | None = None
