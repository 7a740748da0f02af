"""The same asked several times at once: done once, counted once, and never an error of the server."""

from __future__ import annotations

import asyncio

from tests.fixtures.square import Square

KEYS = {
    "p256dh": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
    "auth": "tBHItJI5svbpez7KI4CCXg",
}


async def test_a_boost_taken_back_is_counted_once(square: Square) -> None:
    post = await square.anna.says("Boost me")
    path = f"/api/v1/statuses/{post['id']}"
    await square.bjorn.post(f"{path}/reblog")
    answers = await asyncio.gather(*(square.bjorn.post(f"{path}/unreblog") for _ in range(6)))
    assert {a.status_code for a in answers} == {200}
    assert (await square.bjorn.get(f"/api/v1/accounts/{square.bjorn.id}")).json()["statuses_count"] == 0


async def test_a_post_is_deleted_once(square: Square) -> None:
    first, second = await square.anna.says("One"), await square.anna.says("Two")
    path = f"/api/v1/statuses/{first['id']}"
    answers = await asyncio.gather(
        *(square.anna.delete(path) for _ in range(4)), *(square.bjorn.post(f"{path}/reblog") for _ in range(4))
    )
    assert {a.status_code for a in answers} <= {200, 404}
    await square.settle()
    assert (await square.anna.get(f"/api/v1/accounts/{square.anna.id}")).json()["statuses_count"] == 1
    assert (await square.anna.get(f"/api/v1/statuses/{second['id']}")).status_code == 200


async def test_edits_follow_one_another(square: Square) -> None:
    post = await square.anna.says("Poll", poll={"options": ["a", "b"], "expires_in": 3600})
    path = f"/api/v1/statuses/{post['id']}"
    answers = await asyncio.gather(
        *(
            square.anna.put(path, json={"status": f"P{i}", "poll": {"options": [f"x{i}", "y"], "expires_in": 3600}})
            for i in range(5)
        )
    )
    assert {a.status_code for a in answers} == {200}
    assert len((await square.anna.get(f"{path}/history")).json()) == 6


async def test_a_token_keeps_one_push_subscription(square: Square) -> None:
    wish = {"subscription": {"endpoint": "https://push.example/x", "keys": KEYS}}
    answers = await asyncio.gather(*(square.bjorn.post("/api/v1/push/subscription", json=wish) for _ in range(5)))
    assert {a.status_code for a in answers} == {200}


async def test_many_long_keywords_cost_little(square: Square) -> None:
    """Words with a common beginning, against a text that is nothing but that beginning."""
    words = [{"keyword": "a " * 150 + f"b{n}", "whole_word": True} for n in range(200)]
    wish = {"title": "x", "context": ["public"], "keywords_attributes": [*words, {"keyword": "A  B"}]}
    made = await square.bjorn.post("/api/v2/filters", json=wish)
    assert made.status_code == 200, made.text
    await square.anna.says("a a a\na b")
    shown = (await square.bjorn.get("/api/v1/timelines/public")).json()
    assert shown[0]["filtered"][0]["keyword_matches"] == ["a b"]
