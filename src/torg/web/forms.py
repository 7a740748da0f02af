"""Parameters that pages share."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from torg.kernel.errors import invalid
from torg.kernel.page import Page

POSTS = 20


class Look(msgspec.Struct, kw_only=True):
    """Any page: the language to show it in."""

    lang: str | None = None


class Turn(Look, kw_only=True):
    """A page of a timeline: posts older than one."""

    max_id: int | None = None


class Handle(Turn, kw_only=True):
    handle: str


class Tag(Turn, kw_only=True):
    name: str


class OnePost(Look, kw_only=True):
    """`order`: of the replies; by itself the newest on top where colleagues talk, the oldest in a public network."""

    handle: str
    id: int
    order: Literal["newest", "oldest"] | None = None


def turned(params: Turn) -> Page:
    return Page(limit=POSTS, max_id=params.max_id)


def moment(field: str, text: str, zone: ZoneInfo) -> datetime | None:
    """A day or a time of a form, by the clock of the network (`zone`) if it names none; None for nothing.

    Raises Invalid for what is no time.
    """
    if not text.strip():
        return None
    try:
        given = datetime.fromisoformat(text.strip())
    except ValueError:
        raise invalid(field, "ERR_INVALID", "is no time") from None
    return given if given.tzinfo else given.replace(tzinfo=zone)
