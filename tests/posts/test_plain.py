"""Plain posts written together: the same rows, event and answer as the full way, nothing lost, nobody else's fault."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.fixtures.square import INSIDE, PUBLIC, Person, Square
from tests.media.makers import encoded
from torg.engine.changes import changes
from torg.engine.gather import refusals
from torg.engine.keys import posts
from torg.engine.postgres import Tx
from torg.posts.plain import PlainPosts
from torg.posts.plain_making import Wanted

FORMS: list[dict[str, Any]] = [
    {"status": "  Hej på dig! Det här är en mening på svenska.  "},
    {"status": "with a #Tag and #tag again, #other", "visibility": "unlisted"},
    {"status": "for followers :blob: https://example.com/x", "visibility": "private", "spoiler_text": " careful "},
    {"status": "a language of its own", "language": "sv-SE", "sensitive": True},
    {"status": "who may quote", "quote_approval_policy": "followers", "visibility": "public"},
    {"status": "to @anna, @BJORN and @anna again, @nobody-here, not to anna@example.com"},
    {"status": "@anna.Thanks #tag, I agree", "in_reply_to_id": "theirs"},
    {"status": "an answer to myself", "in_reply_to_id": "mine", "visibility": "private"},
]
SETTINGS = [{}, {"privacy": "private", "sensitive": True, "language": "de", "quote_policy": "nobody"}]


async def nobody_takes_it(wanted: Wanted) -> None:
    """Stands in for the writer: every post takes the full way."""


async def rows(square: Square, post_id: str) -> list[Any]:
    """All that a post left behind, without its id and times."""
    async with square.services.db.system() as tx:
        found = [
            await tx.one("SELECT to_jsonb(p) AS row FROM posts p WHERE id = %s", (int(post_id),)),
            await tx.all(
                """SELECT network_id, kind, payload FROM outbox WHERE payload->>'post_id' = %s
                   UNION ALL SELECT network_id, kind, payload FROM event_log WHERE payload->>'post_id' = %s""",
                (post_id, post_id),
            ),
            await tx.all(
                "SELECT tag_id, account_id, network_id FROM post_tags WHERE post_id = %s ORDER BY tag_id",
                (int(post_id),),
            ),
            await tx.all(
                """SELECT a.posts_count, a.last_post_at = p.created_at AS latest FROM accounts a
                   JOIN posts p ON p.account_id = a.id WHERE p.id = %s""",
                (int(post_id),),
            ),
            await tx.all("SELECT network_id, account_id, key FROM idempotency_keys WHERE result_id = %s", (post_id,)),
            await tx.all(
                "SELECT network_id, account_id FROM post_mentions WHERE post_id = %s ORDER BY account_id",
                (int(post_id),),
            ),
        ]
    text = json.dumps(found, default=str).replace(post_id, "0")
    return [mask(json.loads(text))]


def mask(value: Any) -> Any:
    """Without the times; the names of tags in one order."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return sorted(value)
    if isinstance(value, dict):
        return {k: "…" if k in ("created_at", "last_status_at", "key") else mask(v) for k, v in value.items()}
    return [mask(one) for one in value] if isinstance(value, list) else value


def same(status: dict[str, Any]) -> Any:
    return mask(json.loads(json.dumps(status).replace(status["id"], "0")))


async def say(person: Person, form: dict[str, Any], key: str) -> dict[str, Any]:
    response = await person.post("/api/v1/statuses", json=form, headers={"Idempotency-Key": key})
    assert response.status_code == 200, response.text
    status: dict[str, Any] = response.json()
    return status


