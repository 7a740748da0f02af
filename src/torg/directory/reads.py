"""Answers of the directory: who works here, what they know, whom one might want to know."""

from __future__ import annotations

from collections.abc import Sequence

from torg.accounts import reads as accounts
from torg.accounts.model import Account, AccountKind
from torg.directory import chart_store, expertise_store, profile_store, rules, store, suggest_store
from torg.directory.model import (
    COLUMNS,
    NAMES,
    Chart,
    Colleague,
    Counted,
    Details,
    Face,
    Field,
    Place,
    Skill,
    Suggested,
    Wish,
)
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, NetworkKind
from torg.kernel.errors import NotFound

FURTHEST = 100_000
MOST_FACETS = 50


def check_open(actor: Actor) -> None:
    """404 where there is no directory: in a public network, and for a guest."""
    if actor.network_kind is NetworkKind.PUBLIC or actor.guest or actor.account_id is None:
        raise NotFound


async def search(tx: Tx, actor: Actor, wish: Wish, *, limit: int, offset: int) -> list[Colleague]:
    """Those who work here and match, in the order wished for."""
    check_open(actor)
    found = await store.search(tx, actor.me, wish, limit=limit, offset=min(max(0, offset), FURTHEST))
    return await colleagues(tx, actor, found)


async def facets(tx: Tx, actor: Actor, wish: Wish) -> tuple[int, dict[str, list[Counted]]]:
    """(how many match, their departments, places and expertise)."""
    check_open(actor)
    return await store.facets(tx, actor.me, wish, MOST_FACETS)


async def colleagues(tx: Tx, actor: Actor, ids: Sequence[int]) -> list[Colleague]:
    """Colleagues in this order; who does not work here (any more) is left out."""
    check_open(actor)
    if not ids:
        return []
    led = await store.managers(tx, ids)
    people = {id_: a for id_, a in (await accounts.by_ids(tx, {*ids, *led.values()})).items() if _works_here(a)}
    details = await store.details(tx, ids)
    reports = await store.reports(tx, ids)
    skills: dict[int, list[Skill]] = {}
    for skill in await expertise_store.of(tx, actor.me, ids):
        skills.setdefault(skill.account_id, []).append(skill)
    return [
        Colleague(
            account=people[id_],
            details=details.get(id_) or Details(account_id=id_),
            expertise=skills.get(id_, ()),
            manager=people.get(led.get(id_, 0)),
            reports=reports.get(id_, 0),
        )
        for id_ in ids
        if id_ in people
    ]


async def colleague(tx: Tx, actor: Actor, account_id: int) -> Colleague:
    """One of them; 404 for anybody else."""
    found = await colleagues(tx, actor, [account_id])
    if not found:
        raise NotFound
    return found[0]


async def shown_with(tx: Tx, actor: Actor, account_id: int) -> Colleague | None:
    """What the directory adds to somebody's page; None where there is no directory, and for who is not in it."""
    if actor.network_kind is NetworkKind.PUBLIC or actor.guest or actor.account_id is None:
        return None
    found = await colleagues(tx, actor, [account_id])
    return found[0] if found else None


def _works_here(account: Account) -> bool:
    kind = account.kind in (AccountKind.PERSONAL, AccountKind.TEAM)
    return kind and account.is_local and account.visible and account.disabled_at is None


async def surroundings(tx: Tx, actor: Actor, account_id: int, limit: int) -> Chart:
    """Somebody's managers up to the top, peers and direct reports."""
    me = await colleague(tx, actor, account_id)
    above = await colleagues(tx, actor, await chart_store.above(tx, account_id))
    line: list[Colleague] = []
    by_id = {one.account.id: one for one in above}
    boss = me.manager
    while boss is not None and boss.id in by_id and len(line) <= len(above):
        line.insert(0, by_id[boss.id])
        boss = by_id[boss.id].manager
    peers, peers_count = await chart_store.peers(tx, account_id, limit) if me.manager else ([], 0)
    below = await chart_store.below(tx, account_id, limit)
    return Chart(
        colleague=me,
        managers=line,
        peers=await colleagues(tx, actor, peers),
        peers_count=peers_count,
        reports=await colleagues(tx, actor, below),
    )


async def tree(
    tx: Tx, actor: Actor, root: int | None, *, depth: int, limit: int, offset: int
) -> list[tuple[Place, Colleague]]:
    """The chart below somebody, or below everybody who has reports and no manager: level by level."""
    check_open(actor)
    if root is not None:
        await colleague(tx, actor, root)
    places = await chart_store.tree(tx, root, depth=depth, limit=limit, offset=min(max(0, offset), FURTHEST))
    known = {one.account.id: one for one in await colleagues(tx, actor, [place.id for place in places])}
    return [(place, known[place.id]) for place in places if place.id in known]


async def suggested(tx: Tx, actor: Actor, limit: int) -> list[Suggested]:
    """Colleagues whom the actor might want to follow, with every reason."""
    check_open(actor)
    ranked = rules.rank(await suggest_store.candidates(tx, actor.me), limit)
    known = await accounts.by_ids(tx, [id_ for id_, _ in ranked])
    return [Suggested(account=known[id_], sources=sources) for id_, sources in ranked]


async def profile(tx: Tx, actor: Actor) -> tuple[list[Field], bool]:
    """One's profile and whether it is kept here: all of it where it is kept, elsewhere what this face shows."""
    if actor.person_id is None or actor.guest:
        raise NotFound
    copied, kept_here = await profile_store.copied(tx, actor.me)
    if kept_here is not False:
        return await profile_store.fields(tx, actor.person_id), True
    kind = actor.network_kind.value
    found = (await store.details(tx, [actor.me])).get(actor.me) or Details(account_id=actor.me)
    shown = {"display_name": copied.display_name, "note": copied.note}
    shown |= {name: getattr(found, name) for name in COLUMNS}
    named = [s.name for s in await expertise_store.of(tx, actor.me, [actor.me]) if s.listed]
    shown["expertise"] = ", ".join(named)
    fields = [Field(name=name, value=shown[name] or "", faces=[kind]) for name in NAMES if shown.get(name)]
    return [*fields, *(Field(name="other", label=o.label, value=o.value, faces=[kind]) for o in found.others)], False


async def faces(tx: Tx, actor: Actor) -> list[Face]:
    """The person's faces in the networks of the transaction."""
    return await profile_store.faces(tx, actor.person_id) if actor.person_id is not None else []
