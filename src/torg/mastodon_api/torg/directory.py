"""The directory: colleagues, what they know, who reports to whom, whom one might want to know (docs/directory.md)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.directory import actions, chart, reads
from torg.directory.model import Colleague, Order, Wish
from torg.engine.postgres import Tx
from torg.http import Call, Paged, Routes
from torg.kernel.errors import NotFound
from torg.mastodon_api.entities.torg import colleague as entities
from torg.mastodon_api.forms import ById, PageParams, page
from torg.mastodon_api.present import accounts as people
from torg.mastodon_api.present import scene as scenes
from torg.mastodon_api.torg.profile_faces import over_all_faces

routes = Routes("torg directory")

READ = ("read", "read:accounts")
WRITE = ("write", "write:accounts")
DEEPEST = 5


class Matching(msgspec.Struct, kw_only=True):
    """`q`: beginnings of words of a name, title, department, place or expertise, all of which must occur."""

    q: str = ""
    department: str = ""
    location: str = ""
    expertise: str = ""

    def wish(self, order: Order = "name") -> Wish:
        return Wish(q=self.q, department=self.department, location=self.location, expertise=self.expertise, order=order)


class Search(Matching, kw_only=True):
    order: Order = "name"
    limit: int | None = None
    offset: int = 0


class Tree(msgspec.Struct, kw_only=True):
    """`root`: an account's id; without it everybody who has reports and no manager. `depth`: levels below it."""

    root: int | None = None
    depth: int = 2
    limit: int | None = None
    offset: int = 0


class Most(msgspec.Struct, kw_only=True):
    limit: int | None = None


class Manager(msgspec.Struct, kw_only=True):
    """`manager_id` null or empty: reports to nobody."""

    id: int
    manager_id: int | None = None


class Knows(msgspec.Struct, kw_only=True):
    id: int
    name: str = ""


def _limit(wanted: int | None) -> int:
    return page(PageParams(limit=wanted), 40, 80).limit


async def present(tx: Tx, call: Call, found: Sequence[Colleague]) -> list[entities.Colleague]:
    """Colleagues as entities, in their order."""
    everybody = [a for one in found for a in (one.account, one.manager) if a is not None]
    scene = await scenes.load(tx, call.actor, call.origin, everybody, ())
    return [
        entities.Colleague(
            **people.shared(scene, one.account),  # type: ignore[arg-type]
            title=one.details.title,
            department=one.details.department,
            location=one.details.location,
            phone=one.details.phone,
            email=one.details.email,
            pronouns=one.details.pronouns,
            birthday=one.details.birthday,
            other_fields=[entities.ColleagueField(label=o.label, value=o.value) for o in one.details.others],
            expertise=[
                entities.Expertise(name=s.name, listed=s.listed, endorsements_count=s.endorsements, endorsed=s.endorsed)
                for s in one.expertise
            ],
            manager=people.account(scene, one.manager) if one.manager else None,
            reports_count=one.reports,
            joined_at=one.account.created_at.date().isoformat(),
            guest=one.account.guest,
        )
        for one in found
    ]


async def _one(tx: Tx, call: Call, account_id: int) -> entities.Colleague:
    return (await present(tx, call, [await reads.colleague(tx, call.actor, account_id)]))[0]


@routes.get("/api/torg/v1/directory", scope=READ)
async def index(call: Call, params: Search) -> Paged[entities.Colleague]:
    """Colleagues who match, by name, the newest or the latest to have posted first; paged by offset."""
    limit, offset = _limit(params.limit), max(0, params.offset)
    found = await reads.search(call.tx, call.actor, params.wish(params.order), limit=limit, offset=offset)
    return Paged(
        await present(call.tx, call, found),
        next_query={"offset": offset + limit} if len(found) == limit else {},
        prev_query={"offset": max(0, offset - limit)} if offset else {},
    )


@routes.get("/api/torg/v1/directory/facets", scope=READ)
async def facets(call: Call, params: Matching) -> entities.DirectoryFacets:
    """How many match, and their departments, places and expertise (at most 50 each)."""
    total, found = await reads.facets(call.tx, call.actor, params.wish())
    return entities.DirectoryFacets(
        total=total,
        **{
            name: [entities.FacetCount(value=one.value, count=one.count) for one in values]
            for name, values in found.items()
        },
    )


