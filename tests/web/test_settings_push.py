"""Devices that are woken: a browser joins, chooses, tries and leaves; its session's end is the end of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from tests.engine.servers import Server, always, reply, serving
from tests.engine.test_push import Receiver
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import INSIDE, PUBLIC, Square, open_square
from tests.web.reader import Reader, session_of
from torg.access import sessions
from torg.orgs import store as orgs

HERE = "/settings/push"


@pytest.fixture
async def plaza(fresh_database: TestDatabase, tmp_path: Path) -> AsyncIterator[Square]:
    """The square, allowed to call this machine."""
    async with open_square(fresh_database, tmp_path, fetch_allow=("127.0.0.0/8",)) as opened:
        yield opened


async def join(reader: Reader, service: Server, receiver: Receiver, *alerts: str, **more: str) -> httpx2.Response:
    keys = {"endpoint": f"{service.origin}/push/abc", "p256dh": receiver.p256dh, "auth": receiver.auth}
    page = await reader.open(HERE)
    return await reader.send(page, HERE, **{"alerts[]": list(alerts), **keys, **more})


def heard(service: Server, receiver: Receiver) -> list[dict[str, Any]]:
    return [msgspec.json.decode(receiver.read(asked.headers, asked.body)) for asked in service.asked]


async def settle(square: Square, host: str, **settings: Any) -> None:
    network = square.networks[host]
    async with square.services.db.system() as tx:
        await orgs.update_settings(tx, network, msgspec.structs.replace(network.settings, **settings))
    square.services.networks.forget()


async def test_a_browser_is_told_where_a_click_leads(plaza: Square) -> None:
    receiver = Receiver()
    reader = await Reader(plaza).enters("bjorn")
    await plaza.bjorn.follows(plaza.anna)
    async with serving(always(reply(status=201))) as service:
        assert (await join(reader, service, receiver, "mention", "follow")).headers["location"] == f"{HERE}?done=1"
        said = await plaza.anna.says("@bjorn hello there")
        letter = await plaza.anna.says("@bjorn between us", visibility="direct")
        await plaza.anna.follows(plaza.bjorn)
        await plaza.anna.post(f"/api/v1/statuses/{said['id']}/favourite")
        await plaza.settle()
        told = {one["path"]: one for one in heard(service, receiver)}
    assert set(told) == {f"/@anna/{said['id']}", f"/messages/of/{letter['id']}", "/@anna"}
    one = told[f"/@anna/{said['id']}"]
    assert (one["title"], one["body"]) == ("Anna mentioned you", "@bjorn hello there")
    assert (one["icon"], one["lang"]) == ("/static/icon-192.png", "en")
    assert one["tag"].startswith("ungrouped-")
    assert "access_token" not in one


@pytest.mark.parametrize(
    ("content", "title", "body"),
    [
        ("full", "Anna mentioned you", "@bjorn the figures"),
        ("titles", "Anna mentioned you", ""),
        ("nothing", "You have a new notification", ""),
    ],
)
async def test_an_inside_lets_out_as_much_as_its_policy_says(
    plaza: Square, content: str, title: str, body: str
) -> None:
    await settle(plaza, INSIDE, push_content=content)
    receiver, app = Receiver(), Receiver()
    reader = await Reader(plaza, INSIDE).enters("bjorn")
    bjorn = plaza.person(INSIDE, "bjorn")
    async with serving(always(reply(status=201))) as service, serving(always(reply(status=201))) as apps:
        await join(reader, service, receiver, "mention")
        keys = {"p256dh": app.p256dh, "auth": app.auth}
        of_app = {"endpoint": f"{apps.origin}/push/abc", "keys": keys, "standard": True}
        body_ = {"subscription": of_app, "data": {"alerts": {"mention": True}}}
        assert (await bjorn.post("/api/v1/push/subscription", json=body_)).status_code == 200
        await plaza.person(INSIDE, "anna").says("@bjorn the figures")
        await plaza.settle()
        for told in (*heard(service, receiver), *heard(apps, app)):
            assert (told["title"], told["body"]) == (title, body)
        assert (len(service.asked), len(apps.asked)) == (1, 1)


async def test_the_end_of_the_session_is_the_end_of_it(plaza: Square) -> None:
    reader = await Reader(plaza).enters("bjorn")
    async with serving(always(reply(status=201))) as service:
        await join(reader, service, Receiver(), "mention")
        async with plaza.services.db.tx(plaza.networks[PUBLIC].scope) as tx:
            await sessions.end(tx, reader.http.cookies[sessions.COOKIE])
            assert await tx.value("SELECT count(*) FROM push_subscriptions") == 0
        await reader.enters("bjorn")
        await join(reader, service, Receiver(), "mention")
        async with plaza.services.db.system() as tx:
            await tx.run("UPDATE sessions SET last_used_at = now() - interval '1 hour'")
        await settle(plaza, PUBLIC, session_idle_minutes=30)
        await plaza.anna.says("@bjorn hej")
        await plaza.settle()
        assert service.asked == [], "a session that lay unused for too long is none"


async def test_a_browser_tells_only_the_account_that_is_in_now(plaza: Square) -> None:
    first, second = await Reader(plaza).enters("bjorn"), await Reader(plaza).enters("shop")
    async with serving(always(reply(status=201))) as service:
        await join(first, service, Receiver(), "mention")
        await join(second, service, Receiver(), "mention")
        await plaza.anna.says("@bjorn for you alone")
        await plaza.settle()
        assert service.asked == []
    assert "No device is told anything." in (await first.open(HERE)).text
    assert "It is told what is new" in (await second.open(HERE)).text


async def test_it_is_chosen_tried_and_ended(plaza: Square) -> None:
    receiver = Receiver()
    reader = await Reader(plaza, language="sv").enters("bjorn")
    async with plaza.services.db.system() as tx:
        await tx.run("UPDATE persons SET locale = 'sv'")
    async with serving(always(reply(status=201))) as service:
        await join(reader, service, receiver, "mention", "nonsense", policy="followed")
        page = await reader.open(f"{HERE}?done=1")
        assert "Klart." in page.text
        assert '<option value="followed" selected>' in page.text
        assert 'value="mention" checked' in page.text
        assert 'value="poll" checked' not in page.text
        assert "admin.report" not in page.text
        await reader.send(page, HERE, **{"alerts[]": ["poll"], "policy": "all"})
        page = await reader.open(HERE)
        assert 'value="mention" checked' not in page.text
        assert 'value="poll" checked' in page.text
        tried = await reader.send(page, f"{HERE}/try")
        assert "En avisering är på väg" in (await reader.open(tried.headers["location"])).text
        await plaza.settle()
        assert [(one["title"], one["path"]) for one in heard(service, receiver)] == [
            ("Aviseringar når den här enheten", HERE)
        ]
        other = await Reader(plaza).enters("shop")
        number = page.text.split('name="id" value="')[1].split('"')[0]
        assert (await other.send(await other.open(HERE), f"{HERE}/end", id=number)).status_code == 404
        assert (await reader.send(page, f"{HERE}/end", id=number)).status_code == 303
        assert "Ingen enhet får veta något." in (await reader.open(HERE)).text
        assert (await reader.send(page, f"{HERE}/try")).status_code == 404


async def test_apps_are_among_the_devices_and_can_be_ended(square: Square) -> None:
    receiver = Receiver()
    body = {
        "subscription": {
            "endpoint": "https://push.example/abc", "keys": {"p256dh": receiver.p256dh, "auth": receiver.auth},
        },
        "data": {"alerts": {"mention": True}},
    }  # fmt: skip
    assert (await square.bjorn.post("/api/v1/push/subscription", json=body)).status_code == 200
    reader = await Reader(square).enters("bjorn")
    page = await reader.open(HERE)
    assert "Test app" in page.text
    number = page.text.split('name="id" value="')[1].split('"')[0]
    await reader.send(page, f"{HERE}/end", id=number)
    assert (await square.bjorn.get("/api/v1/push/subscription")).status_code == 404
    assert "Test app" not in (await (await Reader(square, INSIDE).enters("bjorn")).open(HERE)).text


@pytest.mark.parametrize(
    "wrong", [{"endpoint": "nonsense"}, {"p256dh": "AAAA"}, {"auth": "x"}, {"endpoint": "ftp://x/y"}, {"policy": "odd"}]
)
async def test_what_cannot_be_used_is_refused(square: Square, wrong: dict[str, str]) -> None:
    reader = await Reader(square).enters("bjorn")
    answer = await join(reader, Server(1, []), Receiver(), "mention", **wrong)
    assert answer.status_code == 422
    assert "No device is told anything." in (await reader.open(HERE)).text


async def test_strangers_have_no_devices(square: Square) -> None:
    for host in (PUBLIC, INSIDE):
        stranger = Reader(square, host)
        assert (await stranger.open(HERE)).headers["location"].startswith("/auth/sign_in")
    elsewhere = Reader(square, INSIDE)
    elsewhere.http.cookies.set("torg_session", await session_of(square, PUBLIC, "bjorn"))
    assert (await elsewhere.open(HERE)).status_code == 303
    member = await Reader(square).enters("bjorn")
    for path in (HERE, f"{HERE}/end", f"{HERE}/try"):
        assert (await member.http.post(path, data={"csrf": "x"})).status_code == 403, path
