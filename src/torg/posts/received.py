"""Posts that come from other servers: stored, edited and joined to their threads, with the same events as ours."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from torg.accounts import store as accounts
from torg.cards import actions as cards
from torg.cards.model import Stated
from torg.engine import jobs, outbox
from torg.engine.postgres import Tx
from torg.kernel.clock import now
from torg.kernel.ids import LOW_BITS, id_at, new_id
from torg.media import reads as media_reads
from torg.media import remote as media
from torg.posts import poll_store, store, tags
from torg.posts.actions import COUNTED
from torg.posts.events import PostEdited, PostPublished, PostsReceived
from torg.posts.model import Audience, Post, QuotePolicy, QuoteState


class PollReceived(msgspec.Struct, frozen=True, kw_only=True):
    """A poll with the totals that its server states. `ends_at` None: no end is known."""

    options: list[str]
    tallies: list[int]
    multiple: bool
    voters: int
    ends_at: datetime | None
    closed: bool


class Quoted(msgspec.Struct, frozen=True):
    """What a post quotes: our row of it, or only whose it is, and whether that is settled."""

    post_id: int | None
    account_id: int | None
    state: QuoteState


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A post of a remote account, believed and cleaned. `news`: told to readers; else an old one that we learn of.

    `parent` is one that its author may read; `is_reply` also where we do not have it, then `thread_id` holds together
    those that wait for the same one.
    """

    uri: str
    url: str | None
    account_id: int
    audience: Audience
    listed: bool
    group_id: int | None = None
    parent: Post | None = None
    is_reply: bool = False
    thread_id: int | None = None
    html: str
    plain: str
    spoiler: str
    sensitive: bool
    language: str | None
    published: datetime
    edited_at: datetime | None = None
    quote_policy: QuotePolicy = "nobody"
    quoted: Quoted | None = None
    mention_ids: Sequence[int] = ()
    tags: Sequence[tuple[str, str]] = ()
    files: Sequence[media.RemoteFile] = ()
    reject_files: bool = False
    links: Sequence[str] = ()
    stated: Stated | None = None
    poll: PollReceived | None = None
    news: bool = True


async def by_uri(tx: Tx, uri: str) -> Post | None:
    """The remote post (or boost) of an ActivityPub id."""
    return await tx.one(
        f"SELECT {store.COLUMNS} FROM posts p WHERE {store.TENANT} AND p.uri = %(uri)s",
        {**store.tenant(tx), "uri": uri},
        as_=Post,
    )


