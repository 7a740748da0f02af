"""Nouns: a delivery as its lane sees it, what became of it, and a host as the administrator sees it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from torg.signing.model import Scheme


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One activity for one inbox. `account_id`: who signs; None: the network's instance actor.

    `attempts`: those already made. `signatures`: what the host took last.
    """

    org_id: int
    network_id: int
    id: int
    activity_id: int
    account_id: int | None
    host: str
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


class Kind(StrEnum):
    """Hosts by what we know of them, each with its own places: who fails, or is new, takes none of those who answer."""

    LIVE = "live"
    UNTRIED = "untried"
    FAILING = "failing"


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A lane as a sender takes it. `answered`: whether this host ever did. `failures`: in a row until now."""

    host: str
    pulse: int
    failures: int
    answered: bool

    @property
    def kind(self) -> Kind:
        return Kind.FAILING if self.failures else Kind.LIVE if self.answered else Kind.UNTRIED


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that was tried, and with what result. `wait`: until its next attempt, where there is one."""

    delivery: Delivery
    verdict: Verdict
    wait: timedelta | None = None
    signatures: Scheme | None = None
    """How the host wants requests signed, where that is other than what we thought."""


class Return(msgspec.Struct, frozen=True, kw_only=True):
    """A lane given back. `answered`: its host did. `more`: there is more for it to do at once."""

    host: str
    pulse: int
    answered: bool
    more: bool


class Rest(msgspec.Struct, frozen=True, kw_only=True):
    """A lane that must rest. `networks`: (organisation, network) of those who had something for it."""

    host: str
    wait: timedelta
    failures: int
    why: str
    networks: list[tuple[int, int]]


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for a host and what was given up, and how the host is. `next_try_at`: when it is its turn."""

    host: str
    waiting: int
    dead: int
    oldest: datetime | None
    failures: int
    failing_since: datetime | None
    tried_at: datetime | None
    next_try_at: datetime | None
    error: str | None


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery as the administrator sees it. `type` and `uri` are the activity's."""

    id: int
    host: str
    inbox: str
    type: str | None
    uri: str | None
    attempts: int
    error: str | None
    created_at: datetime
    run_at: datetime
    dead_at: datetime | None


class Depth(msgspec.Struct, frozen=True, kw_only=True):
    """The installation's deliveries in numbers. `late_seconds`: how long the longest due lane waits for a sender."""

    waiting: int
    dead: int
    hosts: int
    failing: int
    late_seconds: float
