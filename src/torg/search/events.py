"""What happens to the index of words."""

from __future__ import annotations

from torg.kernel.events import Event


class PostsIndexed(Event, frozen=True, kw_only=True):
    """Posts were put into the index after their time, which a surge had postponed: who watches searches is told.

    `seqs`: the numbers in the log under which they were published.
    """

    seqs: list[int]
