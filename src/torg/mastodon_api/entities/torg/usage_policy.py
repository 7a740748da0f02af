"""The usage policy of a network, as members see it."""

from __future__ import annotations

import msgspec


class UsagePolicy(msgspec.Struct, kw_only=True):
    """What holds now: `text` as typed (Markdown), `content` as HTML. `version` 0: there is nothing to accept.

    `accepted`: whether one need not accept it any more.
    """

    version: int
    text: str
    content: str
    published_at: str | None
    accepted: bool
    url: str
