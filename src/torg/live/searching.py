"""Live streams of a search: which of the present posts each watched search finds for each of its watchers (T8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from torg.engine.postgres import Tx
from torg.live import rules
from torg.live.connection import Connection
from torg.live.model import SEARCH, Facts, Topic, Watcher
from torg.search import hooks, watching

Reached = tuple[int, Facts, Connection, Topic]
"""(number of the event, the post, who gets it, by which topic)"""


async def reached(
    tx: Tx,
    posts: Sequence[tuple[int, Facts]],
    by_topic: Mapping[Topic, Sequence[Connection]],
    watchers: Mapping[int, Watcher],
) -> list[Reached]:
    """Who of those that watch searches gets which of the events.

    One query for each distinct search that a mark of the posts hooks on. A deleted post cannot be searched for any
    more: everybody is told of it who could have read it, since it may stand on a screen.
    """
    searched = [topic for topic in by_topic if topic.name == SEARCH]
    if not searched or not posts:
        return []
    gone = [(seq, post) for seq, post in posts if post.is_gone]
    there: dict[int, list[tuple[int, Facts]]] = defaultdict(list)
    for seq, post in posts:
        if not post.is_gone and post.boost_of_id is None:
            there[post.post_id].append((seq, post))
    marks = await hooks.of_posts(tx, list(there)) if there else frozenset()
    found: list[Reached] = []
    for topic in searched:
        text = str(topic.key)
        if there and await hooks.of_search(tx, text) & marks:
            found += await _found(tx, topic, there, by_topic[topic])
        found += _gone(topic, gone, by_topic[topic], watchers)
    return found


async def _found(
    tx: Tx, topic: Topic, there: Mapping[int, Sequence[tuple[int, Facts]]], watching_it: Sequence[Connection]
) -> list[Reached]:
    viewers = {connection.actor.account_id for connection in watching_it}
    finds = await watching.finds(tx, str(topic.key), list(there), viewers)
    by_viewer: dict[int | None, set[int]] = defaultdict(set)
    for one in finds:
        by_viewer[one.account_id].add(one.post_id)
    return [
        (seq, post, connection, topic)
        for connection in watching_it
        for post_id in by_viewer[connection.actor.account_id]
        for seq, post in there[post_id]
    ]


def _gone(
    topic: Topic,
    gone: Sequence[tuple[int, Facts]],
    watching_it: Sequence[Connection],
    watchers: Mapping[int, Watcher],
) -> Iterator[Reached]:
    for seq, post in gone:
        for connection in watching_it:
            if rules.could_be_found(watchers.get(connection.actor.account_id or 0), post):
                yield seq, post, connection, topic
