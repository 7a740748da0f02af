"""Posts for later: planned, moved, cancelled, and published once by their job."""

from __future__ import annotations

from datetime import timedelta

from tests.contract.entity_check import check, check_list
from tests.fixtures.square import Square
from torg.kernel.clock import iso, now
from torg.mastodon_api import entities


def later(**delta: float) -> str:
    return iso(now() + timedelta(**delta))


async def test_a_post_is_planned_moved_and_cancelled(square: Square) -> None:
    planned = await square.anna.post(
        "/api/v1/statuses",
        json={"status": "later", "scheduled_at": later(hours=1), "poll": {"options": ["a", "b"], "expires_in": 600}},
    )
    check(planned.json(), entities.ScheduledStatus)
    path = f"/api/v1/scheduled_statuses/{planned.json()['id']}"
    assert (await square.anna.get("/api/v1/timelines/home")).json() == []
    moved = await square.anna.put(path, json={"scheduled_at": later(hours=3)})
    check(moved.json(), entities.ScheduledStatus)
    assert moved.json()["scheduled_at"] > planned.json()["scheduled_at"]
    check_list((await square.anna.get("/api/v1/scheduled_statuses")).json(), entities.ScheduledStatus)
    assert (await square.bjorn.get(path)).status_code == 404
    assert (await square.bjorn.delete(path)).status_code == 404
    assert (await square.anna.delete(path)).json() == {}
    assert (await square.anna.get("/api/v1/scheduled_statuses")).json() == []


async def test_a_time_that_is_too_near_is_refused(square: Square) -> None:
    near = await square.anna.post("/api/v1/statuses", json={"status": "x", "scheduled_at": later(minutes=4)})
    assert near.status_code == 422
    assert near.json()["error"] == "Validation failed: Scheduled at The scheduled date must be in the future"
    wrong = await square.anna.post("/api/v1/statuses", json={"status": "x", "scheduled_at": "tomorrow"})
    assert wrong.status_code == 422


async def test_a_due_post_is_published_once(square: Square) -> None:
    planned = await square.anna.post("/api/v1/statuses", json={"status": "now due", "scheduled_at": later(hours=1)})
    async with square.services.db.system() as tx:
        await tx.run("UPDATE scheduled_posts SET scheduled_at = now() WHERE id = %s", (int(planned.json()["id"]),))
        await tx.run("UPDATE jobs SET run_at = now() WHERE kind = 'scheduled_post'")
        await tx.run(
            "INSERT INTO jobs (org_id, network_id, kind, payload, run_at) "
            "SELECT org_id, network_id, kind, payload, now() FROM jobs WHERE kind = 'scheduled_post'"
        )
    await square.settle()
    home = (await square.anna.get("/api/v1/timelines/home")).json()
    assert [s["content"] for s in home] == ["<p>now due</p>"], "two jobs for it, one post"
    assert (await square.anna.get("/api/v1/scheduled_statuses")).json() == []


async def test_a_planned_reply_to_a_deleted_post_is_published_without_it(square: Square) -> None:
    parent = await square.bjorn.says("soon gone")
    body = {"status": "late", "scheduled_at": later(hours=1), "in_reply_to_id": parent["id"]}
    planned = await square.anna.post("/api/v1/statuses", json=body)
    await square.bjorn.delete(f"/api/v1/statuses/{parent['id']}")
    async with square.services.db.system() as tx:
        await tx.run("UPDATE scheduled_posts SET scheduled_at = now() WHERE id = %s", (int(planned.json()["id"]),))
        await tx.run("UPDATE jobs SET run_at = now() WHERE kind = 'scheduled_post'")
    await square.settle()
    (published,) = (await square.anna.get("/api/v1/timelines/home")).json()
    assert published["content"] == "<p>late</p>"
    assert published["in_reply_to_id"] is None
