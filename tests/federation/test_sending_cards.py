"""The card of a link goes along with the post (N33): the Create waits for it, a moment, whatever comes in between."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.federation.arriving import comes, count
from tests.fixtures.fediverse import Elsewhere, Home, open_elsewhere
from torg.cards import actions
from torg.delivery.courier import Courier
from torg.engine.relay import Relay
from torg.engine.worker import Worker
from torg.federation.outgoing import creating
from torg.serve import cards as cards_of
from torg.serve.effects import EFFECTS

PAGE = b"<title>The story</title><meta property='og:description' content='What it is about'>"


@pytest.fixture
async def link(home: Home, elsewhere: Elsewhere) -> str:
    """A page, and a follower of Anna's on the same server."""
    carol = elsewhere.add("carol")
    await comes(home, carol, carol.activity("Follow", home.actor_id("anna")))
    elsewhere.lie["/story"] = (PAGE, "text/html")
    return f"{elsewhere.origin}/story"


async def relayed(home: Home) -> None:
    """The effects of what happened, and none of their jobs."""
    while await Relay(home.services.db, EFFECTS, home.services).drain():
        pass


async def told(home: Home) -> None:
    """The waiting Creates, as if their three seconds were over; no other job is done."""
    async with home.services.db.system() as tx:
        await tx.run("UPDATE jobs SET run_at = now() WHERE kind = %s", (creating.TELL_POST,))
    await Worker(home.services.db, creating.HANDLERS, home.services).drain()


async def brought(home: Home, elsewhere: Elsewhere, kind: str = "Create") -> list[dict[str, Any]]:
    await Courier(home.services).drain()
    return [one.activity["object"] for one in elsewhere.received if one.type == kind]


def cards(note: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in note.get("attachment", []) if one["type"] == "Link"]


async def test_the_create_has_the_card(home: Home, elsewhere: Elsewhere, link: str) -> None:
    await home.anna.says(f"read {link}")
    await relayed(home)
    assert await brought(home, elsewhere) == [], "it waits"
    await home.settle()
    [note] = await brought(home, elsewhere)
    [card] = cards(note)
    assert (card["href"], card["preview"]["name"]) == (link, "The story")
    await home.settle()
    assert len(await brought(home, elsewhere)) == 1
    assert await count(home, "held_posts") == 0


async def test_what_needs_no_waiting_goes_at_once(home: Home, elsewhere: Elsewhere, link: str) -> None:
    await home.anna.says("nothing to read")
    await relayed(home)
    assert len(await brought(home, elsewhere)) == 1
    await home.anna.says(f"read {link}")
    await home.settle()
    assert len(await brought(home, elsewhere)) == 2
    await home.anna.says(f"read {link} again")
    await relayed(home)
    again = (await brought(home, elsewhere))[2:]
    assert [len(cards(note)) for note in again] == [1], "the card is known"


async def test_a_page_that_cannot_be_had_is_not_waited_for(home: Home, elsewhere: Elsewhere, link: str) -> None:
    elsewhere.status["/story"] = 404
    await home.anna.says(f"read {link}")
    await home.settle()
    [note] = await brought(home, elsewhere)
    assert cards(note) == []


async def test_a_page_that_never_answers_costs_three_seconds(home: Home, elsewhere: Elsewhere, link: str) -> None:
    async with open_elsewhere() as slow:
        slow.held.clear()
        await home.anna.says(f"read {slow.origin}/story")
        await relayed(home)
        async with home.services.db.system() as tx:
            [wait] = await tx.column(
                "SELECT extract(epoch FROM run_at - created_at) FROM jobs WHERE kind = %s", (creating.TELL_POST,)
            )
        assert 0 < wait <= 3
        fetching = Worker(home.services.db, {actions.JOB: cards_of.fetch}, home.services)
        asking = asyncio.create_task(fetching.drain())
        await told(home)
        [note] = await brought(home, elsewhere)
        assert cards(note) == []
        slow.held.set()
        await asking
    await home.settle()
    assert len(await brought(home, elsewhere)) == 1, "and once"


async def test_edited_or_deleted_before_it_is_told_as_it_is(home: Home, elsewhere: Elsewhere, link: str) -> None:
    first = await home.anna.says(f"read {link}")
    second = await home.anna.says(f"look at {link}")
    await relayed(home)
    await home.anna.put(f"/api/v1/statuses/{first['id']}", json={"status": f"better: {link}"})
    await home.anna.delete(f"/api/v1/statuses/{second['id']}")
    await relayed(home)
    await told(home)
    [note] = await brought(home, elsewhere)
    assert "better" in note["content"]
    assert await brought(home, elsewhere, "Update") == await brought(home, elsewhere, "Delete") == []
    await home.anna.put(f"/api/v1/statuses/{first['id']}", json={"status": "best"})
    await relayed(home)
    [update] = await brought(home, elsewhere, "Update")
    assert "best" in update["content"]
    await home.anna.delete(f"/api/v1/statuses/{first['id']}")
    await relayed(home)
    assert len(await brought(home, elsewhere, "Delete")) == 1


async def test_a_job_that_is_done_twice_tells_once(home: Home, elsewhere: Elsewhere, link: str) -> None:
    await home.anna.says(f"read {link}")
    await relayed(home)
    async with home.services.db.system() as tx:  # as after a kill between the job's work and its end
        await tx.run(
            """INSERT INTO jobs (org_id, network_id, kind, payload) SELECT org_id, network_id, kind, payload FROM jobs
               WHERE kind = %s""",
            (creating.TELL_POST,),
        )
    await told(home)
    assert len(await brought(home, elsewhere)) == 1
