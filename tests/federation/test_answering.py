"""Both halves together: what comes from another server is answered there, and nothing echoes back."""

from __future__ import annotations

import httpx2

from tests.federation.arriving import PUBLIC, account_of, at, by_uri, comes, count, note_of
from tests.fixtures.fediverse import Citizen, Elsewhere, Home
from torg.delivery.courier import Courier


async def goes_out(home: Home) -> None:
    await home.settle()
    await Courier(home.services).drain()


async def heard(elsewhere: Elsewhere, type_: str) -> list[dict[str, object]]:
    return [one.activity for one in elsewhere.received if one.type == type_]


async def test_follows_are_answered_and_answers_heard(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    follow = carol.activity("Follow", home.actor_id("anna"))
    await comes(home, carol, follow)
    await goes_out(home)
    [accept] = await heard(elsewhere, "Accept")
    assert accept["object"]["id"] == follow["id"]  # type: ignore[index]
    again = carol.activity("Follow", home.actor_id("anna"))
    await comes(home, carol, again)
    await goes_out(home)
    accepts = await heard(elsewhere, "Accept")
    assert [one["object"]["id"] for one in accepts] == [follow["id"], again["id"]]  # type: ignore[index]
    account = await account_of(home, carol)
    await home.anna.post(f"/api/v1/accounts/{account.id}/follow")
    await goes_out(home)
    [ours] = await heard(elsewhere, "Follow")
    await comes(home, carol, carol.activity("Accept", ours["id"]))
    assert await count(home, "follows", f"account_id = {home.anna.id}") == 1, "known by its bare id"
    await comes(home, carol, carol.activity("Undo", again["id"]))
    await comes(home, carol, carol.activity("Block", home.actor_id("anna")))
    await home.bjorn.post(f"/api/v1/accounts/{account.id}/block")
    refused = carol.activity("Follow", home.actor_id("bjorn"))
    await comes(home, carol, refused)
    await goes_out(home)
    assert [one["object"]["id"] for one in await heard(elsewhere, "Reject")] == [refused["id"]]  # type: ignore[index]
    assert await heard(elsewhere, "Undo") == [], "what others end is not ended by us"


async def test_what_comes_does_not_go_out_again(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    for who in (carol, dave):
        await comes(home, who, who.activity("Follow", home.actor_id("anna")))
    said = await home.anna.says("Hello")
    await goes_out(home)
    before = len(elsewhere.received)
    address = f"{home.actor_id('anna')}/statuses/{said['id']}"
    note = note_of(carol, "@anna well", inReplyTo=address, tag=[{"type": "Mention", "href": home.actor_id("anna")}])
    like = carol.activity("Like", address)
    boost = carol.activity("Announce", address, to=[PUBLIC])
    for activity in (
        carol.activity("Create", note), like, boost,
        carol.activity("Update", {**note, "content": "<p>better</p>", "updated": at()}),
        carol.activity("Undo", like), carol.activity("Undo", boost), carol.activity("Delete", note["id"]),
    ):  # fmt: skip
        await comes(home, carol, activity)
    await goes_out(home)
    assert [one.type for one in elsewhere.received[before:]] == []


async def stamp(home: Home, who: Citizen, accept: dict[str, object]) -> httpx2.Response:
    return await who.gets(str(accept["result"]))


async def test_a_quote_request_gets_its_stamp(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    said = await home.anna.says("Quote me", quote_approval_policy="public")
    address = f"{home.actor_id('anna')}/statuses/{said['id']}"
    note = note_of(carol, "So true", quote=address)
    request = carol.activity("QuoteRequest", address, instrument=note)
    await comes(home, carol, request)
    await goes_out(home)
    [accept] = await heard(elsewhere, "Accept")
    found = (await stamp(home, carol, accept)).json()
    assert (found["type"], found["interactingObject"]) == ("QuoteAuthorization", note["id"])
    assert found["interactionTarget"] == address
    await comes(home, carol, carol.activity("Create", {**note, "quoteAuthorization": accept["result"]}))
    assert (await by_uri(home, note["id"]) or {})["quote"]["state"] == "accepted"


async def test_our_quote_is_asked_for_and_stands_when_accepted(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    policy = {"canQuote": {"automaticApproval": PUBLIC}}
    note = note_of(
        carol, "@anna", interactionPolicy=policy, tag=[{"type": "Mention", "href": home.actor_id("anna")}]
    )
    await comes(home, carol, carol.activity("Create", note))
    quoted = await by_uri(home, note["id"])
    assert quoted is not None
    mine = await home.anna.says("So true", quoted_status_id=quoted["id"])
    await goes_out(home)
    [request] = await heard(elsewhere, "QuoteRequest")
    await comes(home, carol, carol.activity("Accept", request["id"], result=f"{elsewhere.origin}/stamps/9"))
    assert (await home.anna.get(f"/api/v1/statuses/{mine['id']}")).json()["quote"]["state"] == "accepted"
