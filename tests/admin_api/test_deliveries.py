"""Deliveries at the API: hosts, dead letters, what is done about them, and who may."""

from __future__ import annotations

import pytest

from tests.admin_api.helpers import ADMIN, acts, ok, refused
from tests.fixtures.square import INSIDE, PUBLIC, Square
from torg.delivery import actions
from torg.kernel.actor import Permission

PATH = f"{ADMIN}/deliveries"


async def plant(square: Square, *inboxes: str) -> None:
    """Deliveries that were given up, past what the square's own sender would do with them."""
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        await actions.send(tx, account_id=square.anna.id, activity={"type": "Like", "id": "x:1"}, inboxes=inboxes)
        await tx.run("UPDATE deliveries SET dead_at = now(), error = '410', attempts = 1")


async def test_seen_retried_and_dropped(square: Square) -> None:
    await plant(square, "https://b.example/inbox", "https://b.example:8443/inbox", "https://c.example/inbox")
    hosts = await ok(await square.anna.get(f"{PATH}/hosts"))
    assert {one["host"]: (one["waiting"], one["dead"]) for one in hosts} == {
        "b.example": (0, 1), "b.example:8443": (0, 1), "c.example": (0, 1),
    }  # fmt: skip
    letters = await ok(await square.anna.get(PATH, params={"limit": 2}))
    assert [one["host"] for one in letters] == ["c.example", "b.example:8443"]
    assert {key: letters[0][key] for key in ("type", "uri", "attempts", "error", "next_try_at")} == {
        "type": "Like", "uri": "x:1", "attempts": 1, "error": "410", "next_try_at": None,
    }  # fmt: skip
    older = await ok(await square.anna.get(PATH, params={"max_id": letters[1]["id"]}))
    assert [one["host"] for one in older] == ["b.example"]
    assert await ok(await square.anna.get(PATH, params={"state": "waiting"})) == []
    assert await ok(await square.anna.delete(f"{PATH}/{letters[0]['id']}")) == {}
    assert await ok(await square.anna.post(f"{PATH}/hosts/b.example:8443/drop")) == {"count": 1}
    assert await ok(await square.anna.post(f"{PATH}/hosts/B.example/retry")) == {"count": 1}
    assert [one["host"] for one in await ok(await square.anna.get(PATH, params={"state": "waiting"}))] == ["b.example"]
    assert await ok(await square.anna.post(f"{PATH}/hosts/b.example/try")) == {}
    assert await acts(square) == [
        ("drop", "delivery"),
        ("drop", "delivery"),
        ("retry", "delivery"),
        ("end_rest", "delivery"),
    ]


async def test_what_is_not_there(square: Square) -> None:
    for method, path in (
        ("POST", f"{PATH}/1/retry"), ("DELETE", f"{PATH}/1"), ("POST", f"{PATH}/hosts/nowhere.example/try"),
    ):  # fmt: skip
        assert (await square.anna.http.request(method, path)).status_code == 404
    assert await ok(await square.anna.post(f"{PATH}/hosts/nowhere.example/retry")) == {"count": 0}


@pytest.mark.parametrize(("method", "path"), [
    ("GET", ""), ("GET", "/hosts"), ("POST", "/hosts/b.example/try"), ("POST", "/1/retry"), ("DELETE", "/1"),
    ("POST", "/hosts/b.example/retry"), ("POST", "/hosts/b.example/drop"),
])  # fmt: skip
async def test_only_those_who_manage_federation(square: Square, method: str, path: str) -> None:
    await refused(square, method, PATH + path, Permission.MANAGE_FEDERATION)


async def test_another_network_s_are_as_if_they_were_not(square: Square) -> None:
    await plant(square, "https://b.example/inbox")
    (letter,) = await ok(await square.anna.get(PATH))
    inside = square.person(INSIDE, "anna")
    assert await ok(await inside.get(PATH, params={"state": "all"})) == []
    assert await ok(await inside.get(f"{PATH}/hosts")) == []
    assert await ok(await inside.post(f"{PATH}/hosts/b.example/drop", json={"waiting": True})) == {"count": 0}
    assert await ok(await inside.post(f"{PATH}/hosts/b.example/retry")) == {"count": 0}
    for method, path in (
        ("POST", f"{PATH}/hosts/b.example/try"), ("POST", f"{PATH}/{letter['id']}/retry"),
        ("DELETE", f"{PATH}/{letter['id']}"),
    ):  # fmt: skip
        real, made_up = (
            await inside.http.request(method, path),
            await inside.http.request(method, path.replace("b.", "zz.")),
        )
        assert (real.status_code, real.content) == (404, made_up.content)
    assert await ok(await square.anna.get(PATH)) == [letter]


@pytest.mark.parametrize("host", ["%00", "a%2Fb", "%F0%9F%92%A9", "x" * 5000, "[::1]:80", "..", "%25"])
async def test_odd_host_names(square: Square, host: str) -> None:
    assert (await square.anna.get(f"{PATH}?host={host}")).status_code < 500
    for verb in ("try", "retry", "drop"):
        assert (await square.anna.http.post(f"{PATH}/hosts/{host}/{verb}")).status_code in (200, 400, 404, 405, 422)
