"""One fetch per link for the whole installation, what of it the inside may see, and cards on another server's word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cards.test_fetch_card import Site, World
from tests.engine.servers import Server, serving
from tests.fixtures.cluster import TestDatabase
from torg.cards import actions, rules, shared
from torg.cards.model import Outcome, Stated, Wanted
from torg.engine.blobs import DiskBlobs
from torg.engine.fetch import Fetcher
from torg.engine.postgres import Database
from torg.kernel.actor import NetworkKind, Scope
from torg.media.pool import WorkerPool
from torg.media.workshop import Workshop
from torg.orgs import actions as orgs


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
async def server(site: Site) -> AsyncIterator[Server]:
    async with serving(site) as server:
        yield server


@pytest.fixture
async def world(fresh_database: TestDatabase, tmp_path: Path) -> AsyncIterator[World]:
    """`acme` and `beta` are public networks of two organisations."""
    db = Database(fresh_database.conninfo("torg_app"), fresh_database.conninfo("torg_system"))
    await db.open()
    scopes = []
    for name in ("acme", "beta"):
        async with db.system() as tx:
            await orgs.add_organisation(tx, name)
            network = await orgs.add_network(tx, name, NetworkKind.PUBLIC, f"{name}.example")
            scopes.append(Scope(network.org_id, (network.id,)))
    blobs = DiskBlobs(tmp_path / "blobs")
    workshop = Workshop(db, blobs, WorkerPool(1), tmp_path / "work")
    fetcher = Fetcher(allow=["127.0.0.0/8"])
    yield World(db, blobs, fetcher, workshop, *scopes)
    await fetcher.close()
    await workshop.close()
    await db.close()


async def fetch(world: World, scope: Scope, post_id: int, url: str, *, open_to_all: bool = True) -> Outcome:
    wanted = Wanted(post_id=post_id, links=[url])
    return await actions.fetch_card(world.db, world.fetcher, world.workshop, scope, wanted, open_to_all=open_to_all)


async def pages_known(world: World) -> int:
    async with world.db.system() as tx:
        return int(await tx.value("SELECT count(*) FROM link_pages"))


async def test_one_fetch_for_two_organisations(world: World, server: Server) -> None:
    url = f"{server.origin}/a"
    ours, theirs = await world.post(world.acme), await world.post(world.beta)
    assert await fetch(world, world.acme, ours, url) is Outcome.SHOWN
    assert await fetch(world, world.beta, theirs, url) is Outcome.SHOWN
    assert [asked.path for asked in server.asked] == ["/a", "/o.json", "/p.png"]
    mine, other = await world.card(ours), await world.card(theirs, world.beta)
    assert mine is not None
    assert other is not None
    assert (mine.title, mine.author_name) == (other.title, other.author_name) == ("Nyheten", "Anna")
    assert mine.id != other.id
    assert mine.image_key
    assert other.image_key
    assert mine.image_key != other.image_key, "each network has a file of its own"
    assert (await world.blobs.get(other.image_key)).startswith(b"\x89PNG")


async def test_a_crowd_in_two_networks_fetches_once(world: World, server: Server, site: Site) -> None:
    site.delay = 0.1
    url = f"{server.origin}/a"
    posts = [(scope, await world.post(scope)) for scope in (world.acme, world.beta) for _ in range(4)]
    outcomes = await asyncio.gather(*(fetch(world, scope, post, url) for scope, post in posts))
    assert sorted(outcomes) == [Outcome.BUSY] * 7 + [Outcome.SHOWN]
    for scope, post in posts:
        assert await fetch(world, scope, post, url) is Outcome.SHOWN
        assert await world.card(post, scope) is not None
    assert [asked.path for asked in server.asked] == ["/a", "/o.json", "/p.png"]


async def test_a_dead_page_is_asked_once_for_all(world: World, server: Server) -> None:
    url = f"{server.origin}/gone"
    for scope in (world.acme, world.beta):
        assert await fetch(world, scope, await world.post(scope), url) is Outcome.FAILED
    assert len(server.asked) == 1


async def test_a_link_that_not_everybody_may_read_leaves_no_trace(world: World, server: Server) -> None:
    """Neither a row nor a lease, whether it worked or not; and the next network's fetch is as if it were the first."""
    for path in ("/a", "/gone"):
        url = f"{server.origin}/{path[1:]}"
        await fetch(world, world.acme, await world.post(world.acme), url, open_to_all=False)
        assert await pages_known(world) == 0
        before = len(server.asked)
        await fetch(world, world.beta, await world.post(world.beta), url)
        assert server.asked[before].path == path, "asked again"
        async with world.db.system() as tx:
            await tx.run("DELETE FROM link_pages")


