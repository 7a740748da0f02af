"""Plain posts on the short way to streams: with what is remembered of the crowd they need no look into the database.

Plain is a post of one's own that this process has just written (posts/just_written.py): words, and perhaps tags.
Readers for whom that is not all (guests, those with filters, with lists, searches or the stream of everything) get it
by `delivery.deliver`, as all get what is not plain; tests hold both ways against each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from torg.engine.bus import Logged
from torg.live import rules
from torg.live.connection import Connection
from torg.live.crowd import Crowd
from torg.live.delivery import Bare
from torg.live.model import USER, Facts, Frame, Message, Topic
from torg.live.room import Circle, Look, Present
from torg.posts.just_written import JustWritten
from torg.posts.model import PostView

PUBLISHED = "PostPublished"
MOST_CIRCLES = 1_000
"""Of one moment's readers; each holds a reference to those whom an author's posts reach."""


class Plain(NamedTuple):
    """A post on its way, with the number of its event."""

    seq: int
    post: Facts
    view: PostView


def plain(row: Logged, fresh: JustWritten) -> Plain | None:
    """The post of an event, if it is plain and known; else None, and it is read."""
    if row.kind != PUBLISHED:
        return None
    view = fresh.take(row.payload["post_id"])
    # Who follows the author may quote it, who does not may not: it does not look the same to all
    if view is None or view.post.quote_policy == "followers":
        return None
    post = view.post
    facts = Facts(
        post_id=post.id,
        event="update",
        account_id=post.account_id,
        audience=post.audience.value,
        listed=post.listed,
        is_silenced=view.account.silenced_at is not None,
        language=post.language,
        tags=frozenset(view.tags),
    )
    return Plain(row.seq, facts, view)


class Sending(NamedTuple):
    """One message for many."""

    message: Message
    to: list[Connection]


def sendings(found: Plain, present: Present, crowd: Crowd, bare: Bare) -> list[Sending]:
    """The post to all whom it reaches, but for those in `crowd.own`; rendered once for each look of it."""
    reach = crowd.reach(found.post)
    circle = present.circles.get(reach)
    if circle is None:
        circle = _circle(found.post, present, crowd)
        if len(present.circles) >= MOST_CIRCLES:
            present.circles.clear()
        present.circles[reach] = circle
    frames: dict[Look, Frame] = {}
    sending: list[Sending] = []
    for topic, look, to in circle:
        frame = frames.get(look)
        if frame is None:
            payload = bare(to[0].actor, look[0], found.view)
            assert payload is not None, "whether a post can be shown so does not depend on who looks"
            frame = frames[look] = Frame(found.post.event, payload)
        sending.append(Sending(Message(found.seq, topic, frame), to))
    return sending


def _circle(post: Facts, present: Present, crowd: Crowd) -> Circle:
    """The connections by stream and by how the post looks to them: the same for each post of whom `Reach` is one."""
    made: dict[tuple[Topic, Look], list[Connection]] = defaultdict(list)
    for topic, connections in _reached(post, present, crowd):
        for connection in connections:
            account = connection.actor.account_id
            made[topic, (connection.origin, account is None, account == post.account_id)].append(connection)
    return [(topic, look, to) for (topic, look), to in made.items()]


def _reached(post: Facts, present: Present, crowd: Crowd) -> Iterator[tuple[Topic, Iterable[Connection]]]:
    """(stream, those who watch it) of the streams that the post comes to; homes are one stream, whosever they are."""
    reach, own, simple = crowd.reach(post), crowd.own, present.simple
    for topic in rules.shared_topics(post):
        yield topic, [
            connection
            for connection in simple.get(topic, ())
            if (account := connection.actor.account_id) is None or (account not in own and account not in reach.barred)
        ]
    for account in reach.home:
        if account not in own:
            yield Topic(USER), simple.get(Topic(USER, account), ())


def intricate(present: Present, crowd: Crowd) -> Sequence[Connection]:
    """Who gets plain posts by `deliver`."""
    if crowd.own.isdisjoint(present.accounts):
        return present.intricate
    held = set(present.intricate)
    return [one for one in present.all if one in held or one.actor.account_id in crowd.own]
