"""Plain posts come to streams the short way just as they would the long one, whatever happens between two of them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import pytest

from tests.fixtures.square import PUBLIC, Person
from tests.live.readers import Harbour
from tests.media.makers import encoded
from torg.access.bearer import TokenAuthenticator
from torg.engine.bus import Logged
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.live import hub as hubs
from torg.live import plain, store
from torg.live.connection import Connection
from torg.live.delivery import Outgoing, deliver
from torg.live.model import USER, Message, Topic, Watcher
from torg.live.reactions import Reactions
from torg.mastodon_api.streaming_events import REACTIONS
from torg.posts import just_written

ROUNDS = 60
ACTS = (
    *["follow"] * 4, "tag", "untag", "unfollow", "mute", "unmute", "block", "unblock", "unblock", "filter", "feed",
    *["quiet"] * 4,
)  # fmt: skip
WORDS = ("hej", "a day by the sea", "hello there", "#fika!", "by the sea with #fika and #Tea")
Got = set[tuple[int | None, str, bytes | None]]


async def watch(harbour: Harbour, person: Person | None) -> Connection:
    """A reader of the home, if it is somebody's, and of the public timeline; what it gets stays in its queue."""
    network = harbour.square.networks[PUBLIC]
    actor = Actor(org_id=network.org_id, network_id=network.id)
    if person is not None:
        actor = await TokenAuthenticator().authenticate(harbour.square.services.db, network, person.token)
    connection = Connection(actor, f"http://{PUBLIC}")
    connection.topics |= {Topic("public"), Topic("hashtag", "fika")}
    if person is not None:
        connection.topics.add(Topic(USER, person.id))
    harbour.square.services.hub.join(connection)
    return connection


def drained(connection: Connection) -> list[Message]:
    found: list[Message] = []
    while (message := connection.next_now()) is not None:
        found.append(message)
    return found


def said(connection: Connection, messages: Sequence[Message]) -> Got:
    account = connection.actor.account_id
    return {(account, "/".join(message.topic.label()), message.frame.payload) for message in messages}


async def something(harbour: Harbour, people: Sequence[Person], chance: random.Random) -> None:
    """Two people come closer or part, or somebody hides words."""
    one, other = chance.sample(people, 2)
    act = chance.choice(ACTS)
    if act == "filter":
        words = {"title": "w", "context": ["home"], "keywords_attributes": [{"keyword": "sea"}]}
        assert (await one.post("/api/v2/filters", json=words)).status_code == 200
    elif act == "feed":
        feed = chance.choice(["company", "followed"])
        await harbour.sql(
            "UPDATE accounts SET settings = settings || jsonb_build_object('home_feed', %s::text) WHERE id = %s",
            feed, one.id,
        )  # fmt: skip
    elif act in ("tag", "untag"):
        verb = "follow" if act == "tag" else "unfollow"
        assert (await one.post(f"/api/v1/tags/{chance.choice(['fika', 'tea'])}/{verb}")).status_code == 200
    elif act != "quiet":
        answer = await one.post(f"/api/v1/accounts/{other.id}/{act}")
        assert answer.status_code in (200, 403), "403: who is blocked cannot follow"


async def uploaded(author: Person) -> str:
    file = {"file": ("p.png", encoded(".png", 8, 8), "image/png")}
    answer = await author.post("/api/v1/media", files=file)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


async def written(author: Person, before: Sequence[tuple[Person, str]], chance: random.Random) -> str:
    """A post, often an answer or with a file; its id."""
    said: dict[str, Any] = {
        "status": chance.choice(WORDS),
        "visibility": chance.choice(["public", "unlisted", "private"]), "language": chance.choice(["sv", "en"]),
    }  # fmt: skip
    if before and chance.random() < 0.4:
        said["in_reply_to_id"] = chance.choice(before)[1]
    if chance.random() < 0.2:
        said["media_ids"] = [await uploaded(author)]
    answer = await author.post("/api/v1/statuses", json=said)
    if answer.status_code == 404:  # a post that the author may not read cannot be answered
        del said["in_reply_to_id"]
        answer = await author.post("/api/v1/statuses", json=said)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


