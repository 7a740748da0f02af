"""Push subscriptions, as apps make and change them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.entity_check import check
from tests.engine.test_push import Receiver
from tests.fixtures.square import INSIDE, Square
from tests.mastodon_api.notice_helpers import ok
from torg.engine import push
from torg.mastodon_api import entities

PATH = "/api/v1/push/subscription"


def form(**changes: str) -> dict[str, Any]:
    """As form fields, with brackets."""
    receiver = Receiver()
    fields = {
        "subscription[endpoint]": "https://push.example/listener/abc",
        "subscription[keys][p256dh]": receiver.p256dh,
        "subscription[keys][auth]": receiver.auth,
        "data[alerts][mention]": "true",
        "data[alerts][admin.sign_up]": "1",
        "data[alerts][poll]": "0",
    }
    return {**fields, **changes}


async def test_a_subscription_is_made_shown_changed_and_ended(square: Square) -> None:
    assert (await square.bjorn.get(PATH)).status_code == 404
    assert (await square.bjorn.put(PATH, data={"data[alerts][poll]": "1"})).status_code == 404
    made = await ok(await square.bjorn.post(PATH, data=form()))
    check(made, entities.WebPushSubscription)
    assert made["endpoint"] == "https://push.example/listener/abc"
    assert made["standard"] is False
    assert {name for name, on in made["alerts"].items() if on} == {"mention", "admin.sign_up"}
    assert made["server_key"] == push.public_key(square.services.identity.vapid.private_pem)
    assert await ok(await square.bjorn.get(PATH)) == made
    changed = await ok(await square.bjorn.put(PATH, json={"data": {"alerts": {"poll": True}}, "policy": "followed"}))
    check(changed, entities.WebPushSubscription)
    assert {name for name, on in changed["alerts"].items() if on} == {"poll"}
    again = await ok(await square.bjorn.post(PATH, data=form(**{"subscription[standard]": "true"})))
    assert again["standard"] is True
    assert again["id"] != made["id"]
    async with square.services.db.system() as tx:
        assert await tx.value("SELECT count(*) FROM push_subscriptions") == 1, "one a token"
    assert (await square.anna.get(PATH)).status_code == 404
    assert (await square.person(INSIDE, "bjorn").get(PATH)).status_code == 404
    assert await ok(await square.bjorn.delete(PATH)) == {}
    assert await ok(await square.bjorn.delete(PATH)) == {}
    assert (await square.bjorn.get(PATH)).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subscription[endpoint]", "not an address"),
        ("subscription[endpoint]", "ftp://push.example/x"),
        ("subscription[endpoint]", ""),
        ("subscription[keys][p256dh]", "AAAA"),
        ("subscription[keys][auth]", "c2hvcnQ"),
        ("data[policy]", "friends"),
    ],
)
async def test_what_could_never_be_pushed_to_is_refused(square: Square, field: str, value: str) -> None:
    assert (await square.bjorn.post(PATH, data=form(**{field: value}))).status_code == 422
    assert (await square.bjorn.get(PATH)).status_code == 404


async def test_the_scope_is_push(square: Square) -> None:
    reader = await square.add("acme.test", "reader", scopes=["read", "write"])
    assert (await reader.get(PATH)).status_code == 403
    assert (await square.nobody().post(PATH, data=form())).status_code == 401
