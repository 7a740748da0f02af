"""Waiting for what follows from a post: notices, streams and searches come a moment after it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(look: Callable[[], T], seconds: float = 20.0) -> T:
    """The first true answer of `look`; fails when none has come in time."""
    end = time.monotonic() + seconds
    while not (answer := look()):
        assert time.monotonic() < end, "what should follow has not come"
        time.sleep(0.05)
    return answer
