"""Streams and timelines agree: what was streamed is what the timeline shows afterwards, whoever knows whom how."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest

from tests.fixtures.square import PUBLIC, Person
from tests.live.readers import Harbour, SseReader

POSTS = 60
WORDS = ["#fika", "#torg", "@anna", "@bjorn", "@shop", "@reporter", "hej", "hello"]
GROUPS = ((801, "choir", "open"), (802, "board", "private"))


async def relate(harbour: Harbour, people: list[Person], chance: random.Random) -> None:
    """Follows with and without boosts and languages, mutes, blocks, followed tags, lists, at random."""
    network = harbour.square.networks[PUBLIC]
    for tag_id, name in ((501, "fika"), (502, "torg")):
        await harbour.sql(
            "INSERT INTO tags (org_id, network_id, id, name, display_name) VALUES (%s, %s, %s, %s, %s)",
            network.org_id, network.id, tag_id, name, name,
        )  # fmt: skip
    for group_id, handle, kind in GROUPS:
        await harbour.sql(
            "INSERT INTO accounts (org_id, network_id, id, handle, kind) VALUES (%s, %s, %s, %s, 'group')",
            network.org_id, network.id, group_id, handle,
        )  # fmt: skip
        await harbour.sql(
            "INSERT INTO groups (org_id, network_id, id, kind) VALUES (%s, %s, %s, %s)",
            network.org_id, network.id, group_id, kind,
        )  # fmt: skip
    for number, viewer in enumerate(people):
        for group_id, _, _ in GROUPS:
            if chance.random() < 0.5:
                await harbour.sql(
                    "INSERT INTO follows (org_id, network_id, id, account_id, target_id) VALUES (%s, %s, %s, %s, %s)",
                    network.org_id, network.id, group_id * 10 + number, viewer.id, group_id,
                )  # fmt: skip
        if chance.random() < 0.4:
            await harbour.sql(
                """UPDATE accounts SET settings = settings || '{"home_feed": "company"}' WHERE id = %s""", viewer.id
            )
        elif chance.random() < 0.3:
            await harbour.sql("UPDATE accounts SET guest = true WHERE id = %s", viewer.id)
        others = [person for person in people if person is not viewer]
        for other in others:
            if chance.random() < 0.6:
                languages = chance.choice([None, None, None, ["sv"]])
                await harbour.relation("follows", viewer, other, show_boosts=chance.random() < 0.7, languages=languages)
        if chance.random() < 0.5:
            await harbour.relation("mutes", viewer, chance.choice(others))
        if chance.random() < 0.3:
            await harbour.relation("blocks", viewer, chance.choice(others))
        if chance.random() < 0.5:
            await harbour.sql(
                "INSERT INTO tag_follows (org_id, network_id, id, account_id, tag_id) VALUES (%s, %s, %s, %s, 501)",
                network.org_id, network.id, 600 + number, viewer.id,
            )  # fmt: skip
        policy = chance.choice(["list", "followed", "none"])
        await harbour.sql(
            """INSERT INTO lists (org_id, network_id, id, account_id, title, replies_policy, exclusive)
               VALUES (%s, %s, %s, %s, 'l', %s, %s)""",
            network.org_id, network.id, 700 + number, viewer.id, policy, chance.random() < 0.4,
        )  # fmt: skip
        for other in chance.sample(others, 2):
            await harbour.sql(
                "INSERT INTO list_members (org_id, network_id, id, list_id, account_id) VALUES (%s, %s, %s, %s, %s)",
                network.org_id, network.id, number * 10 + people.index(other) + 1, 700 + number, other.id,
            )  # fmt: skip


async def chatter(people: list[Person], chance: random.Random) -> None:
    """Posts of all audiences and languages, replies and boosts; what the rules refuse is no post."""
    known: list[str] = []
    for number in range(POSTS):
        who = chance.choice(people)
        act = chance.random()
        if known and act < 0.25:
            await who.post(f"/api/v1/statuses/{chance.choice(known)}/reblog")
            continue
        form = {
            "status": f"{number} {' '.join(chance.sample(WORDS, 2))}",
            "visibility": chance.choice(["public", "public", "public", "unlisted", "private"]),
            "language": chance.choice(["sv", "en"]),
        }
        if chance.random() < 0.4:
            form["status"] += chance.choice([" !choir", " @board"])
        if known and act < 0.6:
            form["in_reply_to_id"] = chance.choice(known)
        response = await who.post("/api/v1/statuses", json=form)
        if response.status_code == 200:
            known.append(response.json()["id"])


async def shown(who: Person, path: str) -> list[str]:
    """Every id of a timeline, oldest first."""
    ids: list[str] = []
    while True:
        query = f"&max_id={ids[-1]}" if ids else ""
        page = (await who.get(f"/api/v1/timelines/{path}{'&' if '?' in path else '?'}limit=40{query}")).json()
        if not page:
            return ids[::-1]
        ids += [status["id"] for status in page]


@pytest.mark.parametrize("seed", range(4))
async def test_streams_and_timelines_agree(harbour: Harbour, seed: int) -> None:
    square, chance = harbour.square, random.Random(seed)
    people = [square.anna, square.bjorn, square.shop, square.reporter]
    await relate(harbour, people, chance)
    streams: dict[tuple[Person, str], SseReader] = {}
    for number, who in enumerate(people):
        streams[who, "home"] = await harbour.sse(who, "user")
        streams[who, f"list/{700 + number}"] = await harbour.sse(who, "list", list=str(700 + number))
        streams[who, "public?local=true"] = await harbour.sse(who, "public/local")
        streams[who, "tag/torg"] = await harbour.sse(who, "hashtag", tag="torg")
    nobody = square.nobody()
    streams[nobody, "public"] = await harbour.sse(nobody, "public")
    listening = [asyncio.create_task(stream.listen()) for stream in streams.values()]
    await chatter(people, chance)
    async with square.services.db.system() as tx:
        async with asyncio.timeout(30):
            while await tx.value("SELECT count(*) FROM outbox"):
                await asyncio.sleep(0.05)
            last = await tx.value("SELECT max(seq) FROM event_log")
            while square.services.bus.position < last:
                await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    seen: Counter[str] = Counter()
    for (who, timeline), stream in streams.items():
        streamed = [one.data["id"] for one in stream.heard if one.event == "update"]
        assert streamed == await shown(who, timeline), (who.handle, timeline)
        seen[timeline.split("/")[0]] += len(streamed)
    assert all(seen[kind] for kind in ("home", "list", "public", "tag")), seen
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
