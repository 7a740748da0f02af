"""Decisions: which rights there are, how a by-line is signed; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import get_args

from torg.delegation.model import Byline, Right, Signing, Written
from torg.kernel.actor import NetworkKind
from torg.kernel.errors import invalid

RIGHTS: tuple[Right, ...] = get_args(Right)
MOST_SIGNATURE = 60
MOST_INITIALS = 4
WORD = re.compile(r"[^\W\d_]+")


def rights(given: Sequence[Right]) -> list[Right]:
    """In their usual order, each once; Invalid for none."""
    found = [right for right in RIGHTS if right in given]
    if not found:
        raise invalid("rights", "ERR_BLANK", "can't be blank")
    return found


def end(at: datetime | None, now: datetime) -> datetime | None:
    """A zone-aware moment to come, or none."""
    if at is not None and (at.tzinfo is None or at <= now):
        raise invalid("ends_at", "ERR_INVALID", "must be a moment to come")
    return at


def signature(text: str) -> str:
    """One line of at most 60 characters."""
    line = " ".join(text.split())
    if len(line) > MOST_SIGNATURE or "\x00" in line:
        raise invalid("signature", "ERR_TOO_LONG", f"is too long (maximum is {MOST_SIGNATURE} characters)")
    return line


def initials(name: str, handle: str) -> str:
    """`Anna Maria Ek` → `AME`; of a name without letters, the handle's first letter."""
    words = WORD.findall(name) or WORD.findall(handle)
    return "".join(word[0].upper() for word in words[:MOST_INITIALS]) or handle[:1].upper()


def signing(kind: str, chosen: Signing | None) -> Signing:
    """What holds without a choice: a team shows who wrote, a person does not."""
    return chosen or ("shown" if kind == "team" else "hidden")


def byline(written: Written, network: NetworkKind) -> Byline | None:
    """What readers may see. On a public network a face shows only where the delegate has said so him- or herself."""
    how = signing(written.kind, written.byline)
    return None if how == "hidden" else _signed(written, network, face=how == "shown")


def full(written: Written) -> Byline:
    """All of it, for those who may know."""
    return _signed(written, NetworkKind.INSIDE, face=True, whole=True)


def _signed(written: Written, network: NetworkKind, *, face: bool, whole: bool = False) -> Byline:
    usual = network is not NetworkKind.PUBLIC
    may = usual if written.face is None else written.face
    shows = whole or (face and may and written.active)
    return Byline(
        initials=initials(written.signature or written.display_name, written.handle),
        account_id=written.by_account_id if shows else None,
        handle=written.handle if shows else "",
        display_name=(written.signature or written.display_name) if shows else "",
    )
