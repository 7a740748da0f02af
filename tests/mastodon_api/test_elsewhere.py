"""People and posts of other servers, found through the API: by handle, by address, and by mentioning them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.fixtures.fediverse import Elsewhere, Home
from torg.remote import mentions


async def search(home: Home, q: str, **more: Any) -> dict[str, Any]:
    answer = await home.anna.get("/api/v2/search", params={"q": q, "resolve": "true", **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_people_are_found_by_handle_and_by_address(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    assert (await search(home, carol.acct, resolve="false"))["accounts"] == []
    assert elsewhere.asked == []
    (shown,) = (await search(home, f"@{carol.acct}"))["accounts"]
    assert (shown["acct"], shown["uri"], shown["url"]) == (carol.acct, carol.id, f"{elsewhere.origin}/@carol")
    for q in (carol.acct, carol.id, f"{elsewhere.origin}/@carol", carol.acct.upper()):
        assert [one["id"] for one in (await search(home, q))["accounts"]] == [shown["id"]], q
    assert elsewhere.gets_of("/users/carol") == 1
    found = (await home.anna.get("/api/v1/accounts/lookup", params={"acct": carol.acct})).json()
    assert found["id"] == shown["id"]


async def test_account_search_asks_the_other_server(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    path = "/api/v1/accounts/search"
    assert (await home.anna.get(path, params={"q": carol.acct})).json() == []
    (shown,) = (await home.anna.get(path, params={"q": f"@{carol.acct}", "resolve": "true"})).json()
    assert shown["acct"] == carol.acct
    assert (await home.anna.get(path, params={"q": carol.acct, "limit": 1})).json()[0]["id"] == shown["id"]


async def test_a_post_is_found_by_its_address(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    note = carol.note("hello from afar", url=f"{elsewhere.origin}/@carol/1")
    elsewhere.serve("/@carol/1", note)
    (shown,) = (await search(home, note["id"]))["statuses"]
    assert (shown["uri"], shown["account"]["acct"]) == (note["id"], carol.acct)
    assert "hello from afar" in shown["content"]
    assert [one["id"] for one in (await search(home, f"{elsewhere.origin}/@carol/1"))["statuses"]] == [shown["id"]]
    assert (await search(home, note["id"], type="accounts"))["statuses"] == []


async def test_nobody_resolves_without_an_account(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    answer = await home.nobody().get("/api/v2/search", params={"q": carol.acct, "resolve": "true"})
    assert answer.status_code == 401
    assert elsewhere.asked == []


async def test_the_inside_resolves_nothing(home: Home, elsewhere: Elsewhere) -> None:
    """The wall: what somebody inside looks for is nobody's business."""
    carol = elsewhere.add("carol")
    note = carol.note("hello")
    for q in (carol.acct, carol.id, note["id"]):
        for path in ("/api/v2/search", "/api/v1/accounts/search"):
            answer = await home.inside_anna.get(path, params={"q": q, "resolve": "true"})
            assert answer.status_code == 200
    said = await home.inside_anna.says(f"have you seen @{carol.acct}?")
    assert said["mentions"] == []
    assert elsewhere.asked == []


@pytest.mark.parametrize("trouble", ["gone", "dead", "lying", "broken"])
async def test_what_leads_nowhere_is_no_error(home: Home, elsewhere: Elsewhere, trouble: str) -> None:
    carol = elsewhere.add("carol")
    match trouble:
        case "gone":
            elsewhere.gone("/users/carol")
        case "dead":
            await elsewhere.die()
        case "lying":
            elsewhere.lie["/users/carol"] = (b"<html>", "text/html")
        case _:
            elsewhere.status["*"] = 500
    for q in (carol.acct, carol.id, f"@{carol.acct}"):
        assert (await search(home, q))["accounts"] == []


async def test_odd_searches_are_no_errors(home: Home) -> None:
    odd = ("@", "@@", "a@b@c", "x@", "@x@..", "http:", "https://[::1", "https://x.example:99999/", "x@[::1]", "å@ö")
    for q in odd:
        assert (await search(home, q))["statuses"] == []


async def test_no_transaction_is_open_while_the_other_server_is_waited_for(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    elsewhere.held.clear()
    waiting = [
        asyncio.create_task(home.anna.get("/api/v2/search", params={"q": carol.id, "resolve": "true"})),
        asyncio.create_task(home.bjorn.post("/api/v1/statuses", json={"status": f"hi @{carol.acct}"})),
    ]
    while len(home.services.flights._under_way) < 2:
        await asyncio.sleep(0.01)
    async with home.services.db.system() as tx:
        idle = await tx.value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in trans%%'"
        )
    elsewhere.held.set()
    answers = await asyncio.gather(*waiting)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert idle == 0


async def test_mentioned_people_are_got_to_know_first(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    said = await home.anna.says(f"hello @{carol.acct}, @nobody@{elsewhere.host} and @bjorn")
    assert {one["acct"] for one in said["mentions"]} == {carol.acct, "bjorn"}
    assert f'href="{elsewhere.origin}/@carol"' in said["content"]
    edited = await home.anna.put(f"/api/v1/statuses/{said['id']}", json={"status": f"hello @{dave.acct}"})
    assert [one["acct"] for one in edited.json()["mentions"]] == [dave.acct]


async def test_a_slow_server_does_not_hold_a_post_up(
    home: Home, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mentions, "PATIENCE", 0.2)
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    elsewhere.held.clear()
    said = await home.anna.says(f"hello @{carol.acct}")
    assert said["mentions"] == []
    with monkeypatch.context() as full:
        full.setattr(mentions, "MOST_AT_ONCE", home.services.flights.under_way)
        await home.anna.says(f"hello @{dave.acct}")
        assert home.services.flights.under_way == mentions.MOST_AT_ONCE, "as many as there may be at a time"
    elsewhere.held.set()
    while home.services.flights._under_way:  # it is looked up to the end all the same
        await asyncio.sleep(0.01)
    again = await home.anna.says(f"hello again @{carol.acct} and @{dave.acct}")
    assert [one["acct"] for one in again["mentions"]] == [carol.acct, dave.acct]


async def test_a_follow_of_somebody_elsewhere_is_a_request(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    (shown,) = (await search(home, carol.acct))["accounts"]
    answer = (await home.anna.post(f"/api/v1/accounts/{shown['id']}/follow")).json()
    assert (answer["following"], answer["requested"]) == (False, True)


async def test_looking_at_a_stale_account_refreshes_it(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    (shown,) = (await search(home, carol.acct))["accounts"]
    carol.document["name"] = "Carol the Second"
    async with home.services.db.system() as tx:
        await tx.run("UPDATE remote_actors SET fetched_at = now() - interval '2 days'")
    await home.nobody().get(f"/api/v1/accounts/{shown['id']}")
    await home.settle()
    assert (await home.nobody().get(f"/api/v1/accounts/{shown['id']}")).json()["display_name"] == "Carol the Second"
