"""Searches turned round: which of some posts does a search find for whom. What tracking and live streams ask.

The conditions are those of the search itself (search/store.py), with the viewer of each row in the place of the one
who searches, so that a search that is watched finds what the same search finds when it is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.posts.visibility import readable
from torg.search import reads, rules, store
from torg.text.query import SearchQuery, parse

VIEWER = "%(viewer)s"
EACH = "w.id"


class Found(msgspec.Struct, frozen=True):
    """A post and who gets to see it by the search; `account_id` None: those without an account."""

    account_id: int | None
    post_id: int


async def finds(tx: Tx, text: str, post_ids: Collection[int], viewers: Collection[int | None]) -> set[Found]:
    """Which of these posts the search `text` finds, for each of the viewers, among those that he or she may read.

    One query for all members, one more if `viewers` has None. A search with `from:me` or `to:me` is another one for
    each of them.
    """
    query = parse(text)
    if not rules.asks(text) or not post_ids:
        return set()
    members = [viewer for viewer in viewers if viewer is not None]
    asked: list[list[int | None]] = [[member] for member in members] if _is_about_me(query) else [[*members]]
    if None in viewers:
        asked.append([None])
    here = await store.host(tx)
    found: set[Found] = set()
    for group in asked:
        if group:
            found |= await _finds(tx, query, post_ids, group, here)
    return found


def _is_about_me(query: SearchQuery) -> bool:
    return any("me" in group for group in (query.from_, query.to, query.not_from, query.not_to))


async def _finds(
    tx: Tx, query: SearchQuery, post_ids: Collection[int], viewers: Sequence[int | None], here: str
) -> set[Found]:
    """For members, or for nobody ([None]): who is asked about is the same for all of them."""
    asker = Actor(org_id=tx.scope.org_id, network_id=tx.scope.network_ids[0], account_id=viewers[0])
    where, params = store.conditions(query, await reads.people_named(tx, asker, query, here), viewers[0])
    below, above = store.days(query)
    rows = await store.watched(
        tx, " AND ".join((where, store.NOT_HIDDEN, readable())).replace(VIEWER, EACH), params,
        wanted=rules.wanted(query), ids=list(post_ids), viewers=list(viewers), below=below, above=above,
    )  # fmt: skip
    return {Found(row["viewer"], row["post"]) for row in rows}
