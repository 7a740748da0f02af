"""Who follows whom in a rehearsal, and with which tokens they come: arithmetic, so that nothing need be handed around.

Person number p is followed by p + 1 + j·stride (mod people), j from 0 to followers - 1.
"""

from __future__ import annotations

from collections.abc import Iterator

MARK = "zq%08d%016dqz"
"""In the text of each post: its number, and when it was to be sent (monotonic clock, microseconds)."""
MARK_BYTES = MARK.encode()
LENGTH = 28


def stride(people: int, followers: int) -> int:
    return max(1, (people - 1) // max(1, followers))


def followers_of(person: int, people: int, followers: int) -> Iterator[int]:
    step = stride(people, followers)
    return ((person + 1 + j * step) % people for j in range(followers))


def followed_by(person: int, people: int, followers: int) -> Iterator[int]:
    step = stride(people, followers)
    return ((person - 1 - j * step) % people for j in range(followers))


def token(secret: str, person: int) -> str:
    """The access token of a person; filling.py stores its hash."""
    return f"{secret}-{person}"


def author(number: int, people: int, seed: int) -> int:
    """Who writes post `number`: scattered over all, each as often."""
    return (number * 7_919 + seed) % people