async def took_the_short_way(square: Square, person: Person, text: str, **more: Any) -> bool:
    """Whether a post of this text was written without the full way."""
    taken: list[Any] = []
    publish = square.services.plain.publish

    async def watching(wanted: Wanted) -> Any:
        taken.append(await publish(wanted))
        return taken[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(square.services.plain, "publish", watching)
        answer = await person.post("/api/v1/statuses", json={"status": text, **more})
        assert answer.status_code in (200, 404)
    return bool(taken and taken[0] is not None)


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("host", [PUBLIC, INSIDE])
async def test_both_ways_leave_the_same_rows_event_and_answer(
    square: Square, monkeypatch: pytest.MonkeyPatch, host: str, settings: dict[str, Any]
) -> None:
    network = square.networks[host]
    author = await square.add(host, "writer")
    async with square.services.db.tx(network.scope) as tx:
        await tx.run("UPDATE accounts SET settings = %s WHERE id = %s", (json.dumps(settings), author.id))
    mine = await author.says("#tag #other are known from here on, on both ways", visibility="public")
    parents = {"mine": mine["id"], "theirs": (await square.person(host, "bjorn").says("a question"))["id"]}
    for n, form in enumerate(FORMS):
        if form.get("in_reply_to_id") in parents:
            form = {**form, "in_reply_to_id": parents[form["in_reply_to_id"]]}
        short = await say(author, form, f"short {n}")
        with monkeypatch.context() as patch:
            patch.setattr(square.services.plain, "publish", nobody_takes_it)
            full = await say(author, form, f"full {n}")
        assert short["account"]["statuses_count"] + 1 == full["account"]["statuses_count"]
        short["account"]["statuses_count"] = full["account"]["statuses_count"]
        assert same(short) == same(full)
        short_rows, full_rows = await rows(square, short["id"]), await rows(square, full["id"])
        for one in (short_rows, full_rows):
            one[0][3][0]["posts_count"] = "counted above"
            one[0][3][0]["latest"] = "as of the last"
        assert short_rows == full_rows
        assert (await author.get(f"/api/v1/statuses/{short['id']}")).json()["content"] == short["content"]
    for asked, visibly in (("mine", "private"), ("theirs", settings.get("privacy", "public"))):
        replies = (await author.get(f"/api/v1/statuses/{parents[asked]}")).json()["replies_count"]
        assert replies == (2 if visibly == "public" else 0), "who may not see an answer does not see it counted"


async def test_the_short_way_is_for_plain_posts_of_those_whom_no_check_concerns(square: Square) -> None:
    writer = await square.add(PUBLIC, "writer")
    assert await took_the_short_way(square, writer, "plain, as most are!")
    assert await took_the_short_way(square, writer, "to @anna")
    assert not await took_the_short_way(square, writer, "to @anna@elsewhere.example")
    assert not await took_the_short_way(square, writer, "to !choir")
    assert not await took_the_short_way(square, writer, "a #tag that nobody used before")
    assert await took_the_short_way(square, writer, "a #tag that nobody used before")


async def test_only_what_all_may_read_is_answered_the_short_way(square: Square) -> None:
    """Of everything else the full way says what may be: an answer to a post that one may not read is a 404."""
    writer, bjorn = await square.add(PUBLIC, "writer"), square.person(PUBLIC, "bjorn")
    open_ = (await bjorn.says("for all"))["id"]
    closed = (await bjorn.says("for followers", visibility="private"))["id"]
    inside = (await square.person(INSIDE, "bjorn").says("inside"))["id"]
    assert await took_the_short_way(square, writer, "yes", in_reply_to_id=open_)
    for id_ in (closed, inside, "1", str(2**62)):
        assert not await took_the_short_way(square, writer, "no", in_reply_to_id=id_)
        assert (await writer.post("/api/v1/statuses", json={"status": "no", "in_reply_to_id": id_})).status_code == 404
    assert (await bjorn.post(f"/api/v1/accounts/{writer.id}/block")).status_code == 200
    assert not await took_the_short_way(square, writer, "blocked", in_reply_to_id=open_)
    assert (await writer.post("/api/v1/statuses", json={"status": "b", "in_reply_to_id": open_})).status_code == 404


async def test_answers_of_one_moment_are_all_counted(square: Square) -> None:
    asked = await square.person(PUBLIC, "bjorn").says("who comes?")
    people = [await square.add(PUBLIC, f"guest{n}") for n in range(3)]
    await asyncio.gather(
        *(people[n % 3].says(f"@bjorn me {n}", in_reply_to_id=asked["id"], visibility="public") for n in range(24))
    )
    assert (await people[0].get(f"/api/v1/statuses/{asked['id']}")).json()["replies_count"] == 24
    notices = (await square.person(PUBLIC, "bjorn").get("/api/v1/notifications?types[]=mention&limit=40")).json()
    assert notices == [], "the relay has not run"
    await square.settle()
    notices = (await square.person(PUBLIC, "bjorn").get("/api/v1/notifications?types[]=mention&limit=40")).json()
    assert len({one["status"]["id"] for one in notices}) == 24


async def test_posts_of_one_moment_share_a_transaction_and_all_are_there(square: Square) -> None:
    people = [await square.add(INSIDE, f"person{n}") for n in range(4)]
    transactions = []

    def counting(write: Any) -> Any:
        async def counted(batch: Any) -> Any:
            transactions.append(len(batch))
            return await write(batch)

        return counted

    with pytest.MonkeyPatch.context() as patch:
        for way in ("_together", "_at_once"):
            patch.setattr(square.services.plain, way, counting(getattr(square.services.plain, way)))
        statuses = await asyncio.gather(*(people[n % 4].says(f"number {n}") for n in range(40)))
    assert sum(transactions) == 40
    assert max(transactions) > 1
    for person in people:
        seen = (await person.get(f"/api/v1/accounts/{person.id}/statuses")).json()
        assert {s["id"] for s in seen} == {s["id"] for s in statuses if s["account"]["id"] == str(person.id)}
        me = (await person.get("/api/v1/accounts/verify_credentials")).json()
        assert me["statuses_count"] == 10


async def test_what_this_process_remembers_of_the_author_is_touched_with_the_commit(square: Square) -> None:
    touched: list[Any] = []
    stop = changes.listen(touched.extend)
    try:
        assert await took_the_short_way(square, square.person(INSIDE, "bjorn"), "plain")
    finally:
        stop()
    assert square.person(INSIDE, "bjorn").id in touched
    assert posts(square.networks[INSIDE].id) in touched


async def test_one_that_the_database_refuses_fails_alone(square: Square, monkeypatch: pytest.MonkeyPatch) -> None:
    """An app that is gone by the time of the commit breaks the foreign key of its post, and of no other."""
    people = [await square.add(INSIDE, f"person{n}") for n in range(4)]
    seen: list[Wanted] = []
    publish = square.services.plain.publish

    async def with_a_gone_app(wanted: Wanted) -> Any:
        if wanted.draft.text == "bad":
            draft = type(wanted.draft)(text="bad", app_id=1)
            wanted = type(wanted)(**{n: getattr(wanted, n) for n in wanted.__struct_fields__} | {"draft": draft})
        seen.append(wanted)
        return await publish(wanted)

    monkeypatch.setattr(square.services.plain, "publish", with_a_gone_app)
    texts = ["good", "bad", "also good", "good as well"]
    answers = await asyncio.gather(
        *(p.post("/api/v1/statuses", json={"status": t}) for p, t in zip(people, texts, strict=True))
    )
    assert [a.status_code for a in answers] == [200, 404, 200, 200]
    assert len(seen) == 4


async def test_beyond_what_may_wait_one_is_told_to_come_back_and_nothing_is_begun(square: Square) -> None:
    person = await square.add(INSIDE, "person")
    await person.says("warm")
    square.services.plain = PlainPosts(square.services.db, together=4, room=8)
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        await hold(tx, person.id)  # what holds the row up holds the batch up, and the line behind it fills
        asked = [asyncio.create_task(person.post("/api/v1/statuses", json={"status": f"flood {n}"})) for n in range(30)]
        refused = []
        for done in asyncio.as_completed(asked):
            refused.append(await done)
            if len(refused) == 22:
                break
        assert {answer.status_code for answer in refused} == {503}
        assert {answer.headers["retry-after"] for answer in refused} == {"1"}
        assert refused[0].json() == {"error": "The server is busy; try again in a moment"}
        assert square.services.plain.waiting == 8
    answers = await asyncio.gather(*asked)
    accepted = {a.json()["id"] for a in answers if a.status_code == 200}
    assert len(accepted) == 8
    seen = (await person.get(f"/api/v1/accounts/{person.id}/statuses?limit=40")).json()
    assert {s["id"] for s in seen if "flood" in s["content"]} == accepted
    assert square.services.plain.waiting == 0


async def test_whatever_else_one_sends_is_refused_too_when_too_many_wait(square: Square) -> None:
    """Posts that are not plain, messages, marks, uploads: 503 before anything began."""
    person, room = await square.add(PUBLIC, "person"), 3
    target = (await square.bjorn.says("mark me"))["id"]
    assert (await person.post("/api/v1/statuses", json={"status": "warm"})).status_code == 200
    pool, held = square.services.db._app, []
    poll = {"options": ["a", "b"], "expires_in": 3600}
    picture = {"files": {"file": ("a.png", encoded(".png"), "image/png")}}
    sent: dict[str, tuple[str, Any]] = {
        "a poll": ("/api/v1/statuses", {"json": {"status": "vote", "poll": poll}}),
        "a quote": ("/api/v1/statuses", {"json": {"status": "see", "quoted_status_id": target}}),
        "a plan": ("/api/v1/statuses", {"json": {"status": "later", "scheduled_at": "2099-01-01T00:00:00Z"}}),
        "a message": ("/api/v1/statuses", {"json": {"status": "@bjorn psst", "visibility": "direct"}}),
        "a mark": (f"/api/v1/statuses/{target}/favourite", {}),
        "an upload": ("/api/v2/media", picture),
    }
    before = await everything(square)
    try:
        while len(held) < pool.most:
            held.append(await pool.take())
        pool.room = room
        waiting = [asyncio.create_task(person.post(f"/api/v1/statuses/{target}/reblog")) for _ in range(room)]
        async with asyncio.timeout(60):
            while pool.waiting < room:
                await asyncio.sleep(0.01)
        refusals.take()
        for what, (path, form) in sent.items():
            answer = await person.post(path, **form)
            assert answer.status_code == 503, (what, answer.text)
            assert int(answer.headers["retry-after"]) >= 1, what
        assert refusals.take() == 4, "posts and messages, for /admin/health"
        assert await everything(square) == before
    finally:
        for connection in held:
            await pool.put(connection)
    assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {200}, "who was not refused is served"
    for what, (path, form) in sent.items():
        answer = await person.post(path, **form)
        assert answer.status_code in (200, 202), (what, answer.text)


async def everything(square: Square) -> list[int]:
    """How much there is of what people send."""
    tables = ("posts", "messages", "polls", "scheduled_posts", "favourites", "media", "outbox", "jobs")
    async with square.services.db.system() as tx:
        return [int(await tx.value(f"SELECT count(*) FROM {table}")) for table in tables]


async def hold(tx: Tx, account_id: int) -> None:
    await tx.run("SELECT 1 FROM accounts WHERE id = %s FOR UPDATE", (account_id,))