async def test_while_it_is_fetched_inside_another_network_is_not_told_to_wait(
    world: World, server: Server, site: Site
) -> None:
    site.delay = 0.2
    url = f"{server.origin}/a"
    inside, outside = await world.post(world.acme), await world.post(world.beta)
    outcomes = await asyncio.gather(
        fetch(world, world.acme, inside, url, open_to_all=False), fetch(world, world.beta, outside, url)
    )
    assert outcomes == [Outcome.SHOWN, Outcome.SHOWN]
    assert [asked.path for asked in server.asked].count("/a") == 2


async def test_what_is_public_serves_the_inside_too(world: World, server: Server) -> None:
    """It reads and changes nothing: not even when it was read last."""
    url = f"{server.origin}/a"
    await fetch(world, world.acme, await world.post(world.acme), url)
    async with world.db.system() as tx:
        before = await tx.all("SELECT p.*, xmin FROM link_pages p")
    asked = len(server.asked)
    inside = await world.post(world.beta)
    assert await fetch(world, world.beta, inside, url, open_to_all=False) is Outcome.SHOWN
    assert len(server.asked) == asked
    assert await world.card(inside, world.beta) is not None
    async with world.db.system() as tx:
        assert await tx.all("SELECT p.*, xmin FROM link_pages p") == before


async def test_a_fetch_that_died_is_taken_over(world: World, server: Server) -> None:
    url = f"{server.origin}/a"
    assert (await shared.take(world.db, url, actions.LEASE)).mine
    post = await world.post(world.acme)
    assert await fetch(world, world.acme, post, url) is Outcome.BUSY
    async with world.db.system() as tx:
        await tx.run("UPDATE link_pages SET lease_until = now() - interval '1 second'")
    assert await fetch(world, world.acme, post, url) is Outcome.SHOWN


async def test_old_pages_are_forgotten(world: World, server: Server) -> None:
    await fetch(world, world.acme, await world.post(world.acme), f"{server.origin}/a")
    assert await shared.sweep(world.db) == 0
    async with world.db.system() as tx:
        await tx.run("UPDATE link_pages SET next_fetch_at = now() - interval '2 days'")
    assert await shared.sweep(world.db) == 1


def stated(url: str, **more: str) -> Stated:
    return Stated(url=url, stated_by="b.example", **{"title": "Nyheten", "description": "Om saken", **more})


async def state(world: World, post: int, said: Stated | None, *links: str) -> None:
    async with world.db.tx(world.acme) as tx:
        await actions.state(tx, post, said, links)


async def test_the_word_of_a_post_s_server_spares_the_page_our_fetch(world: World, server: Server) -> None:
    url = f"{server.origin}/a"
    post, other = await world.post(world.acme), await world.post(world.acme)
    await state(world, post, stated(url), url)
    card = await world.card(post)
    assert card is not None
    assert (card.title, card.description, card.url, card.stated_by) == ("Nyheten", "Om saken", url, "b.example")
    assert card.provider_name == "127.0.0.1 · b.example"
    assert await fetch(world, world.acme, post, url) is Outcome.SHOWN
    assert server.asked == []
    assert await world.card(other) is None, "it holds for that post only"
    async with world.db.system() as tx:
        assert await tx.value("SELECT count(*) FROM cards") == 0
    await fetch(world, world.acme, other, url)
    assert await fetch(world, world.acme, post, url) is Outcome.SHOWN
    card = await world.card(post)
    assert card is not None
    assert card.stated_by == "", "what the page itself says is better"
    await state(world, post, None)
    assert await world.card(post, world.beta) is None


@pytest.mark.parametrize(("link", "said"), [
    ("https://a.example/x", stated("https://evil.example/x")),
    ("https://a.example/x", stated("https://a.example/y")),
    ("https://a.example/x", stated("https://a.example/x", title=" \u200b ")),
    ("javascript:alert(1)", stated("javascript:alert(1)")),
])  # fmt: skip
def test_what_is_not_believed(link: str, said: Stated) -> None:
    assert rules.believable(said, rules.link_for_card([link])) is None


def test_what_is_believed_is_plain_and_short() -> None:
    said = stated("https://a.example/x#part", title="<b>T</b>" + "x" * 1000, description="\n d \x00 ")
    told = rules.believable(said, "https://a.example/x")
    assert told is not None
    assert (told.url, len(told.title), told.description) == ("https://a.example/x", rules.TITLE_CAP, "d")
