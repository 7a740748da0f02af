"""From what somebody does to what a browser decrypts, over a real push endpoint; and services that say no."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.engine.servers import Answer, Server, always, reply, serving
from tests.engine.test_push import Receiver
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import Person, Square, open_square
from tests.mastodon_api.notice_helpers import ok
from torg.access import tokens

PATH = "/api/v1/push/subscription"


@pytest.fixture
async def plaza(fresh_database: TestDatabase, tmp_path: Path) -> AsyncIterator[Square]:
    """The square, allowed to call this machine."""
    async with open_square(fresh_database, tmp_path, fetch_allow=("127.0.0.0/8",)) as opened:
        yield opened


async def subscribe(person: Person, service: Server, receiver: Receiver, *alerts: str, **data: Any) -> dict[str, Any]:
    body = {
        "subscription": {
            "endpoint": f"{service.origin}/push/abc",
            "keys": {"p256dh": receiver.p256dh, "auth": receiver.auth},
            "standard": True,
        },
        "data": {"alerts": dict.fromkeys(alerts, True), **data},
    }
    made: dict[str, Any] = await ok(await person.post(PATH, json=body))
    return made


def heard(service: Server, receiver: Receiver) -> list[dict[str, Any]]:
    return [msgspec.json.decode(receiver.read(asked.headers, asked.body)) for asked in service.asked]


async def test_a_mention_wakes_the_reader_in_swedish(plaza: Square) -> None:
    receiver = Receiver()
    async with plaza.services.db.system() as tx:
        await tx.run("UPDATE persons SET locale = 'sv'")
    async with serving(always(reply(status=201))) as service:
        await subscribe(plaza.bjorn, service, receiver, "mention")
        await plaza.anna.says("Hej @bjorn!\n\nVi ses <snart> & " + "x" * 200)
        await ok(await plaza.shop.post(f"/api/v1/accounts/{plaza.bjorn.id}/follow"))
        await plaza.settle()
        payloads = heard(service, receiver)
    shown = (await ok(await plaza.bjorn.get("/api/v1/notifications", params={"types[]": "mention"})))[0]
    assert len(payloads) == 1, "only what the subscription asks for"
    body = payloads[0].pop("body")
    assert body.startswith("Hej @bjorn! Vi ses <snart> & xxx")
    assert len(body) == 140
    assert payloads[0] == {
        "notification_id": shown["id"],
        "notification_type": "mention",
        "title": "Anna nämnde dig",
        "icon": "http://acme.test/avatars/original/missing.png",
        "preferred_locale": "sv",
        "access_token": "",
    }


async def test_a_warning_stands_for_the_text_and_held_back_news_wakes_nobody(plaza: Square) -> None:
    receiver = Receiver()
    async with serving(always(reply(status=201))) as service:
        await subscribe(plaza.bjorn, service, receiver, "mention", "favourite")
        await plaza.anna.says("@bjorn mördaren är betjänten", spoiler_text="slutet")
        await plaza.anna.says("@bjorn okänd", visibility="direct")
        await plaza.settle()
        assert [(p["title"], p["body"]) for p in heard(service, receiver)] == [("Anna mentioned you", "slutet")]


@pytest.mark.parametrize(("policy", "expected"), [("all", 3), ("followed", 1), ("follower", 1), ("none", 0)])
async def test_the_subscription_chooses_whose_news(plaza: Square, policy: str, expected: int) -> None:
    await plaza.bjorn.follows(plaza.anna)
    await plaza.shop.follows(plaza.bjorn)
    await plaza.settle()
    async with serving(always(reply(status=201))) as service:
        await subscribe(plaza.bjorn, service, Receiver(), "mention", policy=policy)
        for person in (plaza.anna, plaza.shop, plaza.reporter):
            await person.says("@bjorn hej")
        await plaza.settle()
        assert len(service.asked) == expected


@pytest.mark.parametrize("status", [404, 410, 403])
async def test_a_subscription_that_is_gone_is_forgotten(plaza: Square, status: int) -> None:
    async with serving(always(reply(status=status))) as service:
        await subscribe(plaza.bjorn, service, Receiver(), "mention")
        await plaza.anna.says("@bjorn hej")
        await plaza.settle()
        assert len(service.asked) == 1
        assert (await plaza.bjorn.get(PATH)).status_code == 404
        await plaza.anna.says("@bjorn hej igen")
        await plaza.settle()
        assert len(service.asked) == 1


def failing_first(first: bytes) -> Answer:
    answers = iter([first, reply(status=201)])

    async def answer(asked: Any, writer: Any) -> None:
        writer.write(next(answers))

    return answer


async def test_a_service_that_fails_is_asked_again_with_the_same_news(plaza: Square) -> None:
    receiver = Receiver()
    async with serving(failing_first(reply(status=500))) as service:
        await subscribe(plaza.bjorn, service, receiver, "mention")
        await plaza.anna.says("@bjorn hej")
        await plaza.settle()
        assert len(service.asked) == 1
        async with plaza.services.db.system() as tx:
            assert await tx.run("UPDATE jobs SET run_at = now() WHERE kind = 'push' AND dead_at IS NULL") == 1
        await plaza.settle()
        assert len(service.asked) == 2
        assert len({p["notification_id"] for p in heard(service, receiver)}) == 1


async def test_a_busy_service_is_left_alone_for_as_long_as_it_asks(plaza: Square) -> None:
    async with serving(always(reply(status=503, retry_after="120"))) as service:
        await subscribe(plaza.bjorn, service, Receiver(), "mention")
        await plaza.anna.says("@bjorn hej")
        await plaza.settle()
        async with plaza.services.db.system() as tx:
            assert await tx.value("SELECT run_at > now() + interval '60 seconds' FROM jobs WHERE kind = 'push'")
        assert (await plaza.bjorn.get(PATH)).status_code == 200


async def test_nothing_goes_to_a_revoked_token_or_about_what_is_gone(plaza: Square) -> None:
    async with serving(always(reply(status=201))) as service:
        await subscribe(plaza.bjorn, service, Receiver(), "mention", "favourite")
        own = await plaza.bjorn.says("Mitt")
        await ok(await plaza.anna.post(f"/api/v1/statuses/{own['id']}/favourite"))
        await ok(await plaza.anna.post(f"/api/v1/statuses/{own['id']}/unfavourite"))
        await plaza.settle()
        assert service.asked == []
        network = plaza.networks["acme.test"]
        async with plaza.services.db.tx(network.scope) as tx:
            app = await tx.value("SELECT app_id FROM tokens WHERE account_id = %s", (plaza.bjorn.id,))
            assert await tokens.revoke(tx, app, plaza.bjorn.token or "")
        await plaza.anna.says("@bjorn hej")
        await plaza.settle()
        assert service.asked == []
