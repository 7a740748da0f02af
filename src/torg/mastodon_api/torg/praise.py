"""Praise with badges and the wall of thanks (FEATURES Y5)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.accounts import reads as accounts
from torg.http import Call, Paged, Routes
from torg.kernel.errors import NotFound
from torg.mastodon_api import entities, render
from torg.mastodon_api.entities.torg.praise import Badge, BadgeCount, Praise, PraiseStanding, PraiseStatus
from torg.mastodon_api.forms import ById, PageParams, page, paged
from torg.mastodon_api.present import accounts as present_accounts
from torg.mastodon_api.torg.posting import PostFields, draft, extended
from torg.praise import actions, model, reads
from torg.praise.drawings import DRAWINGS

routes = Routes("praise")


class NewPraise(PostFields, kw_only=True):
    """`badge` is a key of GET /api/torg/v1/badges."""

    account_ids: list[int] = []
    badge: str = ""


class Wall(PageParams, kw_only=True):
    """`account_id`: praise of this account; `from_id`: by this one; `department`: of somebody there."""

    account_id: int | None = None
    from_id: int | None = None
    badge: str | None = None
    department: str | None = None


class NewBadge(msgspec.Struct, kw_only=True):
    """`drawing` is one of our pictures: bridge, hand, heart, lamp, shield, sprout, star or wave."""

    key: str = ""
    drawing: str = ""
    name_en: str = ""
    name_sv: str = ""


class Badges(msgspec.Struct, kw_only=True):
    """`all`: also those that are given no more."""

    all: bool = False


class ByKey(msgspec.Struct, kw_only=True):
    key: str


@routes.post("/api/torg/v1/praise", scope="write:statuses")
async def create(call: Call, form: NewPraise) -> PraiseStatus:
    """Thank one to twenty colleagues with a badge: a post that mentions them, so they are notified."""
    id_ = await actions.give(
        call.tx, call.actor, call.network, await draft(call, form), form.account_ids, form.badge, origin=call.origin
    )
    await call.done()
    return await _one(call, id_)


@routes.get("/api/torg/v1/praise", scope="read:statuses")
async def wall(call: Call, params: Wall) -> Paged[PraiseStatus]:
    """The wall of thanks, newest first."""
    wanted = model.Wanted(
        account_id=params.account_id, from_id=params.from_id, badge=params.badge, department=params.department
    )
    found = await reads.wall(call.tx, call.actor, wanted, page(params))
    return paged(await _statuses(call, found), [one.id for one in found])


@routes.get("/api/torg/v1/praise/{id}", scope="read:statuses")
async def show(call: Call, params: ById) -> PraiseStatus:
    """One praising post."""
    return await _one(call, params.id)


@routes.get("/api/torg/v1/accounts/{id}/praise", scope="read:accounts")
async def standing(call: Call, params: ById) -> PraiseStanding:
    """How often somebody has praised and been praised, by badge; posts that you may not read do not count."""
    found = await reads.standing(call.tx, call.actor, params.id)
    known = {badge.key: badge for badge in await reads.badges(call.tx)}
    return PraiseStanding(
        given=found.given,
        received=found.received,
        badges=[
            BadgeCount(badge=entity(call, known[one.badge]), count=one.count)
            for one in found.badges
            if one.badge in known
        ],
    )


@routes.get("/api/torg/v1/badges", scope="read:statuses")
async def badges(call: Call, params: Badges) -> list[Badge]:
    """What praise can be given with here."""
    found = await reads.badges(call.tx)
    return [entity(call, badge) for badge in found if params.all or badge.retired_at is None]


@routes.post("/api/torg/v1/badges", scope="write:statuses")
async def add_badge(call: Call, form: NewBadge) -> Badge:
    """A badge of the network's own, or other names for one that there is; takes the permission for custom emoji."""
    made = await actions.add_badge(call.tx, call.actor, form.key, form.drawing, form.name_en, form.name_sv)
    return entity(call, made)


@routes.delete("/api/torg/v1/badges/{key}", scope="write:statuses")
async def retire_badge(call: Call, params: ByKey) -> entities.Empty:
    """It can be given no more; praise that has it keeps it."""
    await actions.retire_badge(call.tx, call.actor, params.key)
    return entities.Empty()


def entity(call: Call, badge: model.Badge) -> Badge:
    """A badge, named in the caller's language."""
    return Badge(
        key=badge.key,
        name=badge.name(call.actor.locale),
        names={"en": badge.name_en, "sv": badge.name_sv},
        drawing=badge.drawing,
        svg=DRAWINGS[badge.drawing],
        retired=badge.retired_at is not None,
    )


async def _one(call: Call, id_: int) -> PraiseStatus:
    shown = await _statuses(call, [await reads.one(call.tx, call.actor, id_)])
    if not shown:
        raise NotFound
    return shown[0]


async def _statuses(call: Call, found: Sequence[model.Praise]) -> list[PraiseStatus]:
    known = {badge.key: entity(call, badge) for badge in await reads.badges(call.tx)}
    people = await accounts.by_ids(call.tx, {id_ for one in found for id_ in one.account_ids})
    here = [account for account in people.values() if account.visible]
    shown = await present_accounts.accounts(call.tx, call.actor, call.origin, here)
    entity_of = {account.id: entity for account, entity in zip(here, shown, strict=True)}
    extras = {
        str(one.id): Praise(
            badge=known[one.badge], accounts=[entity_of[id_] for id_ in one.account_ids if id_ in entity_of]
        )
        for one in found
    }
    statuses = await render.ids(call, [one.id for one in found])
    return [extended(PraiseStatus, status, praise=extras[status.id]) for status in statuses]
