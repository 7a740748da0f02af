"""Live pages: what belongs to one, true counters, the sample, directing; over the API, on pages and as a stream."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from tests.fixtures.square import INSIDE, OTHER, Square
from tests.fixtures.town import PUBLIC, Town
from tests.web.reader import Reader
from torg.access import roles
from torg.accounts import store as account_store
from torg.events import rules
from torg.events.model import Counters, Entry, Minute
from torg.kernel.clock import iso, now
from torg.web.chart import liveliest, rolling
from torg.web.live_feed import Frame, after_lost

BARE = Frame(
    seq=1, html=[], shown=0, came=0, counters=Counters(posts=0, authors=0, last_minute=0, waiting=0)
)  # fmt: skip
START = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)


def entries(count: int, **state: Any) -> list[Entry]:
    return [Entry(post_id=n, seq=n, state=state.get("state", "shown"), posted_at=START) for n in range(count)]


def test_a_sample_is_spread_and_says_how_much_came() -> None:
    few = rules.sample(entries(3), 1.0)
    assert few.complete
    many = rules.sample(entries(229), 1.0)
    assert (len(many.entries), many.of, many.complete) == (rules.AT_ONCE, 229, False)
    places = [one.seq for one in many.entries]
    assert max(places) - min(places) > 100, "not merely the first ones"
    pinned = rules.sample([*entries(100), Entry(post_id=500, seq=500, state="pinned", posted_at=START)], 1.0)
    assert 500 in [one.post_id for one in pinned.entries]


async def made(square: Square, **more: Any) -> dict[str, Any]:
    form = {"slug": "debate", "title": "The debate", "tags": ["Debate08"], "words": ["mr lehrer"],
            "starts_at": iso(now() - timedelta(hours=1)), **more}  # fmt: skip
    answer = await square.anna.post("/api/torg/v1/event_pages", json=form)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def counters(square: Square, slug: str = "debate") -> dict[str, int]:
    answer = await square.nobody().get(f"/api/torg/v1/event_pages/{slug}")
    return dict(answer.json()["counters"])


async def test_tags_words_and_accounts_gather_posts_of_before_and_after(square: Square) -> None:
    await square.bjorn.says("early #debate08")
    await made(square, account_ids=[str(square.reporter.id)])
    for text in ("now #debate08", "Dear Mr   LEHRER!", "mr lehrersson is another", "nothing of it"):
        await square.bjorn.says(text)
    await square.bjorn.says("quietly #debate08", visibility="unlisted")
    await square.bjorn.says("among us #debate08", visibility="private")
    await square.reporter.says("by the reporter")
    await square.settle()
    assert await counters(square) == {"posts": 4, "authors": 2, "last_minute": 4, "waiting": 0}
    shown = (await square.nobody().get("/api/torg/v1/event_pages/debate/statuses")).json()
    texts = [s["content"] for s in shown["statuses"]]
    assert len(texts) == 4
    assert not any("among us" in text or "quietly" in text for text in texts)
    curve = (await square.nobody().get("/api/torg/v1/event_pages/debate/curve")).json()
    assert sum(minute["posts"] for minute in curve) == 4
    deleted = shown["statuses"][0]["id"]
    await square.reporter.delete(f"/api/v1/statuses/{deleted}")
    assert (await counters(square))["posts"] == 3


async def test_a_directed_page_shows_only_what_was_let_in(square: Square) -> None:
    await made(square, moderated=True)
    said = await square.bjorn.says("let me in #debate08")
    await square.settle()
    page = await Reader(square).open("/live/debate")
    assert "let me in" not in page.text
    assert (await counters(square))["waiting"] == 1
    director = await Reader(square).enters("anna")
    desk = await director.open("/live/debate/direct")
    assert "let me in" in desk.text
    await director.send(desk, f"/live/debate/posts/{said['id']}/pin")
    assert "Pinned" in (await Reader(square).open("/live/debate")).text
    await director.send(desk, f"/live/debate/posts/{said['id']}/hide")
    assert "let me in" not in (await Reader(square).open("/live/debate")).text
    log = (await square.anna.get("/api/torg/v1/admin/log")).text
    assert "event_entry" in log


async def test_only_who_speaks_for_the_organisation_directs(square: Square) -> None:
    await made(square)
    refused = await square.bjorn.post("/api/torg/v1/event_pages", json={"slug": "x", "title": "x", "tags": ["x"],
                                                                       "starts_at": iso(now())})  # fmt: skip
    assert refused.status_code == 403
    reader = await Reader(square).enters("bjorn")
    assert (await reader.open("/live/debate/direct")).status_code == 403
    assert "Make a live page" not in (await reader.open("/live")).text


@pytest.mark.parametrize(
    ("change", "field"),
    [({"slug": "Über"}, "slug"), ({"title": " "}, "title"), ({"tags": [], "words": []}, None),
     ({"ends_at": "2001-01-01T00:00:00Z"}, "ends_at"), ({"recording": "javascript:1"}, "recording"),
     ({"words": ["x" * 61]}, "words")],
)  # fmt: skip
async def test_what_is_wrong_with_a_page_is_said(square: Square, change: dict[str, Any], field: str | None) -> None:
    form = {"slug": "ok", "title": "ok", "tags": ["ok"], "starts_at": iso(now()), **change}
    answer = await square.anna.post("/api/torg/v1/event_pages", json=form)
    assert answer.status_code == 422
    assert field is None or field in answer.json()["details"]


async def test_made_and_changed_in_the_browser(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    form = await reader.open("/live-new")
    assert (await reader.send(form, "/live-new", slug="no", title="No", starts_at="x")).status_code == 422
    begun = {"slug": "match", "title": "The match", "tags": "#match", "people": "@bjorn"}
    done = await reader.send(form, "/live-new", **begun, starts_at="2026-01-01T10:00")
    assert done.headers["location"] == "/live/match/direct"
    desk = await reader.open("/live/match/direct")
    changed = {**begun, "title": "The final", "starts_at": "2026-01-01T10:00"}
    await reader.send(desk, "/live/match/direct", **changed)
    assert "The final" in (await Reader(square).open("/live")).text
    assert (await reader.send(desk, "/live/match/delete")).headers["location"] == "/live"
    assert (await reader.open("/live/match")).status_code == 404


async def test_the_curve_is_drawn_and_can_be_had_as_csv(square: Square) -> None:
    await made(square)
    await square.bjorn.says("#debate08")
    await square.settle()
    page = await Reader(square).open("/live/debate")
    assert '<path class="line"' in page.text
    table = await Reader(square).open("/live/debate/curve.csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.splitlines()[1].endswith(",1")


def test_the_curve_of_what_has_only_begun_counts_the_minute_before_each_point() -> None:
    steps = [Minute(at=START + timedelta(seconds=5 * n), posts=2) for n in (0, 1, 2, 12)]
    drawn = rolling(steps, 5)
    assert drawn is not None
    assert (drawn.first, drawn.last) == (START - timedelta(seconds=5), START + timedelta(seconds=60))
    assert drawn.most == 6, "at 12 the first step is more than a minute ago"
    assert drawn.line.count("L") == 13
    assert rolling([], 5) is None


async def test_the_clock_plays_a_stretch(square: Square) -> None:
    await made(square)
    for n in range(5):
        await square.bjorn.says(f"number {n} #debate08")
    await square.settle()
    span = {"start": iso(now() - timedelta(minutes=5)), "end": iso(now() + timedelta(minutes=1)), "seconds": "1"}
    played = (await Reader(square).http.get("/live/debate/between", params=span)).json()
    assert (played["came"], played["shown"], played["posts"]) == (5, rules.AT_ONCE, 5)
    wrong = await Reader(square).http.get("/live/debate/between", params={**span, "start": "yesterday"})
    assert wrong.status_code == 400


async def test_who_comes_late_is_shown_the_liveliest_minutes(square: Square) -> None:
    await made(square)
    assert "Nothing has been said yet." in (await Reader(square).open("/live/debate/missed")).text
    for n in range(5):
        await square.bjorn.says(f"number {n} #debate08")
    pinned = await square.reporter.says("remember this #debate08")
    await square.settle()
    director = await Reader(square).enters("anna")
    await director.send(await director.open("/live/debate/direct"), f"/live/debate/posts/{pinned['id']}/pin")
    page = (await Reader(square).open("/live/debate/missed")).text
    assert "remember this" in page
    assert page.count("number ") >= 2, "a sample of the minute, besides what is pinned"
    assert page.count('class="post') <= 1 + 2 * (rules.AT_ONCE + 1), "two minutes at the most, three posts of each"


def test_the_liveliest_minutes_stand_apart_and_in_order() -> None:
    begin = now().replace(second=0, microsecond=0)
    found = [Minute(begin + timedelta(minutes=n), posts) for n, posts in enumerate((1, 9, 8, 2, 7, 1))]
    lively = liveliest(found, 2, timedelta(minutes=3))
    assert [one.posts for one in lively] == [9, 7], "8 is next to 9"
    assert liveliest([], 2, timedelta(minutes=3)) == []


async def test_what_waits_is_told_and_decided_at_once(square: Square) -> None:
    await made(square, moderated=True)
    said = [(await square.bjorn.says(f"number {n} #debate08"))["id"] for n in range(3)]
    await square.settle()
    director = await Reader(square).enters("anna")
    assert "3 posts wait to be let in." in (await director.open("/live/debate/waiting?known=0")).text
    assert "to be let in" not in (await director.open("/live/debate/waiting?known=3")).text
    assert (await (await Reader(square).enters("bjorn")).open("/live/debate/waiting")).status_code == 403
    assert (await Reader(square).open("/live/debate/waiting")).status_code == 303
    desk = await director.open("/live/debate/direct")
    both = {"id[]": said[:2], "verdict": "show"}
    csrf = {"csrf": desk.text.split('name="csrf" value="')[1].split('"')[0]}
    assert (await director.http.post("/live/debate/posts", data={**csrf, **both})).status_code == 303
    page = (await Reader(square).open("/live/debate")).text
    assert "number 0" in page
    assert "number 1" in page
    assert "number 2" not in page
    assert (await director.http.post(f"/live/debate/posts/{said[0]}/hide", data=csrf)).status_code == 303
    assert "number 0" not in (await Reader(square).open("/live/debate")).text
    desk = await director.open("/live/debate/direct")
    assert "Hidden from the live page." in desk.text
    assert f'action="/live/debate/posts/{said[0]}/show"' in desk.text, "the way back"
    other = await Reader(square).enters("bjorn")
    forged = {"csrf": (await other.open("/settings")).text.split('name="csrf" value="')[1].split('"')[0]}
    answer = await other.http.post("/live/debate/posts", data={**forged, "id[]": said[2], "verdict": "show"})
    assert answer.status_code == 403


async def test_a_page_beyond_the_wall_never_was(square: Square) -> None:
    inside = square.person(INSIDE, "anna")
    form = {"slug": "secret", "title": "PLANTED", "tags": ["secret"], "starts_at": iso(now() - timedelta(hours=1))}
    assert (await inside.post("/api/torg/v1/event_pages", json=form)).status_code in (200, 403)
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        await tx.run(
            "INSERT INTO event_pages (org_id, network_id, id, slug, title, tags, starts_at) "
            "VALUES (%s, %s, 77, 'secret', 'PLANTED', '{secret}', now() - interval '1 hour') ON CONFLICT DO NOTHING",
            (square.networks[INSIDE].org_id, square.networks[INSIDE].id),
        )
    await inside.says("PLANTED #secret")
    await square.bjorn.says("outside #secret")
    await square.settle()
    for reader in (Reader(square), Reader(square, OTHER), await Reader(square).enters("anna")):
        for path in ("/live/secret", "/live/secret/wall", "/live/secret/curve.csv", "/live/secret/clock",
                     "/live/secret/missed"):
            assert (await reader.open(path)).status_code == 404
        assert "PLANTED" not in (await reader.open("/live")).text
        assert (await reader.http.get("/api/torg/v1/event_pages/secret")).status_code == 404
    stranger = Reader(square, INSIDE)
    assert (await stranger.open("/live/secret")).status_code == 303
    assert (await stranger.open("/live/secret/stream")).status_code == 404
    assert (await stranger.http.get("/api/torg/v1/event_pages/secret")).status_code == 401


async def heard(client: httpx2.AsyncClient, path: str, word: str, **headers: str) -> tuple[list[str], int]:
    """All posts of a stream up to the one with `word`, and the number to resume from."""
    seen: list[str] = []
    async with asyncio.timeout(60), client.stream("GET", path, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                frame = json.loads(line.removeprefix("data: "))
                seen += frame["html"]
                if any(word in html for html in seen):
                    assert frame["counters"]["posts"] >= len(seen)
                    return seen, frame["seq"]
    raise AssertionError(f"the stream ended before {word!r}")


async def test_what_the_desk_does_reaches_open_pages(town: Town) -> None:
    async with town.db.tx(town.scope()) as tx:
        owner = {"role_id": await roles.ensure(tx, "Owner")}
        await account_store.update(tx, town.people["anna", PUBLIC], owner)
    anna = town.client(token=await town.token("anna"))
    form = {"slug": "desk", "title": "Desk", "tags": ["desk"], "starts_at": iso(now() - timedelta(hours=1))}
    assert (await anna.post("/api/torg/v1/event_pages", json=form)).status_code == 200
    said = [(await anna.post("/api/v1/statuses", json={"status": f"{n} #desk"})).json()["id"] for n in range(3)]
    await heard(town.client(), "/live/desk/stream", "2 <")

    async def decides(post: str, verdict: str) -> None:
        path = f"/api/torg/v1/event_pages/desk/statuses/{post}/{verdict}"
        assert (await anna.post(path)).status_code == 200

    frames: list[dict[str, Any]] = []
    async with asyncio.timeout(60), town.client().stream("GET", "/live/desk/stream") as answer:
        async for line in answer.aiter_lines():
            if not line.startswith("data: "):
                continue
            frames.append(json.loads(line.removeprefix("data: ")))
            if len(frames) == 1:
                await decides(said[0], "pin")
                await decides(said[1], "hide")
                assert (await anna.delete(f"/api/v1/statuses/{said[2]}")).status_code == 200
            if any(one["pinned"] for one in frames) and {one for f in frames for one in f["gone"]} >= set(said[1:]):
                break
    assert frames[0]["pinned"] == [], "a page that is opened is told of all pins, and that there are none"
    pins = [one["pinned"] for one in frames[1:] if one["pinned"] is not None]
    assert len(pins) == 1, "told once"
    assert f'id="post-{said[0]}"' in pins[0][0]
    late = after_lost(replace(BARE, pinned=["a"], gone=["1"]), replace(BARE, gone=["2"]))
    assert (late.pinned, late.gone) == (["a"], ["1", "2"]), "who was too slow learns of it all the same"


async def test_a_late_joiner_gets_what_was_missed_and_then_what_comes(town: Town) -> None:
    async with town.db.tx(town.scope()) as tx:
        owner = {"role_id": await roles.ensure(tx, "Owner")}
        await account_store.update(tx, town.people["anna", PUBLIC], owner)
    anna = town.client(token=await town.token("anna"))
    form = {"slug": "live", "title": "Live", "tags": ["live"], "starts_at": iso(now() - timedelta(hours=1))}
    assert (await anna.post("/api/torg/v1/event_pages", json=form)).status_code == 200
    assert (await anna.post("/api/v1/statuses", json={"status": "first #live"})).status_code == 200
    _, last = await heard(town.client(), "/live/live/stream", "first")
    resumed = asyncio.create_task(heard(town.client(), "/live/live/stream", "second", **{"Last-Event-ID": str(last)}))
    joined = asyncio.create_task(heard(town.client(), "/live/live/stream", "second"))
    assert (await anna.post("/api/v1/statuses", json={"status": "second #live"})).status_code == 200
    assert len((await resumed)[0]) == 1, "what was seen does not come again"
    assert len((await joined)[0]) == 2
    assert (await town.client().get("/live/live/stream?after=x")).status_code == 400
