"""Blogs mirrored into accounts, from real feed servers: what is posted, how politely, and what goes wrong."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.engine.servers import Server, reply, serving
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import INSIDE, PUBLIC, Person, Square, open_square
from tests.mirrors.blog import Blog, Hub, address
from tests.web.reader import Reader
from torg.engine.worker import Worker
from torg.kernel.clock import now
from torg.mirrors import rules
from torg.mirrors import work as mirrors
from torg.posts import actions as posts
from torg.serve.jobs import HANDLERS

API = "/api/torg/v1/mirrors"


class World(msgspec.Struct):
    square: Square
    blog: Blog
    server: Server

    async def connect(self, person: Person | None = None, path: str = "/feed.xml") -> dict[str, Any]:
        person = person or self.square.anna
        response = await person.post(API, json={"url": address(self.server, path)})
        assert response.status_code == 200, response.text
        await self.square.settle()
        return await self.shown(response.json()["id"], person)

    async def shown(self, id_: str, person: Person | None = None) -> dict[str, Any]:
        response = await (person or self.square.anna).get(f"{API}/{id_}")
        assert response.status_code == 200, response.text
        mirror: dict[str, Any] = response.json()
        return mirror

    async def texts(self, person: Person | None = None) -> list[str]:
        """What the account has posted, oldest first."""
        person = person or self.square.anna
        async with self.square.services.db.system() as tx:
            sql = "SELECT source FROM posts WHERE account_id = %s ORDER BY id"
            return await tx.column(sql, (person.id,))

    async def later(self, **set_: str) -> None:
        """The time of the next visit comes, by the clock of the periodic job."""
        assignments = ", ".join([f"{name} = {value}" for name, value in set_.items()] or ["next_at = now()"])
        async with self.square.services.db.system() as tx:
            await tx.run(f"UPDATE mirrors SET {assignments}")
        await self.tick()

    async def tick(self) -> None:
        async with self.square.services.db.system() as tx:
            await tx.run("INSERT INTO jobs (org_id, network_id, kind, payload) VALUES (0, 0, 'mirrors_due', '{}')")
        await self.square.settle()

    async def waits(self) -> timedelta:
        async with self.square.services.db.system() as tx:
            found: timedelta = await tx.value("SELECT next_at - now() FROM mirrors")
            return found


@pytest.fixture
async def world(fresh_database: TestDatabase, tmp_path: Path) -> AsyncIterator[World]:
    blog = Blog()
    for number in range(1, 6):
        blog.writes(
            number, f"Inlägg {number}", f"<p>Text <b>{number}</b> &amp; mer</p>", now() - timedelta(days=10 - number)
        )
    async with (
        serving(blog) as server,
        open_square(fresh_database, tmp_path, fetch_allow=("127.0.0.0/8",)) as square,
    ):
        yield World(square, blog, server)


async def test_the_newest_few_at_first_and_then_each_new_one_once(world: World) -> None:
    mirror = await world.connect()
    assert (mirror["title"], mirror["state"], mirror["problem"]) == ("Torgets blogg", "active", None)
    assert await world.texts() == [f"Inlägg {n}\n\nText {n} & mer\n\nhttps://blogg.example/{n}" for n in (3, 4, 5)]
    statuses = (await world.square.anna.get(f"/api/v1/accounts/{world.square.anna.id}/statuses")).json()
    newest = max(statuses, key=lambda one: int(one["id"]))
    assert newest["created_at"][:10] == f"{now() - timedelta(days=5):%Y-%m-%d}"
    assert newest["language"] == "sv"
    assert (newest["visibility"], 'href="https://blogg.example/5"' in newest["content"]) == ("public", True)
    world.blog.writes(6, "Inlägg 6")
    await world.later()
    await world.later()
    assert (await world.texts())[3:] == ["Inlägg 6\n\nhttps://blogg.example/6"]


async def test_visits_are_conditional_and_spread(world: World) -> None:
    await world.connect()
    assert "if-none-match" not in world.blog.asked[0].headers
    assert world.blog.asked[0].headers["user-agent"].endswith(f"(+http://{PUBLIC})")
    await world.later()
    assert world.blog.asked[1].headers["if-none-match"].startswith('"')
    assert world.blog.asked[1].headers["if-modified-since"] == world.blog.modified
    assert rules.EVERY * 0.8 < await world.waits() < rules.EVERY * 1.2
    await world.tick()
    assert len(world.blog.asked) == 2, "not before its time"


async def test_a_feed_that_changes_its_ids_does_not_repeat_itself(world: World) -> None:
    await world.connect()
    world.blog.entries = [(f"{guid}?v=2", *rest) for guid, *rest in world.blog.entries]  # type: ignore[misc]
    world.blog.entries = [(g.replace("?v=2", "").replace("urn:", "urn:new:"), *r) for g, *r in world.blog.entries]  # type: ignore[misc]
    await world.later()
    assert len(await world.texts()) == 3


async def test_a_flood_is_cut(world: World) -> None:
    await world.connect()
    for number in range(100, 200):
        world.blog.writes(number, f"Nummer {number}")
    await world.later()
    texts = (await world.texts())[3:]
    assert len(texts) == rules.AT_ONCE
    assert texts[-1].startswith("Nummer 199")
    await world.later()
    assert len(await world.texts()) == 3 + rules.AT_ONCE, "the others are passed over for good"


async def test_entries_of_the_future_wait(world: World) -> None:
    world.blog.writes(9, "I morgon", "", now() + timedelta(days=1))
    await world.connect()
    assert not any("I morgon" in text for text in await world.texts())


async def test_nobody_is_addressed_by_a_blog(world: World) -> None:
    made = await world.square.anna.post("/api/torg/v1/groups", json={"name": "fika", "display_name": "Fika"})
    assert made.status_code == 200
    world.blog.writes(7, "Hej @bjorn och !fika", "<p>Mejla anna@acme.test, @bjorn@acme.test</p>")
    await world.connect(world.square.shop)
    await world.square.settle()
    [status] = [
        one for one in (await world.square.shop.get(f"/api/v1/accounts/{world.square.shop.id}/statuses")).json()
        if "Hej" in one["content"]
    ]  # fmt: skip
    assert status["mentions"] == []
    assert status["visibility"] == "public"
    assert (await world.square.bjorn.get("/api/v1/notifications")).json() == []


async def test_a_killed_run_posts_nothing_twice_and_forgets_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job ends between two entries, as when its process is killed; another does it again."""
    publish, count = posts.publish, 0

    async def dies(*given: Any, **named: Any) -> int:
        nonlocal count
        count += 1
        if count == 2:
            raise asyncio.CancelledError
        return await publish(*given, **named)

    monkeypatch.setattr(posts, "publish", dies)
    response = await world.square.anna.post(API, json={"url": address(world.server)})
    assert response.status_code == 200
    with pytest.raises(asyncio.CancelledError):
        await Worker(world.square.services.db, HANDLERS, world.square.services).drain()
    assert len(await world.texts()) == 1
    async with world.square.services.db.system() as tx:
        await tx.run("UPDATE jobs SET worker = NULL, run_at = now()")
    await world.square.settle()
    assert [text[:8] for text in await world.texts()] == ["Inlägg 3", "Inlägg 4", "Inlägg 5"]


