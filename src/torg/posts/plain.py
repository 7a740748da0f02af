"""Plain posts, many at once: concurrent posts of a network share one transaction and are answered once it is durable.

Plain is a text of one's own to the network: no reply, quote, group, file, poll, mention, delegate or leak guard. For
everything else, and for whatever is odd about a plain post, the answer is None: `actions.publish` does it, and says
what is wrong. Both leave the same rows and the same event (tests/posts/test_plain.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from torg.accounts import store as accounts
from torg.accounts.model import Account
from torg.engine import outbox
from torg.engine.gather import Gatherer
from torg.engine.postgres import Database, DatabaseError, Tx, json
from torg.kernel.actor import Actor, Scope
from torg.kernel.clock import now
from torg.kernel.errors import TorgError
from torg.kernel.events import kind_of
from torg.kernel.ids import new_id
from torg.orgs.model import Network
from torg.orgs.rules import may_post
from torg.posts import checks, rules, store
from torg.posts.events import PostPublished
from torg.posts.just_written import JustWritten
from torg.posts.model import AppName, Audience, Draft, Post, PostView, QuotePolicy
from torg.text.language import guess, normal_language
from torg.text.render import Rendered, render, scan

UNSURE = ("08", "57")
"""Classes of SQLSTATE after which nobody knows whether the commit came about: nothing is tried again."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A post to be written. What is None is as the author's settings say. `body`: the text, rendered."""

    actor: Actor
    network: Network
    draft: Draft
    body: Rendered
    chosen_audience: bool
    sensitive: bool | None
    quote_policy: QuotePolicy | None


class Before(msgspec.Struct, frozen=True):
    """The post that the idempotency key made before."""

    post_id: int


Outcome = PostView | Before | None


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
        or draft.reply_to_id is not None
        or draft.quote_of_id is not None
        or not may_post(network.settings, actor.permissions)
    ):
        return None
    try:
        draft = rules.check(draft, network.settings)
    except TorgError:
        return None
    if "@" in draft.text or "!" in draft.text:
        seen = scan(draft.text)
        if seen.handles or seen.groups:
            return None
    body = render(draft.text, mentions={}, origin=origin)
    return Wanted(
        actor=actor,
        network=network,
        draft=draft,
        body=body,
        chosen_audience=chosen_audience,
        sensitive=sensitive,
        quote_policy=quote_policy,
    )


class PlainPosts:
    """The writer of a process. `await posts.publish(wanted)` answers when the post is durable."""

    def __init__(self, db: Database, *, together: int = 100, room: int = 1_000) -> None:
        self._db = db
        self.fresh = JustWritten()
        self._line: Gatherer[Wanted, Outcome] = Gatherer(self._batch, together=together, room=room)

    @property
    def waiting(self) -> int:
        """How many posts wait to be written, or are being written."""
        return self._line.waiting

    async def publish(self, wanted: Wanted) -> Outcome:
        """The new post as its author sees it; Full (503) before anything was begun if too many wait."""
        return await self._line.do((wanted.network.org_id, wanted.network.id), wanted)

    async def close(self) -> None:
        await self._line.close()
        self.fresh.end()

    async def _batch(self, batch: Sequence[Wanted]) -> Sequence[Outcome | Exception]:
        try:
            return await self._together(batch)
        except DatabaseError as error:
            if len(batch) == 1 or error.sqlstate is None or error.sqlstate.startswith(UNSURE):
                raise
        done: list[Outcome | Exception] = []
        for one in batch:  # rolled back for certain: each alone, so that only the culprit fails
            try:
                done += await self._together([one])
            except Exception as error:  # noqa: BLE001 - it is that post's
                done.append(error)
        return done

    async def _together(self, batch: Sequence[Wanted]) -> list[Outcome]:
        network = batch[0].network
        async with self._db.tx(Scope(network.org_id, (network.id,)), steady=True) as tx:
            outcomes, made = await _prepare(tx, network, batch)
            if made:
                await _write(tx, made)
                for one in made:
                    self.fresh.put(one.view)
                outbox.stored(tx, [one.event for one in made], network.org_id, network.id)
        return outcomes


class _Made(msgspec.Struct, frozen=True):
    post: Post
    tag_ids: list[int]
    key: str | None
    event: PostPublished
    view: PostView


