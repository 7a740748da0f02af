"""When each post of a source is due in a replay: its own time, scaled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from torg.imports.model import ImportedPost

MINUTE = timedelta(minutes=1)


def due(posts: Sequence[ImportedPost], speed: float) -> list[float]:
    """Seconds after the start at which each post is due; `posts` are in the order of their times.

    `speed` 60 makes a minute a second; 0 means at once. Where a source tells times by the minute only, the posts of
    a minute are spread over it evenly, in their order.
    """
    if not posts or speed <= 0:
        return [0.0] * len(posts)
    start = posts[0].time
    by_minute = all(post.time.second == 0 and post.time.microsecond == 0 for post in posts)
    offsets: list[float] = []
    for moment, group in groupby(posts, key=lambda post: max(post.time, start)):
        number = len(list(group))
        span = MINUTE if by_minute else timedelta()
        for place in range(number):
            offsets.append((moment - start + span * place / number).total_seconds() / speed)
    for at in range(1, len(offsets)):  # a reply may follow a post whose own time is later
        offsets[at] = max(offsets[at], offsets[at - 1])
    return offsets
