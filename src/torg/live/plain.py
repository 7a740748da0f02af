"""Plain posts on the short way to streams: with what is remembered of the crowd nobody is asked for anything.

Plain is a new post of somebody's own: words, files, tags, an answer, people who are named; no boost, quote, poll and
nothing of a group. What this machine has just written (posts/just_written.py) takes no look into the database, what
another one wrote is read once for all. Readers for whom that is not all (guests, those with filters, with lists,
searches or the stream of everything) get it by `delivery.deliver`, as all get what is not plain; tests hold both ways
against each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from msgspec import structs

from torg.engine.bus import Logged
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.live import rules, store
from torg.live.connection import Connection
from torg.live.crowd import Crowd, Reach
from torg.live.facts import facts_of, known
from torg.live.model import USER, Facts, Frame, Message, Topic
from torg.live.reactions import Bare, Views
from torg.live.room import Circle, Look, Present
from torg.posts.just_written import JustWritten
from torg.posts.model import Flags, PostView

PUBLISHED = "PostPublished"
SECONDS = 2.0
"""How old a post may be that is read once for all."""
MOST_CIRCLES = 1_000
"""Of one moment's readers; each holds a reference to those whom an author's posts reach."""


class Plain(NamedTuple):
    """A post on its way, with the number of its event."""

    seq: int
    post: Facts
    view: PostView
    frames: dict[Look, Frame]
    """What was made of it, by how it looks."""


def plain(row: Logged, fresh: JustWritten) -> Plain | None:
    """The post of an event, if it is plain and this machine has just written it; else None."""
    if row.kind != PUBLISHED:
        return None
    view = fresh.take(row.payload["post_id"], row.payload["account_id"])
    # Whether somebody has muted the thread of an answer is not known here
    if view is None or not _looks_the_same(view) or view.post.reply_to_id is not None:
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
        has_media=post.has_media,
        mentions=frozenset(one.id for one in view.mentions),
        tags=frozenset(view.tags),
    )
    return Plain(row.seq, facts, view, {})


def _looks_the_same(view: PostView) -> bool:
    """Whether nothing in it depends on who looks, but for what one did with it oneself.

    Who follows the author may quote it and who does not may not, if that is the policy; a poll shows one's own votes;
    who really wrote, and who wrote a card's page, takes a look into the database.
    """
    post = view.post
    return not (
        post.quote_policy == "followers"
        or post.by_account_id is not None
        or post.boost_of_id is not None
        or post.quote_of_account_id is not None
        or post.group_id is not None
        or view.poll is not None
        or (view.card is not None and view.card.author_handle)
    )


def may_be_read(row: Logged) -> bool:
    """Whether the event is of a new post that may be plain, but that another process wrote or that has more in it."""
    said = row.payload
    return (
        row.kind == PUBLISHED
        and said.get("audience") in ("everyone", "followers")
        and not any(said.get(name) for name in ("boost_of_id", "quote_of_id", "group_id", "has_poll"))
        and (now() - row.created_at).total_seconds() < SECONDS
    )


async def read(
    tx: Tx, rows: Sequence[Logged], actor: Actor, watchers: Collection[int], views: Views
) -> dict[int, Plain]:
    """The plain ones of these posts by the numbers of their events, as one of their authors sees them.

    `actor`: anybody of the network. What is so new that nobody can have marked it looks the same to all others.
    """
    events = [(row.seq, event) for row in rows if (event := known(row)) is not None]
    posts = {post.post_id: (seq, post) for seq, post in await facts_of(tx, events) if post.is_local}
    answers = [id_ for id_, (_, post) in posts.items() if post.is_reply]
    quiet = await store.quiet_threads(tx, watchers, answers) if answers else set()
    readers: dict[int, list[int]] = defaultdict(list)
    first = next((post.account_id for _, post in posts.values() if post.audience == "everyone"), 0)
    for id_, (_, post) in posts.items():
        if id_ not in quiet:
            readers[first if post.audience == "everyone" else post.account_id].append(id_)
    found: dict[int, Plain] = {}
    for reader, ids in readers.items():
        author = Actor(
            org_id=actor.org_id, network_id=actor.network_id, network_kind=actor.network_kind, account_id=reader
        )
        for view in await views(tx, author, ids):
            if _looks_the_same(view):
                seq, post = posts[view.post.id]
                seen = structs.replace(view, flags=Flags(), follows_author=False, look=None)
                found[seq] = Plain(seq, post, seen, {})
    return found


def shows(found: Plain, anyone: Connection, bare: Bare) -> bool:
    """Whether it takes no look into the database to show the post: then it is made, as this reader sees it."""
    payload = bare(anyone.actor, anyone.origin, found.view)
    if payload is None:
        return False
    if not anyone.actor.guest:
        found.frames[_look(anyone, found.post)] = Frame(found.post.event, payload)
    return True


class Sending(NamedTuple):
    """One message for many."""

    message: Message
    to: list[Connection]


def sendings(found: Plain, present: Present, crowd: Crowd, bare: Bare) -> list[Sending]:
    """The post to all whom it reaches, but for those in `crowd.own`; rendered once for each look of it."""
    reach = crowd.reach(found.post)
    circle = present.circles.get(reach)
    if circle is None:
        circle = _circle(found.post, reach, present, crowd)
        if reach.kept:
            if len(present.circles) >= MOST_CIRCLES:
                present.circles.clear()
            present.circles[reach] = circle
    frames, sending = found.frames, list[Sending]()
    for topic, look, to in circle:
        frame = frames.get(look)
        if frame is None:
            payload = bare(to[0].actor, look[0], found.view)
            assert payload is not None, "whether a post can be shown so does not depend on who looks"
            frame = frames[look] = Frame(found.post.event, payload)
        sending.append(Sending(Message(found.seq, topic, frame), to))
    return sending


def _circle(post: Facts, reach: Reach, present: Present, crowd: Crowd) -> Circle:
    """The connections by stream and by how the post looks to them: the same for each post of whom `Reach` is one."""
    own, simple, author = crowd.own, present.simple, post.account_id
    made: dict[tuple[Topic, Look], list[Connection]] = defaultdict(list)
    for topic in rules.shared_topics(post):
        for connection in simple.get(topic, ()):
            account = connection.actor.account_id
            if account is None or (account not in own and account not in reach.barred):
                made[topic, _look(connection, post)].append(connection)
    home = Topic(USER)  # one stream, whosever they are
    for account in reach.home:
        if account not in own:
            for connection in simple.get((USER, account), ()):  # type: ignore[call-overload]
                made[home, (connection.origin, False, account == author)].append(connection)
    return [(topic, look, to) for (topic, look), to in made.items()]


def _look(connection: Connection, post: Facts) -> Look:
    account = connection.actor.account_id
    return connection.origin, account is None, account == post.account_id


def intricate(present: Present, crowd: Crowd) -> Sequence[Connection]:
    """Who gets plain posts by `deliver`."""
    if crowd.own.isdisjoint(present.accounts):
        return present.intricate
    held = set(present.intricate)
    return [one for one in present.all if one in held or one.actor.account_id in crowd.own]