@pytest.mark.parametrize(("seed", "here"), [(7, True), (8, True), (9, False), (10, False)])
async def test_the_short_way_gives_each_reader_what_the_long_one_would(
    harbour: Harbour, seed: int, here: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`here`: whether it is this process that writes, else its streams have the posts from the log alone."""
    square, chance = harbour.square, random.Random(seed)
    people = [square.person(PUBLIC, handle) for handle in ("anna", "bjorn", "shop", "reporter")]
    watching = [await watch(harbour, person) for person in [*people, None]]
    long_way: set[int] = set()

    async def counted(
        tx: Tx, rows: Sequence[Logged], all_: Sequence[Connection], reactions: Reactions, *more: Any, **named: Any
    ) -> list[Outgoing]:
        if len(all_) == len(watching):
            long_way.update(row.seq for row in rows if row.kind == "PostPublished")
        return await deliver(tx, rows, all_, reactions, *more, **named)

    monkeypatch.setattr(hubs, "deliver", counted)
    monkeypatch.setattr(just_written, "SECONDS", 600)
    monkeypatch.setattr(plain, "SECONDS", 600)
    if not here:
        monkeypatch.setattr(square.services.hub, "_fresh", just_written.JustWritten())
    posts: list[tuple[Person, str]] = []
    serialised = delivered = 0
    for _ in range(ROUNDS):
        await something(harbour, people, chance)
        if posts and chance.random() < 0.1:
            await chance.choice(people).post(f"/api/v1/statuses/{chance.choice(posts)[1]}/mute")
        if chance.random() < 0.1:
            watching.append(await watch(harbour, chance.choice(people)))
        await settled(harbour)
        for connection in watching:
            drained(connection)
        before = square.services.hub.position
        author = chance.choice(people)
        posts.append((author, await written(author, posts[-5:], chance)))
        await settled(harbour)
        place = watching[0].place
        rows = await square.services.bus.past(*place, after=before, until=square.services.hub.position)
        (row,) = [row for row in rows if row.kind == "PostPublished"]
        async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
            expected = await deliver(tx, [row], watching, REACTIONS)
        frames: dict[int, bytes] = {}
        for connection in watching:
            wanted = [out.message for out in expected if out.connection is connection]
            got = [message for message in drained(connection) if message.frame.event == "update"]
            assert said(connection, got) == said(connection, wanted)
            frames |= {id(message.frame): message.frame.payload for message in got}
            delivered += len(got)
        serialised += len(frames)
        assert len(frames) <= len(set(frames.values())) + 1, "what looks the same is made once, by either way"
    assert len(long_way) < ROUNDS / 2, "most went the short way"
    assert 0 < serialised < delivered / 2, (serialised, delivered)


async def settled(harbour: Harbour) -> None:
    """Until what was committed is with the readers."""
    services = harbour.square.services
    async with asyncio.timeout(60):
        while True:
            async with services.db.system() as tx:
                waiting = await tx.value("SELECT count(*) FROM outbox")
                last = await tx.value("SELECT coalesce(max(seq), 0) FROM event_log")
            if not waiting and services.bus.position >= last:
                return
            await asyncio.sleep(0.005)


async def changed(author: Person, posts: list[tuple[Person, str]], chance: random.Random) -> None:
    """A boost, an edit, a deletion, a quote or a poll."""
    act = chance.choice(["boost", "boost", "edit", "delete", "quote", "poll"])
    whose, id_ = chance.choice(posts)
    if act == "boost":
        answer = await author.post(f"/api/v1/statuses/{id_}/reblog")
    elif act == "edit":
        said = {"status": f"{chance.choice(WORDS)} {chance.random()}"}
        answer = await whose.put(f"/api/v1/statuses/{id_}", json=said)
    elif act == "delete":
        posts.remove((whose, id_))
        answer = await whose.delete(f"/api/v1/statuses/{id_}")
    elif act == "quote":
        answer = await author.post("/api/v1/statuses", json={"status": "see", "quoted_status_id": id_})
    else:
        poll = {"options": ["a", "b"], "expires_in": 600}
        answer = await author.post("/api/v1/statuses", json={"status": chance.choice(WORDS), "poll": poll})
    assert answer.status_code in (200, 403, 404, 422), answer.text


@pytest.mark.parametrize("seed", [3, 4])
async def test_of_what_is_not_plain_those_are_asked_whom_it_can_reach(
    harbour: Harbour, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who watches nothing but a home is not asked about posts that cannot stand in it, and misses nothing."""
    square, chance = harbour.square, random.Random(seed)
    people = [square.person(PUBLIC, handle) for handle in ("anna", "bjorn", "shop", "reporter")]
    watching = [await watch(harbour, person) for person in [*people, None]]
    for connection in watching[:4]:
        square.services.hub.unwatch(connection, Topic("public"))
        square.services.hub.unwatch(connection, Topic("hashtag", "fika"))
    asked = 0
    watchers = store.watchers

    async def counted(tx: Tx, accounts: Sequence[int], *more: Any) -> dict[int, Watcher]:
        nonlocal asked
        asked += len(accounts)
        return await watchers(tx, accounts, *more)

    posts = [(author, await written(author, [], chance)) for author in people * 3]
    possible = came = 0
    for _ in range(ROUNDS // 2):
        await something(harbour, people, chance)
        await settled(harbour)
        for connection in watching:
            drained(connection)
        before = square.services.hub.position
        with monkeypatch.context() as counting:
            counting.setattr(store, "watchers", counted)
            await changed(chance.choice(people), posts, chance)
            await settled(harbour)
        place = watching[0].place
        rows = await square.services.bus.past(*place, after=before, until=square.services.hub.position)
        rows = [row for row in rows if row.kind.startswith("Post")]
        async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
            expected = await deliver(tx, rows, watching, REACTIONS)
        possible += len(people) * bool(rows)
        for connection in watching:
            wanted = [out.message for out in expected if out.connection is connection]
            got = [one for one in drained(connection) if one.frame.event in ("update", "status.update", "delete")]
            assert said(connection, got) == said(connection, wanted)
            came += len(got)
        posts.append((author := chance.choice(people), await written(author, [], chance)))
    assert came > ROUNDS / 8
    assert asked < possible
