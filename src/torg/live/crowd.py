"""Which watchers a plain post reaches, from what is remembered of them until something happens that may change it.

What the watchers have to do with an author, with those who are answered or named, and with tags is asked once for each
person and tag; whom a post reaches follows from it by the rules, and holds for all like it with nobody else in them.
What happens is known from the log, in whose order posts come, too: a follow, an unfollow, a block or a mute that was
there before a post makes forget the two concerned before the post is looked at. An event that is not known to be
harmless, and whatever was written without one (engine/changes.py), makes forget all.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence, Set
from datetime import datetime, timedelta

from torg.engine.bus import Logged
from torg.engine.changes import changes
from torg.engine.keys import settings, tenant
from torg.engine.postgres import Tx
from torg.kernel.clock import now
from torg.live import rules, store
from torg.live.model import Facts, Watcher
from torg.timelines.rules import Follow, Viewer

MOST = 20_000
"""People that are remembered: some 15 MB, if 25 watchers have to do with each."""
MOST_TAGS = 5_000
LONGEST = timedelta(minutes=5)
MOST_GONE = 1_000

PAIRS = frozenset({
    "Followed", "FollowChanged", "FollowAccepted", "FollowRejected", "FollowRequested", "FollowRequestWithdrawn",
    "Unfollowed", "Blocked", "Unblocked", "Muted", "Unmuted",
})  # fmt: skip
"""Something between two accounts: it may change what watchers have to do with each of the two."""
HARMLESS = frozenset({
    "AccountActivated", "AccountCreated", "AccountsCounted",
    "AnnouncementPublished", "AnnouncementReacted", "AnnouncementWithdrawn",
    "CardShown", "DelegateActed", "DomainBlocked", "DomainUnblocked", "GroupAnnounced", "GroupPinsChanged",
    "MessageDeleted", "MessageEdited", "MessageSent", "NoticeCreated", "NoticesMerged", "PersonalChanged", "PollEnded",
    "PollVoted", "PostDeleted", "PostEdited", "PostFavourited", "PostPinned", "PostPublished", "PostUnfavourited",
    "PostUnpinned", "PostsCounted", "PostsImported", "PostsReceived", "QuoteAsked", "QuoteRevoked", "ReadMoved",
    "ReportFiled", "TagFeatured", "TagUnfeatured", "TokensRevoked", "TopicAdded", "TopicRemoved", "WarningIssued",
})  # fmt: skip
"""Nothing of what decides who is reached by a plain post of an account of this server."""

Like = tuple[str, bool, str | None, bool, frozenset[str], bool, bool, int | None]
"""Audience, listed, language, silenced, tags, files, answer, to whom: posts that are alike reach the same watchers."""
MOST_ALIKE = 50
"""Of one author; who has more begins anew."""
NOBODY: frozenset[int] = frozenset()


class Ties:
    """What the first `upto` watchers have to do with a person."""

    __slots__ = ("blocked", "exclusive", "follows", "hidden", "upto")

    def __init__(self) -> None:
        self.follows: dict[int, Follow] = {}
        self.hidden: Set[int] = NOBODY
        """Who block or mute the person."""
        self.blocked: Set[int] = NOBODY
        """Whom the person blocks."""
        self.exclusive: Set[int] = NOBODY
        """Who have the person in a list that keeps it out of the home."""
        self.upto = 0


class Tagged:
    """Who of the first `upto` watchers follow a tag."""

    __slots__ = ("by", "upto")

    def __init__(self) -> None:
        self.by: set[int] = set()
        self.upto = 0


class Reach:
    """Of the first `upto` watchers, those whose home such a post stands in, and who does not see it where all do."""

    __slots__ = ("barred", "home", "kept", "upto")

    def __init__(self, home: list[int], barred: Set[int], upto: int, *, kept: bool) -> None:
        self.home = home
        self.barred = barred
        self.upto = upto
        self.kept = kept
        """Whether it holds for more posts than one."""


class Crowd:
    """What is remembered of the watchers of one network."""

    def __init__(self) -> None:
        self._order: list[int] = []  # as they were learnt of
        self._accounts: set[int] = set()
        self._all: frozenset[int] | None = None  # the last set of which all were known: mostly it is asked again
        self._company: set[int] = set()
        self._guests: set[int] = set()
        self._ties: OrderedDict[int, Ties] = OrderedDict()
        self._tagged: OrderedDict[str, Tagged] = OrderedDict()
        self._reach: dict[int, dict[Like, Reach]] = {}
        self._ticket = -1
        self._until: datetime | None = None
        self.own: set[int] = set()
        """Watchers to whom a post may look different than to others: guests, and those with filters."""

    def heed(self, org: int, network: int, rows: Sequence[Logged]) -> None:
        """Forget what these events may have changed; to be called with each batch, before its posts are looked at."""
        told = changes.unchanged(self._ticket, {*tenant(org), settings(org)})
        self._ticket = changes.known
        if not told or (self._until is not None and self._until <= now()):
            self.forget()
        for row in rows:
            if row.kind in PAIRS:
                for value in row.payload.values():
                    if type(value) is int:
                        self._ties.pop(value, None)
                        self._reach.pop(value, None)
            elif row.kind not in HARMLESS:
                self.forget()

    def forget(self) -> None:
        """Know nothing any more."""
        self._accounts.clear()
        self._order.clear()
        self._all = None
        self._company.clear()
        self._guests.clear()
        self._ties.clear()
        self._tagged.clear()
        self._reach.clear()
        self.own.clear()
        self._until = None

    def knows(self, accounts: frozenset[int], posts: Collection[Facts]) -> bool:
        """Whether `reach` says of these watchers and posts what is so, without `learn`."""
        if self._all is not accounts:
            if not accounts <= self._accounts:
                return False
            self._all = accounts
        return not self._strangers(posts) and not self._new_tags(posts)

    def _strangers(self, posts: Iterable[Facts]) -> set[int]:
        """Who is in the posts, and is not known to all watchers."""
        people = set[int]().union(*(post.people for post in posts))
        return {one for one in people if (ties := self._ties.get(one)) is None or ties.upto < len(self._order)}

    def _new_tags(self, posts: Iterable[Facts]) -> set[str]:
        tags = frozenset[str]().union(*(post.tags for post in posts))
        return {tag for tag in tags if (known := self._tagged.get(tag)) is None or known.upto < len(self._order)}

    async def learn(self, tx: Tx, accounts: frozenset[int], posts: Collection[Facts]) -> None:
        """Ask of these watchers and plain posts what is not known yet."""
        if len(self._order) > len(accounts) + MOST_GONE:
            self.forget()
        if new := list(accounts - self._accounts):
            own, until = await store.peculiar(tx, new)
            self._accounts.update(new)
            self._order += new
            self.own |= own
            self._until = min(end for end in (now() + LONGEST, until, self._until) if end is not None)
        people, tags = self._strangers(posts), self._new_tags(posts)
        if not people and not tags:
            return
        ties = {one: self._ties.setdefault(one, Ties()) for one in people}
        tagged = {tag: self._tagged.setdefault(tag, Tagged()) for tag in tags}
        lacking: list[Ties | Tagged] = [*ties.values(), *tagged.values()]
        first = min(known.upto for known in lacking)
        watchers = await store.watchers(tx, self._order[first:], people, people, tags, {})
        for watcher in watchers.values():
            self._note(watcher, ties, tagged)
        for known in lacking:
            known.upto = len(self._order)
        self._let_go(posts)

    def _note(self, watcher: Watcher, ties: dict[int, Ties], tagged: dict[str, Tagged]) -> None:
        viewer, me = watcher.viewer, watcher.id
        if viewer.company:
            self._company.add(me)
        if viewer.guest:
            self._guests.add(me)
        for person, follow in viewer.follows.items():
            ties[person].follows[me] = follow
        for person in viewer.hidden:
            ties[person].hidden = _with(ties[person].hidden, me)
        for person in watcher.blocked_by:
            ties[person].blocked = _with(ties[person].blocked, me)
        for person in viewer.exclusive:
            ties[person].exclusive = _with(ties[person].exclusive, me)
        for tag in viewer.tags:
            tagged[tag].by.add(me)

    def _let_go(self, posts: Collection[Facts]) -> None:
        """Of too many, those that were not asked for longest; none of these posts'."""
        people = set[int]().union(*(post.people for post in posts))
        tags = frozenset[str]().union(*(post.tags for post in posts))
        for person in people:
            self._ties.move_to_end(person)
        for tag in tags:
            self._tagged.move_to_end(tag)
        while len(self._ties) > max(MOST, len(people)):
            self._reach.pop(self._ties.popitem(last=False)[0], None)
        while len(self._tagged) > max(MOST_TAGS, len(tags)):
            self._tagged.popitem(last=False)

    def reach(self, post: Facts) -> Reach:
        """Whom a post reaches of those that were learnt of."""
        if post.people != {post.account_id}:
            return self._found(post, kept=False)
        alike = self._reach.setdefault(post.account_id, {})
        reach = alike.get(like := _like(post))
        if reach is None or reach.upto < len(self._order):
            if len(alike) >= MOST_ALIKE and reach is None:
                alike.clear()
            reach = alike[like] = self._found(post, kept=True)
        return reach

    def _found(self, post: Facts, *, kept: bool) -> Reach:
        ties = {person: self._ties[person] for person in post.people}
        author = ties[post.account_id]
        near = {*author.follows, *self._company, *(self._accounts & {post.account_id})}
        for tag in post.tags:
            near |= self._tagged[tag].by
        home = [one for one in sorted(near) if rules.reaches_home(self._watcher(one, ties, post), post)]
        barred = self._guests.union(author.blocked, *(known.hidden for known in ties.values()))
        return Reach(home, barred, len(self._order), kept=kept)

    def _watcher(self, me: int, ties: dict[int, Ties], post: Facts) -> Watcher:
        """As `store.watchers` would say, as far as this post is concerned."""
        author = {post.account_id}
        viewer = Viewer(
            account_id=me,
            company=me in self._company,
            guest=me in self._guests,
            follows={person: known.follows[me] for person, known in ties.items() if me in known.follows},
            hidden={person for person, known in ties.items() if me in known.hidden},
            tags={tag for tag in post.tags if me in self._tagged[tag].by},
            exclusive=author if me in ties[post.account_id].exclusive else NOBODY,
        )
        return Watcher(viewer, author if me in ties[post.account_id].blocked else NOBODY)


def _with(known: Set[int], one: int) -> Set[int]:
    """The same set, unless it is the empty one that most people share."""
    if isinstance(known, set):
        known.add(one)
        return known
    return {one}


def _like(post: Facts) -> Like:
    return (
        post.audience, post.listed, post.language, post.is_silenced, post.tags, post.has_media, post.is_reply,
        post.reply_to_account_id,
    )  # fmt: skip
