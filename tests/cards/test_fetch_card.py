"""Cards from a real web server into a real database: once per address, shared, remembered, behind the wall."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pyvips

from tests.engine.servers import Asked, Server, reply, serving
from tests.fixtures.cluster import TestDatabase
from torg.accounts import store as accounts
from torg.cards import actions, reads
from torg.cards.model import Card, CardType, Outcome, Wanted
from torg.engine.blobs import DiskBlobs
from torg.engine.fetch import Fetcher
from torg.engine.postgres import Database
from torg.kernel.actor import NetworkKind, Scope
from torg.kernel.clock import now
from torg.kernel.ids import new_id
from torg.media.pool import WorkerPool
from torg.media.workshop import Workshop
from torg.orgs import actions as orgs
from torg.posts import store as posts

PAGE = (
    '<title>Nyheten</title><meta property="og:description" content="Om &lt;b&gt;saken"><meta property="og:image" '
    'content="/p.png"><link rel=alternate type="application/json+oembed" href="/o.json">'
)


class World(msgspec.Struct):
    """Two organisations with a network each, and the services that a job has."""

    db: Database
    blobs: DiskBlobs
    fetcher: Fetcher
    workshop: Workshop
    acme: Scope
    beta: Scope

    async def post(self, scope: Scope) -> int:
        id_, author = new_id(), new_id()
        async with self.db.tx(scope) as tx:
            await accounts.insert(tx, author, f"a{author}", {})
            values = {"id": id_, "account_id": author, "audience": "everyone", "thread_id": id_, "created_at": now()}
            await posts.insert(tx, values)
        return id_

    async def fetch(self, post_id: int, *links: str, scope: Scope | None = None) -> Outcome:
        wanted = Wanted(post_id=post_id, links=list(links))
        return await actions.fetch_card(self.db, self.fetcher, self.workshop, scope or self.acme, wanted)

    async def card(self, post_id: int, scope: Scope | None = None) -> Card | None:
        async with self.db.tx(scope or self.acme) as tx:
            return (await reads.for_posts(tx, [post_id])).get(post_id)

    async def shown(self) -> list[dict[str, Any]]:
        async with self.db.system() as tx:
            wanted = "SELECT payload FROM outbox WHERE kind = 'CardShown' AND org_id = %s ORDER BY id"
            return await tx.column(wanted, (self.acme.org_id,))

    async def change(self, assignments: str) -> None:
        async with self.db.system() as tx:
            assert await tx.run(f"UPDATE cards SET {assignments} WHERE org_id = %s", (self.acme.org_id,)) > 0


@pytest.fixture
async def world(module_database: TestDatabase, tmp_path: Path) -> AsyncIterator[World]:
    db = Database(module_database.conninfo("torg_app"), module_database.conninfo("torg_system"))
    await db.open()
    scopes = []
    for name in (f"acme{new_id()}", f"beta{new_id()}"):
        async with db.system() as tx:
            await orgs.add_organisation(tx, name)
            network = await orgs.add_network(tx, name, NetworkKind.PUBLIC, f"{name}.example")
            scopes.append(Scope(network.org_id, (network.id,)))
    blobs, pool = DiskBlobs(tmp_path / "blobs"), WorkerPool(1)
    workshop = Workshop(db, blobs, pool, tmp_path / "work")
    fetcher = Fetcher(allow=["127.0.0.0/8"])
    yield World(db, blobs, fetcher, workshop, *scopes)
    await fetcher.close()
    await workshop.close()
    await db.close()


class Site:
    """A news site: what it answers by path, and how long it thinks."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {"/a": reply(PAGE.encode(), content_type="text/html; charset=utf-8")}
        self.pages["/o.json"] = reply(b'{"type":"link","author_name":"Anna","provider_name":"Nyheterna"}')
        picture: bytes = pyvips.Image.black(1600, 900, bands=3).write_to_buffer(".png")
        self.pages["/p.png"] = reply(picture, content_type="image/png")
        self.delay = 0.0

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self.delay)
        writer.write(self.pages.get(asked.path, reply(b"", status=404)))


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
async def server(site: Site) -> AsyncIterator[Server]:
    async with serving(site) as server:
        yield server