async def _prepare(tx: Tx, network: Network, batch: Sequence[Wanted]) -> tuple[list[Outcome], list[_Made]]:
    """Ask what a post must know, for all together, and put them together."""
    keyed = {(w.actor.me, w.draft.idempotency_key) for w in batch if w.draft.idempotency_key}
    if keyed:
        await tx.run(LOCK_KEYS, {"keys": [key for _, key in keyed], "accounts": [account for account, _ in keyed]})
    authors = await _authors(tx, batch)
    known = await _known_keys(tx, keyed) if keyed else {}
    asked = await checks.asked(tx, network, {(w.actor.me, w.actor.person_id) for w in batch})
    apps = await _apps(tx, {w.draft.app_id for w in batch if w.draft.app_id is not None})
    names = {tag.name for w in batch for tag in w.body.tags}
    tags = await _tags(tx, names) if names else {}
    outcomes: list[Outcome] = []
    made: list[_Made] = []
    seen: set[tuple[int, str]] = set()
    number = Counter(w.actor.me for w in batch)
    for wanted in batch:
        me, key = wanted.actor.me, wanted.draft.idempotency_key
        author = authors.get(me)
        if key and (me, key) in known:
            outcomes.append(Before(known[me, key]))
            continue
        odd = (me, wanted.actor.person_id) in asked or any(tag.name not in tags for tag in wanted.body.tags)
        if author is None or odd or (key and (me, key) in seen):
            outcomes.append(None)
            continue
        if key:
            seen.add((me, key))
        tag_ids = [tags[tag.name] for tag in wanted.body.tags]
        one = _make(wanted, author, tag_ids, apps.get(wanted.draft.app_id or 0), number[me])
        made.append(one)
        outcomes.append(one.view)
    return outcomes, made


async def _apps(tx: Tx, ids: set[int]) -> dict[int, AppName]:
    """What the posts are written with."""
    if not ids:
        return {}
    rows = await tx.all(
        "SELECT id, name, website FROM apps WHERE org_id = %(org)s AND id = ANY(%(ids)s)",
        {"org": tx.scope.org_id, "ids": list(ids)},
    )
    return {row["id"]: AppName(name=row["name"], website=row["website"]) for row in rows}


async def _authors(tx: Tx, batch: Sequence[Wanted]) -> dict[int, Account]:
    """The authors who may post; their rows are locked, in one order for all processes."""
    ids = {w.actor.me for w in batch}
    found = await tx.all(AUTHORS, {**store.tenant(tx), "ids": list(ids)}, as_=Account)
    return {account.id: account for account in found if _usual(account)}


def _usual(account: Account) -> bool:
    language = account.settings.language
    return account.state == "active" and (not language or normal_language(language) is not None)


async def _known_keys(tx: Tx, keyed: set[tuple[int, str]]) -> dict[tuple[int, str], int]:
    rows = await tx.all(
        KNOWN_KEYS,
        {**store.tenant(tx), "accounts": [account for account, _ in keyed], "keys": [key for _, key in keyed]},
    )
    return {(row["account_id"], row["key"]): row["result_id"] for row in rows}


async def _tags(tx: Tx, names: set[str]) -> dict[str, int]:
    rows = await tx.all(
        "SELECT name, id FROM tags WHERE org_id = %(org)s AND network_id = %(network)s AND name = ANY(%(names)s)",
        {**store.tenant(tx), "names": list(names)},
    )
    return {row["name"]: row["id"] for row in rows}


def _make(wanted: Wanted, account: Account, tag_ids: list[int], app: AppName | None, number: int) -> _Made:
    draft, body = wanted.draft, wanted.body
    settings = account.settings
    audience, listed = draft.audience, draft.listed
    if not wanted.chosen_audience:
        audience, listed = AUDIENCES[settings.privacy]
    sensitive = settings.sensitive if wanted.sensitive is None else wanted.sensitive
    language = draft.language or normal_language(settings.language or "") or guess(body.plain)
    policy = wanted.quote_policy or settings.quote_policy
    id_, at = new_id(), now()
    post = Post(
        id=id_,
        org_id=account.org_id,
        network_id=account.network_id,
        account_id=account.id,
        audience=audience,
        listed=listed,
        group_id=None,
        thread_id=id_,
        reply_to_id=None,
        reply_to_account_id=None,
        boost_of_id=None,
        quote_of_id=None,
        quote_of_account_id=None,
        quote_state=None,
        quote_policy=policy if audience is Audience.EVERYONE else "nobody",
        source=draft.text,
        html=body.html,
        spoiler=draft.spoiler,
        sensitive=sensitive or bool(draft.spoiler),
        language=language,
        app_id=draft.app_id,
        uri=None,
        url=None,
        has_media=False,
        created_at=at,
        edited_at=None,
        version=1,
    )
    names = [tag.name for tag in body.tags]
    event = PostPublished(
        post_id=id_,
        account_id=account.id,
        audience=audience.value,
        listed=listed,
        thread_id=id_,
        tags=names,
        links=body.links,
        language=language,
    )
    counted = msgspec.structs.replace(account, posts_count=account.posts_count + number, last_post_at=at)
    view = PostView(post=post, account=counted, tags=sorted(names), app=app)
    return _Made(post, tag_ids, draft.idempotency_key, event, view)


