"""The hub, with a real subscriber on loopback: discovery, verification, signed news, unsubscription, the end."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import feedparser
import msgspec
import pytest

from tests.engine.servers import Asked, Server, reply, serving
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import INSIDE, PUBLIC, Square, open_square
from torg.engine import jobs
from torg.websub import rules

ORIGIN = f"http://{PUBLIC}"
SECRET = "mellan oss"


class Subscriber:
    """A subscriber as the Recommendation wants one: confirms what it asked for, checks what it is sent."""

    def __init__(self) -> None:
        self.meant: set[tuple[str, str]] = set()
        self.asked: list[dict[str, str]] = []
        self.news: list[Asked] = []
        self.status = 200

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.method == "POST":
            self.news.append(asked)
            writer.write(reply(b"", status=self.status))
            return
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()}
        self.asked.append(query)
        meant = (query["hub.mode"], query["hub.topic"]) in self.meant
        writer.write(reply(query.get("hub.challenge", "").encode()) if meant else reply(b"", status=404))


class World(msgspec.Struct):
    square: Square
    subscriber: Subscriber
    server: Server

    @property
    def callback(self) -> str:
        return f"{self.server.origin}/news?id=7"

    async def ask(self, mode: str, path: str, host: str = PUBLIC, **more: str) -> Any:
        topic = f"http://{host}{path}"
        self.subscriber.meant.add((mode, topic))
        form = {"hub.mode": mode, "hub.topic": topic, "hub.callback": self.callback, **more}
        return await self.square.nobody(host).post("/websub", data=form)

    async def subscribe(self, path: str, **more: str) -> None:
        response = await self.ask("subscribe", path, **more)
        assert response.status_code == 202, response.text
        await self.square.settle()
        assert await self.held() >= 1

    async def held(self) -> int:
        async with self.square.services.db.system() as tx:
            return int(await tx.value("SELECT count(*) FROM websub_subscriptions"))

    async def later(self, **set_: str) -> None:
        """Time passes for the subscriptions and for the jobs that wait."""
        assignments = ", ".join(f"{name} = {value}" for name, value in set_.items())
        async with self.square.services.db.system() as tx:
            await tx.run(f"UPDATE websub_subscriptions SET {assignments}")
            await tx.run("UPDATE jobs SET run_at = now() WHERE dead_at IS NULL AND kind LIKE 'websub%%'")


@pytest.fixture
async def world(fresh_database: TestDatabase, tmp_path: Path) -> AsyncIterator[World]:
    subscriber = Subscriber()
    async with (
        serving(subscriber) as server,
        open_square(fresh_database, tmp_path, fetch_allow=("127.0.0.0/8",)) as square,
    ):
        yield World(square, subscriber, server)


async def test_discover_subscribe_hear_and_leave(world: World) -> None:
    anna = world.square.anna
    feed = await world.square.nobody().get("/@anna.atom")
    assert f'<{ORIGIN}/websub>; rel="hub"' in feed.headers["link"]
    assert f'<{ORIGIN}/@anna.atom>; rel="self"' in feed.headers["link"]
    links = {link.rel: link.href for link in feedparser.parse(feed.content).feed.links}
    assert (links["hub"], links["self"]) == (f"{ORIGIN}/websub", f"{ORIGIN}/@anna.atom")
    extra = {"hub.secret": SECRET, "hub.lease_seconds": "3600"}
    await world.subscribe("/@anna.atom", **extra)
    [question] = world.subscriber.asked
    assert question["id"] == "7", "the callback's own query is kept"
    assert question["hub.lease_seconds"] == "3600"
    assert len(question["hub.challenge"]) > 20
    assert world.subscriber.news == []

    said = await anna.says("Nytt!")
    await world.square.settle()
    [told] = world.subscriber.news
    assert told.path == "/news?id=7"
    assert told.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert f'<{ORIGIN}/@anna.atom>; rel="self"' in told.headers["link"]
    assert told.headers["user-agent"].endswith(f"(+{ORIGIN})")
    signed = hmac.new(SECRET.encode(), told.body, hashlib.sha256).hexdigest()
    assert told.headers["x-hub-signature"] == f"sha256={signed}"
    assert [entry.id for entry in feedparser.parse(told.body).entries] == [said["uri"]]

    await anna.put(f"/api/v1/statuses/{said['id']}", json={"status": "Rättat"})
    await world.square.settle()
    assert feedparser.parse(world.subscriber.news[1].body).entries[0].title == "Rättat"
    await anna.delete(f"/api/v1/statuses/{said['id']}")
    await world.square.settle()
    assert feedparser.parse(world.subscriber.news[2].body).entries == []

    assert (await world.ask("unsubscribe", "/@anna.atom")).status_code == 202
    await world.square.settle()
    assert await world.held() == 0
    await anna.says("Det här får du inte höra")
    await world.square.settle()
    assert len(world.subscriber.news) == 3


@pytest.mark.parametrize("path", ["/feed.json", "/feed.rss", "/tags/torg.rss", "/@anna/with_replies.feed.json"])
async def test_every_feed_that_changes_tells_so(world: World, path: str) -> None:
    await world.subscribe(path)
    await world.square.bjorn.says("utan intresse", visibility="private")
    await world.square.anna.says("till mina följare #torg", visibility="private")
    await world.square.settle()
    assert world.subscriber.news == []
    await world.square.anna.says("på #torg")
    await world.square.settle()
    [told] = world.subscriber.news
    assert b"torg" in told.body
    assert b"till mina" not in told.body
    assert "x-hub-signature" not in told.headers


async def test_many_posts_at_once_are_told_once_and_nothing_new_is_not_told(world: World) -> None:
    await world.subscribe("/@anna.rss")
    for n in range(5):
        await world.square.anna.says(f"nummer {n}")
    await world.square.settle()
    [told] = world.subscriber.news
    assert len(feedparser.parse(told.body).entries) == 5
    await world.square.anna.says("@bjorn bara till dig", visibility="direct")
    await world.square.settle()
    assert len(world.subscriber.news) == 1


async def test_nobody_is_subscribed_who_did_not_ask(world: World) -> None:
    form = {"hub.mode": "subscribe", "hub.topic": f"{ORIGIN}/@anna.rss", "hub.callback": world.callback}
    assert (await world.square.nobody().post("/websub", data=form)).status_code == 202
    await world.square.settle()
    assert [one["hub.mode"] for one in world.subscriber.asked] == ["subscribe"]
    assert await world.held() == 0
    await world.subscribe("/@anna.rss")
    assert (await world.square.nobody().post("/websub", data={**form, "hub.mode": "unsubscribe"})).status_code == 202
    await world.square.settle()
    assert await world.held() == 1, "a stranger cannot end it"


async def test_renewing_changes_the_secret_and_the_lease(world: World) -> None:
    await world.subscribe("/@anna.rss", **{"hub.lease_seconds": "99999999999"})
    assert world.subscriber.asked[0]["hub.lease_seconds"] == str(rules.LONGEST_LEASE)
    await world.subscribe("/@anna.rss", **{"hub.secret": SECRET, "hub.lease_seconds": "1"})
    assert world.subscriber.asked[1]["hub.lease_seconds"] == str(rules.SHORTEST_LEASE)
    assert await world.held() == 1
    await world.square.anna.says("signerat")
    await world.square.settle()
    assert "x-hub-signature" in world.subscriber.news[0].headers
    await world.later(lease_until="now()")
    await world.square.anna.says("för sent")
    await world.square.settle()
    assert len(world.subscriber.news) == 1


async def test_what_is_wrong_is_said_in_words(world: World) -> None:
    good = {"hub.mode": "subscribe", "hub.topic": f"{ORIGIN}/@anna.rss", "hub.callback": world.callback}
    for change in (
        {"hub.mode": "publish"}, {"hub.mode": ""}, {"hub.topic": ""}, {"hub.topic": "/@anna.rss"},
        {"hub.topic": f"{ORIGIN}/@anna"}, {"hub.topic": f"{ORIGIN}/@nobody.rss"}, {"hub.topic": f"{ORIGIN}/@Anna.rss"},
        {"hub.topic": f"http://{INSIDE}/@anna.rss"}, {"hub.topic": f"{ORIGIN}/search.rss?q=x&q=y"},
        {"hub.topic": f"{ORIGIN}/@anna.rss?max_id=1"}, {"hub.topic": f"{ORIGIN}/@%00.rss"},
        {"hub.callback": ""}, {"hub.callback": "ftp://a.example/"}, {"hub.callback": "http://u:p@a.example/"},
        {"hub.callback": "http://a.example/#x"}, {"hub.callback": "http://a.example/" + "x" * 3000},
        {"hub.callback": "http://[::1/"}, {"hub.secret": "x" * 200}, {"hub.lease_seconds": "soon"},
    ):  # fmt: skip
        response = await world.square.nobody().post("/websub", data={**good, **change})
        assert response.status_code == 400, f"{change}: {response.status_code}"
        assert response.headers["content-type"].startswith("text/plain")
        assert len(response.text) > 10
    assert (await world.square.nobody().post("/websub", content=b"\xff\xfe")).status_code in (400, 415, 422)
    await world.square.settle()
    assert world.subscriber.asked == []


async def test_callbacks_at_private_addresses_are_not_called(fresh_database: TestDatabase, tmp_path: Path) -> None:
    subscriber = Subscriber()
    async with serving(subscriber) as server, open_square(fresh_database, tmp_path) as square:
        world = World(square, subscriber, server)
        assert (await world.ask("subscribe", "/@anna.rss")).status_code == 202
        await square.settle()
        assert server.asked == []
        assert await world.held() == 0


async def test_one_host_gets_so_many_subscriptions(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_OF_HOST", 2)
    await world.subscribe("/@anna.rss")
    await world.subscribe("/@anna.atom")
    response = await world.ask("subscribe", "/feed.rss")
    assert (response.status_code, await world.held()) == (429, 2)
    await world.subscribe("/@anna.rss")  # renewing is no new one


async def test_a_deaf_subscriber_is_tried_for_days_and_then_given_up(world: World) -> None:
    await world.subscribe("/@anna.rss")
    world.subscriber.status = 500
    await world.square.anna.says("hallå")
    await world.square.settle()
    assert len(world.subscriber.news) == 1
    await world.square.anna.says("hallå igen")
    await world.square.settle()
    assert len(world.subscriber.news) == 1, "not before its time, however much is said"
    await world.later(retry_at="now()")
    await world.square.settle()
    assert len(world.subscriber.news) == 2
    async with world.square.services.db.system() as tx:
        row = await tx.one("SELECT failures, error, retry_at > now() AS later FROM websub_subscriptions")
    assert row == {"failures": 2, "error": "the callback answered 500", "later": True}
    world.subscriber.status = 200
    await world.later(retry_at="now()")
    await world.square.settle()
    assert len(feedparser.parse(world.subscriber.news[2].body).entries) == 2, "all that was missed"
    world.subscriber.status = 503
    await world.square.anna.says("en sista gång")
    await world.square.settle()
    await world.later(failing_since="now() - interval '4 days'", retry_at="now()")
    await world.square.settle()
    assert await world.held() == 0
    async with world.square.services.db.system() as tx:
        [dead] = await jobs.dead(tx)
    assert dead.kind == "websub_deliver"
    assert "deaf since" in (dead.error or "")


async def test_a_subscriber_that_is_gone_is_forgotten(world: World) -> None:
    await world.subscribe("/@anna.rss")
    world.subscriber.status = 410
    await world.square.anna.says("är du kvar?")
    await world.square.settle()
    assert await world.held() == 0


async def test_when_a_feed_ends_its_subscribers_are_told(world: World) -> None:
    await world.subscribe("/@bjorn.rss")
    await world.square.bjorn.says("före")
    await world.square.settle()
    path = f"/api/v1/admin/accounts/{world.square.bjorn.id}/action"
    assert (await world.square.anna.post(path, json={"type": "suspend"})).status_code == 200
    await world.square.settle()
    assert await world.held() == 0
    assert world.subscriber.asked[-1]["hub.mode"] == "denied"
    assert world.subscriber.asked[-1]["hub.topic"] == f"{ORIGIN}/@bjorn.rss"
    assert world.subscriber.asked[-1]["hub.reason"]


async def test_an_inside_has_no_hub(world: World) -> None:
    for mode in ("subscribe", "unsubscribe"):
        assert (await world.ask(mode, "/@anna.rss", INSIDE)).status_code == 404
    inside = await world.square.person(INSIDE, "anna").post("/websub", data={"hub.mode": "subscribe"})
    assert inside.status_code == 404
    await world.square.settle()
    assert world.server.asked == []


def test_leases_and_waits() -> None:
    assert rules.lease(None) == rules.lease(0) == rules.LEASE
    waits = [rules.back_off(n, 0.5) for n in range(1, 40)]
    assert waits == sorted(waits)
    assert waits[-1] == rules.LONGEST_RETRY
    assert rules.back_off(1, 0) < rules.back_off(1, 1) < timedelta(minutes=1)


async def test_a_search_tells_of_what_it_finds_and_of_nothing_else(world: World) -> None:
    await world.subscribe("/search.rss?q=l%C3%B6rdag")
    for text, told in (("På lördag!", 1), ("På söndag.", 1), ("Nästa lördag också", 2)):
        await world.square.anna.says(text)
        await world.square.settle()
        await world.later(lease_until="now() + interval '1 day'")
        await world.square.settle()
        assert len(world.subscriber.news) == told, text
    assert "lördag" in world.subscriber.news[-1].body.decode()
