"""What a command says beside its result."""

from __future__ import annotations

import sys


def say(text: str) -> None:
    """What takes longer than a moment, on stderr: stdout is for results."""
    print(text, file=sys.stderr, flush=True)
