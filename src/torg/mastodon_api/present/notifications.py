"""Notices → Mastodon's Notification, NotificationGroup and what comes with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from torg.accounts import reads as accounts
from torg.engine.postgres import Tx
from torg.filters import reads as filters
from torg.kernel.actor import Actor
from torg.kernel.clock import iso
from torg.mastodon_api import entities
from torg.mastodon_api.entities import UNSET
from torg.mastodon_api.present import accounts as present_accounts
from torg.mastodon_api.present import filters as present_filters
from torg.mastodon_api.present import messages as present_messages
from torg.mastodon_api.present import notification_subjects as subjects
from torg.mastodon_api.present import statuses as present_statuses
from torg.messages import reads as messages
from torg.notices.model import Group, GroupPage, Notice, Request
from torg.posts import reads as posts
from torg.push import words
from torg.text.messages import choose

WITH_STATUS = frozenset({"mention", "status", "reblog", "favourite", "poll", "update", "quote", "quoted_update"})
# With the post, if it is about one: a response from the web may be to a profile.
MAY_HAVE_STATUS = frozenset({"torg.response"})
# The documentation gives a collection to single notifications only.
IN_GROUPS = frozenset(entities.NotificationGroup.__struct_fields__)


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What notices point to, by id, as the reader may see it."""

    accounts: Mapping[int, entities.Account]
    statuses: Mapping[int, entities.Status]
    subjects: Mapping[tuple[str, int], object]

    def complete(self, notice: Notice) -> bool:
        """Whether everything that the type promises is there; what a reader may not see is not told of either."""
        if notice.from_id not in self.accounts:
            return False
        if notice.type in WITH_STATUS:
            return (notice.post_id or notice.message_id) in self.statuses
        if notice.type in MAY_HAVE_STATUS and notice.post_id is not None:
            return notice.post_id in self.statuses
        return notice.type not in subjects.FIELDS or (notice.type, notice.subject_id) in self.subjects

    def subject(self, notice: Notice) -> dict[str, object]:
        """The attribute of a type that is about neither a status nor an account only."""
        name = subjects.FIELDS.get(notice.type)
        return {name: self.subjects[notice.type, notice.subject_id or 0]} if name else {}


async def around(tx: Tx, actor: Actor, origin: str, found: Sequence[Notice], people: Iterable[int] = ()) -> Around:
    """Everything that the notices point to, and further accounts."""
    ids = {n.from_id for n in found} | set(people)
    known = await accounts.by_ids(tx, ids)
    faces = await present_accounts.accounts(tx, actor, origin, [a for a in known.values() if a.state != "deleted"])
    return Around(
        accounts={int(face.id): face for face in faces},
        statuses=await statuses(
            tx,
            actor,
            origin,
            list({n.post_id for n in found if n.post_id is not None}),
            list({n.message_id for n in found if n.message_id is not None}),
        ),
        subjects=await subjects.load(tx, actor, origin, found),
    )


async def statuses(
    tx: Tx, actor: Actor, origin: str, post_ids: Sequence[int], message_ids: Sequence[int]
) -> dict[int, entities.Status]:
    """Posts and messages as statuses by id, with the reader's marks and filters."""
    views = await posts.hydrate(tx, actor, post_ids)
    filtered = present_filters.results(await filters.matches(tx, actor, views))
    shown = await present_statuses.statuses(tx, actor, origin, views, filtered=filtered)
    if message_ids:
        shown += await present_messages.messages(tx, actor, origin, await messages.views(tx, actor, message_ids))
    return {int(status.id): status for status in shown}


def _fallback(
    actor: Actor, notice: Notice, name: str, supported: Sequence[str] | None
) -> entities.NotificationFallback | msgspec.UnsetType:
    """A sentence for a client that named the types it knows, without this one."""
    if not supported or notice.type in supported:
        return UNSET
    title = words.title(choose(actor.locale), notice.type, name)
    return entities.NotificationFallback(title=title, summary=None, details=None)


def _status(known: Around, n: Notice) -> entities.Status | msgspec.UnsetType:
    if n.type in WITH_STATUS or (n.type in MAY_HAVE_STATUS and n.post_id is not None):
        return known.statuses[n.post_id or n.message_id or 0]
    return UNSET


def _name(account: entities.Account) -> str:
    return account.display_name or account.username


async def notifications(
    tx: Tx, actor: Actor, origin: str, found: Sequence[Notice], supported: Sequence[str] | None = None
) -> list[entities.Notification]:
    """Notification entities in their order; those about what the reader may not see (any more) are left out."""
    if not found:
        return []
    known = await around(tx, actor, origin, found)
    return [notification(actor, known, n, supported) for n in found if known.complete(n)]


