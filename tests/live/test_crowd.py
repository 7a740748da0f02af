"""What is remembered of a crowd is forgotten by whatever may change it, and by nothing else."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.fixtures.square import PUBLIC, Square
from tools.event_reference import events
from torg.engine.bus import Logged
from torg.engine.changes import changes
from torg.kernel.clock import now
from torg.live import crowd as crowds
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
    assert crowd.knows(here, [post(anna, audience="followers")]), "who follows is known, whatever the audience"
    assert not crowd.knows(here, [post(anna, tags=frozenset({"fika"}))]), "a tag is another question"
    changes.everything(network.org_id)  # as by a write without an event, in whichever process
    crowd.heed(network.org_id, network.id, [])
    assert not crowd.knows(here, [post(bjorn)])


async def test_ever_new_tags_and_people_are_not_remembered_for_ever(
    square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = square.networks[PUBLIC]
    anna, bjorn = (square.person(PUBLIC, handle).id for handle in ("anna", "bjorn"))
    monkeypatch.setattr(crowds, "MOST", 40)
    monkeypatch.setattr(crowds, "MOST_TAGS", 40)
    crowd = Crowd()
    crowd.heed(network.org_id, network.id, [])
    for first in range(0, 180, 60):
        batch = [
            msgspec.structs.replace(post(anna, tags=frozenset({f"tag{n}"})), mentions=frozenset({n + 1}))
            for n in range(first, first + 60)
        ]
        async with square.services.db.tx(network.scope) as tx:
            await crowd.learn(tx, frozenset({bjorn}), [*batch, post(anna)])
        assert crowd.knows(frozenset({bjorn}), [*batch, post(anna)]), "of what was asked for, all"
        for one in batch:
            crowd.reach(one)
            crowd.reach(post(anna, tags=one.tags))
    assert (len(crowd._ties), len(crowd._tagged)) == (61, 60)
    assert len(crowd._reach[anna]) <= 50


async def test_who_is_answered_or_named_is_asked_about_once(square: Square) -> None:
    network = square.networks[PUBLIC]
    anna, bjorn, shop = (square.person(PUBLIC, handle) for handle in ("anna", "bjorn", "shop"))
    here = frozenset({anna.id, bjorn.id, shop.id})
    await bjorn.follows(anna)
    crowd = Crowd()
    crowd.heed(network.org_id, network.id, [])
    plain = post(anna.id)
    answer = msgspec.structs.replace(plain, is_reply=True, reply_to_account_id=shop.id)
    naming = msgspec.structs.replace(plain, mentions=frozenset({shop.id}))

    async def homes() -> list[list[int]]:
        async with square.services.db.tx(network.scope) as tx:
            await crowd.learn(tx, here, [plain, answer, naming])
        assert crowd.knows(here, [plain, answer, naming])
        return [sorted(crowd.reach(one).home) for one in (plain, answer, naming)]

    both = sorted([anna.id, bjorn.id])
    assert await homes() == [both, [anna.id], both], "an answer to somebody whom one does not follow"
    await bjorn.follows(shop)
    crowd.heed(network.org_id, network.id, [logged("Followed", account_id=bjorn.id, target_id=shop.id)])
    assert crowd.knows(here, [plain])
    assert not crowd.knows(here, [answer])
    assert await homes() == [both, both, both]
    await bjorn.post(f"/api/v1/accounts/{shop.id}/mute")
    crowd.heed(network.org_id, network.id, [logged("Muted", account_id=bjorn.id, target_id=shop.id)])
    assert await homes() == [both, [anna.id], [anna.id]]
    assert crowd.reach(naming).barred == {bjorn.id}


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
