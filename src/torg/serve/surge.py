"""What each rung of the surge ladder sheds, on one screen: effects that wait, jobs that are not begun (docs/surge.md).

Counts (posts/counting.py, graph/counting.py) and streams (live/sampling.py) look at the ladder by themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from torg.engine.effects import Effect, function_of
from torg.engine.postponed import AT_ONCE, Group, Postponed
from torg.graph import counting as graph_counting
from torg.posts import counting as posts_counting
from torg.search import actions as search
from torg.search import track
from torg.serve import cards
from torg.serve.effects import EFFECTS as ALL
from torg.surge.model import Rung

if TYPE_CHECKING:
    from torg.engine.postgres import Tx
    from torg.surge.watch import Watch

FUNCTIONS: Mapping[Rung, Collection[object]] = {
    Rung.CARDS: (cards.want_for_published, cards.want_for_edited),
    Rung.SEARCH: (search.index_published, search.index_posts, search.index_imported, track.posts_published),
}
EFFECTS: Mapping[Rung, Collection[Effect]] = {
    rung: frozenset(effect for todo in ALL.values() for effect in todo if function_of(effect) in functions)
    for rung, functions in FUNCTIONS.items()
}
"""Put off while the rung holds, and caught up with in the order of the log."""

JOBS: Mapping[Rung, Collection[str]] = {
    Rung.COUNTS: ("refresh_trends",),
    Rung.CARDS: ("fetch_card",),
}
"""Kinds that are not begun while the rung holds. Their jobs stay where they are."""


def postponed(watch: Watch, *, at_once: int = AT_ONCE) -> Postponed:
    """The groups for the relay of a process; of each it catches up with so many events at a time."""
    return Postponed(
        {
            rung.word: Group(effects, lambda rung=rung: watch.sheds(rung))  # type: ignore[misc]
            for rung, effects in EFFECTS.items()
        },
        at_once=at_once,
    )


async def add_up(tx: Tx) -> None:
    """Let all counts that wait be added up soon (a system transaction)."""
    await posts_counting.want(tx)
    await graph_counting.want(tx)
