"""Plain posts, many at once: concurrent posts of a network share one transaction and are answered once it is durable.

Those of authors who are known, to nobody in particular, take one call (posts/at_once.py), the others several steps.
Plain is a text to the network: no quote, group, file, poll, delegate or leak guard; an answer to what all may read, and
with mentions of accounts of this server. For everything else, and for whatever is odd about a plain post, the answer is
None: `actions.publish` does it, and says what is wrong. Both leave the same rows and the same event
(tests/posts/test_plain.py).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import msgspec

from torg.accounts import reads as accounts
from torg.accounts.model import Account, AccountKind
from torg.engine import outbox
from torg.engine.changes import changes
from torg.engine.gather import Gatherer
from torg.engine.postgres import Database, DatabaseError, Tx, json
from torg.kernel.actor import Actor, NetworkKind, Scope
from torg.kernel.clock import now
from torg.kernel.errors import TorgError
from torg.kernel.events import kind_of
from torg.orgs.model import Network
from torg.orgs.rules import may_post
from torg.posts import at_once, checks, rules
from torg.posts import plain_store as store
from torg.posts import store as posts
from torg.posts.events import PostPublished
from torg.posts.just_written import JustWritten, expect
from torg.posts.model import AppName, Audience, Draft, Post, PostView, QuotePolicy
from torg.posts.plain_making import Made, Surroundings, Wanted, complete, is_usual, languages, latest, make, text_of
from torg.text.render import render, scan

UNSURE = ("08", "57")
"""Classes of SQLSTATE after which nobody knows whether the commit came about: nothing is tried again."""


MOST_HANDLES = 20


class Before(msgspec.Struct, frozen=True):
    """The post that the idempotency key made before."""

    post_id: int


Outcome = PostView | Before | None
Results = Sequence[Outcome | Exception]
T = TypeVar("T")


def plain(
    actor: Actor,
    network: Network,
    draft: Draft,
    *,
    origin: str,
    chosen_audience: bool,
    sensitive: bool | None,
    quote_policy: QuotePolicy | None,
) -> Wanted | None:
    """The draft, ready to be written together with others; None if it takes the full way."""
    if (
        actor.delegated is not None
        or actor.guest
        or draft.media_ids
        or draft.poll
        or draft.group_id is not None
        or draft.quote_of_id is not None
        or (draft.reply_to_id is None and not may_post(network.settings, actor.permissions))
    ):
        return None
    try:
        draft = rules.check(draft, network.settings)
    except TorgError:
        return None
    handles: list[str] = []
    if "@" in draft.text or "!" in draft.text:
        seen = scan(draft.text)
        handles = list(seen.handles)
        if seen.groups or len(handles) > MOST_HANDLES or any("@" in handle.lstrip("@") for handle in handles):
            return None
    body = render(draft.text, mentions={}, origin=origin)
    return Wanted(
        actor=actor,
        network=network,
        draft=draft,
        origin=origin,
        handles=handles,
        body=body,
        chosen_audience=chosen_audience,
        sensitive=sensitive,
        quote_policy=quote_policy,
    )


class PlainPosts:
    """The writer of a process. `await posts.publish(wanted)` answers when the post is durable."""

    def __init__(self, db: Database, *, together: int = 200, room: int = 1_000) -> None:
        self._db = db
        self.fresh = JustWritten()
        self._authors = at_once.Authors()
        self._line: Gatherer[Wanted, Outcome] = Gatherer(self._batch, together=together, room=room)

    @property
    def waiting(self) -> int:
        """How many posts wait to be written, or are being written."""
        return self._line.waiting

    def publish(self, wanted: Wanted) -> Awaitable[Outcome]:
        """The new post as its author sees it; Full (503) before anything was begun if too many wait."""
        return self._line.do((wanted.network.org_id, wanted.network.id), wanted)

    async def close(self) -> None:
        await self._line.close()
        self.fresh.end()

    async def _batch(self, batch: Sequence[Wanted]) -> Sequence[Outcome | Exception]:
        results: list[Outcome | Exception] = [None] * len(batch)
        ready = self._ready(batch)

        async def at_once() -> None:
            for at, result in zip(ready, await _each(self._at_once, list(ready.values())), strict=True):
                results[at] = result

        async def by_steps(places: Sequence[int]) -> None:
            for at, result in zip(places, await _each(self._together, [batch[at] for at in places]), strict=True):
                results[at] = result

        others = [at for at in range(len(batch)) if at not in ready]
        if ready and others:  # both lock authors and keys in one order
            await asyncio.gather(at_once(), by_steps(others))
        elif ready:
            await at_once()
        else:
            await by_steps(others)
        if left := [at for at in ready if results[at] is None]:
            await by_steps(left)
        return results

    def _ready(self, batch: Sequence[Wanted]) -> dict[int, _Ready]:
        """What may be written by one call, by its place: what is for nobody in particular."""
        network = batch[0].network
        guarded = network.kind is NetworkKind.PUBLIC
        if guarded and not checks.asked_by_database():
            return {}
        chosen: list[tuple[int, Wanted, at_once.Known, AppName | None]] = []
        keys: set[tuple[int, str]] = set()
        for at, wanted in enumerate(batch):
            key = wanted.draft.idempotency_key
            if wanted.handles or wanted.draft.reply_to_id is not None:
                continue
            author = self._authors.get(network.org_id, wanted.actor.me)
            app = self._authors.app(network.org_id, wanted.draft.app_id)
            if (wanted.draft.app_id is not None and app is None) or (key and (wanted.actor.me, key) in keys):
                continue
            if key:
                keys.add((wanted.actor.me, key))
            chosen.append((at, wanted, author, app))
        said = languages([(wanted.draft, author.settings, wanted.body) for _, wanted, author, _ in chosen])
        ready: dict[int, _Ready] = {}
        moment = now()
        for (at, wanted, author, app), language in zip(chosen, said, strict=True):
            around = Surroundings(wanted.body, None, [], [], app, 0, language)
            post, event = make(wanted, author.settings, around, moment)
            row = at_once.row(post, event, author, key=wanted.draft.idempotency_key or None)
            ready[at] = _Ready(post, event, app, row, guarded)
        return ready

    async def _at_once(self, ready: Sequence[_Ready]) -> list[Outcome]:
        first, ticket = ready[0].post, changes.ticket()
        written = await at_once.publish(
            self._db,
            first.org_id,
            first.network_id,
            [one.row for one in ready],
            kind=kind_of(PostPublished),
            guarded=ready[0].guarded,
        )
        outcomes: list[Outcome] = []
        for one in ready:
            account = written.get(one.post.id)
            if account is None:  # not as remembered, or something else that the longer way says
                self._authors.forget(first.org_id, one.post.account_id)
                outcomes.append(None)
                continue
            view = PostView(post=one.post, account=latest(account, one.post), tags=sorted(one.event.tags), app=one.app)
            expect(view, ticket)
            self.fresh.put(view, ticket)
            outcomes.append(view)
        outbox.told([one.event for one in ready if one.post.id in written], first.org_id, first.network_id)
        return outcomes

    async def _together(self, batch: Sequence[Wanted]) -> list[Outcome]:
        network, ticket = batch[0].network, changes.ticket()
        async with self._db.tx(Scope(network.org_id, (network.id,)), steady=True) as tx:
            outcomes, made = await _prepare(tx, network, batch, self._authors)
            if made:
                await _write(tx, made)
                for one in made:
                    expect(one.view, ticket)
                    if one.post.reply_to_id is None and not one.mention_ids:
                        self.fresh.put(one.view, ticket)
                outbox.stored(tx, [one.event for one in made], network.org_id, network.id)
        return outcomes


class _Ready(msgspec.Struct, frozen=True):
    """A post that may be written by one call."""

    post: Post
    event: PostPublished
    app: AppName | None
    row: at_once.Row
    guarded: bool


async def _each(write: Callable[[Sequence[T]], Awaitable[Sequence[Outcome]]], batch: Sequence[T]) -> Results:
    """The batch together; if the database refuses it, which takes all of it back, each alone."""
    try:
        return await write(batch)
    except DatabaseError as error:
        if len(batch) == 1 or error.sqlstate is None or error.sqlstate.startswith(UNSURE):
            return [error] * len(batch)
    except Exception as error:  # noqa: BLE001 - it is theirs, and not of those who are written otherwise
        return [error] * len(batch)
    done: list[Outcome | Exception] = []
    for one in batch:  # so that only the culprit fails
        try:
            done += await write([one])
        except Exception as error:  # noqa: BLE001 - it is that post's
            done.append(error)
    return done


async def _prepare(
    tx: Tx, network: Network, batch: Sequence[Wanted], known_authors: at_once.Authors
) -> tuple[list[Outcome], list[Made]]:
    """Ask what a post must know, for all together, and put them together."""
    keyed = {(w.actor.me, w.draft.idempotency_key) for w in batch if w.draft.idempotency_key}
    if keyed:
        await store.lock_keys(tx, keyed)
    authors: dict[int, Account] = {}
    for account, raw in await store.authors(tx, {w.actor.me for w in batch}):
        if is_usual(account):
            authors[account.id] = account
            known_authors.learn(account, raw)
    known = await store.known_keys(tx, keyed) if keyed else {}
    asked = await checks.asked(tx, network, {(w.actor.me, w.actor.person_id) for w in batch})
    apps = await store.apps(tx, {w.draft.app_id for w in batch if w.draft.app_id is not None})
    known_authors.learn_apps(network.org_id, apps)
    answered = {(w.draft.reply_to_id, w.actor.me) for w in batch if w.draft.reply_to_id is not None}
    parents = await store.parents(tx, answered) if answered else {}
    handles = {handle for w in batch for handle in w.handles}
    named = await accounts.by_handles(tx, handles, network.host) if handles else {}
    texts = [text_of(wanted, named) for wanted in batch]
    names = {tag.name for body, _ in texts for tag in body.tags}
    tags = await store.tags(tx, names) if names else {}
    outcomes: list[Outcome] = []
    made: list[Made] = []
    seen: set[tuple[int, str]] = set()
    number = Counter(w.actor.me for w in batch)
    for wanted, (body, mentioned) in zip(batch, texts, strict=True):
        me, key = wanted.actor.me, wanted.draft.idempotency_key
        author, parent = authors.get(me), parents.get((wanted.draft.reply_to_id or 0, me))
        if key and (me, key) in known:
            outcomes.append(Before(known[me, key]))
            continue
        odd = (
            (me, wanted.actor.person_id) in asked
            or any(tag.name not in tags for tag in body.tags)
            or any(account.kind is AccountKind.GROUP for account in mentioned)
            or (wanted.draft.reply_to_id is not None and parent is None)
        )
        if author is None or odd or (key and (me, key) in seen):
            outcomes.append(None)
            continue
        if key:
            seen.add((me, key))
        tag_ids = [tags[tag.name] for tag in body.tags]
        app = apps.get(wanted.draft.app_id or 0)
        (language,) = languages([(wanted.draft, author.settings, body)])
        one = complete(wanted, author, Surroundings(body, parent, mentioned, tag_ids, app, number[me], language))
        made.append(one)
        outcomes.append(one.view)
    return outcomes, made


async def _write(tx: Tx, made: Sequence[Made]) -> None:
    """Posts, tags, mentions, counts, keys and events of all."""
    columns: dict[str, list[Any]] = {name: [getattr(one.post, name) for one in made] for name in store.WRITTEN}
    columns["audience"] = [one.post.audience.value for one in made]
    columns["key"] = [one.key for one in made]
    around = store.Around(
        tags=[(one.post.id, one.post.account_id, tag) for one in made for tag in one.tag_ids],
        mentions=[(one.post.id, account) for one in made for account in one.mention_ids],
    )
    await store.write(tx, columns, kind_of(PostPublished), [json(one.event) for one in made], around)
    answers = Counter(one.post.reply_to_id for one in made if one.post.audience is Audience.EVERYONE)
    for id_ in sorted(id_ for id_ in answers if id_ is not None):  # in one order for all processes
        await posts.count(tx, id_, replies=answers[id_])
