"""How many files and connections a process may have open: each stream takes one, and the usual 1,024 are few."""

from __future__ import annotations

import resource

WANTED = 65_536


def allow_many(wanted: int = WANTED) -> int:
    """Raise the soft limit as far as the hard one and `wanted` allow; the limit that holds then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        except (OSError, ValueError):  # macOS has a limit of its own below the hard one
            return soft
        return most
    return soft
