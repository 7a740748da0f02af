"""Conversations of other servers are made whole when somebody opens them, within bounds."""

from __future__ import annotations

from typing import Any

import pytest

from tests.federation.arriving import by_uri, comes, followed, note_of, told
from tests.fixtures.fediverse import Citizen, Elsewhere, Home
from torg.remote import threads


def listed(elsewhere: Elsewhere, path: str, *pages: list[Any], kind: str = "Collection") -> str:
    """A collection in pages: the first embedded, the others fetched."""
    made = [
        {"id": f"{elsewhere.origin}{path}/{n}", "type": f"{kind}Page", "partOf": elsewhere.origin + path,
         "items": items, "next": f"{elsewhere.origin}{path}/{n + 1}" if n + 1 < len(pages) else None}
        for n, items in enumerate(pages)
    ]  # fmt: skip
    for n, page in enumerate(made):
        elsewhere.serve(f"{path}/{n}", page)
    return elsewhere.serve(path, {"id": elsewhere.origin + path, "type": kind, "first": made[0]})


def root(who: Citizen, path: str, **more: Any) -> dict[str, Any]:
    return note_of(who, "Root", **{"replies": f"{who.server.origin}{path}", **more})


async def opened(home: Home, note: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
    """What Anna sees of a conversation, and the header of the answer."""
    seen = await by_uri(home, note["id"])
    assert seen is not None
    answer = await home.anna.get(f"/api/v1/statuses/{seen['id']}/context")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found, answer.headers.get("mastodon-async-refresh")


async def test_replies_are_fetched_when_the_thread_is_opened(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    await followed(home, carol, home.anna)
    note = root(carol, "/replies/1")
    first = dave.note("first", inReplyTo=note["id"], replies=f"{elsewhere.origin}/replies/2")
    second = dave.note("second", inReplyTo=note["id"], published="2026-01-02T03:04:06Z")
    below = carol.note("below", inReplyTo=first["id"], cc=[carol.followers, home.actor_id("anna")])
    listed(elsewhere, "/replies/1", [first["id"]], [{"type": "Note", "id": second["id"], "content": "forged"}])
    listed(elsewhere, "/replies/2", [below["id"], "javascript:alert(1)", 7, None, {"no": "id"}])
    await comes(home, carol, carol.activity("Create", note))
    before, header = await opened(home, note)
    assert before["descendants"] == []
    assert header is not None
    id_ = header.partition('"')[2].partition('"')[0]
    assert header == f'id="{id_}", retry=3, result_count=0'
    asked = await home.anna.get(f"/api/v1_alpha/async_refreshes/{id_}")
    assert asked.json() == {"async_refresh": {"id": id_, "status": "running", "result_count": 0}}
    assert (await opened(home, note))[1] == header, "the same work, while it goes on"
    await home.settle()
    after, header = await opened(home, note)
    assert [one["uri"] for one in after["descendants"]] == [first["id"], below["id"], second["id"]]
    assert "forged" not in str(after)
    assert header is None, "it is fresh for a while"
    done = (await home.anna.get(f"/api/v1_alpha/async_refreshes/{id_}")).json()["async_refresh"]
    assert (done["status"], done["result_count"]) == ("finished", 3)
    assert await told(home.anna) == [], "what was said long ago is no news"
    fetches = len(elsewhere.asked)
    await home.settle()
    assert len(elsewhere.asked) == fetches


async def test_a_first_page_that_only_sends_on_is_followed(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    address, whole = f"{elsewhere.origin}/replies/1", f"{elsewhere.origin}/replies/whole"
    pointer = {"id": f"{address}?page=true", "type": "CollectionPage", "partOf": address, "next": whole}
    note = root(carol, "", replies={"id": address, "type": "Collection", "first": pointer})
    own = carol.note("and more by myself", inReplyTo=note["id"])
    listed(elsewhere, "/replies/1", [])
    elsewhere.serve("/replies/whole", {"id": whole, "type": "OrderedCollectionPage", "orderedItems": [own["id"]]})
    await comes(home, carol, carol.activity("Create", note))
    await opened(home, note)
    await home.settle()
    after, _ = await opened(home, note)
    assert [one["uri"] for one in after["descendants"]] == [own["id"]]


async def test_nobody_in_particular_causes_no_fetch(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    note = root(carol, "/replies/1")
    listed(elsewhere, "/replies/1", [carol.note("first", inReplyTo=note["id"])["id"]])
    await comes(home, carol, carol.activity("Create", note))
    seen = await by_uri(home, note["id"])
    assert seen is not None
    answer = await home.nobody().get(f"/api/v1/statuses/{seen['id']}/context")
    assert "mastodon-async-refresh" not in answer.headers
    await home.settle()
    assert elsewhere.gets_of("/replies/1") == 0
    assert (await home.bjorn.get("/api/v1_alpha/async_refreshes/1")).status_code == 404


async def test_a_conversation_that_has_a_collection(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    await followed(home, carol, home.anna)
    note = note_of(carol, "Root", context=f"{elsewhere.origin}/contexts/1")
    replies = [dave.note("0", inReplyTo=note["id"])]
    for n in range(1, 5):
        replies.append(dave.note(str(n), inReplyTo=replies[-1]["id"]))
    activities = [dave.activity("Create", reply) for reply in replies[3:]]
    listed(
        elsewhere, "/contexts/1", [note["id"], *(one["id"] for one in replies[:3])], activities,
        kind="OrderedCollection",
    )  # fmt: skip
    await comes(home, carol, carol.activity("Create", note))
    await opened(home, note)
    await home.settle()
    after, _ = await opened(home, note)
    assert [one["uri"] for one in after["descendants"]] == [one["id"] for one in replies]


async def test_lists_without_end_and_on_other_servers_are_left(
    home: Home, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "MOST_PAGES", 5)
    monkeypatch.setattr(threads, "MOST_POSTS", 7)
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    note = root(carol, "/replies/1")
    many = [carol.note(str(n), inReplyTo=note["id"])["id"] for n in range(20)]
    page = f"{elsewhere.origin}/replies/1/"
    for n in range(20):
        elsewhere.serve(f"/replies/1/{n}", {
            "id": f"{page}{n}", "type": "CollectionPage", "items": [many[n]], "next": f"{page}{(n + 1) % 20}",
        })  # fmt: skip
    elsewhere.serve("/replies/1", {"id": f"{elsewhere.origin}/replies/1", "type": "Collection", "first": f"{page}0"})
    astray = root(carol, "/replies/2")
    elsewhere.serve("/replies/2", {
        "id": f"{elsewhere.origin}/replies/2", "type": "Collection", "first": f"{home.origin}/api/v1/timelines/public",
    })  # fmt: skip
    for one in (note, astray):
        await comes(home, carol, carol.activity("Create", one))
        await opened(home, one)
        await home.settle()
    after, _ = await opened(home, note)
    assert 0 < len(after["descendants"]) <= 7
    assert sum(1 for path, _ in elsewhere.asked if path.startswith("/replies/1")) <= 5


async def test_a_list_that_is_slow_or_broken_does_no_harm(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    for n, answer in enumerate((b"{", b"[]", b'{"type": "Collection", "items": 7, "first": [[]]}')):
        note = root(carol, f"/replies/{n}")
        elsewhere.lie[f"/replies/{n}"] = (answer, "application/activity+json")
        await comes(home, carol, carol.activity("Create", note))
        await opened(home, note)
        await home.settle()
        assert (await opened(home, note))[0]["descendants"] == []


async def test_what_is_above_is_fetched_too(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    await followed(home, carol, home.anna)
    above = dave.note("above")
    path = above["id"].removeprefix(elsewhere.origin)
    elsewhere.status[path] = 404
    note = note_of(carol, "reply", inReplyTo=above["id"])
    await comes(home, carol, carol.activity("Create", note))
    assert (await opened(home, note))[0]["ancestors"] == []
    del elsewhere.status[path]
    async with home.services.db.system() as tx:
        await tx.run("DELETE FROM thread_refreshes")
    await opened(home, note)
    await home.settle()
    assert [one["uri"] for one in (await opened(home, note))[0]["ancestors"]] == [above["id"]]
