"""Shortcodes of custom emoji in text."""

from __future__ import annotations

import re
from typing import Final

_SHORTCODE: Final = re.compile(r"[A-Za-z0-9_]{2,64}")
# The closing colon may open the next one (":a_b::c_d:"), hence it is looked at and not taken.
_IN_TEXT: Final = re.compile(r"(?<![^\W_]):([A-Za-z0-9_]{2,64}+)(?=:(?![^\W_]))")


def is_shortcode(name: str) -> bool:
    """Whether an emoji may be called so: 2–64 of A–Z, a–z, 0–9 and underscore."""
    return _SHORTCODE.fullmatch(name) is not None


def shortcodes(text: str) -> list[str]:
    """The `:names:` in `text`, each once, in order; not inside words or times ("10:30:00")."""
    return list(dict.fromkeys(_IN_TEXT.findall(text)))
