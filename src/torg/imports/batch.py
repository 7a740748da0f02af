"""Some hundred posts of a source in one transaction: ids of their times, text, thread, mentions, tags, counters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from torg.accounts import reads as accounts_reads
from torg.accounts.model import Account
from torg.engine import outbox
from torg.engine.postgres import Database, Tx
from torg.imports import store
from torg.imports.events import PostsImported
from torg.imports.files import actor_for
from torg.imports.handles import fold
from torg.imports.model import ImportedBoost, ImportedPost, Refused
from torg.imports.store import Place
from torg.imports.threads import Item, hangs_on
from torg.kernel.ids import id_at, new_id
from torg.media import actions as media
from torg.orgs.model import Network
from torg.posts import tags
from torg.text.language import guess
from torg.text.render import MentionTarget, Rendered, render, scan

_AUDIENCES = {"public": ("everyone", True), "unlisted": ("everyone", False), "private": ("followers", True)}
_MOST_IN_A_MOMENT = 1 << 16
_NO_TEXT: dict[str, Any] = {
    "source": "",
    "html": "",
    "spoiler": "",
    "sensitive": False,
    "language": None,
    "has_media": False,
}


class Made(msgspec.Struct):
    """What became of a batch."""

    imported: int = 0
    present: int = 0
    refused: list[Refused] = []
    notes: list[Refused] = []


class Written(msgspec.Struct):
    """What is to be inserted, gathered before it goes to the database in bulk."""

    posts: list[dict[str, Any]] = []
    marks: list[tuple[str, int]] = []
    mentions: list[tuple[int, int]] = []
    tags: list[tuple[int, int, int]] = []
    polls: list[dict[str, Any]] = []
    files: list[tuple[int, int, list[int]]] = []
    tag_times: dict[int, datetime] = {}
    authors: dict[int, tuple[int, datetime]] = {}
    replies: Counter[int] = msgspec.field(default_factory=Counter)
    boosts: Counter[int] = msgspec.field(default_factory=Counter)


async def write(
    tx: Tx,
    db: Database,
    network: Network,
    source: str,
    items: Sequence[Item],
    accounts: dict[str, int],
    origin: str,
    files: dict[str, list[int]],
) -> Made:
    """Write what is not here yet. `items` come with parents before replies; `files` are attachments by source key."""
    made = Made()
    keys = {item.source_key for item in items} | {key for item in items if (key := hangs_on(item))}
    places = await store.places(tx, source, keys)
    new = [item for item in items if item.source_key not in places]
    made.present = len(items) - len(new)
    if not new:
        return made
    ids = await _ids(db, tx.scope.org_id, new)
    mentioned = await _mentioned(tx, new, network.host)
    bodies = {item.source_key: _body(item, mentioned, origin) for item in new if isinstance(item, ImportedPost)}
    tag_ids = await tags.ensure(tx, [(tag.name, tag.written) for body in bodies.values() for tag in body.tags])
    written = Written()
    for item, id_ in zip(new, ids, strict=True):
        author = accounts[fold(item.author_handle)]
        if isinstance(item, ImportedBoost):
            target = places.get(item.target_key)
            if target is None or target.thread_id is None:
                made.refused.append(Refused(item.line, item.source_key, "the post it boosts is not here"))
                continue
            place = _boost(written, item, id_, author, target)
        else:
            body = bodies[item.source_key]
            attached = files.get(item.source_key, [])
            if not item.text.strip() and not attached and item.poll is None:
                reason = "it has no text, and none of its files could be taken in"
                made.refused.append(Refused(item.line, item.source_key, reason))
                continue
            if attached:
                written.files.append((author, id_, attached))
            place = _post(written, item, id_, author, body, bool(attached), places.get(item.reply_to_key or ""))
            _around(written, item, id_, author, body, mentioned, tag_ids)
            if item.lacking:
                missing = f"files that the source lacks: {', '.join(item.lacking)}"
                made.notes.append(Refused(item.line, item.source_key, missing))
        places[item.source_key] = place
        written.marks.append((item.source_key, id_))
        count, latest = written.authors.get(author, (0, item.time))
        written.authors[author] = (count + 1, max(latest, item.time))
        made.imported += 1
    await _insert(tx, source, written)
    for author, id_, attached in written.files:
        await media.attach(tx, actor_for(network, author), id_, attached)
    return made


async def _ids(db: Database, org_id: int, items: Sequence[Item]) -> list[int]:
    """An id at the time of each item; items of one moment count upwards in their order, after those already there."""
    moments = {_milliseconds(item.time) for item in items}
    highest = await store.highest(db, org_id, moments)
    ids = []
    for item in items:
        moment = item.time
        while (low := highest.get(_milliseconds(moment), -1) + 1) >= _MOST_IN_A_MOMENT:
            moment += timedelta(milliseconds=1)
            if (later := _milliseconds(moment)) not in highest:
                highest |= {later: -1} | await store.highest(db, org_id, [later])
        highest[_milliseconds(moment)] = low
        ids.append(id_at(moment, low))
    return ids


def _milliseconds(moment: datetime) -> int:
    return id_at(moment) >> 16


async def _mentioned(tx: Tx, items: Sequence[Item], host: str) -> dict[str, Account]:
    """Mention as written (lower case) → account, for those who are here; others stay plain text."""
    written = {handle for item in items if isinstance(item, ImportedPost) for handle in scan(item.text).handles}
    return await accounts_reads.by_handles(tx, written, host) if written else {}


def _body(item: ImportedPost, mentioned: dict[str, Account], origin: str) -> Rendered:
    here = {handle: mentioned[handle] for handle in scan(item.text).handles if handle in mentioned}
    targets = {handle: MentionTarget(acct=a.acct, url=a.url or f"{origin}/@{a.handle}") for handle, a in here.items()}
    return render(item.text, mentions=targets, origin=origin)


def _post(
    written: Written,
    item: ImportedPost,
    id_: int,
    author: int,
    body: Rendered,
    has_media: bool,
    parent: Place | None,
) -> Place:
    audience, listed = _AUDIENCES[item.visibility]
    threaded = parent is not None and parent.thread_id is not None
    thread_id = parent.thread_id if parent is not None and parent.thread_id is not None else id_
    written.posts.append(
        {
            "id": id_,
            "account_id": author,
            "audience": audience,
            "listed": listed,
            "thread_id": thread_id,
            "reply_to_id": parent.post_id if parent and threaded else None,
            "reply_to_account_id": parent.account_id if parent and threaded else None,
            "boost_of_id": None,
            "source": item.text,
            "html": body.html,
            "spoiler": item.spoiler,
            "sensitive": item.sensitive or bool(item.spoiler),
            "language": item.language or guess(body.plain),
            "has_media": has_media,
            "created_at": item.time,
        }
    )
    if parent and threaded and audience == "everyone":
        written.replies[parent.post_id] += 1
    return Place(item.source_key, id_, author, thread_id, audience, listed)


def _boost(written: Written, item: ImportedBoost, id_: int, author: int, target: Place) -> Place:
    written.posts.append(
        {
            "id": id_,
            "account_id": author,
            "audience": target.audience,
            "listed": target.listed,
            "thread_id": id_,
            "reply_to_id": None,
            "reply_to_account_id": None,
            "boost_of_id": target.post_id,
            **_NO_TEXT,
            "created_at": item.time,
        }
    )
    written.boosts[target.post_id] += 1
    return Place(item.source_key, id_, author, id_, target.audience, target.listed)


def _around(
    written: Written,
    item: ImportedPost,
    id_: int,
    author: int,
    body: Rendered,
    mentioned: dict[str, Account],
    tag_ids: dict[str, int],
) -> None:
    """Mentions, tags and poll of one post."""
    written.mentions += [(id_, account) for account in {mentioned[handle].id for handle in body.mentions}]
    for tag_id in {tag_ids[tag.name] for tag in body.tags}:
        written.tags.append((id_, tag_id, author))
        written.tag_times[tag_id] = max(item.time, written.tag_times.get(tag_id, item.time))
    if item.poll:
        written.polls.append(
            {
                "id": new_id(),
                "post": id_,
                "account": author,
                "multiple": item.poll.multiple,
                "options": list(item.poll.options),
                "tallies": list(item.poll.votes),
                "voters": max(item.poll.votes) if item.poll.multiple else sum(item.poll.votes),
                "ends": item.poll.ends_at or item.time + timedelta(days=1),
            }
        )


async def _insert(tx: Tx, source: str, written: Written) -> None:
    if not written.posts:
        return
    await store.insert_posts(tx, written.posts)
    await store.insert_marks(tx, source, written.marks)
    await store.insert_mentions(tx, written.mentions)
    await store.insert_tags(tx, written.tags)
    await store.touch_tags(tx, written.tag_times)
    await store.insert_polls(tx, written.polls)
    await store.count_posts(tx, written.authors)
    await store.count_around(tx, written.replies, written.boosts)
    event = PostsImported(post_ids=[id_ for _, id_ in written.marks], account_ids=list(written.authors), source=source)
    await outbox.append(tx, event)
