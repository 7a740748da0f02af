"""Which watchers a plain post by an author reaches, remembered until something happens that may change it.

Whom a plain post reaches depends on who wrote it, for whom, in which language and with which tags; it is asked once and
holds for all posts like it. What happens is known from the log, in whose order posts come, too: a follow, an unfollow,
a block or a mute that was there before a post makes forget what it may have changed before the post is looked at. An
event that is not known to be harmless, and whatever was written without one (engine/changes.py), makes forget all.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from torg.engine.bus import Logged
from torg.engine.changes import changes
from torg.engine.keys import settings, tenant
from torg.engine.postgres import Tx
from torg.kernel.clock import now
from torg.live import rules, store
from torg.live.model import Facts

MOST = 20_000
"""Authors that are remembered: some 10 MB, if each reaches 25 watchers."""
LONGEST = timedelta(minutes=5)
MOST_GONE = 1_000

PAIRS = frozenset({
    "Followed", "FollowChanged", "FollowAccepted", "FollowRejected", "FollowRequested", "FollowRequestWithdrawn",
    "Unfollowed", "Blocked", "Unblocked", "Muted", "Unmuted",
})  # fmt: skip
"""Something between two accounts: of each of the two as an author it may change who is reached."""
HARMLESS = frozenset({
    "AccountActivated", "AccountCreated", "AnnouncementPublished", "AnnouncementReacted", "AnnouncementWithdrawn",
    "CardShown", "DelegateActed", "DomainBlocked", "DomainUnblocked", "GroupAnnounced", "GroupPinsChanged",
    "MessageDeleted", "MessageEdited", "MessageSent", "NoticeCreated", "NoticesMerged", "PersonalChanged", "PollEnded",
    "PollVoted", "PostDeleted", "PostEdited", "PostFavourited", "PostPinned", "PostPublished", "PostUnfavourited",
    "PostUnpinned", "PostsCounted", "PostsImported", "PostsReceived", "QuoteAsked", "QuoteRevoked", "ReadMoved",
    "ReportFiled", "TagFeatured", "TagUnfeatured", "TokensRevoked", "TopicAdded", "TopicRemoved", "WarningIssued",
})  # fmt: skip
"""Nothing of what decides who is reached by a plain post of an account of this server."""

Like = tuple[str, bool, str | None, bool, frozenset[str]]
"""Audience, listed, language, silenced, tags: an author's posts that are alike reach the same watchers."""
MOST_ALIKE = 50
"""Of one author; who has more begins anew."""


class Reach:
    """Of the first `upto` watchers, those whose home such a post stands in, and who does not see it where all do."""

    __slots__ = ("barred", "home", "upto")

    def __init__(self) -> None:
        self.home: list[int] = []
        self.barred: set[int] = set()
        self.upto = 0


class Crowd:
    """What is remembered of the watchers of one network."""

    def __init__(self) -> None:
        self._order: list[int] = []  # as they were learnt of
        self._accounts: set[int] = set()
        self._all: frozenset[int] | None = None  # the last set of which all were known: mostly it is asked again
        self._reach: OrderedDict[int, dict[Like, Reach]] = OrderedDict()
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
                        self._reach.pop(value, None)
            elif row.kind not in HARMLESS:
                self.forget()

    def forget(self) -> None:
        """Know nothing any more."""
        self._accounts.clear()
        self._order.clear()
        self._all = None
        self._reach.clear()
        self.own.clear()
        self._until = None

    def knows(self, accounts: frozenset[int], posts: Collection[Facts]) -> bool:
        """Whether `reach` says of these watchers and posts what is so, without `learn`."""
        if self._all is not accounts:
            if not accounts <= self._accounts:
                return False
            self._all = accounts
        return all(self._known(post) == len(self._order) for post in posts)

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
        for post in posts:
            if len(self._reach.get(post.account_id, ())) > MOST_ALIKE:
                del self._reach[post.account_id]
            elif post.account_id in self._reach:
                self._reach.move_to_end(post.account_id)  # not to be forgotten below, whoever else is learnt of
        lacking = [post for post in posts if self._known(post) < len(self._order)]
        if not lacking:
            return
        authors = {post.account_id for post in lacking}
        first = max(0, min(self._known(post) for post in lacking))
        tags = frozenset[str]().union(*(post.tags for post in lacking))
        watchers = await store.watchers(tx, self._order[first:], authors, authors, tags, {})
        for post in lacking:
            reach = self._reach.setdefault(post.account_id, {}).setdefault(_like(post), Reach())
            for id_ in self._order[reach.upto :]:
                watcher = watchers[id_]
                if rules.reaches_home(watcher, post):
                    reach.home.append(id_)
                if not rules.is_for(watcher, post) or rules.is_hidden(watcher, post):
                    reach.barred.add(id_)
            reach.upto = len(self._order)
        while len(self._reach) > max(MOST, len(posts)):
            self._reach.popitem(last=False)

    def reach(self, post: Facts) -> Reach:
        """Whom a post reaches of those that were learnt of."""
        return self._reach[post.account_id][_like(post)]

    def _known(self, post: Facts) -> int:
        """Of how many watchers it is known whether the post reaches them; -1: nobody was asked yet."""
        reach = self._reach.get(post.account_id, {}).get(_like(post))
        return -1 if reach is None else reach.upto


def _like(post: Facts) -> Like:
    return post.audience, post.listed, post.language, post.is_silenced, post.tags
