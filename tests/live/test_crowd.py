"""What is remembered of a crowd is forgotten by whatever may change it, and by nothing else."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tests.fixtures.square import PUBLIC, Square
from tools.event_reference import events
from torg.engine.bus import Logged
from torg.engine.changes import changes
from torg.engine.postgres import Tx
from torg.kernel.clock import now
from torg.live import crowd as crowds
from torg.live import rules, store
from torg.live.crowd import Crowd
from torg.live.heard import HARMLESS, OWN, PAIRS
from torg.live.model import Facts

ORG, NETWORK = 1, 10


def logged(kind: str, **payload: Any) -> Logged:
    return Logged(1, ORG, NETWORK, kind, payload, now())


def post(author: int, *, audience: str = "everyone", tags: frozenset[str] = frozenset()) -> Facts:
    return Facts(post_id=1, event="update", account_id=author, audience=audience, listed=True, tags=tags)


def test_every_kind_that_is_named_is_one_and_names_whom_it_concerns() -> None:
    known = {event.__name__: {field.name for field in msgspec.structs.fields(event)} for event in events()}
    assert known.keys() >= HARMLESS | PAIRS | OWN
    assert len(HARMLESS | PAIRS | OWN) == len(HARMLESS) + len(PAIRS) + len(OWN)
    for kind in OWN:
        assert "account_id" in known[kind], kind
    for kind in PAIRS:
        assert known[kind] >= {"account_id", "target_id"}, kind


async def test_each_event_forgets_what_it_may_change(square: Square) -> None:
    network = square.networks[PUBLIC]
    anna, bjorn, shop = (square.person(PUBLIC, handle).id for handle in ("anna", "bjorn", "shop"))
    here = frozenset({anna, bjorn, shop})
    crowd = Crowd()

    async def learn() -> None:
        async with square.services.db.tx(network.scope) as tx:
            await crowd.learn(tx, here)
        assert crowd.knows(here)

    await learn()
    crowd.heed(network.org_id, network.id, [])
    assert crowd.knows(here), "what is learnt before anything happened holds"
    for event in events():
        kind = event.__name__
        await learn()
        crowd.heed(network.org_id, network.id, [logged(kind, account_id=anna, target_id=shop)])
        assert crowd.knows(frozenset({bjorn})) == (kind in HARMLESS | PAIRS | OWN), kind
        assert crowd.knows(frozenset({shop})) == (kind in HARMLESS | OWN), kind
        assert crowd.knows(frozenset({anna})) == crowd.knows(here) == (kind in HARMLESS), kind
    await learn()
    changes.everything(network.org_id)  # as by a write without an event, in whichever process
    crowd.heed(network.org_id, network.id, [])
    assert not crowd.knows(frozenset({bjorn}))


async def test_what_is_heard_while_one_learns_holds_against_it(square: Square, monkeypatch: pytest.MonkeyPatch) -> None:
    network = square.networks[PUBLIC]
    anna, bjorn, shop = (square.person(PUBLIC, handle).id for handle in ("anna", "bjorn", "shop"))
    here = frozenset({anna, bjorn, shop})
    asked = store.acquaintances
    for kind, left in (("Unfollowed", [anna, bjorn]), ("SettingsChanged", [anna, bjorn, shop]), ("PostPublished", [])):
        crowd = Crowd()

        async def meanwhile(tx: Tx, accounts: Sequence[int], kind: str = kind, crowd: Crowd = crowd) -> Any:
            found = await asked(tx, accounts)
            crowd.heed(network.org_id, network.id, [logged(kind, account_id=anna, target_id=bjorn)])
            return found

        monkeypatch.setattr(store, "acquaintances", meanwhile)
        async with square.services.db.tx(network.scope) as tx:
            await crowd.learn(tx, here)
        assert sorted(crowd.strangers(here)) == sorted(left), kind


async def test_neither_posts_nor_those_who_are_gone_are_remembered_for_ever(
    square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = square.networks[PUBLIC]
    anna, bjorn, shop = (square.person(PUBLIC, handle) for handle in ("anna", "bjorn", "shop"))
    monkeypatch.setattr(crowds, "MOST_REACHES", 40)
    monkeypatch.setattr(crowds, "MOST_GONE", 1)
    monkeypatch.setattr(crowds, "MOST_SILENT", 5)
    await bjorn.follows(anna)
    crowd = Crowd()
    both = frozenset({anna.id, bjorn.id})
    async with square.services.db.tx(network.scope) as tx:
        await crowd.learn(tx, both)
        for number in range(100):
            assert crowd.reach(post(anna.id, tags=frozenset({f"tag{number}"}))).home == sorted(both)
            assert crowd.reach(post(number + 1)).home == []
        assert len(crowd._reach) <= 40
        assert len(crowd._reach.get(anna.id, {})) <= 50
        crowd.part(frozenset({anna.id}))
        assert crowd.reach(post(anna.id)).home == sorted(both), "one that is gone is not many"
        monkeypatch.setattr(crowds, "MOST_GONE", 0)
        crowd.part(frozenset({anna.id}))
        assert crowd.reach(post(anna.id)).home == [anna.id]
        assert not crowd.knows(both)
        for _ in range(6):
            await shop.follows(bjorn)
            await crowd.learn(tx, frozenset({shop.id}))
            await shop.post(f"/api/v1/accounts/{bjorn.id}/unfollow")
            await crowd.learn(tx, frozenset({shop.id}))
        crowd.part(frozenset({anna.id, shop.id}))
        assert not crowd.knows(frozenset({anna.id})), "slots are given out anew"
        assert len(crowd._ties) == 0


async def test_watchers_are_learnt_of_again_after_a_while(square: Square, monkeypatch: pytest.MonkeyPatch) -> None:
    network = square.networks[PUBLIC]
    anna, bjorn = (square.person(PUBLIC, handle).id for handle in ("anna", "bjorn"))
    crowd = Crowd()
    async with square.services.db.tx(network.scope) as tx:
        await crowd.learn(tx, [anna, bjorn])
    assert crowd.refresh(frozenset({anna, bjorn})) == []
    monkeypatch.setattr(crowds, "LONGEST", timedelta(0))
    with monkeypatch.context() as few:
        few.setattr(crowds, "AT_ONCE", 1)
        assert len(crowd.refresh(frozenset({anna, bjorn}))) == 1, "a part of all at a time"
    assert crowd.refresh(frozenset({anna})) == [anna]
    assert crowd.knows(frozenset({anna})), "it holds until it is learnt"
    assert not crowd.knows(frozenset({bjorn}))


TAGS = ("fika", "torg")
RELATIONS = {"follows": "Followed", "mutes": "Muted", "blocks": "Blocked"}


@pytest.mark.parametrize("seed", range(2))
async def test_what_is_remembered_is_what_the_database_says_whatever_changes(square: Square, seed: int) -> None:
    """Whom posts of all kinds reach: by what was remembered and mended, and by the rules from rows just read."""
    network, chance = square.networks[PUBLIC], random.Random(seed)
    org, place = network.org_id, network.id
    people = [square.person(PUBLIC, handle).id for handle in ("anna", "bjorn", "shop", "reporter")]
    here = frozenset(people)
    db = square.services.db
    async with db.system() as tx:
        for number, name in enumerate(TAGS):
            await tx.run(
                "INSERT INTO tags (org_id, network_id, id, name, display_name) VALUES (%s, %s, %s, %s, %s)",
                (org, place, 501 + number, name, name),
            )
        for one in people:
            await tx.run(
                "INSERT INTO lists (org_id, network_id, id, account_id, title, exclusive)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                (org, place, one ^ 1, one, "l", chance.random() < 0.7),
            )

    async def change(tx: Tx) -> Logged:
        one, other = chance.sample(people, 2)
        what = chance.choice(("follows", "follows", "mutes", "blocks", "tag", "list", "filter", "account"))
        who = (org, place, one)
        if what in RELATIONS:
            await tx.run(
                f"DELETE FROM {what} WHERE org_id = %s AND network_id = %s AND account_id = %s AND target_id = %s",
                (*who, other),
            )
            if chance.random() < 0.6:
                more: str = ""
                values: tuple[Any, ...] = ()
                if what == "follows":
                    more, values = ", show_boosts, languages", (chance.random() < 0.5, chance.choice([None, ["sv"]]))
                await tx.run(
                    f"INSERT INTO {what} (org_id, network_id, account_id, target_id, id{more}) "
                    f"VALUES (%s, %s, %s, %s, %s{', %s' * len(values)})",
                    (*who, other, one ^ other, *values),
                )
            return logged(RELATIONS[what], account_id=one, target_id=other)
        if what == "tag":
            await tx.run("DELETE FROM tag_follows WHERE org_id = %s AND network_id = %s AND account_id = %s", who)
            if chance.random() < 0.5:
                await tx.run(
                    "INSERT INTO tag_follows (org_id, network_id, account_id, tag_id, id) VALUES (%s, %s, %s, %s, %s)",
                    (*who, 501 + chance.randrange(2), one),
                )
            return logged("TagFollowed", account_id=one, tag_id=other, name="fika")
        if what == "list":
            await tx.run("DELETE FROM list_members WHERE org_id = %s AND list_id = %s", (org, one ^ 1))
            if chance.random() < 0.7:
                await tx.run(
                    "INSERT INTO list_members (org_id, network_id, list_id, account_id, id)"
                    " VALUES (%s, %s, %s, %s, %s)",
                    (org, place, one ^ 1, other, one ^ other),
                )
            return logged("ListChanged", account_id=one, list_id=one ^ 1)
        if what == "filter":
            await tx.run("DELETE FROM filters WHERE org_id = %s AND account_id = %s", (org, one))
            if chance.random() < 0.3:
                await tx.run(
                    "INSERT INTO filters (org_id, network_id, account_id, id, title, context)"
                    " VALUES (%s, %s, %s, %s, 'f', '{home}')",
                    (*who, one ^ 2),
                )
            return logged("FiltersChanged", account_id=one)
        await tx.run(
            "UPDATE accounts SET guest = %s, settings = settings || jsonb_build_object('home_feed', %s::text)"
            " WHERE id = %s",
            (chance.random() < 0.3, chance.choice(["company", "followed"]), one),
        )
        return logged("AccountUpdated", account_id=one)

    crowd = Crowd()
    posts = [
        msgspec.structs.replace(
            post(author, audience=audience, tags=frozenset(tags)), language=language, mentions=frozenset(named),
            is_reply=answered is not None, reply_to_account_id=answered,
        )
        for author in people
        for audience in ("everyone", "followers")
        for tags, language, named, answered in (
            ((), None, (), None), (("fika",), "sv", (), None), (("torg", "fika"), "en", (), None),
            ((), "en", people[:1], None), ((), None, (), people[1]), ((), None, (), author),
        )
    ]  # fmt: skip
    reached = 0
    for _ in range(40):
        async with db.system() as tx:
            happened = [await change(tx) for _ in range(chance.randint(1, 2))]
        crowd.heed(org, place, happened)
        async with db.tx(network.scope) as tx:
            await crowd.learn(tx, crowd.strangers(here))
            assert crowd.knows(here)
            watchers = await store.watchers(tx, people, people, people, TAGS, {})
            own = await tx.column(
                "SELECT id FROM accounts a WHERE guest OR EXISTS (SELECT FROM filters f WHERE f.account_id = a.id)"
            )
        assert crowd.own == here.intersection(own)
        for facts in posts:
            found = crowd.reach(facts)
            home = [one for one in sorted(people) if rules.reaches_home(watchers[one], facts)]
            barred = {one for one in people if watchers[one].viewer.guest or rules.is_hidden(watchers[one], facts)}
            assert (found.home, set(found.barred)) == (home, barred), facts
            reached += len(home)
    assert reached > 1_000


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
            await crowd.learn(tx, crowd.strangers(here))
        assert crowd.knows(here)
        return [sorted(crowd.reach(one).home) for one in (plain, answer, naming)]

    both = sorted([anna.id, bjorn.id])
    assert await homes() == [both, [anna.id], both], "an answer to somebody whom one does not follow"
    await bjorn.follows(shop)
    crowd.heed(network.org_id, network.id, [logged("Followed", account_id=bjorn.id, target_id=shop.id)])
    assert crowd.strangers(here) == [one for one in here if one in (bjorn.id, shop.id)]
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
        await crowd.learn(tx, frozenset({bjorn.id}))
        assert crowd.reach(post(anna.id)).home == [bjorn.id]
        both = frozenset({bjorn.id, shop.id, anna.id})
        assert not crowd.knows(both)
        await crowd.learn(tx, crowd.strangers(both))
    assert crowd.knows(both)
    assert sorted(crowd.reach(post(anna.id)).home) == sorted([anna.id, bjorn.id, shop.id])
    assert crowd.knows(frozenset({shop.id})), "who has gone does no harm"
