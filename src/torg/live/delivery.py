"""From a batch of events of one network to messages: who gets what, with each post rendered as few times as it can be.

Signed-in watchers to whom a post looks the same share one rendering, made for one of them; those with marks or filters
of their own on it, and its author, get theirs. Anonymous watchers share one too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence, Set
from typing import NamedTuple

import msgspec
import structlog

from torg.engine.bus import Logged
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.events import Event, kind_of
from torg.live import rules, searching, store
from torg.live.connection import Connection
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
    Told,
    Topic,
    Watcher,
    Watching,
)
from torg.posts.events import PostDeleted, PostEdited, PostPublished, QuoteRevoked
from torg.posts.model import PostView
from torg.search.events import PostsIndexed

log = structlog.get_logger(__name__)

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


class Outgoing(NamedTuple):
    connection: Connection
    message: Message


class Due(NamedTuple):
    """A post event on its way to one connection, not rendered yet."""

    seq: int
    post: Facts
    connection: Connection
    topic: Topic
    late: bool = False
    """Whether it comes long after it was written, together with many others."""


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
    frames = await _frames(tx, due, watchers, reactions)
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


def known(row: Logged) -> Event | None:
    """The event of a row, if this version knows it."""
    try:
        return row.event
    except (LookupError, msgspec.ValidationError):
        return None  # the relay has put it among the dead events


async def facts_of(tx: Tx, events: Iterable[tuple[int, Event]]) -> list[tuple[int, Facts]]:
    """What each event is about; an event about a post that is gone by now is left to its deletion."""
    about = [(seq, event) for seq, event in events if isinstance(event, PostPublished | PostEdited | QuoteRevoked)]
    gone = [(seq, event) for seq, event in events if isinstance(event, PostDeleted)]
    rows = await store.posts(tx, {event.post_id for _, event in about}) if about else {}
    hosts = await store.hosts(tx, {event.account_id for _, event in gone}) if gone else {}
    found: list[tuple[int, Facts]] = []
    for seq, event in about:
        row = rows.get(event.post_id)
        if row is not None:
            facts = {name: row[name] for name in row if name != "id"}
            mentions, tags = getattr(event, "mention_ids", ()), getattr(event, "tags", ())
            found.append((
                seq,
                Facts(
                    **facts,
                    post_id=event.post_id,
                    event="update" if isinstance(event, PostPublished) else "status.update",
                    is_local=row["author_host"] == "",
                    mentions=frozenset(mentions),
                    tags=frozenset(tags),
                ),
            ))  # fmt: skip
    for seq, deletion in gone:
        host, silenced = hosts.get(deletion.account_id, ("", False))
        found.append((
            seq,
            Facts(
                post_id=deletion.post_id, event="delete", account_id=deletion.account_id, audience=deletion.audience,
                listed=deletion.listed, group_id=deletion.group_id, author_host=host,
                is_local=host == "", is_silenced=silenced,
                reply_to_account_id=deletion.reply_to_account_id, boost_of_id=deletion.boost_of_id,
                mentions=frozenset(deletion.mention_ids), tags=frozenset(deletion.tags), has_media=deletion.has_media,
            ),
        ))  # fmt: skip
    return sorted(found, key=lambda pair: pair[0])


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


Key = tuple[int, int, Connection]


async def _frames(
    tx: Tx, due: Sequence[Due], watchers: Mapping[int, Watcher], reactions: Reactions
) -> dict[Key, Frame]:
    """The frame of each (event, post, connection). A post that its reader may not read has none."""
    frames: dict[Key, Frame] = {}
    deletions: dict[int, Frame] = {}
    groups: dict[tuple[object, ...], list[Due]] = defaultdict(list)
    own = await _own_look(tx, due, watchers, reactions)
    for d in due:
        if d.post.is_gone:
            frame = deletions.setdefault(d.seq, Frame("delete", str(d.post.post_id).encode()))
            frames[d.seq, d.post.post_id, d.connection] = frame
            continue
        look = _look(d.post, watchers.get(d.connection.actor.account_id or 0), own)
        groups[look, d.connection.origin].append(d)
    for group in groups.values():
        first = group[0].connection
        wanted = list(dict.fromkeys(d.post.post_id for d in group))
        rendered = await _render_for(tx, group, first, wanted, reactions.render)
        made: dict[tuple[int, str], Frame] = {}
        for d in group:
            payload = rendered.get(d.post.post_id)
            if payload is not None:
                frame = made.setdefault((d.post.post_id, d.post.event), Frame(d.post.event, payload))
                frames[d.seq, d.post.post_id, d.connection] = frame
    return frames


def _look(post: Facts, watcher: Watcher | None, own: set[tuple[int, int]]) -> tuple[object, ...]:
    """Watchers with the same look of a post share one rendering of it."""
    if watcher is None:
        return ("anonymous",)
    apart = post.quoted_account_id in watcher.viewer.hidden or post.quoted_account_id in watcher.blocked_by
    if watcher.viewer.guest or apart or (watcher.id, post.post_id) in own or not post.quoted_for_all:
        return ("own", watcher.id)
    if post.followers_may_quote:
        authors = (post.account_id, post.boosted_account_id, post.quoted_account_id)
        return ("follower", *(author in watcher.viewer.follows for author in authors))
    return ("signed in",)


async def _render_for(
    tx: Tx, group: Sequence[Due], first: Connection, wanted: Sequence[int], render: Render
) -> dict[int, bytes]:
    """The posts of a group, each as one of its own readers sees it (the first of the group may not read them all)."""
    rendered: dict[int, bytes] = {}
    readers: dict[Connection, list[int]] = defaultdict(list)
    for post_id in wanted:
        able = [d.connection for d in group if d.post.post_id == post_id]
        readers[first if first in able else able[0]].append(post_id)
    for reader, ids in readers.items():
        rendered.update(await render(tx, reader.actor, reader.origin, ids))
    return rendered


async def _own_look(
    tx: Tx, due: Sequence[Due], watchers: Mapping[int, Watcher], reactions: Reactions
) -> set[tuple[int, int]]:
    """(watcher, post) where the post must be rendered for the watcher alone."""
    present = {d.connection.actor.account_id for d in due}
    readers = [id_ for id_ in watchers if id_ in present]
    shown = {d.post.post_id: d.post for d in due if not d.post.is_gone}
    if not readers or not shown:
        return set()
    inner: dict[int, list[int]] = defaultdict(list)
    for id_, post in shown.items():
        for part in (id_, post.boost_of_id, post.quote_of_id):
            if part is not None:
                inner[part].append(id_)
    own = {(who, outer) for who, part in await store.marked(tx, readers, list(inner)) for outer in inner[part]}
    own |= await reactions.special(tx, readers, list(shown.values()))
    for id_, post in shown.items():
        own |= {(who, id_) for who in (post.account_id, post.boosted_account_id, post.quoted_account_id) if who}
    return own


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
