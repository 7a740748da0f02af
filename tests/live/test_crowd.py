"""What is remembered of a crowd is forgotten by whatever may change it, and by nothing else."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.fixtures.square import PUBLIC, Square
from tools.event_reference import events
from torg.engine.bus import Logged
from torg.engine.changes import changes
from torg.kernel.clock import now
from torg.live.crowd import HARMLESS, PAIRS, Crowd
from torg.live.model import Facts

ORG, NETWORK = 1, 10


def logged(kind: str, **payload: Any) -> Logged:
    return Logged(1, ORG, NETWORK, kind, payload, now())


def post(author: int, *, audience: str = "everyone", tags: frozenset[str] = frozenset()) -> Facts:
    return Facts(post_id=1, event="update", account_id=author, audience=audience, listed=True, tags=tags)


def test_every_kind_that_is_named_is_one_and_a_pair_names_two_accounts() -> None:
    known = {event.__name__: {field.name for field in msgspec.structs.fields(event)} for event in events()}
    assert known.keys() >= HARMLESS | PAIRS
    assert not HARMLESS & PAIRS
    for kind in PAIRS:
        assert known[kind] >= {"account_id", "target_id"}, kind


async def test_each_event_forgets_what_it_may_change(square: Square) -> None:
    network = square.networks[PUBLIC]
    anna, bjorn, shop = (square.person(PUBLIC, handle).id for handle in ("anna", "bjorn", "shop"))
    here = frozenset({anna, bjorn, shop})
    crowd = Crowd()
    crowd.heed(network.org_id, network.id, [])

    async def learn() -> None:
        async with square.services.db.tx(network.scope) as tx:
            await crowd.learn(tx, here, [post(anna), post(bjorn)])
        assert crowd.knows(here, [post(anna), post(bjorn)])

    for event in events():
        kind = event.__name__
        await learn()
        crowd.heed(network.org_id, network.id, [logged(kind, account_id=anna, target_id=shop)])
        assert crowd.knows(here, [post(bjorn)]) == (kind in HARMLESS | PAIRS), kind
        assert crowd.knows(here, [post(anna)]) == (kind in HARMLESS), kind
    await learn()
    assert not crowd.knows(here, [post(anna, audience="followers")]), "another audience is another question"
    changes.everything(network.org_id)  # as by a write without an event, in whichever process
    crowd.heed(network.org_id, network.id, [])
    assert not crowd.knows(here, [post(bjorn)])


async def test_an_author_with_ever_new_tags_is_not_remembered_for_ever(square: Square) -> None:
    network = square.networks[PUBLIC]
    anna, bjorn = (square.person(PUBLIC, handle).id for handle in ("anna", "bjorn"))
    crowd = Crowd()
    crowd.heed(network.org_id, network.id, [])
    for first in range(0, 180, 60):
        batch = [post(anna, tags=frozenset({f"tag{number}"})) for number in range(first, first + 60)]
        async with square.services.db.tx(network.scope) as tx:
            await crowd.learn(tx, frozenset({bjorn}), [*batch, post(anna)])
        assert crowd.knows(frozenset({bjorn}), [*batch, post(anna)]), "of what was asked for, all"
    assert len(crowd._reach[anna]) == 61


async def test_who_comes_later_is_asked_about_alone(square: Square) -> None:
    network = square.networks[PUBLIC]
    anna, bjorn, shop = (square.person(PUBLIC, handle) for handle in ("anna", "bjorn", "shop"))
    await bjorn.follows(anna)
    await shop.follows(anna)
    crowd = Crowd()
    crowd.heed(network.org_id, network.id, [])
    async with square.services.db.tx(network.scope) as tx:
        await crowd.learn(tx, frozenset({bjorn.id}), [post(anna.id)])
        assert crowd.reach(post(anna.id)).home == [bjorn.id]
        both = frozenset({bjorn.id, shop.id, anna.id})
        assert not crowd.knows(both, [post(anna.id)])
        await crowd.learn(tx, both, [post(anna.id)])
    assert crowd.knows(both, [post(anna.id)])
    assert sorted(crowd.reach(post(anna.id)).home) == sorted([anna.id, bjorn.id, shop.id])
    assert crowd.knows(frozenset({shop.id}), [post(anna.id)]), "who has gone does no harm"