async def test_two_visits_at_once_post_each_entry_once(world: World) -> None:
    response = await world.square.anna.post(API, json={"url": address(world.server)})
    services, id_ = world.square.services, int(response.json()["id"])
    async with services.db.system() as tx:
        network = world.square.networks[PUBLIC]
        for _ in range(3):
            await tx.run(
                "INSERT INTO jobs (org_id, network_id, kind, payload) VALUES (%s, %s, %s, %s)",
                (network.org_id, network.id, mirrors.FETCH, f'{{"id": {id_}}}'),
            )
    await asyncio.gather(*(Worker(services.db, HANDLERS, services).drain() for _ in range(3)))
    assert len(await world.texts()) == 3


async def test_moved_for_good_is_remembered_and_for_now_is_not(world: World) -> None:
    world.blog.pages["/old"] = reply(b"", status=301, location="/feed.xml")
    world.blog.pages["/now"] = reply(b"", status=302, location="/feed.xml")
    assert (await world.connect(path="/old"))["url"] == address(world.server)
    assert (await world.connect(world.square.bjorn, path="/now"))["url"] == address(world.server, "/now")
    assert len(await world.texts(world.square.bjorn)) == 3
    world.blog.pages["/loop"] = reply(b"", status=301, location="/loop")
    looped = await world.connect(world.square.shop, path="/loop")
    assert looped["problem"] == "unreachable"


async def test_gone_stops_it(world: World) -> None:
    mirror = await world.connect()
    world.blog.fixed = reply(b"", status=410)
    await world.later()
    mirror = await world.shown(mirror["id"])
    assert (mirror["state"], mirror["problem"], mirror["next_at"]) == ("stopped", "gone", None)
    await world.later()
    assert len(world.blog.asked) == 2
    await world.later(checked_at="now() - interval '1 hour'")
    world.blog.fixed = None
    assert (await world.square.anna.post(f"{API}/{mirror['id']}/check")).status_code == 200
    await world.square.settle()
    assert (await world.shown(mirror["id"]))["problem"] is None
    assert (await world.square.anna.post(f"{API}/{mirror['id']}/check")).status_code == 429


