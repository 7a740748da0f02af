"""What other servers wrote → rows here: posts and messages, believed only of those whose they are.

An object is believed if its author sent it, or if it was fetched from the server of its id, which must be its author's.
What is kept of it, and how: docs/receiving.md.
"""

from __future__ import annotations

from typing import Any

import msgspec
import structlog

from torg.accounts.model import Account
from torg.engine import jobs
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound, TorgError
from torg.media import remote as media
from torg.messages import received as messages
from torg.orgs.model import Network
from torg.posts import polls, received
from torg.posts import store as posts
from torg.posts.model import Audience, Post
from torg.posts.received import Quoted
from torg.remote import actors, believing, documents, note_store, ours, quoting
from torg.remote.as2 import host_of, id_of, same_origin, type_of
from torg.remote.believing import Around
from torg.remote.errors import Failed, RemoteError, Unreadable
from torg.remote.note_model import Document, NoteRead
from torg.remote.note_store import Sides
from torg.remote.reading import SUPPORTED, author_of, read
from torg.text import language

log = structlog.get_logger(__name__)

FETCH_PARENT = "remote_parent"
MOST_ANCESTORS = 40
MOST_DEPTH = 2
"""How deep posts are fetched for the sake of one within a single piece of work; more comes by jobs."""


class Kept(msgspec.Struct, frozen=True):
    """What became of an object: our row of it, and whether it is new."""

    post_id: int | None = None
    message_id: int | None = None
    new: bool = False


NOTHING = Kept()


def actor_of(network: Network, account: Account) -> Actor:
    """A remote account as somebody who acts here: no person, no role, no rights but those of any reader."""
    return Actor(
        org_id=network.org_id, network_id=network.id, network_kind=network.kind, account_id=account.id
    )


async def receive(services: Any, network: Network, document: Document, sender: Account) -> Kept:
    """A Create came from its author: keep the post if anybody cares for it; a vote is counted."""
    return await _keep(services, network, document, sender, sent=True, wanted=False, depth=0)


async def update(services: Any, network: Network, document: Document, sender: Account) -> Kept:
    """An Update came from its author: the post as it is now, or a new one if we have not heard of it yet."""
    return await _keep(services, network, document, sender, sent=True, wanted=False, depth=0, edit=True)


async def resolve(services: Any, network: Network, uri: str) -> int:
    """The id of the post at an address (its ActivityPub id, or its page), fetched from its origin if it is not known.

    For what a person asks for: outside of any transaction. NotFound if there is none that may be kept here.
    """
    kept = await fetch(services, network, uri)
    if kept.post_id is None:
        raise NotFound
    return kept.post_id


async def fetch(
    services: Any, network: Network, uri: str, *, depth: int = 0, refresh: bool = False, ancestors: int = 0
) -> Kept:
    """The post at an address, wanted by somebody here: known, or fetched from its origin. Raises RemoteError.

    `refresh`: fetch also what we know, and take over what changed.
    """
    async with services.db.tx(network.scope) as tx:
        if ours.is_ours(network, uri):
            return Kept(post_id=await ours.post_id(tx, network, uri))
        known = await received.by_uri(tx, uri)
    if known is not None and not refresh:
        return Kept(post_id=known.boost_of_id or known.id)
    document = await documents.fetch(services, network, uri)
    return await keep_fetched(
        services, network, document, depth=depth, edit=refresh, ancestors=ancestors
    )


async def keep_fetched(
    services: Any, network: Network, document: Document, *, depth: int = 0, edit: bool = False, ancestors: int = 0
) -> Kept:
    """A document that was fetched from the server of its id (documents.fetch): keep it, since it was asked for."""
    uri, author_uri = id_of(document.get("id")), author_of(document)
    if type_of(document, SUPPORTED) is None or uri is None or ours.is_ours(network, uri):
        raise Unreadable(log=f"{uri} is no post")
    if author_uri is None or not same_origin(uri, author_uri):
        raise Unreadable(log=f"{uri} is said to be of {author_uri}")
    author = await actors.resolve(services, network, author_uri)
    return await _keep(
        services, network, document, author, sent=False, wanted=True, depth=depth, edit=edit, ancestors=ancestors
    )


