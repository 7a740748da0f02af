"""What happened: posts came in from a file. No reader is told, yet search and counts want to know."""

from __future__ import annotations

from torg.kernel.events import Event


class PostsImported(Event, frozen=True, kw_only=True):
    """A batch of posts with times of their own. Sets off no notice and no stream."""

    post_ids: list[int]
    account_ids: list[int]
    source: str