async def _write(tx: Tx, made: Sequence[_Made]) -> None:
    """Posts, tags, counts, keys and events of all, in one statement."""
    columns: dict[str, list[Any]] = {name: [getattr(one.post, name) for one in made] for name in WRITTEN}
    columns["audience"] = [one.post.audience.value for one in made]
    tagged = [(one.post.id, one.post.account_id, tag) for one in made for tag in one.tag_ids]
    await tx.run(
        WRITE_TAGGED if tagged else WRITE,
        {
            **store.tenant(tx),
            **columns,
            "key": [one.key for one in made],
            "kind": kind_of(PostPublished),
            "payload": [json(one.event) for one in made],
            "tag_posts": [post for post, _, _ in tagged],
            "tag_accounts": [account for _, account, _ in tagged],
            "tag_ids": [tag for _, _, tag in tagged],
        },
    )


AUDIENCES: dict[str, tuple[Audience, bool]] = {
    "public": (Audience.EVERYONE, True),
    "unlisted": (Audience.EVERYONE, False),
    "private": (Audience.FOLLOWERS, True),
}

WRITTEN: dict[str, str] = {
    "id": "bigint",
    "account_id": "bigint",
    "audience": "text",
    "listed": "boolean",
    "quote_policy": "text",
    "source": "text",
    "html": "text",
    "spoiler": "text",
    "sensitive": "boolean",
    "language": "text",
    "app_id": "bigint",
    "created_at": "timestamptz",
}

# In one order, so that two processes with the same keys or authors wait for each other and never in a ring.
LOCK_KEYS = """
SELECT pg_advisory_xact_lock(h) FROM (
    SELECT DISTINCT hashtextextended(k, a) AS h FROM unnest(%(keys)s::text[], %(accounts)s::bigint[]) AS t (k, a)
    ORDER BY h) AS ordered
"""

AUTHORS = f"""
SELECT {accounts.COLUMNS} FROM accounts WHERE {accounts.TENANT} AND id = ANY(%(ids)s) AND moved_to_id IS NULL
ORDER BY id FOR NO KEY UPDATE
"""

KNOWN_KEYS = """
SELECT i.account_id, i.key, i.result_id FROM idempotency_keys i
JOIN unnest(%(accounts)s::bigint[], %(keys)s::text[]) AS t (account_id, key) USING (account_id, key)
WHERE i.org_id = %(org)s AND i.network_id = %(network)s AND i.created_at > now() - interval '1 hour'
"""

_GIVEN = ", ".join(f"%({name})s::{kind}[]" for name, kind in WRITTEN.items())
_TAGS = """
), tagged AS (
    INSERT INTO post_tags (org_id, network_id, post_id, tag_id, account_id)
    SELECT %(org)s, %(network)s, post_id, tag_id, account_id
    FROM unnest(%(tag_posts)s::bigint[], %(tag_accounts)s::bigint[], %(tag_ids)s::bigint[])
        AS t (post_id, account_id, tag_id)
"""
_WRITE = f"""
WITH given AS (
    SELECT * FROM unnest({_GIVEN}, %(key)s::text[]) AS t ({", ".join(WRITTEN)}, key)
), written AS (
    INSERT INTO posts (org_id, network_id, thread_id, {", ".join(WRITTEN)})
    SELECT %(org)s, %(network)s, id, {", ".join(WRITTEN)} FROM given ORDER BY id
), counted AS (
    UPDATE accounts a SET posts_count = posts_count + n.posts, last_post_at = n.latest
    FROM (SELECT account_id, count(*) AS posts, max(created_at) AS latest FROM given GROUP BY account_id) n
    WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = n.account_id
), remembered AS (
    INSERT INTO idempotency_keys (org_id, network_id, account_id, key, result_id)
    SELECT %(org)s, %(network)s, account_id, key, id FROM given WHERE key IS NOT NULL
    ON CONFLICT (org_id, account_id, key) DO UPDATE SET result_id = excluded.result_id, created_at = now()
{{tags}})
INSERT INTO outbox (org_id, network_id, kind, payload)
SELECT %(org)s, %(network)s, %(kind)s, payload FROM unnest(%(payload)s::jsonb[]) WITH ORDINALITY AS t (payload, n)
ORDER BY n
"""
WRITE = _WRITE.format(tags="")
WRITE_TAGGED = _WRITE.format(tags=_TAGS)
