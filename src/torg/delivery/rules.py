"""Decisions about deliveries, without I/O: whose host an inbox is, what an answer means, how long to wait."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from torg.delivery.model import Fate, Verdict
from torg.engine.fetched import Fetched, FetchError, FetchFailed
from torg.engine.lanes import retry_after
from torg.kernel.clock import now
from torg.signing.model import Scheme

LONGEST_ADDRESS = 2000
GIVE_UP = timedelta(days=7)
"""How long a delivery is tried, and how long a host may fail before nothing more is put down for it."""
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(hours=6)
UNSURE = 3
"""Attempts at an inbox that says 401 to both signatures: many say so when they could not fetch our key just then."""
SAID = 300
"""Characters of an answer that are kept."""

_INBOX = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])"
    r"(?::(?P<port>\d{1,5}))?(?=[/?]|$)",
    re.IGNORECASE,
)
_USUAL = {"http": "80", "https": "443"}
_HOST_TROUBLE = frozenset({429, 502, 503, 504, *range(520, 531)})
_PASSING = frozenset({408, 425, 500, 507})
_MAY_BE_SIGNATURE = frozenset({400, 401, 403})


def host_of(inbox: str) -> str | None:
    """The host of an inbox's address, with its port where that is not the scheme's own; None for what is none."""
    found = _INBOX.match(inbox) if len(inbox) <= LONGEST_ADDRESS else None
    if found is None:
        return None
    port = found["port"]
    host = found["host"].lower()
    return host if port in (None, _USUAL[found["scheme"].lower()]) else f"{host}:{port}"


def judge(answer: Fetched, *, signed: Scheme, second: bool, attempts: int) -> Verdict:
    """What an answer means. `second`: the other way of signing was tried before. `attempts`: including this one."""
    status = answer.status
    wish = retry_after(answer.headers.get("retry-after"))
    prefers: Scheme | None = "rfc9421" if "accept-signature" in answer.headers else None
    prefers = prefers if prefers != signed else None
    if answer.ok:
        return Verdict(fate=Fate.TAKEN, prefers=None if second else prefers)
    why = _said(answer)
    if status in _MAY_BE_SIGNATURE and not second:
        return Verdict(fate=Fate.OTHER, why=why)
    if status in _HOST_TROUBLE:
        return Verdict(fate=Fate.REST, why=why, after=wish)
    if status in _PASSING or 300 <= status < 400 or (status == 401 and attempts < UNSURE):
        return Verdict(fate=Fate.LATER, why=why, after=wish)
    return Verdict(fate=Fate.FINAL if 400 <= status < 500 or status == 501 else Fate.LATER, why=why, after=wish)


def judge_silence(error: FetchError, *, answering: bool) -> Verdict:
    """What no answer means: that the host is down, or, where it answers others meanwhile, that this inbox is slow."""
    passing = answering and isinstance(error, FetchFailed) and not error.unreachable
    return Verdict(fate=Fate.LATER if passing else Fate.REST, why=error.reason[:SAID])


def _said(answer: Fetched) -> str:
    text = answer.body[: 4 * SAID].decode("utf-8", "replace") if answer.media_type != "text/html" else ""
    return " ".join(f"{answer.status} {text}".replace("\0", "").split())[:SAID]


def next_wait(attempts: int, after: float | None = None) -> timedelta:
    """The wait after the n-th failure in a row, of a host or of one delivery: 15 s, doubled, at most six hours.

    Longer if the other side asked for it, spread by a tenth so that not all come at once.
    """
    wait: timedelta = min(FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 20), LONGEST_WAIT)
    if after is not None:
        wait = max(min(timedelta(seconds=after), LONGEST_WAIT), timedelta(seconds=1))
    return wait * (1 + secrets.randbelow(1000) / 10_000)


def too_old(created_at: datetime, wait: timedelta) -> bool:
    """Whether the next attempt would come after a delivery's time is over."""
    return now() + wait > created_at + GIVE_UP