@pytest.mark.parametrize("status", [429, 503])
async def test_what_the_server_wishes_is_done(world: World, status: int) -> None:
    world.blog.fixed = reply(b"", status=status, retry_after="90000")
    mirror = await world.connect()
    assert (mirror["problem"], mirror["detail"]) == ("answer", str(status))
    assert await world.waits() > timedelta(seconds=89_000)


async def test_failures_are_seen_and_tried_less_and_less_and_given_up(world: World) -> None:
    mirror = await world.connect()
    world.blog.fixed = reply(b"", status=500)
    waits = []
    for _ in range(4):
        await world.later()
        waits.append(await world.waits())
    assert waits[3] > waits[2] * 1.3 > waits[1]
    shown = await world.shown(mirror["id"])
    assert (shown["problem"], shown["detail"], shown["failing_since"] is not None) == ("answer", "500", True)
    await world.later(next_at="now()", failing_since="now() - interval '31 days'")
    shown = await world.shown(mirror["id"])
    assert (shown["state"], shown["problem"]) == ("stopped", "answer")
    world.blog.fixed = None
    await world.later()
    assert (await world.shown(mirror["id"]))["state"] == "stopped"


async def test_a_blogs_page_leads_to_its_feed(world: World) -> None:
    page = (
        b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body>Hej</body></html>'
    )
    world.blog.pages["/"] = reply(page, content_type="text/html; charset=utf-8")
    mirror = await world.connect(path="/")
    assert (mirror["url"], mirror["problem"]) == (address(world.server), None)
    assert len(await world.texts()) == 3
    world.blog.pages["/plain"] = reply(b"<html><body>Hej</body></html>", content_type="text/html")
    assert (await world.connect(world.square.bjorn, path="/plain"))["problem"] == "unreadable"


async def test_the_feeds_own_hub_tells_of_news(world: World) -> None:
    world.blog.extra = (
        f'<atom:link rel="hub" href="{world.server.origin}/hub"/><atom:link rel="self" href="{address(world.server)}"/>'
    )
    mirror = await world.connect()
    assert not mirror["told_by_hub"]
    hub = Hub(world.square, world.blog)
    assert hub.form["hub.topic"] == address(world.server)
    assert len(hub.form["hub.secret"]) > 30
    assert (await hub.asks(topic="http://other.example/")).status_code == 404
    assert (await hub.asks("denied", "http://other.example/")).status_code == 404
    confirmed = await hub.asks()
    assert (confirmed.status_code, confirmed.text) == (200, "är du säker?")
    assert (await world.shown(mirror["id"]))["told_by_hub"]
    world.blog.writes(6, "Alldeles nytt")
    visits = len(world.blog.asked)
    assert (await hub.tells(b"lies", secret="forged")).status_code == 202
    await world.square.settle()
    assert len(world.blog.asked) == visits, "an unsigned word is no reason to go there"
    assert (await hub.tells(b"<rss>lies</rss>")).status_code == 202
    await world.square.settle()
    assert (await world.texts())[-1].startswith("Alldeles nytt")
    assert "lies" not in "".join(await world.texts())
    assert await world.waits() > rules.EVERY * 2, "who tells of news is asked less often"
    assert len(world.blog.subscribed) == 1
    await world.later(next_at="now()", hub_until="now() + interval '1 hour'", hub_asked_at="now() - interval '6 days'")
    assert [one["hub.callback"] for one in world.blog.subscribed] == [hub.form["hub.callback"]] * 2, "renewed in time"
    assert (await world.square.anna.delete(f"{API}/{mirror['id']}")).status_code == 200
    await world.square.settle()
    assert world.blog.subscribed[-1]["hub.mode"] == "unsubscribe"
    assert (await hub.asks("unsubscribe")).status_code == 200
    assert (await hub.tells(b"x")).status_code == 410