def notification(
    actor: Actor, known: Around, n: Notice, supported: Sequence[str] | None = None
) -> entities.Notification:
    """One notice (docs: entities/Notification)."""
    doer = known.accounts[n.from_id]
    return entities.Notification(
        id=str(n.id),
        type=n.type,
        group_key=n.group_key,
        created_at=iso(n.created_at),
        account=doer,
        status=_status(known, n),
        fallback=_fallback(actor, n, _name(doer), supported),
        **known.subject(n),  # type: ignore[arg-type]
    )


async def grouped(
    tx: Tx,
    actor: Actor,
    origin: str,
    page: GroupPage,
    *,
    partial: bool = False,
    supported: Sequence[str] | None = None,
) -> entities.GroupedNotificationsResults:
    """A page of groups with, once each, the accounts and statuses that they name. `partial`: of all accounts but
    each group's latest only the avatar's worth (docs: methods/grouped_notifications, expand_accounts).
    """
    known = await around(tx, actor, origin, [g.newest for g in page.groups], {a for g in page.groups for a in g.sample})
    shown = [g for g in page.groups if known.complete(g.newest)]
    sampled = dict.fromkeys(a for g in shown for a in g.sample if a in known.accounts)
    first = {g.newest.from_id for g in shown}
    whole = [a for a in sampled if not partial or a in first]
    parts = [_partial(known.accounts[a]) for a in sampled if a not in whole]
    statuses_of = dict.fromkeys(id_ for g in shown if (id_ := _status_id(g.newest)) is not None)
    return entities.GroupedNotificationsResults(
        accounts=[known.accounts[a] for a in whole],
        statuses=[known.statuses[id_] for id_ in statuses_of],
        notification_groups=[group(actor, known, g, supported) for g in shown],
        partial_accounts=parts if partial else UNSET,
    )


def _status_id(n: Notice) -> int | None:
    return (n.post_id or n.message_id) if n.type in WITH_STATUS | MAY_HAVE_STATUS else None


def _partial(a: entities.Account) -> entities.PartialAccountWithAvatar:
    return entities.PartialAccountWithAvatar(
        id=a.id,
        acct=a.acct,
        url=a.url or "",
        avatar=a.avatar,
        avatar_static=a.avatar_static,
        avatar_description=a.avatar_description,
        locked=a.locked,
        bot=a.bot,
    )


def group(actor: Actor, known: Around, g: Group, supported: Sequence[str] | None = None) -> entities.NotificationGroup:
    """One group (docs: methods/grouped_notifications, NotificationGroup)."""
    status_id = _status_id(g.newest)
    subject = {name: it for name, it in known.subject(g.newest).items() if name in IN_GROUPS}
    return entities.NotificationGroup(
        group_key=g.key,
        notifications_count=g.count,
        type=g.newest.type,
        most_recent_notification_id=str(g.newest.id),
        sample_account_ids=[str(a) for a in g.sample if a in known.accounts],
        page_min_id=str(g.page_min_id) if g.page_min_id is not None else UNSET,
        page_max_id=str(g.page_max_id) if g.page_max_id is not None else UNSET,
        latest_page_notification_at=iso(g.page_at) if g.page_at is not None else UNSET,
        status_id=str(status_id) if status_id is not None else UNSET,
        fallback=_fallback(actor, g.newest, _name(known.accounts[g.newest.from_id]), supported),
        **subject,  # type: ignore[arg-type]
    )


async def requests(tx: Tx, actor: Actor, origin: str, found: Sequence[Request]) -> list[entities.NotificationRequest]:
    """Requests in their order (docs: entities/NotificationRequest)."""
    known = await accounts.by_ids(tx, {r.from_id for r in found})
    faces = {int(f.id): f for f in await present_accounts.accounts(tx, actor, origin, known.values())}
    last = await statuses(
        tx,
        actor,
        origin,
        [r.post_id for r in found if r.post_id is not None],
        [r.message_id for r in found if r.message_id is not None],
    )
    return [
        entities.NotificationRequest(
            id=str(r.id),
            created_at=iso(r.created_at),
            updated_at=iso(r.updated_at),
            account=faces[r.from_id],
            notifications_count=str(r.count),
            last_status=last.get(r.post_id or r.message_id or 0, UNSET),
        )
        for r in found
        if r.from_id in faces
    ]
