"""Following a search: an effect of publishing that tells those who track a search of the new posts that it finds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from torg.engine.effects import Happened
from torg.engine.postgres import Tx
from torg.notices import actions as notices
from torg.notices import sources
from torg.notices.model import News
from torg.search import hooks, saved_store, watching

IS_TRACKED = "EXISTS (SELECT FROM saved_searches WHERE org_id = %(org)s AND network_id = %(network)s AND track)"


async def posts_published(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """Notices of type `status`, as from an author whom one follows with the bell on; comes after the index of words.

    Two queries for a batch that nobody's search hooks on, one more for each distinct search that may find something.
    Nobody is told of an own post, nor of one that he or she was told of already, whatever for.
    """
    new = {h.event.post_id: h for h in happened if h.event.boost_of_id is None}
    if not new:
        return
    tracked = await saved_store.tracked(tx, await hooks.of_posts(tx, list(new)))
    finders: dict[int, set[int]] = defaultdict(set)
    for search in tracked:
        for found in await watching.finds(tx, search.query, list(new), search.account_ids):
            event = new[found.post_id].event
            if found.account_id not in (None, event.account_id, *event.mention_ids):
                finders[found.post_id].add(found.account_id or 0)
    if not finders:
        return
    told = await sources.told(tx, list(finders), list(set[int]().union(*finders.values())))
    await notices.tell(tx, [
        News(to=to, type="status", by=h.event.account_id, source=str(post_id), at=h.meta.created_at, post_id=post_id,
             thread_id=h.event.thread_id)
        for post_id, h in new.items() for to in sorted(finders[post_id]) if (to, post_id) not in told
    ])  # fmt: skip
