"""What trends in a network (Mastodon: methods/trends), and why (our own /api/torg/v1/trends)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from torg.cards import reads as cards
from torg.graph import tags as graph_tags
from torg.http import Call, Paged, Routes
from torg.mastodon_api import entities, render
from torg.mastodon_api.gate import members_only
from torg.mastodon_api.present import creators as authors
from torg.mastodon_api.present import scene as scenes
from torg.mastodon_api.present import statuses as present_statuses
from torg.mastodon_api.present import tags as present_tags
from torg.trends import reads
from torg.trends.model import Kind, Reason, Trend

routes = Routes("trends")

MOST_OFFSET = 1_000


class TrendParams(msgspec.Struct, kw_only=True):
    limit: int | None = None
    offset: int | None = None


class WhyParams(TrendParams, kw_only=True):
    kind: Literal["tag", "post", "link"] = "tag"


class Why(msgspec.Struct, kw_only=True):
    """One trend with its reason: `id` is that of the tag, status or link; see trends/model.py for `reason`."""

    kind: str
    id: str
    score: float
    reason: Reason


@routes.get("/api/v1/trends", auth="optional")
async def tags_by_old_name(call: Call, params: TrendParams) -> Paged[entities.Tag]:
    """Deprecated alias of trends/tags."""
    return await tags(call, params)


@routes.get("/api/v1/trends/tags", auth="optional")
async def tags(call: Call, params: TrendParams) -> Paged[entities.Tag]:
    found, limit, offset = await _trending(call, "tag", params, 10, 20)
    views = await graph_tags.views(call.tx, call.actor, [t.subject_id for t in found])
    return _paged([present_tags.tag(call.origin, view) for view in views], len(found), limit, offset)


@routes.get("/api/v1/trends/statuses", auth="optional")
async def statuses(call: Call, params: TrendParams) -> Paged[entities.Status]:
    found, limit, offset = await _trending(call, "post", params, 20, 40)
    return _paged(await render.ids(call, [t.subject_id for t in found]), len(found), limit, offset)


@routes.get("/api/v1/trends/links", auth="optional")
async def links(call: Call, params: TrendParams) -> Paged[entities.TrendsLink]:
    found, limit, offset = await _trending(call, "link", params, 10, 20)
    return _paged(await links_of(call, [t.subject_id for t in found]), len(found), limit, offset)


@routes.get("/api/torg/v1/trends", auth="optional")
async def why(call: Call, params: WhyParams) -> Paged[Why]:
    """What trends with the reason (FEATURES T7), which Mastodon's entities have no place for."""
    found, limit, offset = await _trending(call, params.kind, params, 10, 40)
    shown = [Why(kind=params.kind, id=str(t.subject_id), score=t.score, reason=t.reason) for t in found]
    return _paged(shown, len(found), limit, offset)


async def links_of(call: Call, card_ids: Sequence[int]) -> list[entities.TrendsLink]:
    """Links with their use per day, in this order."""
    known = await cards.by_ids(call.tx, card_ids)
    histories = await reads.link_histories(call.tx, [id_ for id_ in card_ids if id_ in known])
    creators = await authors.of_cards(call.tx, call.origin, known.values())
    scene = await scenes.load(call.tx, call.actor, call.origin, creators.values(), ())
    scene = msgspec.structs.replace(scene, creators=creators)
    return [
        entities.TrendsLink(
            **msgspec.structs.asdict(present_statuses.card(scene, known[id_])),
            history=[
                entities.UsageDay(day=str(int(d.day.timestamp())), accounts=str(d.accounts), uses=str(d.uses))
                for d in days
            ],
        )
        for id_, days in histories.items()
    ]


async def _trending(
    call: Call, kind: Kind, params: TrendParams, default: int, most: int
) -> tuple[list[Trend], int, int]:
    members_only(call)
    limit = min(params.limit, most) if params.limit and params.limit > 0 else default
    offset = min(max(params.offset or 0, 0), MOST_OFFSET)
    unseen = not call.network.settings.trends_need_review
    found = await reads.trending(call.tx, call.actor, kind, limit=limit, offset=offset, unseen=unseen)
    return found, limit, offset


def _paged(items: Sequence[Any], rows: int, limit: int, offset: int) -> Paged:
    """Links by offset: onwards while pages are full, back to the page before."""
    return Paged(
        items,
        next_query={"limit": limit, "offset": offset + limit} if rows == limit else {},
        prev_query={"limit": limit, "offset": max(0, offset - limit)} if offset > 0 else {},
    )