async def _keep(
    services: Any,
    network: Network,
    document: Document,
    author: Account,
    *,
    sent: bool,
    wanted: bool,
    depth: int,
    edit: bool = False,
    ancestors: int = 0,
) -> Kept:
    await language.ready()
    async with services.db.tx(network.scope) as tx:
        note = read(document, followers=await note_store.followers_collection(tx, author.id))
        if note is None or not _is_of(note, author) or ours.is_ours(network, note.uri):
            return NOTHING
        if await note_store.is_withdrawn(tx, author.uri or "", note.uri):
            return NOTHING
        around = await believing.look(tx, network, note, author)
        known = await _known(tx, note.uri)
        cares = wanted or known != NOTHING or await believing.relevant(tx, note, author, around)
    if around.suspended or not cares:
        return NOTHING
    if known != NOTHING and not edit:
        return known
    if note.vote is not None and around.parent is not None and await _vote(services, network, note, author, around):
        return NOTHING
    if note.addressing == "named":
        return await _keep_message(services, network, note, author, around)
    around = await _complete(services, network, note, author, around, depth)
    quoted = await quoting.quoted_of(services, network, note, author, around.quoted) if note.quote else None
    async with services.db.tx(network.scope) as tx:
        kept = await _write(tx, network, note, author, around, quoted, sent=sent, edit=edit)
        if kept.new and note.parent and around.parent is None and ancestors < MOST_ANCESTORS:
            payload = {"uri": note.parent, "ancestors": ancestors + 1}
            await jobs.enqueue(tx, FETCH_PARENT, payload, key=note.parent[:1000])
        return kept


def _is_of(note: NoteRead, author: Account) -> bool:
    return note.author == author.uri and same_origin(note.uri, author.uri)


async def _known(tx: Tx, uri: str) -> Kept:
    if (post := await received.by_uri(tx, uri)) is not None:
        return Kept(post_id=post.id) if post.boost_of_id is None else NOTHING
    message = await messages.by_uri(tx, uri)
    return Kept(message_id=message.id) if message is not None else NOTHING


async def _vote(services: Any, network: Network, note: NoteRead, author: Account, around: Around) -> bool:
    """Count a vote (a Note with nothing but a name, in answer to a poll of ours); whether it was one at all."""
    parent = around.parent
    if parent is None or parent.uri is not None or note.vote is None:
        return False
    actor = actor_of(network, author)
    async with services.db.tx(actor.scope) as tx:
        return await polls.cast(tx, actor, parent.id, note.vote)


async def _keep_message(
    services: Any, network: Network, note: NoteRead, author: Account, around: Around
) -> Kept:
    """What is addressed to named people alone is a message, if one of them lives here. Never a post."""
    if not around.local_ids:
        return NOTHING
    new = believing.message_of(note, author, around)
    async with services.db.tx(network.scope) as tx:
        await received.lock_uri(tx, note.uri)
        if await note_store.is_withdrawn(tx, author.uri or "", note.uri):
            return NOTHING
        known = await messages.by_uri(tx, note.uri)
        if known is not None:
            if known.account_id == author.id and not _is_older(note, known.created_at, known.edited_at):
                await messages.revise(tx, known, new)
            return Kept(message_id=known.id)
        id_ = await messages.insert(tx, new)
        await _want_emojis(tx, network, note, author)
    return Kept(message_id=id_, new=id_ is not None)


async def _complete(
    services: Any, network: Network, note: NoteRead, author: Account, around: Around, depth: int
) -> Around:
    """What the note names and we do not have, as far as it can be had now; the rest is joined when it comes."""
    more = await believing.look_up(services, network, around.unknown) if around.unknown else []
    wanted = []
    if note.parent and around.parent is None and around.parent_message is None:
        wanted.append(note.parent)
    if note.quote and around.quoted is None:
        wanted.append(note.quote)
    fetched = False
    for uri in wanted if depth < MOST_DEPTH else ():
        if not ours.is_ours(network, uri):
            try:
                fetched = (await fetch(services, network, uri, depth=depth + 1)).post_id is not None or fetched
            except RemoteError as error:
                log.info("what a post refers to could not be had", uri=uri, reason=str(error)[:200])
    if not fetched and not more:
        return around
    async with services.db.tx(network.scope) as tx:
        again = await believing.look(tx, network, note, author)
    mentioned = list(dict.fromkeys([*again.mentioned, *(id_ for id_ in more if id_ != author.id)]))
    return msgspec.structs.replace(again, mentioned=mentioned)


