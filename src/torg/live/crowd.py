"""Which watchers a plain post reaches, from what is remembered of them until something happens that may change it.

Asked is from the side of those who listen: whom a watcher follows, mutes and so on is learnt whole by one statement for
many watchers, when they come or something of theirs changes (`learn`); so a post by somebody who was never seen before
costs no query. Whom a post reaches follows from it by the rules, and holds for all like it with nobody else in them.
What happens is known from the log, in whose order posts come, too: a follow, an unfollow, a block or a mute that was
there before a post makes forget the two concerned before the post is looked at. An event that is not known to be
harmless, and whatever was written without one (engine/changes.py), makes forget all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence, Set
from datetime import datetime, timedelta

import numpy as np

from torg.engine.bus import Logged
from torg.engine.changes import changes
from torg.engine.keys import settings, tenant
from torg.engine.postgres import Tx
from torg.kernel.clock import now
from torg.live import rules, store
from torg.live.heard import HARMLESS, OWN, PAIRS
from torg.live.model import Facts, Watcher
from torg.live.store import Acquaintance
from torg.live.ties import BLOCKED, EXCLUDES, FOLLOWS, HIDES, People, Ties
from torg.timelines.rules import Follow, Viewer

LONGEST = timedelta(minutes=5)
"""Then a watcher is learnt of anew, in passing (`refresh`)."""
MOST_GONE = 1_000
MOST_SILENT = 100_000
"""Slots of watchers that were learnt of anew, before all of them are given out anew."""
MOST_REACHES = 50_000
AT_ONCE = 200
"""Watchers that are asked for by one statement."""
PASSING = 20
"""So many looks in passing, one in ten seconds, do for all: who came together is not asked about anew together."""

Like = tuple[str, bool, str | None, bool, frozenset[str], bool, bool, int | None]
"""Audience, listed, language, silenced, tags, files, answer, to whom: posts that are alike reach the same watchers."""
MOST_ALIKE = 50
"""Of one author; who has more begins anew."""
NOBODY: frozenset[int] = frozenset()


class Reach:
    """The watchers whose home such a post stands in, and who does not see it where all do."""

    __slots__ = ("barred", "home", "kept")

    def __init__(self, home: list[int], barred: Set[int], *, kept: bool) -> None:
        self.home = home
        self.barred = barred
        self.kept = kept
        """Whether it holds for more posts than one."""


PLAIN = Follow()


class Crowd:
    """What is remembered of the watchers of one network."""

    def __init__(self) -> None:
        self._learnt: dict[int, Acquaintance] = {}
        self._slot: dict[int, int] = {}  # of all of those
        self._who: list[int] = []  # by slot; 0: silent
        self._known: dict[int, datetime] = {}  # of which that still holds, with when it was learnt: oldest first
        self._all: frozenset[int] | None = None  # the last set of which all were known: mostly it is asked again
        self._ends: dict[int, datetime] = {}  # when a mute of theirs runs out, and
        self._first_end: datetime | None = None  # the first of that, or earlier
        self._ties = Ties()
        self._tagged: dict[str, set[int]] = {}
        self._company: set[int] = set()
        self._guests: set[int] = set()
        self._reach: dict[int, dict[Like, Reach]] = {}
        self._reached_by_tag: set[int] = set()  # authors of whom reaches with tags are among those
        self._ticket = -1
        self._heeded = 0
        self._asking = 0
        self._void: dict[int, int] = {}  # when it was heard that what is being asked may be old: of watchers, and
        self._all_void = 0  # of all
        self.own: set[int] = set()
        """Watchers to whom a post may look different than to others: guests, and those with filters."""

    def heed(self, org: int, network: int, rows: Sequence[Logged]) -> None:
        """Forget what these events may have changed; to be called with each batch, before its posts are looked at."""
        self._heeded += 1
        told = changes.unchanged(self._ticket, {*tenant(org), settings(org)})
        self._ticket = changes.known
        if not told:
            self.forget()
        if self._first_end is not None and self._first_end <= (at := now()):
            for one in [one for one, end in self._ends.items() if end <= at]:
                self._doubt(one)
            self._first_end = min(self._ends.values(), default=None)
        for row in rows:
            if row.kind in PAIRS:
                for value in row.payload.values():
                    if type(value) is int:
                        self._reach.pop(value, None)
                        self._doubt(value)
            elif row.kind in OWN:
                self._doubt(row.payload["account_id"])
            elif row.kind not in HARMLESS:
                self.forget()

    def _doubt(self, one: int) -> None:
        """What is known of a watcher may not be so any more."""
        if self._asking:
            self._void[one] = self._heeded
        if self._known.pop(one, None) is not None:
            self._ends.pop(one, None)
            self._all = None

    def forget(self) -> None:
        """Know nothing any more."""
        self._all_void = self._heeded
        for known in (
            self._learnt, self._slot, self._who, self._known, self._ends, self._ties, self._tagged, self._company,
            self._guests, self._reach, self._reached_by_tag, self.own,
        ):  # fmt: skip
            known.clear()
        self._all = None

    def knows(self, accounts: frozenset[int]) -> bool:
        """Whether `reach` says of these watchers what is so, without `learn`."""
        if self._all is not accounts:
            if not self._known.keys() >= accounts:
                return False
            self._all = accounts
        return True

    def strangers(self, accounts: Collection[int]) -> list[int]:
        """Who of these watchers has to be asked for."""
        return [one for one in accounts if one not in self._known]

    def refresh(self, here: Set[int]) -> list[int]:
        """Some of whom was learnt so long ago that something may have escaped us. Who is not here is doubted."""
        old: list[int] = []
        before = now() - LONGEST
        most = max(AT_ONCE, len(self._known) // PASSING)
        for one, at in self._known.items():
            if at > before or len(old) >= most:
                break
            old.append(one)
        for gone in (one for one in old if one not in here):
            self._doubt(gone)
        return [one for one in old if one in here]

    async def learn(self, tx: Tx, accounts: Collection[int]) -> None:
        """Ask what there is to know of these watchers, known or not. What is heeded meanwhile holds against it."""
        if self._ticket < 0:
            self._ticket = changes.ticket()
        asked, begun = list(accounts), self._heeded
        self._asking += 1
        try:
            for first in range(0, len(asked), AT_ONCE):
                found = await store.acquaintances(tx, asked[first : first + AT_ONCE])
                if self._all_void > begun:
                    return
                self._note({one: told for one, told in found.items() if self._void.get(one, 0) <= begun})
        finally:
            self._asking -= 1
            if not self._asking:
                self._void.clear()

    def _note(self, found: dict[int, Acquaintance]) -> None:
        at = now()
        new = []
        for one, told in found.items():
            self._known.pop(one, None)
            self._known[one] = at
            self._ends.pop(one, None)
            if told.until is not None:
                self._ends[one] = told.until
                self._first_end = min(told.until, self._first_end or told.until)
            before = self._learnt.get(one)
            self._unreach(one, before, told)
            self._sort_in(one, before, told)
            if before is None or any(differ(*both) for both in zip(before.kinds, told.kinds, strict=True)):
                self._silence(one)
                self._slot[one] = len(self._who)
                self._who.append(one)
                new.append((self._slot[one], told.kinds))
            self._learnt[one] = told
        if new:
            self._ties.add(new, np.array(self._who, np.int64) != 0)

    def _silence(self, one: int) -> None:
        slot = self._slot.pop(one, None)
        if slot is not None:
            self._who[slot] = 0

    def _sort_in(self, one: int, before: Acquaintance | None, told: Acquaintance) -> None:
        for tag in (before.tags if before else frozenset()) - told.tags:
            if not (by := self._tagged[tag]) - {one}:
                del self._tagged[tag]
            by.discard(one)
        for tag in told.tags:
            self._tagged.setdefault(tag, set()).add(one)
        for group, among in (
            (self._company, told.company), (self._guests, told.guest), (self.own, told.guest or told.filters),
        ):  # fmt: skip
            if among:
                group.add(one)
            else:
                group.discard(one)

    def _unreach(self, one: int, before: Acquaintance | None, told: Acquaintance) -> None:
        """Find anew whom the posts reach of which that may have changed by what is known now of a watcher."""
        if not self._reach:
            return
        old = before or NOTHING
        if (old.company, old.guest, old.filters) != (told.company, told.guest, told.filters):
            self._reach.clear()
            self._reached_by_tag.clear()
            return
        concerned = {one} if before is None else set[int]()
        for was, is_ in zip(old.kinds, told.kinds, strict=True):
            if differ(was, is_):
                concerned.update(np.setxor1d(was, is_, assume_unique=True).tolist())
        if old.choosy != told.choosy:
            concerned |= old.choosy.keys() | told.choosy.keys()
        if old.tags != told.tags:
            concerned |= self._reached_by_tag
        for person in concerned:
            self._reach.pop(person, None)
        self._reached_by_tag -= concerned

    def part(self, here: Set[int]) -> None:
        """Forget those who are not here, if they are many."""
        if len(self._learnt) > len(here) + MOST_GONE:
            for one in [one for one in self._learnt if one not in here]:
                told = self._learnt.pop(one)
                self._doubt(one)
                self._unreach(one, told, NOTHING)
                self._sort_in(one, told, NOTHING)
                self._silence(one)
        if len(self._who) > len(self._learnt) + MOST_SILENT:
            self.forget()

    def reach(self, post: Facts) -> Reach:
        """Whom a post reaches of those who were learnt of."""
        author = post.account_id
        if post.people != {author}:
            return self._found(post, kept=False)
        alike = self._reach.get(author)
        if alike is None:
            if len(self._reach) >= MOST_REACHES:
                self._reach.clear()
                self._reached_by_tag.clear()
            alike = self._reach[author] = {}
        reach = alike.get(like := _like(post))
        if reach is None:
            if len(alike) >= MOST_ALIKE:
                alike.clear()
            reach = alike[like] = self._found(post, kept=True)
            if post.tags:
                self._reached_by_tag.add(author)
        return reach

    def near(self, post: Facts) -> set[int]:
        """Of those who were learnt of, in whose homes the post can stand: `homes.Homes.near`, before any is asked."""
        source = post.account_id if post.group_id is None else post.group_id
        who = self._who
        return self._near(post, {who[slot] for slot, kind in self._ties.of(source) if kind == FOLLOWS and who[slot]})

    def _near(self, post: Facts, followers: Set[int]) -> set[int]:
        near = {*followers, *self._company}
        if post.account_id in self._learnt:
            near.add(post.account_id)
        for tag in post.tags:
            near |= self._tagged.get(tag, NOBODY)
        return near

    def _found(self, post: Facts, *, kept: bool) -> Reach:
        who, author = self._who, post.account_id
        ties: dict[int, list[set[int]]] = {}
        for person in post.people:
            kinds = ties[person] = [set(), set(), set(), set()]
            for slot, kind in self._ties.of(person):
                if who[slot]:
                    kinds[kind].add(who[slot])
        near = self._near(post, ties[author][FOLLOWS])
        alike = self._alike(ties[author], post) if post.people == {author} else NOBODY
        if alike and not rules.reaches_home(self._watcher(next(iter(alike)), ties, post), post):
            near -= alike
            alike = NOBODY
        home = [
            one for one in sorted(near)
            if one in alike or rules.reaches_home(self._watcher(one, ties, post), post)
        ]  # fmt: skip
        barred = self._guests.union(ties[author][BLOCKED], *(kinds[HIDES] for kinds in ties.values()))
        return Reach(home, barred or NOBODY, kept=kept)

    def _alike(self, kinds: list[set[int]], post: Facts) -> Set[int]:
        """Those who only follow the author of a post with nobody else in it: it stands in the homes of all or of none.

        Nearly all are, and the rules are asked for one of them.
        """
        learnt, author, tagged = self._learnt, post.account_id, set[int]()
        for tag in post.tags:
            tagged |= self._tagged.get(tag, NOBODY)
        return {
            one
            for one in kinds[FOLLOWS].difference(
                kinds[HIDES], kinds[BLOCKED], kinds[EXCLUDES], self._company, self._guests, tagged, post.people
            )
            if author not in learnt[one].choosy
        }

    def _watcher(self, me: int, ties: dict[int, list[set[int]]], post: Facts) -> Watcher:
        """As `store.watchers` would say, as far as this post is concerned."""
        told, author = self._learnt[me], {post.account_id}
        viewer = Viewer(
            account_id=me,
            company=told.company,
            guest=told.guest,
            follows={
                person: told.choosy.get(person, PLAIN) for person, kinds in ties.items() if me in kinds[FOLLOWS]
            },
            hidden={person for person, kinds in ties.items() if me in kinds[HIDES]},
            tags=told.tags,
            exclusive=author if me in ties[post.account_id][EXCLUDES] else NOBODY,
        )  # fmt: skip
        return Watcher(viewer, author if me in ties[post.account_id][BLOCKED] else NOBODY)


NOTHING = Acquaintance(guest=False)


def differ(one: People, other: People) -> bool:
    """Whether they are not the same people."""
    return one is not other and not np.array_equal(one, other)


def _like(post: Facts) -> Like:
    return (
        post.audience, post.listed, post.language, post.is_silenced, post.tags, post.has_media, post.is_reply,
        post.reply_to_account_id,
    )  # fmt: skip
