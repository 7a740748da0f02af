"""A post with a link asks for its card; a card that changes makes the post a new version."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.fixtures.square import INSIDE, PUBLIC, Square
from torg.accounts import store as accounts
from torg.cards import actions
from torg.cards import store as cards
from torg.cards.model import Preview
from torg.engine import outbox
from torg.engine.relay import Relay
from torg.kernel.ids import new_id
from torg.posts.events import PostPublished
from torg.serve.effects import EFFECTS


async def wanted(square: Square) -> list[dict[str, Any]]:
    """The jobs that ask for cards, after the events so far."""
    await Relay(square.services.db, EFFECTS, square.services).drain()
    async with square.services.db.system() as tx:
        return await tx.all("SELECT key, payload FROM jobs WHERE kind = 'fetch_card' ORDER BY id")


async def test_links_want_cards(square: Square) -> None:
    plain = await square.anna.says("no link")
    assert await wanted(square) == []
    linked = await square.anna.says("see http://127.0.0.1:9/page")
    assert (await square.bjorn.post(f"/api/v1/statuses/{linked['id']}/reblog")).status_code == 200
    (job,) = await wanted(square)
    assert (job["key"], job["payload"]["links"]) == (linked["id"], ["http://127.0.0.1:9/page"])
    await square.settle()  # the address is private, so the fetch is refused: no card, and no job left behind
    async with square.services.db.system() as tx:
        assert await tx.value("SELECT count(*) FROM jobs WHERE kind = 'fetch_card'") == 0
        assert await tx.value("SELECT failures FROM cards") == 1
    assert (await square.anna.get(f"/api/v1/statuses/{linked['id']}")).json()["card"] is None
    assert (await square.anna.put(f"/api/v1/statuses/{plain['id']}", json={"status": "still none"})).status_code == 200
    (job,) = await wanted(square)
    assert (job["key"], job["payload"]["links"]) == (plain["id"], [])
    await square.settle()


async def test_only_links_of_public_posts_are_known_to_the_installation(square: Square) -> None:
    """Whoever posts the same link elsewhere must not learn from its card that it was written inside."""
    inside = square.person(INSIDE, "anna")
    await inside.says("see http://127.0.0.1:9/inside")
    await square.anna.says("see http://127.0.0.1:9/followers", visibility="private")
    await square.anna.says("see http://127.0.0.1:9/public")
    await square.settle()
    async with square.services.db.system() as tx:
        assert sorted(await tx.column("SELECT url FROM cards")) == [
            "http://127.0.0.1:9/followers", "http://127.0.0.1:9/inside", "http://127.0.0.1:9/public",
        ]  # fmt: skip
        assert await tx.column("SELECT url FROM link_pages") == ["http://127.0.0.1:9/public"]


async def test_links_of_other_servers_posts_are_asked_at_some_moment(square: Square) -> None:
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        remote = new_id()
        await accounts.insert(tx, remote, "rita", {"kind": "remote", "host": "b.example", "uri": "https://b.example/r"})
        for number in range(20):
            event = PostPublished(
                post_id=number, account_id=remote, audience="everyone", listed=True, thread_id=number,
                links=["http://127.0.0.1:9/page"],
            )  # fmt: skip
            await outbox.append(tx, event)
    await Relay(square.services.db, EFFECTS, square.services).drain()
    async with square.services.db.system() as tx:
        waits = await tx.column(
            "SELECT extract(epoch FROM run_at - created_at)::float FROM jobs WHERE kind = 'fetch_card'"
        )
    assert len(waits) == 20
    assert len({round(wait) for wait in waits}) > 5
    assert all(0 <= wait < 60 for wait in waits)


async def test_a_card_is_a_new_version(square: Square) -> None:
    post = int((await square.anna.says("hello"))["id"])
    network = square.networks["acme.test"]
    await square.settle()
    nobody = square.nobody()
    assert (await nobody.get(f"/api/v1/statuses/{post}")).json()["card"] is None
    async with square.services.db.tx(network.scope) as tx:
        claim = await cards.claim(tx, network.id, new_id(), "https://example.com/", timedelta(seconds=5))
        await cards.finish(tx, network.id, claim.id, Preview(title="Example"), None, timedelta(days=1))
        before = await tx.value("SELECT version FROM posts WHERE id = %s", (post,))
        await actions.want(tx, post, ["https://example.com/"])
        assert await tx.value("SELECT version FROM posts WHERE id = %s", (post,)) == before + 1
    assert (await nobody.get(f"/api/v1/statuses/{post}")).json()["card"]["title"] == "Example"
