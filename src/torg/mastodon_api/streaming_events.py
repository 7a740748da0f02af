"""What live streams say: posts as Status entities, and the other events of Mastodon's streams (methods/streaming)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from torg.announcements import reads as announcements
from torg.announcements.events import AnnouncementPublished, AnnouncementReacted, AnnouncementWithdrawn
from torg.engine.postgres import Tx
from torg.filters import reads as filters
from torg.filters.events import FiltersChanged
from torg.http.respond import encode
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound
from torg.kernel.events import Event, kind_of
from torg.live.model import DIRECT, NOTIFICATION, READING, USER, Facts, Told, Topic, Watching
from torg.live.reactions import Reactions, Translate
from torg.mastodon_api import entities
from torg.mastodon_api.entities.torg import reading
from torg.mastodon_api.present import accounts as present_accounts
from torg.mastodon_api.present import announcements as present_announcements
from torg.mastodon_api.present import filters as present_filters
from torg.mastodon_api.present import messages as present_messages
from torg.mastodon_api.present import notifications as present_notifications
from torg.mastodon_api.present import statuses as present_statuses
from torg.messages import reads as messages
from torg.messages.events import MessageDeleted, MessageEdited, MessageSent
from torg.notices import reads as notices
from torg.notices.events import NoticeCreated, NoticesMerged
from torg.posts import reads as posts
from torg.posts.model import PostView
from torg.reading.events import ReadMoved


async def render(tx: Tx, actor: Actor, origin: str, ids: Sequence[int]) -> Mapping[int, bytes]:
    """Status entities as JSON, with the viewer's marks and filters; posts that he or she may not read are left out."""
    found = await posts.hydrate(tx, actor, ids)
    filtered = present_filters.results(await filters.matches(tx, actor, found))
    shown = await present_statuses.statuses(tx, actor, origin, found, filtered=filtered)
    return {view.post.id: encode(status) for view, status in zip(found, shown, strict=True)}


def bare(actor: Actor, origin: str, view: PostView) -> bytes | None:
    """A post in hand as JSON, as a viewer without marks and filters sees it; None if that takes a query."""
    shown = present_statuses.bare(actor, origin, view)
    return encode(shown) if shown is not None else None


async def special(tx: Tx, watchers: Sequence[int], found: Sequence[Facts]) -> set[tuple[int, int]]:
    """(watcher, post) where a filter of the watcher applies. Each post is looked at as its own author sees it."""

    async def views() -> list[PostView]:
        by_author: dict[int, list[int]] = defaultdict(list)
        for post in found:
            by_author[post.account_id].append(post.post_id)
        seen: list[PostView] = []
        for author, ids in by_author.items():
            actor = Actor(org_id=tx.scope.org_id, network_id=tx.scope.network_ids[0], account_id=author)
            seen += await posts.hydrate(tx, actor, ids)
        return seen

    return await filters.touched(tx, watchers, views)


def _present(accounts: Iterable[int], watching: Watching) -> list[Actor]:
    return [actor for id_ in accounts if (actor := watching.actor_of(id_)) is not None]


async def message(tx: Tx, event: Event, watching: Watching) -> list[Told]:
    """A message, new or edited: its conversation, to each of its readers."""
    assert isinstance(event, MessageSent | MessageEdited)
    told = []
    for actor in _present(event.reader_ids, watching):
        try:
            found = await messages.conversation(tx, actor, event.conversation_id)
        except NotFound:
            continue  # hidden or gone since
        last = [found.last] if found.last else []
        statuses = await present_messages.messages(tx, actor, watching.origin, last)
        conversation = entities.Conversation(
            id=str(found.id),
            unread=found.unread,
            accounts=await present_accounts.accounts(tx, actor, watching.origin, found.accounts),
            last_status=statuses[0] if statuses else None,
        )
        told.append(Told([Topic(DIRECT, actor.account_id)], "conversation", encode(conversation)))
    return told


async def message_deleted(tx: Tx, event: Event, watching: Watching) -> list[Told]:
    """At this edge a message is a status, so its end is a `delete`."""
    assert isinstance(event, MessageDeleted)
    return [Told([Topic(USER, id_) for id_ in event.reader_ids], "delete", str(event.message_id).encode())]


async def filters_changed(tx: Tx, event: Event, watching: Watching) -> list[Told]:
    assert isinstance(event, FiltersChanged)
    return [Told([Topic(USER, event.account_id)], "filters_changed", None)]


async def notification(tx: Tx, event: Event, watching: Watching) -> list[Told]:
    """A new notice, to its reader alone."""
    assert isinstance(event, NoticeCreated)
    told = []
    for actor in _present([event.account_id], watching):
        found = await notices.by_ids(tx, actor, [event.notice_id])
        topics = [Topic(USER, event.account_id), Topic(NOTIFICATION, event.account_id)]
        for shown in await present_notifications.notifications(tx, actor, watching.origin, found):
            told.append(Told(topics, "notification", encode(shown)))
    return told


async def notices_merged(tx: Tx, event: Event, watching: Watching) -> list[Told]:
    assert isinstance(event, NoticesMerged)
    topics = [Topic(USER, event.account_id), Topic(NOTIFICATION, event.account_id)]
    return [Told(topics, "notifications_merged", None)]


async def announcement(tx: Tx, event: Event, watching: Watching) -> list[Told]:
    """An announcement, to everybody: so without anybody's own marks."""
    assert isinstance(event, AnnouncementPublished)
    nobody = Actor(org_id=tx.scope.org_id, network_id=tx.scope.network_ids[0], network_kind=watching.network_kind)
    try:
        view = await announcements.one(tx, nobody, event.announcement_id)
    except NotFound:
        return []  # taken back since
    shown = await present_announcements.announcements(tx, nobody, watching.origin, [view])
    return [Told(None, "announcement", encode(shown[0]))]


async def announcement_reaction(tx: Tx, event: Event, watching: Watching) -> list[Told]:
    assert isinstance(event, AnnouncementReacted)
    shown = entities.AnnouncementReactionEvent(
        name=event.name, count=event.count, announcement_id=str(event.announcement_id)
    )
    return [Told(None, "announcement.reaction", encode(shown))]


async def announcement_withdrawn(tx: Tx, event: Event, watching: Watching) -> list[Told]:
    assert isinstance(event, AnnouncementWithdrawn)
    return [Told(None, "announcement.delete", str(event.announcement_id).encode())]


async def read_moved(tx: Tx, event: Event, watching: Watching) -> list[Told]:
    """To one's own devices that ask for it: a stream of ours, since clients of Mastodon know no such event."""
    assert isinstance(event, ReadMoved)
    subject = str(event.subject_id) if event.subject_id else None
    shown = reading.ReadMoved(place=event.place, id=subject, last_read_id=str(event.last_read_id))
    return [Told([Topic(READING, event.account_id)], "read", encode(shown))]


TRANSLATE: Mapping[type[Event], Translate] = {
    AnnouncementPublished: announcement,
    AnnouncementReacted: announcement_reaction,
    AnnouncementWithdrawn: announcement_withdrawn,
    FiltersChanged: filters_changed,
    MessageDeleted: message_deleted,
    MessageEdited: message,
    MessageSent: message,
    NoticeCreated: notification,
    NoticesMerged: notices_merged,
    ReadMoved: read_moved,
}

REACTIONS = Reactions(
    render=render,
    bare=bare,
    views=posts.hydrate,
    special=special,
    translate={kind_of(event): translate for event, translate in TRANSLATE.items()},
)
