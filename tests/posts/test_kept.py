"""What is kept of posts is what is read anew, whoever did what, and decides of nothing that it is seen."""

from __future__ import annotations

import random

import msgspec
import pytest

from tests.fixtures.acts import SECRETS, Acts
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from tests.media.makers import encoded
from torg.engine import kept
from torg.engine.kept import Kept
from torg.engine.postgres import Tx
from torg.filters import reads as filters
from torg.kernel.actor import Actor
from torg.mastodon_api.present import filters as present_filters
from torg.mastodon_api.present import statuses as present
from torg.posts import hydrating
from torg.posts.fresh import fresh
from torg.posts.model import PostView

ACTS = 100
ORIGIN = f"https://{PUBLIC}"


async def actor_of(square: Square, who: Person | None, host: str = PUBLIC) -> Actor:
    network = square.networks[who.host if who else host]
    actor = Actor(org_id=network.org_id, network_id=network.id, network_kind=network.kind)
    if who is None:
        return actor
    async with square.services.db.system() as tx:
        guest = await tx.value("SELECT guest FROM accounts WHERE id = %s", (who.id,))
    return msgspec.structs.replace(actor, account_id=who.id, guest=guest)


def bare(view: PostView | None) -> PostView | None:
    """Without what only names what is shown."""
    if view is None:
        return None
    return msgspec.structs.replace(view, look=None, boost_of=bare(view.boost_of), quoted=bare(view.quoted))


async def same(tx: Tx, actor: Actor, ids: list[int]) -> int:
    """How many posts the actor is shown; both answers are the same, and so is what the API says of them."""
    anew = await fresh(tx, actor, ids)
    held = await hydrating.hydrate(tx, actor, ids)
    assert [bare(view) for view in held] == [bare(view) for view in anew]
    hits = [present_filters.results(await filters.matches(tx, actor, views)) for views in (held, anew)]
    shown = await present.statuses(tx, actor, ORIGIN, held, filtered=hits[0])
    assert shown == await present.statuses_anew(tx, actor, ORIGIN, anew, filtered=hits[1])
    return len(held)


@pytest.mark.parametrize("seed", range(2))
async def test_what_is_kept_is_what_is_read_anew(square: Square, seed: int) -> None:
    chance = random.Random(seed)
    acts = Acts(square, [square.anna, square.bjorn, square.shop, square.reporter], chance)
    await acts.begin()
    seen = 0
    for _ in range(ACTS):
        await acts.act()
        ids = [int(id_) for id_ in chance.sample(acts.known, min(len(acts.known), 25))]
        for who in (chance.choice(acts.people), None):
            actor = await actor_of(square, who)
            async with square.services.db.tx(actor.scope) as tx:
                seen += await same(tx, actor, ids)
    assert seen > 300
    assert min(acts.done[kind] for kind in ("post", "edit")) > 0, acts.done


async def test_what_no_event_tells_of_is_seen(square: Square) -> None:
    anna, bjorn = square.anna, square.bjorn
    picture = {"file": ("a.png", encoded(".png"), "image/png")}
    sent = (await bjorn.post("/api/v2/media", files=picture, data={"description": "a"})).json()
    made = [
        await bjorn.says("with a picture", media_ids=[sent["id"]]),
        await bjorn.says("asks @anna", poll={"options": ["a", "b"], "expires_in": 3600}),
        await anna.says("quotes", quoted_status_id=(await bjorn.says("quoted"))["id"]),
        await anna.says("names @bjorn"),
    ]
    await anna.post(f"/api/v1/statuses/{made[0]['id']}/favourite")
    ids = [int(one["id"]) for one in made]
    for statement in (*SECRETS, *reversed(SECRETS)):
        async with square.services.db.system() as tx:
            assert await tx.run(statement, (bjorn.id,)) > 0
        for who in (anna, bjorn, None):
            actor = await actor_of(square, who)
            async with square.services.db.tx(actor.scope) as tx:
                await same(tx, actor, ids)


async def test_what_is_shown_the_same_has_one_look(square: Square) -> None:
    told = await square.anna.says("hej @bjorn")
    looks = set()
    for who in (square.bjorn, square.shop, None):
        actor = await actor_of(square, who)
        async with square.services.db.tx(actor.scope) as tx:
            [view] = await hydrating.hydrate(tx, actor, [int(told["id"])])
            assert view.look is not None
            looks.add(view.look)
    assert len(looks) == 1
    await square.bjorn.post(f"/api/v1/statuses/{told['id']}/favourite")
    for who in (square.bjorn, square.shop, None):
        actor = await actor_of(square, who)
        async with square.services.db.tx(actor.scope) as tx:
            [view] = await hydrating.hydrate(tx, actor, [int(told["id"])])
            assert view.counts.favourites == 1
            assert view.flags.favourited is (who is square.bjorn)
            looks.add(view.look)
    assert len(looks) == 3


