"""The noun: a custom emoji."""

from __future__ import annotations

import msgspec


class Emoji(msgspec.Struct, frozen=True, kw_only=True):
    """`key` shows it, `static_key` is a still of one that moves. `visible`: in the picker; `disabled`: nowhere.

    `host`: whose it is, '' for ours; one of another server has no id here.
    """

    id: int
    shortcode: str
    category: str | None
    visible: bool
    disabled: bool
    key: str
    static_key: str
    host: str = ""


class EmojiChange(msgspec.Struct, frozen=True, kw_only=True):
    """None leaves as it is; an empty category takes it away."""

    category: str | None = None
    visible: bool | None = None
    disabled: bool | None = None
