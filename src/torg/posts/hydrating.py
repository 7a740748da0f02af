"""From ids to views: what is the same for all readers is kept in this process, what is the reader's own is asked.

Nothing that is kept decides who may see: `standing` says, in the reader's transaction and under row security, which
posts and people are for the reader, and by their stamps whether what is kept of them is what the database holds.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence

import msgspec

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.cards import reads as cards
from torg.cards.model import Card
from torg.engine.kept import Kept, serial
from torg.engine.postgres import Row, Tx
from torg.kernel.actor import Actor
from torg.media import reads as media
from torg.media.model import Attachment
from torg.posts import poll_store, store
from torg.posts.fresh import app_of, fresh, post_of
from torg.posts.model import AppName, Audience, Look, Poll, Post, PostView
from torg.posts.standing import Needs, Own, Person, Standing, marks, standing

ATTEMPTS = 3
"""How often what is kept may turn out to be old within one read; then everything is read anew."""
Place = tuple[str, int, int]


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """A post as it is for every reader, under the stamps of its rows."""

    number: int
    stamp: str
    files: str | None
    post: Post
    mention_ids: tuple[int, ...]
    tags: list[str]
    media: list[Attachment]
    card: Card | None
    app: AppName | None
    has_poll: bool

    def may_be_kept(self, group_kind: str | None) -> bool:
        """Whether everybody in the network may read it: whoever may not would be asked more for it than for nothing.

        The wall has no clock (DESIGN §2.4): statements for an id that one may not read are those for no post.
        """
        return self.post.audience in (Audience.EVERYONE, Audience.GROUP) and group_kind in (None, "open", "moderated")

    @property
    def people(self) -> tuple[int, ...]:
        return (self.post.account_id, *self.mention_ids)

    @property
    def quoted_id(self) -> int | None:
        return self.post.quote_of_id if self.post.quote_state == "accepted" else None

    @property
    def inner(self) -> list[int]:
        return [id_ for id_ in (self.post.boost_of_id, self.quoted_id) if id_ is not None]

    @property
    def weight(self) -> int:
        """Bytes, roughly."""
        texts = len(self.post.source) + len(self.post.html) + len(self.post.spoiler)
        return 1_500 + texts + 1_200 * len(self.media) + 100 * (len(self.tags) + len(self.mention_ids))


class Face(msgspec.Struct, frozen=True):
    """An account under the stamp of its row."""

    number: int
    stamp: str
    account: Account

    @property
    def weight(self) -> int:
        return 2_000 + 2 * len(self.account.note_html) + 300 * len(self.account.fields)


posts: Kept[Parts] = Kept(0.35)
faces: Kept[Face] = Kept(0.15)


async def hydrate(tx: Tx, actor: Actor, ids: Sequence[int]) -> list[PostView]:
    """Views of the posts that the actor may read, in the order of `ids`; others are left out.

    Boosted and quoted posts come with them (a quote's own quote does not). One statement where all of them are
    kept, at most a dozen else, however many ids.
    """
    if not ids:
        return []
    if actor.guest or tx.scope.guest:
        return await fresh(tx, actor, ids)
    reading = _Reading(tx, actor.account_id)
    if not await reading.gather(ids):
        return await fresh(tx, actor, ids)
    return [view for id_ in ids if (view := reading.view(id_)) is not None]


class Wanted(msgspec.Struct, frozen=True):
    """A viewer, whom it follows, and the posts that it wants."""

    viewer: int
    follows: Container[int]
    ids: Sequence[int]


async def hydrate_for(tx: Tx, wanted: Sequence[Wanted]) -> list[list[PostView | None]]:
    """As `hydrate` for each of several viewers who are no guests, by the statements of one; each view in its place.

    They are read as nobody reads them. So of what not everybody in the network may read, and of polls, of which each
    has answers of its own, nothing is said here (None): `hydrate` knows.
    """
    ids = list(dict.fromkeys(id_ for one in wanted for id_ in one.ids))
    reading = _Reading(tx, None)
    if not ids or not await reading.gather(ids):
        return [[None] * len(one.ids) for one in wanted]
    parts = reading.parts
    threads = {id_: part.post.thread_id for id_, part in parts.items()}
    authors = {part.post.account_id for part in parts.values()}
    own = await marks(tx, {one.viewer for one in wanted}, threads, authors)
    sharing = _Sharing(reading)
    return [sharing.views(one, own.get(one.viewer)) for one in wanted]


class _Reading:
    """One read of several posts by one viewer."""

    def __init__(self, tx: Tx, viewer: int | None) -> None:
        self.tx, self.viewer = tx, viewer
        self.place: Place = (tx.database, tx.scope.org_id, tx.scope.network_ids[0])
        self.parts: dict[int, Parts] = {}
        self.standing: Mapping[int, Standing] = {}
        self.people: Mapping[int, Person] = {}
        self.faces: dict[int, Face] = {}
        self.polls: Mapping[int, Poll] = {}

    async def gather(self, ids: Sequence[int]) -> bool:
        """Everything that the views are made of; False where it would not stand still."""
        missing = self._take(ids)
        for _ in range(ATTEMPTS):
            await self._learn(missing)
            if not self.parts:
                return True
            await self._ask()
            missing = [
                id_ for id_, now in self.standing.items()
                if (now.stamp, now.files) != (self.parts[id_].stamp, self.parts[id_].files)
            ]  # fmt: skip
            if not missing:
                await self._meet()
                polled = [id_ for id_ in self.standing if self.parts[id_].has_poll]
                self.polls = await poll_store.of_posts(self.tx, self.viewer, polled) if polled else {}
                return True
            for id_ in missing:
                del self.parts[id_]
        return False

    def _take(self, ids: Iterable[int]) -> list[int]:
        """Take what is kept of these posts, and of those that they boost or quote; the ids of what is not."""
        missing: list[int] = []
        todo = list(ids)
        while todo:
            id_ = todo.pop()
            if id_ in self.parts:
                continue
            part = posts.get((self.place, id_))
            if part is None:
                missing.append(id_)
                continue
            self.parts[id_] = part
            todo += part.inner
        return missing

    async def _learn(self, missing: Collection[int]) -> None:
        """Read what the viewer may read of these posts, and of those that they boost or quote, and keep it."""
        rows: dict[int, Row] = {}
        tried: set[int] = set()
        while missing:
            tried.update(missing)
            found = await store.readable_rows(self.tx, self.viewer, set(missing))
            rows.update((row["id"], row) for row in found)
            inner = [id_ for row in found for id_ in _inner(row)]
            missing = set(self._take(inner)) - tried
        if not rows:
            return
        with_media = [id_ for id_, row in rows.items() if row["has_media"]]
        attached = await media.for_posts(self.tx, with_media) if with_media else {}
        shown = await cards.for_posts(self.tx, [id_ for id_, row in rows.items() if row["boost_of_id"] is None])
        for id_, row in rows.items():
            part = Parts(
                number=next(serial),
                stamp=row["stamp"],
                files=row["files"],
                post=post_of(row),
                mention_ids=tuple(row["mention_ids"]),
                tags=row["tags"],
                media=attached.get(id_, []),
                card=shown.get(id_),
                app=app_of(row),
                has_poll=row["has_poll"],
            )
            self.parts[id_] = part
            if part.may_be_kept(row["group_kind"]):
                posts.put((self.place, id_), part, part.weight)

    async def _ask(self) -> None:
        """What the viewer may read of these posts now; in short where that is enough, which it is for most pages."""
        parts = self.parts.values()
        people = {id_ for part in parts for id_ in part.people}
        threads = {part.post.thread_id for part in parts}
        needs = Needs(
            plain=all(part.post.audience is Audience.EVERYONE for part in parts),
            own=any(part.post.account_id == self.viewer for part in parts),
            media=any(part.post.has_media for part in parts),
            remote=any(part.post.uri is not None for part in parts),
        )
        self.standing, self.people = await standing(self.tx, self.viewer, self.parts, people, threads, needs)
        if needs.plain and len(self.standing) < len(self.parts):  # not for all any more, gone, or one's own
            self.standing, self.people = await standing(self.tx, self.viewer, self.parts, people, threads)

    async def _meet(self) -> None:
        """The accounts of all that is shown, as far as the viewer may know of them."""
        wanted = {id_ for shown in self.standing for id_ in self.parts[shown].people if id_ in self.people}
        for id_ in wanted:
            face = faces.get((self.place, id_))
            if face is not None and face.stamp == self.people[id_].stamp:
                self.faces[id_] = face
        for stamp, account in await accounts.stamped(self.tx, wanted - set(self.faces)):
            face = Face(next(serial), stamp, account)
            self.faces[account.id] = face
            faces.put((self.place, account.id), face, face.weight)

    def follows(self, account: int) -> bool:
        """Whether the viewer follows an account that is shown."""
        return self.people[account].followed

    def view(self, id_: int, depth: int = 0) -> PostView | None:
        """The post as the viewer sees it; None if that is not at all."""
        part, now = self.parts.get(id_), self.standing.get(id_)
        face = self.faces.get(part.post.account_id) if part is not None else None
        if part is None or now is None or face is None:
            return None
        post = part.post
        boost_of = self.view(post.boost_of_id, depth) if post.boost_of_id is not None else None
        if post.boost_of_id is not None and boost_of is None:
            return None
        quoted = self.view(part.quoted_id, depth + 1) if part.quoted_id is not None and depth < 1 else None
        mentioned = [self.faces[person] for person in part.mention_ids if person in self.faces]
        follows = self.follows(post.account_id)
        look: Look | None = (
            part.number, face.number, tuple(one.number for one in mentioned), now.counts, now.flags, now.group_kind,
            follows and post.quote_policy == "followers", boost_of and boost_of.look, quoted and quoted.look,
        )  # fmt: skip
        # What a poll shows depends on the time
        if part.has_poll or any(one is not None and one.look is None for one in (boost_of, quoted)):
            look = None
        return PostView(
            post=post,
            account=face.account,
            counts=now.counts,
            flags=now.flags,
            mentions=[one.account for one in mentioned],
            tags=part.tags,
            media=part.media,
            poll=self.polls.get(id_),
            card=part.card,
            app=part.app,
            boost_of=boost_of,
            quoted=quoted,
            follows_author=follows,
            group_kind=now.group_kind,
            look=look,
        )


class _One(_Reading):
    """What was read as nobody, for one of those who share it."""

    def __init__(self, reading: _Reading, wanted: Wanted, own: Own | None) -> None:
        self.__dict__.update(reading.__dict__)
        self.viewer = wanted.viewer
        self._follows = wanted.follows
        if own is not None and own.flags:
            stands = {
                id_: msgspec.structs.replace(reading.standing[id_], flags=flags)
                for id_, flags in own.flags.items()
                if id_ in reading.standing
            }
            self.standing = {**reading.standing, **stands}

    def follows(self, account: int) -> bool:
        return account in self._follows


class _Sharing:
    """What several viewers share of one read."""

    def __init__(self, reading: _Reading) -> None:
        self._reading = reading
        self._open: dict[int, tuple[int, ...] | None] = {}
        self._made: dict[tuple[int, tuple[bool, ...]], PostView | None] = {}

    def views(self, wanted: Wanted, own: Own | None) -> list[PostView | None]:
        """The views of one viewer, each in its place; None where it has to read by itself."""
        one = _One(self._reading, wanted, own)
        return [self._view(one, wanted, own, id_) for id_ in wanted.ids]

    def _view(self, one: _One, wanted: Wanted, own: Own | None, id_: int) -> PostView | None:
        authors = self._authors(id_)
        if authors is None or (own is not None and not own.blockers.isdisjoint(authors)):
            return None
        if own is not None or wanted.viewer in authors:
            return one.view(id_)
        key = id_, tuple([author in wanted.follows for author in authors])
        if key not in self._made:
            self._made[key] = one.view(id_)
        return self._made[key]

    def _authors(self, id_: int) -> tuple[int, ...] | None:
        """Whose the post is and what it boosts or quotes; None unless all of it is for everybody in the network."""
        if id_ not in self._open:
            self._open[id_] = None  # what quotes itself in a ring is not for everybody
            self._open[id_] = self._looked_at(id_)
        return self._open[id_]

    def _looked_at(self, id_: int) -> tuple[int, ...] | None:
        part = self._reading.parts.get(id_)
        if part is None or id_ not in self._reading.standing or part.has_poll:
            return None
        post = part.post
        if post.audience is not Audience.EVERYONE or post.group_id is not None:
            return None
        authors: tuple[int, ...] = (post.account_id,)
        for inner in part.inner:
            more = self._authors(inner)
            if more is None:
                return None
            authors += more
        return authors


def _inner(row: Row) -> list[int]:
    quoted = row["quote_of_id"] if row["quote_state"] == "accepted" else None
    return [id_ for id_ in (row["boost_of_id"], quoted) if id_ is not None]
