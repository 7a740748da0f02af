"""Announcements that must be seen (FEATURES Y4): sending, reading, and who has; and featured conversations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from torg.accounts import reads as accounts
from torg.http import Call, Paged, Reply, Routes
from torg.kernel.clock import iso
from torg.kernel.errors import NotFound
from torg.mastodon_api import entities, render
from torg.mastodon_api.entities.torg.must_see import (
    Department,
    FeaturedStatus,
    MustSee,
    MustSeeReader,
    MustSeeReaders,
    MustSeeStatus,
)
from torg.mastodon_api.forms import ById, Nothing, PageById, PageParams, page, paged
from torg.mastodon_api.present import accounts as present_accounts
from torg.mastodon_api.torg.posting import PostFields, draft, extended
from torg.must_see import actions, featured, model, reads

routes = Routes("must_see")


class NewMustSee(PostFields, kw_only=True):
    """`remind_days`: those who have not read by then are reminded once; 0 never."""

    ends_at: datetime | None = None
    email: bool = False
    remind_days: int = 3


class Mine(msgspec.Struct, kw_only=True):
    """`all`: also what has been read, as long as it is not over."""

    all: bool = False


class Readers(PageById, kw_only=True):
    """`read`: only those who have read it, or only those who have not."""

    read: bool | None = None


class Feature(msgspec.Struct, kw_only=True):
    status_id: int
    ends_at: datetime


@routes.post("/api/torg/v1/must_see", scope="write:statuses")
async def create(call: Call, form: NewMustSee) -> MustSeeStatus:
    """Publish a post that everybody in the network, or in the group, must see.

    Takes the permission to send such announcements, or to be of the group's staff. Everybody addressed gets a
    notification of type `status` whatever is muted or blocked, and with `email` a letter to the proven address.
    """
    order = model.Order(ends_at=form.ends_at, email=form.email, remind_days=form.remind_days)
    id_ = await actions.send(call.tx, call.actor, call.network, await draft(call, form), order, origin=call.origin)
    await call.done()
    return (await _statuses(call, [await reads.one(call.tx, call.actor, id_)]))[0]


@routes.get("/api/torg/v1/must_see", scope="read:statuses")
async def index(call: Call, params: Mine) -> list[MustSeeStatus]:
    """What is addressed to me and I have not read, newest first, for the top of the page."""
    return await _statuses(call, await reads.mine(call.tx, call.actor, also_read=params.all))


@routes.get("/api/torg/v1/must_see/sent", scope="read:statuses")
async def sent(call: Call, params: PageParams) -> Paged[MustSeeStatus]:
    """What I have sent."""
    found = await reads.sent(call.tx, call.actor, page(params))
    return paged(await _statuses(call, found), [one.id for one in found])


@routes.get("/api/torg/v1/must_see/{id}", scope="read:statuses")
async def show(call: Call, params: ById) -> MustSeeStatus:
    """One of them; looking at it does not mark it as read."""
    return await _one(call, await reads.one(call.tx, call.actor, params.id))


@routes.post("/api/torg/v1/must_see/{id}/read", scope="write:accounts")
async def read(call: Call, params: ById) -> MustSeeStatus:
    """I have read it: it is shown at the top no longer."""
    return await _one(call, await actions.read(call.tx, call.actor, params.id))


@routes.get("/api/torg/v1/must_see/{id}/readers", scope="read:statuses")
async def readers(call: Call, params: ById) -> MustSeeReaders:
    """How many have seen it, for the sender, the group's staff, and whoever may send such or see figures."""
    found = await reads.tally(call.tx, call.actor, params.id)
    departments = await reads.departments(call.tx, params.id)
    return MustSeeReaders(
        id=str(params.id),
        total=found.total,
        told=found.told,
        mailed=found.mailed,
        reminded=found.reminded,
        read=found.read,
        unread=found.total - found.read,
        departments=[Department(name=d.name, total=d.total, read=d.read) for d in departments],
    )


@routes.get("/api/torg/v1/must_see/{id}/readers/accounts", scope="read:statuses")
async def reader_accounts(call: Call, params: Readers) -> Paged[MustSeeReader]:
    """Who was addressed and when each read it; `read=false` for those who have not."""
    found = await reads.readers(call.tx, call.actor, params.id, params.read, page(params, 40, 80))
    people = await accounts.by_ids(call.tx, [one.account_id for one in found])
    here = [one for one in found if one.account_id in people]
    shown = await present_accounts.accounts(call.tx, call.actor, call.origin, [people[r.account_id] for r in here])
    rows = [
        MustSeeReader(
            account=account,
            told_at=_iso(one.told_at),
            mailed_at=_iso(one.mailed_at),
            reminded_at=_iso(one.reminded_at),
            read_at=_iso(one.read_at),
        )
        for one, account in zip(here, shown, strict=True)
    ]
    return paged(rows, [one.account_id for one in found])


@routes.get("/api/torg/v1/must_see/{id}/readers.csv", scope="read:statuses")
async def reader_table(call: Call, params: ById) -> Reply[str]:
    """The same as a file, everybody on one sheet."""
    text = await reads.table(call.tx, call.actor, params.id)
    headers = {"Content-Disposition": f'attachment; filename="readers-{params.id}.csv"', "Cache-Control": "no-store"}
    return Reply(text, headers=headers, media_type="text/csv; charset=utf-8")


@routes.get("/api/torg/v1/featured_threads", scope="read:statuses")
async def featured_index(call: Call, params: Nothing) -> list[FeaturedStatus]:
    """Conversations at the top of everybody's feed at present."""
    return await _featured(call, await featured.current(call.tx, call.actor))


@routes.post("/api/torg/v1/featured_threads", scope="write:statuses")
async def feature(call: Call, form: Feature) -> FeaturedStatus:
    """Put a conversation to the top of everybody's feed until a time; takes the permission to announce."""
    made = await featured.feature(call.tx, call.actor, form.status_id, form.ends_at)
    return (await _featured(call, [made]))[0]


@routes.delete("/api/torg/v1/featured_threads/{id}", scope="write:statuses")
async def unfeature(call: Call, params: ById) -> entities.Empty:
    """Take it down before its time."""
    await featured.unfeature(call.tx, call.actor, params.id)
    return entities.Empty()


async def _one(call: Call, found: model.MustSee) -> MustSeeStatus:
    shown = await _statuses(call, [found])
    if not shown:
        raise NotFound
    return shown[0]


async def _statuses(call: Call, found: Sequence[model.MustSee]) -> list[MustSeeStatus]:
    extras = {str(one.id): one for one in found}
    return [
        extended(MustSeeStatus, status, must_see=_extra(call, extras[status.id]))
        for status in await render.ids(call, [one.id for one in found])
    ]


def _extra(call: Call, one: model.MustSee) -> MustSee:
    return MustSee(
        ends_at=_iso(one.ends_at),
        email=one.email,
        remind_at=_iso(one.remind_at),
        created_at=iso(one.created_at),
        read_at=_iso(one.read_at),
        mine=one.sender_id == call.actor.account_id,
    )


async def _featured(call: Call, found: Sequence[model.Featured]) -> list[FeaturedStatus]:
    until = {str(one.id): iso(one.ends_at) for one in found}
    shown = await render.ids(call, [one.id for one in found])
    return [extended(FeaturedStatus, status, featured_until=until[status.id]) for status in shown]


def _iso(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None
