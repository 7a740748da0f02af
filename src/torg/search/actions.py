"""Keeping the index: every post's words, put there as an effect of publishing, editing and importing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.engine.effects import Happened
from torg.engine.postgres import Tx
from torg.search import rules, store
from torg.text.clean import to_plain

AT_ONCE = 500


async def index(tx: Tx, post_ids: Sequence[int]) -> int:
    """Put these posts into the index, as they are now; the number of them. Again changes nothing.

    `tx` has the posts' network only. Posts that are gone, and boosts, are left out.
    """
    done = 0
    for start in range(0, len(post_ids), AT_ONCE):
        rows = await store.parts(tx, post_ids[start : start + AT_ONCE])
        words = [
            (
                row["id"],
                row["account_id"],
                rules.words(
                    [
                        row["spoiler"],
                        row["source"] or to_plain(row["html"]),
                        row["options"],
                        row["descriptions"],
                    ],
                    row["language"],
                ),
            )
            for row in rows
        ]
        await store.put(tx, words)
        done += len(words)
    return done


def has_words(event: Any) -> bool:
    """Whether a published post has words of its own: a boost has none."""
    return event.boost_of_id is None


async def index_posts(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """Effect of PostPublished and PostEdited, many together."""
    await index(tx, list(dict.fromkeys(one.event.post_id for one in happened)))


async def index_imported(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """Effect of PostsImported and PostsReceived."""
    await index(tx, list(dict.fromkeys(id_ for one in happened for id_ in one.event.post_ids)))
