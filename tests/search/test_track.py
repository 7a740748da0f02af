"""Tracking a search: who is told of what, once, and that nothing is told which the search would not show."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.entity_check import check_list
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from torg.engine.effects import Happened, Meta
from torg.kernel.clock import now
from torg.mastodon_api import entities
from torg.posts.events import PostPublished
from torg.search import hooks, saved_store, track, watching
from torg.search.watching import Found

PATH = "/api/torg/v1/saved_searches"


async def tracks(person: Person, *queries: str) -> None:
    for query in queries:
        response = await person.post(PATH, json={"query": query, "track": True})
        assert response.status_code == 200, response.text


async def told(person: Person) -> list[tuple[str, str]]:
    """(type, post) of the person's notifications, oldest first."""
    response = await person.get("/api/v1/notifications", params={"limit": 80})
    assert response.status_code == 200, response.text
    check_list(response.json(), entities.Notification, at_least=0)
    return [(one["type"], one["status"]["id"]) for one in reversed(response.json())]


async def test_told_of_new_posts_that_the_search_finds(square: Square) -> None:
    await square.anna.says("apples of yesterday")
    await square.settle()
    await tracks(square.bjorn, "apple -rotten", "#fruit", '"green pears"')
    one = await square.anna.says("Red APPLES and more", language="en")
    await square.anna.says("rotten apples")
    two = await square.shop.says("a #fruit and green pears")
    await square.shop.says("pears, green")
    await square.bjorn.says("my own apple #fruit")
    await square.settle()
    assert await told(square.bjorn) == [("status", one["id"]), ("status", two["id"])]
    for other in (square.anna, square.shop, square.reporter):
        assert await told(other) == []


async def test_a_search_that_is_only_saved_or_tracked_no_more_tells_nothing(square: Square) -> None:
    await square.bjorn.post(PATH, json={"query": "apple"})
    made = (await square.bjorn.post(PATH, json={"query": "pear", "track": True})).json()
    await square.bjorn.put(f"{PATH}/{made['id']}", json={"track": False})
    gone = (await square.bjorn.post(PATH, json={"query": "plum", "track": True})).json()
    await square.bjorn.delete(f"{PATH}/{gone['id']}")
    changed = (await square.bjorn.post(PATH, json={"query": "fig", "track": True})).json()
    await square.bjorn.put(f"{PATH}/{changed['id']}", json={"query": "date"})
    await square.anna.says("apple, pear, plum and fig")
    last = await square.anna.says("a date")
    await square.settle()
    assert await told(square.bjorn) == [("status", last["id"])]


async def test_a_post_is_told_of_once(square: Square) -> None:
    """Two searches, the bell, and a mention: each alone would tell of it."""
    await tracks(square.bjorn, "apple", "from:anna", "#fruit")
    response = await square.bjorn.post(f"/api/v1/accounts/{square.anna.id}/follow", json={"notify": True})
    assert response.status_code == 200
    plain = await square.anna.says("apple #fruit")
    named = await square.anna.says("@bjorn apple #fruit")
    await square.settle()
    assert await told(square.bjorn) == [("status", plain["id"]), ("mention", named["id"])]
    await tracks(square.shop, "apple")
    quoted = await square.shop.says("quote me", quote_approval_policy="public")
    quote = await square.anna.says("apple", quoted_status_id=quoted["id"])
    await square.settle()
    assert await told(square.shop) == [("quote", quote["id"])]


async def test_the_effect_may_run_again(square: Square) -> None:
    await tracks(square.bjorn, "apple")
    post = await square.anna.says("apple")
    await square.settle()
    network = square.networks[PUBLIC]
    event = PostPublished(
        post_id=int(post["id"]), account_id=square.anna.id, audience="everyone", listed=True, thread_id=int(post["id"])
    )
    happened = Happened(event, Meta(network.org_id, network.id, 1, now()))
    async with square.services.db.tx(network.scope) as tx:
        await track.posts_published(tx, square.services, [happened])
    await square.settle()
    assert await told(square.bjorn) == [("status", post["id"])]


async def test_only_what_the_reader_may_read(square: Square) -> None:
    for who in (square.bjorn, square.shop, square.reporter):
        await tracks(who, "apple")
    await square.shop.follows(square.anna)
    await square.settle()
    await square.reporter.post(f"/api/v1/accounts/{square.anna.id}/mute", json={"notifications": False})
    hidden = await square.anna.says("apple among friends", visibility="private")
    await square.anna.says("@reporter apple", visibility="direct")
    open_ = await square.anna.says("apple for all")
    await square.settle()
    status = [(kind, id_) for kind, id_ in await told(square.shop) if kind == "status"]
    assert status == [("status", hidden["id"]), ("status", open_["id"])]
    assert await told(square.bjorn) == [("status", open_["id"])]
    assert [kind for kind, _ in await told(square.reporter) if kind == "status"] == []
    await square.anna.post(f"/api/v1/accounts/{square.shop.id}/block")
    await square.bjorn.post(f"/api/v1/accounts/{square.anna.id}/block")
    last = await square.anna.says("another apple")
    await square.settle()
    for who in (square.shop, square.bjorn):
        assert last["id"] not in [id_ for _, id_ in await told(who)]
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET indexable = false WHERE id = %s", (square.anna.id,))
        await tx.run("DELETE FROM mutes")
    shy = await square.anna.says("apple, not to be found")
    await square.settle()
    assert shy["id"] not in [id_ for _, id_ in await told(square.reporter)]


