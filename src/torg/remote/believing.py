"""From what an object says to what is stored: who is meant by its names, where it belongs, and whether we keep it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.kernel.clock import now
from torg.messages import received as messages
from torg.messages.model import Message
from torg.orgs.model import Network
from torg.peers import policy
from torg.posts import groups, received
from torg.posts import store as posts
from torg.posts.model import Audience, Post
from torg.posts.received import Quoted, Received
from torg.remote import actors, note_store, ours
from torg.remote.as2 import host_of, is_web
from torg.remote.errors import RemoteError
from torg.remote.note_model import NoteRead

AUDIENCES = {
    "public": (Audience.EVERYONE, True),
    "unlisted": (Audience.EVERYONE, False),
    "followers": (Audience.FOLLOWERS, True),
}
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
NEWS = timedelta(days=3)
MOST_LOOKED_UP = 10
MOST_MENTIONS = 100


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What there is here of all that a note names. `mentioned`: accounts by its tags, `named`: by its addressing."""

    suspended: bool
    reject_files: bool
    parent: Post | None
    parent_message: Message | None
    mentioned: list[int]
    named: list[int]
    local_ids: list[int]
    unknown: list[str]
    group_id: int | None
    waiting_thread: int | None
    quoted: Post | None


async def look(tx: Tx, network: Network, note: NoteRead, author: Account) -> Around:
    """All look-ups in the database, none elsewhere."""
    terms = await policy.of_host(tx, network, host_of(author.uri) or author.host)
    other = await policy.of_host(tx, network, author.host)
    hrefs = [one.href for one in note.mentions if one.href][:MOST_MENTIONS]
    wanted = list(dict.fromkeys([*hrefs, *note.addressed]))
    known = await note_store.known_accounts(tx, [uri for uri in wanted if not ours.is_ours(network, uri)])
    for uri in wanted:
        if (here := await ours.account_id(tx, network, uri)) is not None:
            known[uri] = here
    mentioned = list(dict.fromkeys(known[href] for href in hrefs if href in known and known[href] != author.id))
    named = list(dict.fromkeys(known[uri] for uri in note.addressed if uri in known and known[uri] != author.id))
    parent = await readable_post(tx, network, author, note.parent) if note.parent else None
    place = [parent.group_id] if parent and parent.group_id is not None else []
    places = await groups.by_ids(tx, author.id, [*place, *mentioned, *named])
    message = await readable_message(tx, network, author, note.parent) if note.parent and parent is None else None
    unknown = [href for href in hrefs if href not in known and is_web(href) and not ours.is_ours(network, href)]
    waiting = await note_store.thread_waiting_for(tx, note.parent) if note.parent and parent is None else None
    return Around(
        suspended=terms.suspended or other.suspended or author.suspended_at is not None or author.state != "active",
        reject_files=terms.reject_media or other.reject_media,
        parent=parent,
        parent_message=message,
        mentioned=mentioned,
        named=named,
        local_ids=await note_store.locals_of(tx, [*mentioned, *named]),
        unknown=unknown[:MOST_LOOKED_UP],
        group_id=_place(places.values(), parent),
        waiting_thread=waiting,
        quoted=await readable_post(tx, network, author, note.quote) if note.quote else None,
    )


def _place(places: Any, parent: Post | None) -> int | None:
    """The local group that a post goes into: that of what it answers, else the first it names; members only."""
    for place in places:
        fits = parent.group_id == place.id if parent else place.posting == "members" or place.staff
        if fits and place.member and not place.archived:
            return int(place.id)
    return None


async def readable_post(tx: Tx, network: Network, reader: Account, uri: str | None) -> Post | None:
    """A post by its address, if this remote account may read it: an id of ours that may not be seen is not known."""
    if uri is None:
        return None
    if ours.is_ours(network, uri):
        id_ = await ours.post_id(tx, network, uri)
    else:
        found = await received.by_uri(tx, uri)
        id_ = found.id if found and found.boost_of_id is None else None
    return await posts.get_readable(tx, reader.id, id_) if id_ is not None else None


async def readable_message(tx: Tx, network: Network, reader: Account, uri: str) -> Message | None:
    """A message by its address, if this remote account sent or received it."""
    found = ours.ours(network, uri)
    if found is not None:
        return await messages.readable_by(tx, reader.id, found.id) if found.kind == "message" else None
    message = await messages.by_uri(tx, uri)
    return await messages.readable_by(tx, reader.id, message.id) if message else None


async def relevant(tx: Tx, note: NoteRead, author: Account, around: Around) -> bool:
    """Whether anybody here cares (as Mastodon's relevance check): docs/receiving.md, “What is kept”."""
    if around.local_ids or around.parent is not None or around.group_id is not None:
        return True
    if around.quoted is not None and around.quoted.uri is None:
        return True
    return await note_store.is_followed(tx, [author.id])


async def look_up(services: Any, network: Network, uris: Sequence[str]) -> list[int]:
    """Accounts of people whom a post mentions and we do not know; whoever cannot be had is left out."""

    async def one(uri: str) -> int | None:
        try:
            return (await actors.resolve(services, network, uri)).id
        except RemoteError:
            return None

    found = await asyncio.gather(*(one(uri) for uri in uris))
    return [id_ for id_ in found if id_ is not None]


def post_of(note: NoteRead, author: Account, around: Around, quoted: Quoted | None, *, sent: bool) -> Received:
    """The post to store. One that is addressed to fewer than everybody is readable to all whom it names."""
    audience, listed = AUDIENCES[note.addressing]
    named = around.named if audience is not Audience.EVERYONE else []
    at = now()
    published = max(EARLIEST, min(note.published or at, at))
    edited = min(note.updated, at) if note.updated and note.updated > published else None
    return Received(
        uri=note.uri,
        url=note.url,
        account_id=author.id,
        audience=Audience.GROUP if around.group_id is not None else audience,
        listed=listed,
        group_id=around.group_id,
        parent=around.parent,
        is_reply=note.parent is not None,
        thread_id=around.waiting_thread,
        html=note.html,
        plain=note.plain,
        spoiler=note.spoiler,
        sensitive=note.sensitive,
        language=note.language,
        published=published,
        edited_at=edited,
        quote_policy=note.quote_policy if audience is Audience.EVERYONE else "nobody",
        quoted=quoted,
        mention_ids=list(dict.fromkeys([*around.mentioned, *named])),
        tags=note.tags,
        files=note.files,
        reject_files=around.reject_files,
        links=note.links,
        stated=note.preview,
        poll=note.poll,
        news=sent and published > at - NEWS,
    )


def message_of(note: NoteRead, author: Account, around: Around) -> messages.Received:
    """The direct message to store."""
    at = now()
    published = max(EARLIEST, min(note.published or at, at))
    return messages.Received(
        uri=note.uri,
        account_id=author.id,
        reader_ids=list(dict.fromkeys([*around.mentioned, *around.named])),
        parent=around.parent_message,
        html=note.html,
        plain=note.plain,
        spoiler=note.spoiler,
        sensitive=note.sensitive,
        language=note.language,
        published=published,
        edited_at=min(note.updated, at) if note.updated and note.updated > published else None,
        files=note.files,
        reject_files=around.reject_files,
    )