async def test_who_may_connect_and_see(world: World) -> None:
    square, url = world.square, address(world.server)
    assert (await square.bjorn.post(API, json={"url": url, "account_id": square.shop.id})).status_code == 403
    made = await square.anna.post(API, json={"url": url, "account_id": square.shop.id})
    assert made.json()["account"]["acct"] == "shop"
    id_ = made.json()["id"]
    await square.settle()
    assert len(await world.texts(square.shop)) == 3
    assert (await square.shop.get(API)).json()[0]["id"] == id_
    for person, whole in ((square.bjorn, "true"), (square.shop, "true")):
        assert (await person.get(API, params={"whole": whole})).status_code == 403
    assert [one["id"] for one in (await square.anna.get(API, params={"whole": "true"})).json()] == [id_]
    for method in ("get", "delete"):
        assert (await getattr(square.bjorn, method)(f"{API}/{id_}")).status_code == 404
    assert (await square.bjorn.post(f"{API}/{id_}/check")).status_code == 404
    assert (await square.nobody().get(API)).status_code == 401
    assert (await square.shop.delete(f"{API}/{id_}")).status_code == 200
    assert (await square.shop.get(API)).json() == []
    assert len(await world.texts(square.shop)) == 3, "what was posted stays"


async def test_what_cannot_be_mirrored(world: World) -> None:
    anna = world.square.anna
    for url in ("", "javascript:alert(1)", "ftp://a.example/", "http://u:p@a.example/", "http://a b/", "x" * 3000):
        assert (await anna.post(API, json={"url": url})).status_code == 422, url
    await world.connect()
    assert (await anna.post(API, json={"url": address(world.server)})).status_code == 422, "twice"
    for n in range(rules.MOST_OF_ACCOUNT - 1):
        assert (await anna.post(API, json={"url": address(world.server, f"/{n}")})).status_code == 200
    assert (await anna.post(API, json={"url": address(world.server, "/more")})).status_code == 422


async def test_an_inside_mirrors_nothing(world: World) -> None:
    anna = world.square.person(INSIDE, "anna")
    assert (await anna.get(API)).status_code == 404
    assert (await anna.post(API, json={"url": address(world.server)})).status_code == 404
    mirror = await world.connect()
    for method, path in (("get", f"{API}/{mirror['id']}"), ("delete", f"{API}/{mirror['id']}")):
        assert (await getattr(anna, method)(path)).status_code == 404
    assert (await world.square.nobody(INSIDE).get("/websub/callback/x")).status_code == 404
    assert (await world.square.nobody(INSIDE).post("/websub/callback/x", content=b"x")).status_code == 404


async def test_private_addresses_are_not_asked(fresh_database: TestDatabase, tmp_path: Path) -> None:
    blog = Blog()
    async with serving(blog) as server, open_square(fresh_database, tmp_path) as square:
        world = World(square, blog, server)
        assert (await world.connect())["problem"] == "refused"
        assert blog.asked == []


async def test_a_suspended_account_posts_nothing(world: World) -> None:
    await world.connect(world.square.bjorn)
    path = f"/api/v1/admin/accounts/{world.square.bjorn.id}/action"
    await world.square.anna.post(path, json={"type": "suspend"})
    await world.square.settle()
    world.blog.writes(6, "Efteråt")
    await world.later()
    assert not any("Efteråt" in text for text in await world.texts(world.square.bjorn))


async def test_the_page_adds_shows_and_removes(world: World) -> None:
    reader = await Reader(world.square).enters("bjorn")
    page = await reader.open("/settings/mirrors")
    assert page.status_code == 200
    wrong = await reader.send(page, "/settings/mirrors", url="javascript:alert(1)")
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text
    added = await reader.send(page, "/settings/mirrors", url=address(world.server))
    assert added.status_code == 303
    assert "Not visited yet" in (await reader.open("/settings/mirrors")).text
    await world.square.settle()
    page = await reader.open("/settings/mirrors")
    assert "Torgets blogg" in page.text
    world.blog.fixed = reply(b"<html>", content_type="text/html")
    await world.later()
    page = await reader.open("/settings/mirrors")
    assert "cannot be read as a feed" in page.text
    [id_] = re.findall(r"/settings/mirrors/(\d+)/remove", page.text)
    assert (await reader.send(page, f"/settings/mirrors/{id_}/check")).status_code == 422, "too soon"
    assert (await reader.http.post(f"/settings/mirrors/{id_}/remove")).status_code != 303, "without the form's mark"
    stranger = await Reader(world.square).enters("shop")
    other = await stranger.open("/settings/mirrors")
    assert (await stranger.send(other, f"/settings/mirrors/{id_}/remove")).status_code == 404
    assert (await reader.send(page, f"/settings/mirrors/{id_}/remove")).status_code == 303
    assert id_ not in (await reader.open("/settings/mirrors")).text
    assert (await Reader(world.square).open("/settings/mirrors")).status_code == 303
    inside = await Reader(world.square, INSIDE).enters("anna")
    assert (await inside.open("/settings/mirrors")).status_code == 404
    assert "mirrors" not in (await inside.open("/settings")).text
    assert "/settings/mirrors" in (await reader.open("/settings")).text
