"""The index of homes leaves nobody out to whom a post comes, and most of those to whom it does not."""

from __future__ import annotations

import random

import pytest

from torg.live import rules
from torg.live.homes import Homes
from torg.live.model import Facts, Watcher
from torg.timelines.rules import Follow, Viewer

PEOPLE = range(1, 9)
GROUPS = (20, 21)
TAGS = ("fika", "torg")


def some(chance: random.Random, of: tuple[int, ...] | range, share: float) -> set[int]:
    return {one for one in of if chance.random() < share}


def watcher(chance: random.Random, id_: int) -> Watcher:
    follows = some(chance, PEOPLE, 0.3) | some(chance, GROUPS, 0.3)
    return Watcher(
        Viewer(
            account_id=id_,
            follows={one: Follow(chance.random() < 0.7) for one in follows - {id_}},
            hidden=some(chance, PEOPLE, 0.1),
            tags={tag for tag in TAGS if chance.random() < 0.3},
            company=chance.random() < 0.1,
            guest=chance.random() < 0.1,
        )
    )


def post(chance: random.Random, number: int) -> Facts:
    group = chance.choice((None, None, *GROUPS))
    return Facts(
        post_id=number,
        event=chance.choice(("update", "status.update", "delete")),
        account_id=chance.choice(PEOPLE),
        audience="group" if group else chance.choice(("everyone", "followers", "mentioned")),
        group_id=group,
        listed=chance.random() < 0.8,
        boosted_account_id=chance.choice((None, None, *PEOPLE)),
        mentions=frozenset(some(chance, PEOPLE, 0.2)),
        tags=frozenset(tag for tag in TAGS if chance.random() < 0.3),
    )


@pytest.mark.parametrize("seed", range(20))
def test_whoever_the_home_rules_let_in_is_near(seed: int) -> None:
    chance = random.Random(seed)
    watchers = [watcher(chance, id_) for id_ in PEOPLE]
    homes = Homes(watchers)
    for number in range(200):
        one = post(chance, number)
        near = homes.near(one)
        wanted = [who for who in watchers if rules.reaches_home(who, one)]
        assert [who for who in near if rules.reaches_home(who, one)] == wanted
        assert len({who.id for who in near}) == len(near)


def test_who_has_nothing_to_do_with_a_post_is_not_asked() -> None:
    follower, stranger = (Watcher(Viewer(account_id=id_, follows={f: Follow()})) for id_, f in ((1, 9), (2, 8)))
    one = Facts(post_id=1, event="update", account_id=9, audience="everyone", listed=True)
    assert Homes([follower, stranger]).near(one) == [follower]
