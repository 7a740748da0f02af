"""Keeping the index: every post's words, put there as an effect of publishing, editing and importing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.engine import outbox
from torg.engine.effects import Happened
from torg.engine.postgres import Tx
from torg.posts.model import PostView
from torg.search import rules, store
from torg.search.events import PostsIndexed
from torg.search.rules import Words
from torg.text.clean import to_plain

AT_ONCE = 500


async def index(tx: Tx, post_ids: Sequence[int]) -> int:
    """Put these posts into the index, as they are now; the number of them. Again changes nothing.

    `tx` has the posts' network only. Posts that are gone, and boosts, are left out.
    """
    done = 0
    for start in range(0, len(post_ids), AT_ONCE):
        words = await _read(tx, post_ids[start : start + AT_ONCE])
        await store.put(tx, words)
        done += len(words)
    return done


async def _read(tx: Tx, post_ids: Sequence[int]) -> list[tuple[int, Words]]:
    return [
        (
            row["id"],
            rules.words(
                [row["spoiler"], row["source"] or to_plain(row["html"]), row["options"], row["descriptions"]],
                row["language"],
            ),
        )
        for row in await store.parts(tx, post_ids)
    ]


def _of(view: PostView) -> Words:
    """The words of a post that is in hand, with neither poll nor files."""
    post = view.post
    return rules.words([post.spoiler, post.source or to_plain(post.html)], post.language)


def has_words(event: Any) -> bool:
    """Whether a published post has words of its own: a boost has none."""
    return event.boost_of_id is None


async def index_posts(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """Effect of PostEdited, many together."""
    await index(tx, list(dict.fromkeys(one.event.post_id for one in happened)))


async def index_published(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """Effect of PostPublished, many together: what this process has just written need not be read again.

    If it was edited since, that comes after it in the log. Streams of searches have looked at what comes late before it
    stood in the index, so they are told; not of edits, which mean something to those alone who have the post already.
    """
    words: list[tuple[int, Words]] = []
    unread: list[int] = []
    for one in happened:
        view = ctx.plain.fresh.look(one.event.post_id)
        if view is None:
            unread.append(one.event.post_id)
        else:
            words.append((one.event.post_id, _of(view)))
    if unread:
        words += await _read(tx, unread)
    await store.put(tx, words)
    if late := [seq for one in happened if (seq := one.meta.seq) is not None]:
        await outbox.append(tx, PostsIndexed(seqs=late))


async def index_imported(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """Effect of PostsImported and PostsReceived."""
    await index(tx, list(dict.fromkeys(id_ for one in happened for id_ in one.event.post_ids)))