async def lock_uri(tx: Tx, uri: str) -> None:
    """Let one transaction at a time do something about an ActivityPub id, also before there is a row."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", (f"uri:{uri}", tx.scope.network_ids[0]))


async def insert(tx: Tx, post: Received) -> int:
    """Store a post that is not here yet (the caller holds `lock_uri`). News gets an id of now, others of their time."""
    at = now()
    id_ = new_id() if post.news else await _id_of_then(tx, min(post.published, at))
    parent, quoted = post.parent, post.quoted
    thread_id = parent.thread_id if parent else post.thread_id or (new_id() if post.is_reply else id_)
    poll = post.poll
    await store.insert(
        tx,
        {
            "id": id_, "account_id": post.account_id, "audience": post.audience.value, "listed": post.listed,
            "group_id": post.group_id, "thread_id": thread_id,
            "reply_to_id": parent.id if parent else None,
            "reply_to_account_id": parent.account_id if parent else None,
            "quote_of_id": quoted.post_id if quoted else None,
            "quote_of_account_id": quoted.account_id if quoted else None,
            "quote_state": quoted.state if quoted else None, "quote_policy": post.quote_policy,
            "source": post.plain, "html": post.html, "spoiler": post.spoiler, "sensitive": post.sensitive,
            "language": post.language, "uri": post.uri, "url": post.url, "has_media": bool(post.files),
            "created_at": min(post.published, at), "edited_at": post.edited_at,
        },
    )  # fmt: skip
    await store.add_mentions(tx, id_, list(post.mention_ids))
    names = await tags.ensure(tx, post.tags)
    await tags.add(tx, id_, post.account_id, list(names.values()))
    if post.files:
        await media.attach(tx, post.account_id, post.files, post_id=id_, reject=post.reject_files)
    if poll is not None:
        await put_poll(tx, id_, post.account_id, poll)
    if post.stated is not None:
        await cards.state(tx, id_, post.stated, post.links)
    await accounts.count(tx, post.group_id or post.account_id, posts_count=1)
    await tx.run(
        """UPDATE accounts SET last_post_at = greatest(last_post_at, %(at)s) WHERE org_id = %(org)s
           AND network_id = %(network)s AND id = %(account)s""",
        {**store.tenant(tx), "at": min(post.published, at), "account": post.group_id or post.account_id},
    )
    if parent and post.audience in COUNTED:
        await store.count(tx, parent.id, replies=1)
    if quoted and quoted.post_id is not None and quoted.state == "accepted":
        await store.count(tx, quoted.post_id, quotes=1)
    if not post.news:
        await outbox.append(
            tx,
            PostsReceived(
                post_ids=[id_], account_ids=[post.account_id], group_ids=[post.group_id] if post.group_id else [],
                reply_to_ids=[parent.id] if parent else [],
                quote_of_ids=[quoted.post_id] if quoted and quoted.post_id else [], tags=list(names),
            ),
        )  # fmt: skip
        return id_
    event = PostPublished(
        post_id=id_, account_id=post.account_id, audience=post.audience.value, listed=post.listed,
        group_id=post.group_id, reply_to_id=parent.id if parent else None,
        reply_to_account_id=parent.account_id if parent else None,
        quote_of_id=quoted.post_id if quoted else None, thread_id=thread_id, mention_ids=list(post.mention_ids),
        tags=list(names), has_media=bool(post.files), has_poll=poll is not None, links=list(post.links),
        language=post.language,
    )  # fmt: skip
    await outbox.append(tx, event)
    return id_


async def _id_of_then(tx: Tx, moment: datetime) -> int:
    """A free id of a moment that is past: others may have been written in the same second."""
    while True:
        id_ = id_at(moment, secrets.randbelow(1 << LOW_BITS))
        if not await tx.value(f"SELECT true FROM posts p WHERE {store.TENANT} AND p.id = %(id)s",
                              {**store.tenant(tx), "id": id_}):  # fmt: skip
            return id_


async def revise(tx: Tx, post: Post, new: Received) -> bool:
    """What its origin says of a post now; audience and thread stay. False if that changes nothing to see.

    A version is kept of each text. Totals of a poll are taken over without one.
    """
    attached = (await media_reads.for_posts(tx, [post.id])).get(post.id, [])
    poll = (await poll_store.of_posts(tx, None, [post.id])).get(post.id)
    before = _version(attached, poll.options if poll else None)
    same_poll = (poll.options, poll.multiple) == (new.poll.options, new.poll.multiple) if poll and new.poll else (
        poll is None and new.poll is None
    )  # fmt: skip
    texts = ("html", "spoiler", "sensitive", "language", "url", "quote_policy")
    changed = {name: getattr(new, name) for name in texts if getattr(new, name) != getattr(post, name)}
    if new.files or attached:
        await media.attach(tx, post.account_id, new.files, post_id=post.id, reject=new.reject_files)
    now_attached = (await media_reads.for_posts(tx, [post.id])).get(post.id, [])
    counted = await _revise_poll(tx, post, new.poll, same_poll)
    after = _version(now_attached, new.poll.options if new.poll else None)
    seen = bool({"html", "spoiler", "sensitive"} & set(changed)) or before != after
    if not seen and not changed and not counted:
        return False
    at = new.edited_at or now()
    if seen and not await store.versions(tx, post.id):
        await store.add_version(tx, new_id(), post, before["media"], before["poll"], post.created_at)
    values: dict[str, Any] = {**changed, "has_media": bool(now_attached)}
    if seen:
        values |= {"source": new.plain, "edited_at": at}
    row = (await store.readable_rows(tx, post.account_id, [post.id]))[0]
    await store.update(tx, post.id, values)
    await store.set_mentions(tx, post.id, list(new.mention_ids))
    names = await tags.ensure(tx, new.tags)
    await tags.put(tx, post.id, post.account_id, list(names.values()))
    if seen:
        now_is = msgspec.structs.replace(
            post, html=new.html, source=new.plain, spoiler=new.spoiler, sensitive=new.sensitive
        )
        await store.add_version(tx, new_id(), now_is, after["media"], after["poll"], at)
    await cards.state(tx, post.id, new.stated, new.links)
    await tell_edited(
        tx, post, mention_ids=list(new.mention_ids), before=row["mention_ids"], tags=list(names),
        links=list(new.links), text_changed=seen,
    )  # fmt: skip
    return True


async def tell_edited(
    tx: Tx,
    post: Post,
    *,
    mention_ids: list[int] | None = None,
    before: Sequence[int] = (),
    tags: list[str] | None = None,
    links: list[str] | None = None,
    text_changed: bool = False,
) -> None:
    """Say that a post looks different; without its mentions and tags they are taken as they are stored."""
    if mention_ids is None or tags is None:
        row = (await store.readable_rows(tx, post.account_id, [post.id]))[0]
        mention_ids, before, tags = row["mention_ids"], row["mention_ids"], row["tags"]
    event = PostEdited(
        post_id=post.id, account_id=post.account_id, audience=post.audience.value, listed=post.listed,
        group_id=post.group_id, thread_id=post.thread_id, mention_ids=mention_ids or [],
        new_mention_ids=[id_ for id_ in mention_ids or [] if id_ not in before], tags=tags or [], links=links or [],
        text_changed=text_changed,
    )  # fmt: skip
    await outbox.append(tx, event)


def _version(attached: Sequence[Any], options: list[str] | None) -> Mapping[str, Any]:
    return {
        "media": [{"id": m.id, "description": m.description} for m in attached],
        "poll": {"options": options} if options else None,
    }


async def _revise_poll(tx: Tx, post: Post, poll: PollReceived | None, same: bool) -> bool:
    """Whether the poll changed in any way. Other options are another poll, without the votes of the old one."""
    if not same:
        await poll_store.remove(tx, post.id)
        if poll is not None:
            await put_poll(tx, post.id, post.account_id, poll)
        return True
    if poll is None:
        return False
    return await poll_store.restate(tx, post.id, tallies=poll.tallies, voters=poll.voters, expires_at=poll.ends_at)


async def put_poll(tx: Tx, post_id: int, account_id: int, poll: PollReceived) -> None:
    """A remote poll, and the job that tells those here who voted that it is over."""
    id_ = await poll_store.insert(
        tx, post_id, account_id, options=poll.options, tallies=poll.tallies, multiple=poll.multiple,
        voters=poll.voters, expires_at=poll.ends_at,
    )  # fmt: skip
    if poll.ends_at is not None and poll.ends_at > now():
        scope = {"org_id": tx.scope.org_id, "network_id": tx.scope.network_ids[0], "poll_id": id_}
        await jobs.enqueue(tx, "poll_end", scope, run_at=poll.ends_at, key=f"poll_end:{id_}")


async def join(tx: Tx, child_id: int, parent: Post) -> bool:
    """A reply finds what it answers, which came after it: it moves into that thread with all below it.

    False where it cannot be: it has a parent already, or would become its own ancestor.
    """
    child = await store.get(tx, child_id)
    if child is None or child.reply_to_id is not None or child.id == parent.id:
        return False
    above = await tx.column(
        f"""WITH RECURSIVE line(id, reply_to_id) AS (
              SELECT p.id, p.reply_to_id FROM posts p WHERE {store.TENANT} AND p.id = %(parent)s
              UNION SELECT p.id, p.reply_to_id FROM posts p JOIN line ON p.id = line.reply_to_id WHERE {store.TENANT})
            SELECT id FROM line""",
        {**store.tenant(tx), "parent": parent.id},
    )
    if child.id in above:
        return False
    await store.update(tx, child.id, {"reply_to_id": parent.id, "reply_to_account_id": parent.account_id})
    moved = await tx.column(
        f"UPDATE posts p SET thread_id = %(new)s WHERE {store.TENANT} AND p.thread_id = %(old)s RETURNING p.id",
        {**store.tenant(tx), "new": parent.thread_id, "old": child.thread_id},
    )
    if child.audience in COUNTED:
        await store.count(tx, parent.id, replies=1)
    groups = [child.group_id] if child.group_id else []
    await outbox.append(
        tx,
        PostsReceived(
            post_ids=[child.id, *moved], account_ids=[child.account_id], group_ids=groups, reply_to_ids=[parent.id]
        ),
    )
    return True
