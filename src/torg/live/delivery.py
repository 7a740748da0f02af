"""From a batch of events of one network to messages: who gets what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import NamedTuple

import structlog

from torg.engine.bus import Logged
from torg.engine.postgres import Tx
from torg.kernel.events import Event, kind_of
from torg.live import rules, searching, store
from torg.live.connection import Connection
from torg.live.facts import facts_of, known
from torg.live.homes import Homes
from torg.live.model import (
    DIRECT,
    EVERYTHING,
    LIST,
    OWN,
    SEARCH,
    USER,
    Facts,
    Frame,
    Message,
    Topic,
    Watcher,
    Watching,
)
from torg.live.reactions import Due, Reactions
from torg.live.rendering import frames_of
from torg.posts.events import PostDeleted, PostEdited, PostPublished, QuoteRevoked
from torg.search.events import PostsIndexed

log = structlog.get_logger(__name__)

class Outgoing(NamedTuple):
    connection: Connection
    message: Message


POST_EVENTS = frozenset(
    kind_of(event) for event in (PostPublished, PostEdited, PostDeleted, QuoteRevoked, PostsIndexed)
)


def concerns(row: Logged, reactions: Reactions) -> bool:
    """Whether an event means anything to streams."""
    return row.kind in POST_EVENTS or row.kind in reactions.translate


Thin = Callable[[Sequence[Due]], list[Due]]
Near = Callable[[Facts], Set[int]]
"""Of those who watch nothing but streams of their own, all in whose home a post can stand."""
Known = Callable[[int, int], bool]
"""Whether a reader has got what was published under a number before an event of another number tells of it late."""


async def deliver(
    tx: Tx,
    rows: Sequence[Logged],
    connections: Sequence[Connection],
    reactions: Reactions,
    thin: Thin = list,
    known_before: Known = lambda published, told: False,
    near: Near | None = None,
) -> list[Outgoing]:
    """All messages of these events (one network's, in order) for these connections (of that network), in order.

    `thin`: what is left of the posts that are due, before any is rendered (sampling.py). `near`: so that not all are
    asked about, of thousands who listen.
    """
    events = [(row.seq, event) for row in rows if (event := known(row)) is not None]
    by_topic: dict[Topic, list[Connection]] = defaultdict(list)
    for connection in connections:
        for topic in connection.topics:
            by_topic[topic].append(connection)
    posts = await facts_of(tx, events)
    late = await _late(tx, events, by_topic, known_before)
    watchers = await _watchers(tx, [*posts, *late], connections, near) if posts or late else {}
    due = await _due(tx, posts, by_topic, watchers)
    found = await searching.reached(tx, late, by_topic, watchers)
    due += sorted((Due(*one, late=True) for one in found), key=lambda d: d.post.post_id)
    due = thin(due)
    last = {(d.seq, d.connection): d for d in due if d.late}
    frames = await frames_of(tx, due, watchers, reactions)
    outgoing = [
        # Whoever is cut off between those that one event tells of resumes before it
        Outgoing(d.connection, Message(d.seq - (d.late and last[d.seq, d.connection] is not d), d.topic, frame))
        for d in due
        if (frame := frames.get((d.seq, d.post.post_id, d.connection))) is not None
    ]
    outgoing += await _told(tx, events, by_topic, connections, reactions)
    outgoing.sort(key=lambda out: out.message.seq)
    return outgoing


AT_HOME = OWN - {EVERYTHING}
"""One's own streams: of posts, homes alone."""


async def _late(
    tx: Tx, events: Iterable[tuple[int, Event]], by_topic: Iterable[Topic], known_before: Known
) -> list[tuple[int, Facts]]:
    """What searches can find since these events, and could not when it was published; for streams of searches alone."""
    if not any(topic.name == SEARCH for topic in by_topic):
        return []
    told = {
        published: seq
        for seq, event in events if isinstance(event, PostsIndexed)
        for published in event.seqs if not known_before(published, seq)
    }  # fmt: skip
    if not told:
        return []
    rows = await store.logged(tx, list(told))
    return await facts_of(tx, [(told[row.seq], event) for row in rows if (event := known(row)) is not None])


async def _watchers(
    tx: Tx, posts: Sequence[tuple[int, Facts]], connections: Sequence[Connection], near: Near | None
) -> dict[int, Watcher]:
    """The signed-in watchers whom the posts may concern, as far as the people in these posts are concerned."""
    at_home = set[int]().union(*(near(post) for _, post in posts)) if near is not None else set[int]()
    accounts = {
        account
        for connection in connections
        if (account := connection.actor.account_id) is not None
        and (near is None or account in at_home or not all(topic.name in AT_HOME for topic in connection.topics))
    }
    if not accounts:
        return {}
    people = set[int]().union(*(post.people for _, post in posts))
    authors = {
        id_ for _, post in posts for id_ in (post.account_id, post.boosted_account_id, post.quoted_account_id) if id_
    }
    tags = {tag for _, post in posts for tag in post.tags}
    remote = {post.account_id: post.author_host for _, post in posts if not post.is_local}
    return await store.watchers(tx, list(accounts), people, authors, tags, remote)


async def _due(
    tx: Tx,
    posts: Sequence[tuple[int, Facts]],
    by_topic: Mapping[Topic, Sequence[Connection]],
    watchers: Mapping[int, Watcher],
) -> list[Due]:
    watched = [topic.key for topic in by_topic if topic.name == LIST]
    people = {id_ for _, post in posts for id_ in (post.account_id, post.reply_to_account_id) if id_ is not None}
    lists = await store.lists(tx, [int(key) for key in watched if key is not None], people) if watched and posts else []
    homes = Homes(watcher for id_, watcher in watchers.items() if (USER, id_) in by_topic)
    of_everything = [watcher for id_, watcher in watchers.items() if (EVERYTHING, id_) in by_topic]
    found = [Due(*one) for one in await searching.reached(tx, posts, by_topic, watchers)]
    for seq, post in posts:
        for topic in rules.shared_topics(post):
            for connection in by_topic.get(topic, ()):
                watcher = watchers.get(connection.actor.account_id or 0)
                if rules.is_for(watcher, post) and not rules.is_hidden(watcher, post):
                    found.append(Due(seq, post, connection, topic))
        for name, reaches, asked in (
            (USER, rules.reaches_home, homes.near(post)),
            (EVERYTHING, rules.reaches_everything, of_everything),
        ):
            for watcher in asked:
                if reaches(watcher, post):
                    topic = Topic(name, watcher.id)
                    found += [Due(seq, post, connection, topic) for connection in by_topic[topic]]
        for list_ in lists:
            if list_.account_id in watchers and rules.reaches_list(watchers[list_.account_id], list_, post):
                topic = Topic(LIST, list_.id)
                found += [Due(seq, post, connection, topic) for connection in by_topic.get(topic, ())]
    return found


async def _told(
    tx: Tx,
    events: Iterable[tuple[int, Event]],
    by_topic: Mapping[Topic, Sequence[Connection]],
    connections: Sequence[Connection],
    reactions: Reactions,
) -> list[Outgoing]:
    """What the other events say, by the edge's translators."""
    if not connections:
        return []
    here = {c.actor.account_id: c.actor for c in connections if c.actor.account_id is not None}
    first = connections[0]
    watching = Watching(actor_of=here.get, origin=first.origin, network_kind=first.actor.network_kind)
    outgoing: list[Outgoing] = []
    for seq, event in events:
        translate = reactions.translate.get(type(event).__name__)
        if translate is None:
            continue
        for told in await translate(tx, event, watching):
            frame = Frame(told.event, told.payload)
            # What is told to everyone is not told to guests
            members = {t for t in by_topic if not any(c.actor.guest for c in by_topic[t])}
            topics = told.topics if told.topics is not None else [t for t in members if t.name == USER]
            # What comes to one of the streams of one's own comes to the one of everything, too, once
            all_of_it = [Topic(EVERYTHING, topic.key) for topic in topics if topic.name in (USER, DIRECT)]
            if told.topics is None:
                all_of_it = [topic for topic in members if topic.name == EVERYTHING]
            for topic in dict.fromkeys([*topics, *all_of_it]):
                outgoing += [Outgoing(c, Message(seq, topic, frame)) for c in by_topic.get(topic, ())]
    return outgoing