async def test_nothing_is_told_across_the_wall(square: Square) -> None:
    inside, other = square.person(INSIDE, "bjorn"), square.person(OTHER, "olga")
    for who in (inside, other, square.bjorn):
        await tracks(who, "merger", "from:anna", "has:link")
    secret = await square.person(INSIDE, "anna").says("merger https://example.com")
    await square.settle()
    assert await told(inside) == [("status", secret["id"])]
    assert await told(other) == await told(square.bjorn) == []
    await square.anna.says("merger in public")
    await square.settle()
    assert len(await told(inside)) == 1
    assert await told(other) == []
    assert len(await told(square.bjorn)) == 1


async def test_boosts_edits_and_imports_are_no_news(square: Square) -> None:
    post = await square.anna.says("plum")
    await square.settle()
    await tracks(square.bjorn, "plum", "apple")
    await square.shop.post(f"/api/v1/statuses/{post['id']}/reblog")
    await square.anna.put(f"/api/v1/statuses/{post['id']}", json={"status": "apple"})
    await square.settle()
    assert await told(square.bjorn) == []


async def test_only_searches_that_a_post_hooks_are_asked(square: Square) -> None:
    """However many are tracked here, and whatever is tracked in other networks."""
    for n in range(9):
        await tracks(square.bjorn, f"pear{n}", f"from:somebody{n}")
    await tracks(square.shop, "apple from:anna", "-plum", "pear3")
    await tracks(square.person(OTHER, "olga"), "apple", "-plum")
    post = await square.anna.says("Apples", language="en")
    await square.settle()
    async with square.services.db.system() as tx:
        system = tx.within(square.networks[PUBLIC].scope)
        asked = await saved_store.tracked(system, await hooks.of_posts(system, [int(post["id"])]))
    assert [(one.query, one.account_ids) for one in asked] == [
        ("-plum", [square.shop.id]),
        ("apple from:anna", [square.shop.id]),
    ]


SEARCHES = [
    "hund gård", "hundarna", "dog run", "running", "the", "don't", "3,238", "the-end", '"red apples"', '"the dogs"',
    "-cat", "from:anna", "from:@anna@acme.test", "from:nobody", "-from:anna", "from:me", "to:anna", "to:me", "#fruit",
    "#Fruit -apples", "has:link", "has:poll", "-has:media", "is:reply", "is:sensitive", "language:sv", "-language:sv",
    "since:2020-01-01", "until:2020-01-01", "during:2020-01-01", "in:library dogs", "in:public dogs", "日本", "dogs 🧀",
    "from:anna from:bjorn", "example.com", "skies", "dying",
]  # fmt: skip


@pytest.mark.parametrize("batch", [SEARCHES])
async def test_a_watched_search_finds_what_the_search_finds(square: Square, batch: list[str]) -> None:
    """For everybody, and the sieve of hooks lets all of it through."""
    await square.bjorn.follows(square.anna)
    poll = {"options": ["mango", "run"], "expires_in": 3600}
    says: list[tuple[Person, str, dict[str, Any]]] = [
        (square.anna, "Hundarna sprang över gårdarna", {"language": "sv"}),
        (square.anna, "The dogs were running in the yards https://example.com", {"language": "en"}),
        (square.anna, "private dogs, 3,238 of them", {"visibility": "private"}),
        (square.bjorn, "@anna red apples #fruit, don't go. The-end", {}),
        (square.bjorn, "die under the sky in 日本", {"spoiler_text": "cat", "language": "en"}),
        (square.shop, "polled dogs", {"poll": poll, "visibility": "unlisted"}),
    ]  # fmt: skip
    posts = [int((await who.says(text, **more))["id"]) for who, text, more in says]
    await square.settle()
    assert (await square.shop.post(f"/api/v1/statuses/{posts[1]}/favourite")).status_code == 200
    await square.anna.post(f"/api/v1/accounts/{square.shop.id}/mute")
    people = [square.anna, square.bjorn, square.shop, square.reporter, square.nobody()]
    some = 0
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        for text in batch:
            found = await watching.finds(tx, text, posts, [who.id or None for who in people])
            expected = set()
            for who in people:
                response = await who.get("/api/v2/search", params={"q": text, "type": "statuses"})
                expected |= {Found(who.id or None, int(status["id"])) for status in response.json()["statuses"]}
            assert found == expected, text
            some += bool(found)
            for one in found:
                assert await hooks.of_search(tx, text) & await hooks.of_posts(tx, [one.post_id]), text
        assert not await hooks.of_search(tx, "nonsense") & await hooks.of_posts(tx, posts)
    assert some > 25
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        assert await watching.finds(tx, "dogs", posts, [square.anna.id, None]) == set()
