"""Streams and the walls within an inside network: what happens in a group is heard by those in it alone."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person
from tests.live.readers import Harbour, SseReader
from torg.announcements import actions
from torg.announcements.model import Draft
from torg.kernel.actor import Actor, Permission
from torg.kernel.ids import new_id

GROUPS = "/api/torg/v1/groups"
STREAMS: tuple[tuple[str, dict[str, str]], ...] = (
    ("user", {}),
    ("user/notification", {}),
    ("direct", {}),
    ("public", {}),
    ("public/local", {}),
    ("public", {"only_media": "true"}),
    ("hashtag", {"tag": "doldtagg"}),
    ("everything", {}),
    ("search", {"q": "dolt"}),
)
SAID = ("dolt inlägg", "dolt svar", "dolt rättat", "dolt val", "dolt viktigt", "dolt möte")


async def ok(answer: Any) -> Any:
    assert answer.status_code == 200, f"{answer.request.method} {answer.request.url}: {answer.text}"
    return answer.json()


async def joins(harbour: Harbour, person: Person, group_id: str) -> None:
    network = harbour.square.networks[INSIDE]
    await harbour.sql(
        "INSERT INTO follows (org_id, network_id, id, account_id, target_id) VALUES (%s, %s, %s, %s, %s)",
        network.org_id, network.id, new_id(), person.id, int(group_id),
    )  # fmt: skip


async def life_in(owner: Person, member: Person, group: dict[str, Any], handle: str, stream: SseReader) -> None:
    """Everything that goes on in a group: said, changed, liked, pinned, announced, planned, deleted."""
    here = {"group_id": group["id"]}
    post = await owner.says(f"dolt inlägg #doldtagg @klara @gustav @{handle}", **here)
    await heard_until(stream, "dolt inlägg")  # before it is changed: a stream shows a post as it is by then
    reply = await member.says("@bjorn @klara dolt svar #doldtagg", in_reply_to_id=post["id"])
    await ok(await owner.put(f"/api/v1/statuses/{post['id']}", json={"status": "dolt rättat #doldtagg @klara"}))
    await ok(await member.post(f"/api/v1/statuses/{post['id']}/favourite"))
    await ok(await owner.post(f"{GROUPS}/{group['id']}/pins/{post['id']}"))
    await ok(await owner.post(f"{GROUPS}/{group['id']}/announcements/{post['id']}"))
    poll = {"options": ["dolt ja", "dolt nej"], "expires_in": 300}
    asked = await owner.says("dolt val", poll=poll, **here)
    await ok(await member.post(f"/api/v1/polls/{asked['poll']['id']}/votes", json={"choices": [0]}))
    await ok(await owner.post("/api/torg/v1/must_see", json={"status": "dolt viktigt", **here}))
    event = {"title": "dolt möte", "starts_at": "2027-01-01T10:00:00Z", **here}
    planned = await ok(await owner.post("/api/torg/v1/events", json=event))
    await ok(await member.put(f"/api/torg/v1/events/{planned['id']}/rsvp", json={"answer": "yes"}))
    await ok(await owner.post(f"/api/torg/v1/events/{planned['id']}/cancel"))
    await ok(await owner.post("/api/torg/v1/questions", json={"status": "dolt undran", **here}))
    await ok(await member.delete(f"/api/v1/statuses/{reply['id']}"))
    await ok(await owner.delete(f"/api/v1/statuses/{post['id']}"))


async def announced(harbour: Harbour, by: Person) -> None:
    """An announcement to everybody in the network, who are not its guests, and its end."""
    network, db = harbour.square.networks[INSIDE], harbour.square.services.db
    office = Actor(
        org_id=network.org_id, network_id=network.id, account_id=by.id, permissions=Permission.MANAGE_ANNOUNCEMENTS
    )
    async with db.tx(network.scope) as tx:
        draft = Draft(text="gästdolt tillkännagivande", starts_at=datetime.now(UTC))
        made = await actions.create(tx, office, network, draft, origin=f"http://{INSIDE}")
    await ok(await by.put(f"/api/v1/announcements/{made.id}/reactions/%F0%9F%91%8D"))
    async with db.tx(network.scope) as tx:
        await actions.delete(tx, office, made.id)


async def heard_until(stream: SseReader, word: str) -> str:
    """All bytes up to the event that has the word, as text."""
    async with asyncio.timeout(20):
        while not any(word in json.dumps(one.data, ensure_ascii=False) for one in stream.heard):
            await stream.until(len(stream.heard) + 1)
    return json.dumps([(one.event, one.data) for one in stream.heard], ensure_ascii=False)


async def test_a_closed_group_is_heard_by_those_in_it_alone(harbour: Harbour) -> None:
    square = harbour.square
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    klara, gustav = await square.add(INSIDE, "klara"), await square.add(INSIDE, "gustav")
    await harbour.sql("UPDATE accounts SET guest = true WHERE id = %s", gustav.id)
    for person in (klara, gustav):
        for other in (anna, bjorn):
            await harbour.relation("follows", person, other)
    about = {"name": "doldgrupp", "display_name": "dolt namn", "kind": "hidden"}
    hidden = await ok(await bjorn.post(GROUPS, json=about))
    meeting = await ok(await bjorn.post(GROUPS, json={"name": "moten", "kind": "private"}))
    await joins(harbour, anna, hidden["id"])
    await joins(harbour, gustav, meeting["id"])
    for person in (anna, gustav):
        await ok(await person.get("/api/v1/timelines/home"))

    async def streams(person: Person) -> list[SseReader]:
        return [await harbour.sse(person, name, **query) for name, query in STREAMS]

    olga, outside = square.person(OTHER, "olga"), square.person(PUBLIC, "bjorn")
    listeners = {person.handle + person.host: await streams(person) for person in (klara, gustav, olga, outside)}
    member = await harbour.sse(anna, "user")
    await life_in(bjorn, anna, hidden, "doldgrupp", member)
    await announced(harbour, anna)
    # With a by-line, and with a mention of the hidden group: rendered for those inside it and for those who are not
    await bjorn.says("gästdolt till alla #doldtagg @doldgrupp")
    for person in (klara, bjorn):
        await person.says(f"slut {person.handle} #doldtagg", **({"group_id": meeting["id"]} if person is bjorn else {}))
    await olga.says("slut olga #doldtagg")
    await outside.says("slut utanför #doldtagg")
    assert "dolt inlägg" in await heard_until(member, "dolt rättat"), "those in it hear it"

    end = {"klara": "slut klara", "gustav": "slut bjorn", "olga": "slut olga", "bjorn": "slut utanför"}
    for person in (klara, gustav, olga, outside):
        first, *others = listeners[person.handle + person.host]
        if person in (klara, gustav):
            told = await heard_until(first, end[person.handle])
            assert "dolt namn" not in told, person.handle
        await asyncio.sleep(0.2)
        for (name, _), stream in zip(STREAMS, [first, *others], strict=True):
            await stream.quiet()
            text = json.dumps([(one.event, one.data) for one in stream.heard], ensure_ascii=False)
            for word in (*SAID, hidden["id"]):
                assert word not in text, f"{person.handle} hears {word} on {name}: {text[:800]}"
            if person is not klara:
                assert "gästdolt" not in text, f"{person.handle} hears the network on {name}: {text[:800]}"