async def _write(
    tx: Tx,
    network: Network,
    note: NoteRead,
    author: Account,
    around: Around,
    quoted: Quoted | None,
    *,
    sent: bool,
    edit: bool,
) -> Kept:
    """Insert or revise, under the lock of the id: nothing that we saw before it need still be so."""
    await received.lock_uri(tx, note.uri)
    # Before any row is locked, and in one order: a reply and what it answers may come at the same moment
    for uri in sorted({note.uri, note.parent or note.uri}):
        await received.lock_uri(tx, f"waits for {uri}")
    if await note_store.is_withdrawn(tx, author.uri or "", note.uri):
        return NOTHING
    if note.parent and around.parent is None:  # it may have come meanwhile, and not have seen us waiting
        parent = await believing.readable_post(tx, network, author, note.parent)
        around = msgspec.structs.replace(
            around, parent=parent, waiting_thread=await note_store.thread_waiting_for(tx, note.parent)
        )
    new = believing.post_of(note, author, around, quoted, sent=sent)
    known = await received.by_uri(tx, note.uri)
    sides = Sides(
        replies=note.replies, context=note.context, likes=note.likes, shares=note.shares,
        quote_authorization=note.quote_authorization,
        parent=note.parent if around.parent is None and not ours.is_ours(network, note.parent or "") else None,
        quoting=note.quote if quoted is not None and quoted.post_id is None else None,
    )  # fmt: skip
    if known is not None:
        if known.account_id == author.id and known.boost_of_id is None and edit:
            await _revise(tx, network, note, author, known, new, sides)
        return Kept(post_id=known.id)
    id_ = await received.insert(tx, new)
    await note_store.put_sides(tx, id_, sides)
    await _want_emojis(tx, network, note, author)
    post = await posts.get(tx, id_)
    assert post is not None
    await _join(tx, network, post)
    return Kept(post_id=id_, new=True)


async def _revise(
    tx: Tx, network: Network, note: NoteRead, author: Account, known: Post, new: received.Received, sides: Sides
) -> None:
    """An older state is let be, but for totals, which have no date of their own."""
    await posts.lock(tx, known.id)
    post = await posts.get(tx, known.id)
    if post is None or _is_older(note, post.created_at, post.edited_at):
        return
    await received.revise(tx, post, new)
    await note_store.put_sides(tx, post.id, sides)
    await _want_emojis(tx, network, note, author)
    if new.quoted is not None and post.quote_state not in ("revoked", "accepted"):
        await quoting.settle(tx, post, new.quoted)


def _is_older(note: NoteRead, created_at: Any, edited_at: Any) -> bool:
    return bool(edited_at is not None and (note.updated or note.published or created_at) < edited_at)


async def _join(tx: Tx, network: Network, post: Post) -> None:
    """Those who waited for this post find it: replies, as far as their authors may read it."""
    if post.uri is None or post.audience is Audience.MENTIONED:
        return
    waiting = await note_store.waiting_for(tx, post.uri)
    for child_id in waiting:
        child = await posts.get(tx, child_id)
        if child is not None and await posts.get_readable(tx, child.account_id, post.id) is not None:
            await received.join(tx, child_id, post)
    if waiting:
        await note_store.arrived(tx, waiting)
    for uri in await note_store.quoting(tx, post.uri):  # whether these quotes stand is looked up anew
        await jobs.enqueue(tx, FETCH_PARENT, {"uri": uri, "ancestors": MOST_ANCESTORS, "refresh": True}, key=uri[:1000])


async def _want_emojis(tx: Tx, network: Network, note: NoteRead, author: Account) -> None:
    if note.emojis:
        await media.want_emojis(tx, network, author.host or host_of(author.uri), note.emojis)


async def fetch_parent(services: Any, network: Network, uri: str, ancestors: int, *, refresh: bool = False) -> None:
    """The job: fetch what a reply answers, which waits for it. What is final is let be, what is passing raised.

    `refresh`: a post that we have, since what it quotes has come.
    """
    try:
        await fetch(services, network, uri, depth=MOST_DEPTH, ancestors=ancestors, refresh=refresh)
    except Failed:
        raise
    except TorgError as error:
        log.info("the parent of a reply could not be had", uri=uri, reason=str(error)[:200])