async def test_a_post_gets_the_card_of_its_first_link(world: World, server: Server) -> None:
    post = await world.post(world.acme)
    assert await world.fetch(post, f"{server.origin}/a", f"{server.origin}/b") is Outcome.SHOWN
    card = await world.card(post)
    assert card is not None
    assert (card.title, card.description, card.type) == ("Nyheten", "Om <b>saken", CardType.LINK)
    assert (card.author_name, card.provider_name) == ("Anna", "Nyheterna")
    assert (card.width, card.height) == (1200, 675)
    assert card.blurhash
    assert card.image_key is not None
    assert (await world.blobs.get(card.image_key)).startswith(b"\x89PNG")
    assert [asked.path for asked in server.asked] == ["/a", "/o.json", "/p.png"]
    assert await world.shown() == [{"post_ids": [post], "card_id": card.id}]
    async with world.db.system() as tx:
        file = await tx.one("SELECT purpose, mime, doomed_at FROM media_files WHERE key = %s", (card.image_key,))
    assert file == {"purpose": "card", "mime": "image/png", "doomed_at": None}


async def test_a_second_post_and_a_second_run_fetch_nothing(world: World, server: Server) -> None:
    first, second = await world.post(world.acme), await world.post(world.acme)
    await world.fetch(first, f"{server.origin}/a")
    asked = len(server.asked)
    assert await world.fetch(second, f"{server.origin}/a") is Outcome.SHOWN
    assert await world.fetch(second, f"{server.origin}/a") is Outcome.SHOWN
    assert len(server.asked) == asked
    assert await world.card(second) == msgspec.structs.replace(await world.card(first), post_id=second)  # type: ignore[type-var]
    assert [event["post_ids"] for event in await world.shown()] == [[first], [second]]


async def test_a_crowd_at_once_makes_one_fetch_and_all_are_told(world: World, server: Server, site: Site) -> None:
    site.delay = 0.1
    crowd = [await world.post(world.acme) for _ in range(8)]
    outcomes = await asyncio.gather(*(world.fetch(post, f"{server.origin}/a") for post in crowd))
    assert sorted(outcomes) == [Outcome.BUSY] * 7 + [Outcome.SHOWN]
    assert [asked.path for asked in server.asked].count("/a") == 1
    assert sorted(post for event in await world.shown() for post in event["post_ids"]) == crowd
    for post in crowd:
        assert await world.card(post) is not None


async def test_a_job_that_died_leaves_its_lease_to_the_next(world: World, server: Server) -> None:
    post = await world.post(world.acme)
    url = f"{server.origin}/a"
    await world.fetch(post, url)
    await world.change("ready = false, next_fetch_at = now(), lease_until = now() + '1 minute'")
    assert await world.fetch(post, url) is Outcome.BUSY
    await world.change("lease_until = now() - interval '1 second'")
    assert await world.fetch(post, url) is Outcome.SHOWN


async def test_failures_are_remembered_and_tried_again_later(world: World, server: Server, site: Site) -> None:
    post = await world.post(world.acme)
    url = f"{server.origin}/late"
    assert await world.fetch(post, url) is Outcome.FAILED
    assert await world.fetch(post, url) is Outcome.FAILED
    assert len(server.asked) == 1
    assert await world.card(post) is None
    assert await world.shown() == []
    async with world.db.system() as tx:
        wanted = "SELECT failures, failure, next_fetch_at - now() > '50 minutes' AS later FROM cards WHERE org_id = %s"
        row = await tx.one(wanted, (world.acme.org_id,))
    assert row == {"failures": 1, "failure": "the page answered 404", "later": True}
    site.pages["/late"] = site.pages["/a"]
    await world.change("next_fetch_at = now()")
    assert await world.fetch(post, url) is Outcome.SHOWN
    assert await world.card(post) is not None


async def test_an_old_card_is_fetched_anew_and_kept_if_that_fails(world: World, server: Server, site: Site) -> None:
    post = await world.post(world.acme)
    url = f"{server.origin}/a"
    await world.fetch(post, url)
    before = await world.card(post)
    assert before is not None
    assert before.image_key is not None
    site.pages["/a"] = reply(b"", status=500)
    await world.change("next_fetch_at = now()")
    assert await world.fetch(post, url) is Outcome.FAILED
    assert await world.card(post) == before
    site.pages["/a"] = reply(b"<title>Ny rubrik</title>", content_type="text/html")
    await world.change("next_fetch_at = now()")
    assert await world.fetch(post, url) is Outcome.SHOWN
    after = await world.card(post)
    assert after is not None
    assert (after.title, after.image_key, after.blurhash) == ("Ny rubrik", None, None)
    async with world.db.system() as tx:
        assert await tx.value("SELECT doomed_at FROM media_files WHERE key = %s", (before.image_key,)) is not None


