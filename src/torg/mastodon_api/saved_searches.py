"""Saved and tracked searches, our own methods in the manner of Mastodon's (FEATURES T6)."""

from __future__ import annotations

import msgspec

from torg.http import Call, Paged, Routes
from torg.kernel.clock import iso
from torg.mastodon_api import entities
from torg.mastodon_api.forms import ById, PageParams, page, paged
from torg.search import saved
from torg.search.model import SavedSearch

routes = Routes("saved_searches")


class SavedSearchEntity(msgspec.Struct, kw_only=True):
    """A search that its owner keeps. `track`: new posts that it finds come as notifications of type `status`."""

    id: str
    name: str
    query: str
    track: bool
    created_at: str


class NewSearch(msgspec.Struct, kw_only=True):
    name: str = ""
    query: str = ""
    track: bool = False


class ChangeSearch(msgspec.Struct, kw_only=True):
    """What is left out stays."""

    id: int
    name: str | None = None
    query: str | None = None
    track: bool | None = None


def entity(found: SavedSearch) -> SavedSearchEntity:
    return SavedSearchEntity(
        id=str(found.id), name=found.name, query=found.query, track=found.track, created_at=iso(found.created_at)
    )


@routes.get("/api/torg/v1/saved_searches", scope="read:search")
async def index(call: Call, params: PageParams) -> Paged[SavedSearchEntity]:
    """One's own, newest first."""
    found = await saved.mine(call.tx, call.actor, page(params, 40, 100))
    return paged([entity(one) for one in found], [one.id for one in found])


@routes.post("/api/torg/v1/saved_searches", scope="write:accounts")
async def create(call: Call, form: NewSearch) -> SavedSearchEntity:
    """Save a search; with `track` be told of new posts that it finds."""
    made = await saved.save(call.tx, call.actor, name=form.name, query=form.query, track=form.track)
    return entity(made)


@routes.get("/api/torg/v1/saved_searches/{id}", scope="read:search")
async def show(call: Call, params: ById) -> SavedSearchEntity:
    """One of one's own."""
    return entity(await saved.own(call.tx, call.actor, params.id))


@routes.put("/api/torg/v1/saved_searches/{id}", scope="write:accounts")
async def update(call: Call, form: ChangeSearch) -> SavedSearchEntity:
    """Change its name, its words or whether it is tracked."""
    changed = await saved.change(call.tx, call.actor, form.id, name=form.name, query=form.query, track=form.track)
    return entity(changed)


@routes.delete("/api/torg/v1/saved_searches/{id}", scope="write:accounts")
async def delete(call: Call, params: ById) -> entities.Empty:
    """Put it away; what it told of stays."""
    await saved.delete(call.tx, call.actor, params.id)
    return entities.Empty()
