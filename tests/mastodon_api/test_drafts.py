"""Drafts kept on the server for their author alone."""

from __future__ import annotations

from tests.fixtures.square import INSIDE, Square


async def test_a_draft_is_kept_changed_listed_and_dropped(square: Square) -> None:
    body = {"status": "begun", "visibility": "private", "poll": {"options": ["a", "b"], "expires_in": 600}}
    made = (await square.anna.post("/api/torg/v1/drafts", json=body)).json()
    assert made["params"]["status"] == "begun"
    path = f"/api/torg/v1/drafts/{made['id']}"
    changed = await square.anna.put(path, data={"status": "finished", "in_reply_to_id": "12"})
    assert changed.json()["params"] == {"status": "finished", "in_reply_to_id": "12"}
    assert [d["id"] for d in (await square.anna.get("/api/torg/v1/drafts")).json()] == [made["id"]]
    assert (await square.anna.get("/api/v1/timelines/home")).json() == []
    for stranger in (square.bjorn, square.person(INSIDE, "anna")):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.put(path, json={"status": "x"})).status_code == 404
        assert (await stranger.delete(path)).status_code == 404
    assert (await square.anna.delete(path)).json() == {}
    assert (await square.anna.get(path)).status_code == 404