async def test_what_was_made_for_one_reader_is_given_to_others(square: Square) -> None:
    told = await square.bjorn.says("hej")
    made: list[object] = []
    for who in (square.shop, square.reporter, square.bjorn, None):
        actor = await actor_of(square, who)
        async with square.services.db.tx(actor.scope) as tx:
            views = await hydrating.hydrate(tx, actor, [int(told["id"])])
            made += await present.statuses(tx, actor, ORIGIN, views)
            [other] = await present.statuses(tx, actor, "https://other.test", views)
            assert other.uri.startswith("https://other.test/")
    assert made[0] is made[1]
    assert len({id(one) for one in made}) == 3


async def test_a_kept_post_is_shown_to_nobody_who_may_not_read_it(square: Square) -> None:
    """The wall: its author has it in memory; a stranger, a guest and another network ask for it by its id."""
    anna, bjorn = square.anna, square.bjorn
    await bjorn.follows(anna)
    inside = square.person(INSIDE, "anna")
    group = (await anna.post("/api/torg/v1/groups", json={"name": "board", "kind": "private"})).json()
    told = {
        "followers": await anna.says("for followers", visibility="private"),
        "board": await anna.says("for the board", group_id=group["id"]),
        "inside": await inside.says("inside"),
        "all": await anna.says("for all"),
    }
    ids = [int(one["id"]) for one in told.values()]
    for owner in (anna, inside):
        actor = await actor_of(square, owner)
        async with square.services.db.tx(actor.scope) as tx:
            assert await hydrating.hydrate(tx, actor, ids)
    expected = {
        anna: {"followers", "board", "all"}, bjorn: {"followers", "all"}, square.shop: {"all"}, inside: {"inside"},
        square.person(INSIDE, "bjorn"): {"inside"}, square.person(OTHER, "olga"): set(),
    }  # fmt: skip
    for who, names in expected.items():
        actor = await actor_of(square, who)
        async with square.services.db.tx(actor.scope) as tx:
            shown = {view.post.id for view in await hydrating.hydrate(tx, actor, ids)}
        assert shown == {int(told[name]["id"]) for name in names}, who.handle
    # Shut out behind the back of every event: by a block, and by being made a guest
    async with square.services.db.system() as tx:
        await tx.run(
            "INSERT INTO blocks (org_id, network_id, id, account_id, target_id) SELECT org_id, network_id, 1, %s, id"
            " FROM accounts WHERE id = %s",
            (anna.id, bjorn.id),
        )
        await tx.run("UPDATE accounts SET guest = true WHERE id = %s", (square.shop.id,))
    for who in (bjorn, square.shop):
        actor = await actor_of(square, who)
        async with square.services.db.tx(actor.scope) as tx:
            assert await hydrating.hydrate(tx, actor, ids) == []


async def test_what_a_transaction_took_back_is_not_kept(square: Square) -> None:
    told = await square.anna.says("as it was")
    actor = await actor_of(square, square.anna)
    write = "UPDATE posts SET html = html || %s WHERE id = %s"

    async def shown(tx: Tx) -> str:
        [view] = await hydrating.hydrate(tx, actor, [int(told["id"])])
        return view.post.html

    async def in_vain() -> None:
        async with square.services.db.tx(actor.scope) as tx:
            await tx.run(write, ("!", int(told["id"])))
            assert await shown(tx) == told["content"] + "!"
            raise LookupError

    with pytest.raises(LookupError):
        await in_vain()
    async with square.services.db.tx(actor.scope) as tx:
        assert await shown(tx) == told["content"]
        for mark in ("!", "!!"):  # twice by one transaction, and read between
            await tx.run(write, ("!", int(told["id"])))
            assert await shown(tx) == told["content"] + mark
    async with square.services.db.tx(actor.scope) as tx:
        assert await shown(tx) == told["content"] + "!!"


async def test_no_more_is_kept_than_was_allowed(square: Square, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [int((await square.anna.says("ö" * 400))["id"]) for _ in range(8)]
    actor = await actor_of(square, square.bjorn)
    for limit in (0, 10_000):
        kept.forget()
        monkeypatch.setattr(hydrating.posts, "limit", limit)
        async with square.services.db.tx(actor.scope) as tx:
            for _ in range(2):
                assert [view.post.id for view in await hydrating.hydrate(tx, actor, made)] == made
        assert hydrating.posts.weight <= limit
        assert (len(hydrating.posts) > 0) is (limit > 0)


def test_what_was_used_longest_ago_goes_first() -> None:
    store: Kept[str] = Kept(1.0)
    try:
        store.limit = 3 * (100 + kept.OVERHEAD)
        for key in "abc":
            store.put(key, key, 100)
        assert store.get("a") == "a"
        store.put("d", "d", 100)
        assert [store.get(key) for key in "abcd"] == ["a", None, "c", "d"]
        store.put("e", "e", 10_000)
        assert len(store) == 0
        assert store.weight == 0
    finally:
        Kept.stores.remove(store)  # type: ignore[arg-type]
