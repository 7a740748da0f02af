"""Decisions about custom emoji. Pure, no I/O."""

from __future__ import annotations

import re

from torg.kernel.errors import invalid

SHORTCODE = re.compile(r"[a-zA-Z0-9_]{2,64}")
MOST_CATEGORY = 100


def shortcode(text: str) -> str:
    """A name of 2 to 64 letters a–z, digits and underscores; colons around it are dropped."""
    name = text.strip().strip(":")
    if not SHORTCODE.fullmatch(name):
        raise invalid("shortcode", "ERR_INVALID", "must have 2 to 64 letters, digits or underscores")
    return name


def category(text: str | None) -> str | None:
    """A heading in the picker; empty is none."""
    name = " ".join((text or "").split())
    if len(name) > MOST_CATEGORY:
        raise invalid("category", "ERR_TOO_LONG", f"is too long (maximum is {MOST_CATEGORY} characters)")
    return name or None