@routes.get("/api/torg/v1/directory/suggestions", scope=READ)
async def suggestions(call: Call, params: Most) -> list[entities.ColleagueSuggestion]:
    """Colleagues whom one does not follow yet, and why one might; DELETE /api/v1/suggestions/{id} dismisses one."""
    found = await reads.suggested(call.tx, call.actor, _limit(params.limit))
    shown = await people.accounts(call.tx, call.actor, call.origin, [one.account for one in found])
    return [
        entities.ColleagueSuggestion(sources=list(one.sources), account=account)
        for one, account in zip(found, shown, strict=True)
    ]


@routes.get("/api/torg/v1/directory/chart", scope=READ)
async def tree(call: Call, params: Tree) -> Paged[entities.ChartPlace]:
    """The org chart from its top, or below one colleague: level by level, at most five deep; paged by offset."""
    limit, offset = _limit(params.limit), max(0, params.offset)
    depth = min(max(0, params.depth), DEEPEST)
    found = await reads.tree(call.tx, call.actor, params.root, depth=depth, limit=limit, offset=offset)
    shown = await present(call.tx, call, [one for _, one in found])
    return Paged(
        [
            entities.ChartPlace(
                depth=place.depth,
                manager_id=None if place.manager_id is None else str(place.manager_id),
                colleague=one,
            )
            for (place, _), one in zip(found, shown, strict=True)
        ],
        next_query={"offset": offset + limit} if len(found) == limit else {},
        prev_query={"offset": max(0, offset - limit)} if offset else {},
    )


@routes.get("/api/torg/v1/directory/{id}", scope=READ)
async def show(call: Call, params: ById) -> entities.Colleague:
    """One colleague."""
    return await _one(call.tx, call, params.id)


@routes.get("/api/torg/v1/directory/{id}/chart", scope=READ)
async def surroundings(call: Call, params: ById) -> entities.ColleagueChart:
    """A colleague's managers up to the top, peers and direct reports (at most 80 of each)."""
    found = await reads.surroundings(call.tx, call.actor, params.id, _limit(80))
    shown = await present(call.tx, call, [found.colleague, *found.managers, *found.peers, *found.reports])
    above, beside = 1 + len(found.managers), 1 + len(found.managers) + len(found.peers)
    return entities.ColleagueChart(
        colleague=shown[0],
        managers=shown[1:above],
        peers=shown[above:beside],
        peers_count=found.peers_count,
        reports=shown[beside:],
    )


@routes.put("/api/torg/v1/directory/{id}/manager", scope=WRITE)
async def set_manager(call: Call, form: Manager) -> entities.Colleague:
    """Say to whom somebody reports: oneself, if the network lets members, else who manages users. 422: a circle."""
    reads.check_open(call.actor)
    await chart.set_manager(call.tx, call.actor, call.network, form.id, form.manager_id)
    return await _one(call.tx, call, form.id)


@routes.post("/api/torg/v1/directory/{id}/expertise", scope=WRITE, tx=False)
async def add_expertise(call: Call, form: Knows) -> entities.Colleague:
    """Say what one knows, or that a colleague knows something: one vote, or a suggestion that only he or she sees."""
    async with over_all_faces(call) as tx:
        await _expertise(tx, call, form, True)
        return await _one(tx, call, form.id)


@routes.delete("/api/torg/v1/directory/{id}/expertise", scope=WRITE, tx=False)
async def remove_expertise(call: Call, form: Knows) -> entities.Colleague:
    """Take back what one said of oneself or of a colleague; of oneself also what others suggested."""
    async with over_all_faces(call) as tx:
        await _expertise(tx, call, form, False)
        return await _one(tx, call, form.id)


async def _expertise(tx: Tx, call: Call, form: Knows, says: bool) -> None:
    found = await reads.colleague(tx, call.actor, form.id)
    if found.account.id == call.me:
        await actions.know(tx, call.actor, form.name, scheme=call.settings.scheme, knows=says)
    elif found.account.guest:
        raise NotFound
    elif says:
        await actions.endorse(tx, call.actor, form.id, form.name)
    else:
        await actions.unendorse(tx, call.actor, form.id, form.name)
