"""Parameters that pages share."""

from __future__ import annotations

from typing import Literal

import msgspec

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
