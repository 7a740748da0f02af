"""What the edge knows and live streams need, and what is on its way to a reader."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.events import Event
from torg.live.connection import Connection
from torg.live.model import Facts, Told, Topic, Watching
from torg.posts.model import PostView

Render = Callable[[Tx, Actor, str, Sequence[int]], Awaitable[Mapping[int, bytes]]]
"""Posts as a viewer sees them, as JSON by id; those that he or she may not read are left out."""

Bare = Callable[[Actor, str, PostView], bytes | None]
"""A post in hand as a viewer without marks and filters sees it, as JSON; None if that takes a query."""

Special = Callable[[Tx, Sequence[int], Sequence[Facts]], Awaitable[set[tuple[int, int]]]]
"""(watcher, post) pairs for which a filter of the watcher may apply."""

Translate = Callable[[Tx, Event, Watching], Awaitable[Sequence[Told]]]
"""What an event that is not about a post means to those who watch."""

Views = Callable[[Tx, Actor, Sequence[int]], Awaitable[Sequence[PostView]]]
"""Posts that a viewer may read, with what is around them."""


class Reactions(msgspec.Struct, frozen=True):
    """What the edge knows and live streams need: how posts look, whose filters matter, what other events say."""

    render: Render
    bare: Bare
    views: Views
    special: Special
    translate: Mapping[str, Translate] = {}


class Due(NamedTuple):
    """A post event on its way to one connection, not rendered yet."""

    seq: int
    post: Facts
    connection: Connection
    topic: Topic
    late: bool = False
    """Whether it comes long after it was written, together with many others."""
