"""The view of queues: who may see it, what it shows, starting anew what was given up."""

from __future__ import annotations

from typing import Any

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Square
from torg.engine import jobs

PATH = "/api/torg/v1/admin/queues"


async def give_up(square: Square, host: str, kind: str, payload: dict[str, Any]) -> None:
    """A job that is dead, and an effect that is."""
    network = square.networks[host]
    async with square.services.db.tx(network.scope) as tx:
        await jobs.enqueue(tx, kind, payload)
        await tx.run(
            "UPDATE jobs SET dead_at = now(), error = %s WHERE kind = %s", ("Traceback\n  x\nOSError: no", kind)
        )
        await tx.run(
            """INSERT INTO dead_events (org_id, network_id, id, kind, payload, effect, error, created_at)
               VALUES (%s, %s, %s, 'PostPublished', '{}', %s, 'ValueError: odd', now())""",
            (network.org_id, network.id, hash(kind) % 10**9, f"effect of {kind}"),
        )


async def test_administrators_see_what_is_late_and_what_was_given_up(square: Square) -> None:
    await square.anna.says("an event for the relay")
    await give_up(square, PUBLIC, "mail", {"text": "a secret link"})
    answer = await square.anna.get(PATH)
    seen = answer.json()
    assert [(queue["kind"], queue["dead"]) for queue in seen["queues"] if queue["dead"]] == [("mail", 1)]
    assert seen["relay"]["waiting"] >= 1
    assert (seen["dead_jobs"][0]["kind"], seen["dead_jobs"][0]["error"]) == ("mail", "OSError: no")
    assert seen["failed_events"][0]["effect"] == "effect of mail"
    assert "secret" not in answer.text
    assert len((await square.anna.get(f"{PATH}/mail")).json()) == 1
    assert (await square.anna.post(f"{PATH}/mail/retry")).json() == {"count": 1}
    assert (await square.anna.post(f"{PATH}/mail/retry")).status_code == 404
    assert (await square.anna.post("/api/torg/v1/admin/events/retry")).json() == {"count": 1}
    after = (await square.anna.get(PATH)).json()
    assert after["dead_jobs"] == []
    assert after["failed_events"][0]["retry_at"] is not None


async def test_other_networks_are_not_there(square: Square) -> None:
    for host in (INSIDE, OTHER):
        await give_up(square, host, "hidden.kind", {})
    assert "hidden" not in (await square.anna.get(PATH)).text
    assert (await square.anna.get(f"{PATH}/hidden.kind")).json() == []
    for answer in (
        await square.anna.post(f"{PATH}/hidden.kind/retry"),
        await square.anna.delete(f"{PATH}/hidden.kind"),
    ):
        assert answer.status_code == 404
    for stranger in (square.bjorn, square.nobody(), square.nobody(INSIDE), square.person(OTHER, "olga")):
        assert (await stranger.get(PATH)).status_code == 403
        assert (await stranger.post(f"{PATH}/hidden.kind/retry")).status_code == 403
        assert (await stranger.delete(f"{PATH}/hidden.kind")).status_code == 403
        assert (await stranger.post("/api/torg/v1/admin/events/retry")).status_code == 403
    inside = square.person(INSIDE, "anna")
    assert (await inside.delete(f"{PATH}/hidden.kind")).json() == {"count": 1}