async def test_an_edit_changes_and_removes_the_card(world: World, server: Server, site: Site) -> None:
    site.pages["/b"] = reply(b"<title>B</title>", content_type="text/html")
    post = await world.post(world.acme)
    await world.fetch(post, f"{server.origin}/a")
    await world.fetch(post, f"{server.origin}/b")
    card = await world.card(post)
    assert card is not None
    assert card.title == "B"
    assert await world.fetch(post) is Outcome.NONE
    assert await world.card(post) is None
    assert [event.get("card_id") for event in await world.shown()][-2:] == [card.id, None]


async def test_a_deleted_post_gets_no_card_and_is_no_error(world: World, server: Server) -> None:
    assert await world.fetch(new_id(), f"{server.origin}/a") is Outcome.SHOWN
    assert await world.shown() == []


@pytest.mark.parametrize(
    "data",
    [
        reply(b"x" * 100, content_type="image/png"),
        reply(b"<svg xmlns='http://www.w3.org/2000/svg'/>", content_type="image/svg+xml"),
        reply(b"", status=404),
        b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n",
    ],
)
async def test_a_card_without_a_usable_picture_is_shown_without(
    world: World, server: Server, site: Site, data: bytes
) -> None:
    site.pages["/p.png"] = data
    site.pages["/o.json"] = reply(b"[")
    post = await world.post(world.acme)
    assert await world.fetch(post, f"{server.origin}/a") is Outcome.SHOWN
    card = await world.card(post)
    assert card is not None
    assert (card.title, card.image_key) == ("Nyheten", None)


@pytest.mark.parametrize(
    "data",
    [
        reply(b"%PDF-", content_type="application/pdf"),
        reply(b"<title>t</title>"),
        reply(b"<p>no title</p>", content_type="text/html"),
        reply(b"", status=302, location="http://169.254.169.254/"),
        b"nonsense\r\n\r\n",
    ],
)
async def test_pages_without_a_card(world: World, server: Server, site: Site, data: bytes) -> None:
    site.pages["/x"] = data
    post = await world.post(world.acme)
    assert await world.fetch(post, f"{server.origin}/x") is Outcome.FAILED
    assert await world.card(post) is None


async def test_a_huge_page_is_cut_and_its_head_read(world: World, server: Server, site: Site) -> None:
    site.pages["/big"] = reply(b"<title>Stor</title>" + b"x" * 5_000_000, content_type="text/html")
    post = await world.post(world.acme)
    assert await world.fetch(post, f"{server.origin}/big") is Outcome.SHOWN


async def test_cards_of_one_organisation_are_not_another_s(world: World, server: Server) -> None:
    ours, theirs = await world.post(world.acme), await world.post(world.beta)
    await world.fetch(ours, f"{server.origin}/a")
    assert await world.card(ours, world.beta) is None
    # The page is fetched for each network: that a link was shared elsewhere must not show.
    assert await world.fetch(theirs, f"{server.origin}/a", scope=world.beta) is Outcome.SHOWN
    assert [asked.path for asked in server.asked].count("/a") == 2
    mine, other = await world.card(ours), await world.card(theirs, world.beta)
    assert mine is not None
    assert other is not None
    assert mine.id != other.id
    # A post of one network cannot be given another network's card.
    assert await world.fetch(theirs, f"{server.origin}/a") is Outcome.SHOWN
    assert (await world.card(theirs, world.beta)) == other


async def test_the_job_is_put_down_once_per_post(world: World) -> None:
    async with world.db.tx(world.acme) as tx:
        await actions.want(tx, 5, ["https://a.example/"])
        await actions.want(tx, 5, ["https://b.example/"])
    async with world.db.system() as tx:
        found = await tx.all("SELECT kind, payload FROM jobs WHERE org_id = %s", (world.acme.org_id,))
    assert found == [{"kind": "fetch_card", "payload": {"post_id": 5, "links": ["https://b.example/"]}}]
