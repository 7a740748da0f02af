"""Blocks, mutes, notes, endorsements and blocked servers at the API."""

from __future__ import annotations

import asyncio

import pytest

from tests.contract.entity_check import check, check_list
from tests.fixtures.square import Square
from tests.mastodon_api.graph_helpers import change, kinds, names, walk
from torg.mastodon_api import entities


async def test_a_block_parts_the_two(square: Square) -> None:
    anna, bjorn = square.anna, square.bjorn
    await anna.follows(bjorn)
    await bjorn.follows(anna)
    await anna.post(f"/api/v1/accounts/{bjorn.id}/endorse")
    made = (await anna.post("/api/v1/lists", json={"title": "close"})).json()
    await anna.post(f"/api/v1/lists/{made['id']}/accounts", json={"account_ids": [bjorn.id]})
    blocked = await anna.post(f"/api/v1/accounts/{bjorn.id}/block")
    check(blocked.json(), entities.Relationship)
    state = blocked.json()
    assert (state["blocking"], state["following"], state["followed_by"], state["endorsed"]) == (
        True,
        False,
        False,
        False,
    )
    assert (await anna.get(f"/api/v1/lists/{made['id']}/accounts")).json() == []
    assert (await anna.get("/api/v1/endorsements")).json() == []
    for one, other in ((anna, bjorn), (bjorn, anna)):
        refused = await one.post(f"/api/v1/accounts/{other.id}/follow")
        assert refused.status_code == 403
        assert refused.json() == {"error": "This action is not allowed"}
    seen = (await bjorn.get("/api/v1/accounts/relationships", params={"id": anna.id})).json()[0]
    assert (seen["blocked_by"], seen["blocking"]) == (True, False)
    assert (await bjorn.get(f"/api/v1/accounts/{anna.id}/followers")).json() == []
    await anna.post(f"/api/v1/accounts/{bjorn.id}/block")
    assert (await anna.post(f"/api/v1/accounts/{bjorn.id}/unblock")).json()["blocking"] is False
    await bjorn.follows(anna)
    happened = [kind for kind in await kinds(square) if kind in ("Unfollowed", "Blocked", "Unblocked")]
    assert happened == ["Unfollowed", "Unfollowed", "Blocked", "Unblocked"]


async def test_a_block_ends_requests(square: Square) -> None:
    await change(square, square.anna, "locked = true")
    await square.bjorn.post(f"/api/v1/accounts/{square.anna.id}/follow")
    await square.anna.post(f"/api/v1/accounts/{square.bjorn.id}/block")
    assert (await square.anna.get("/api/v1/follow_requests")).json() == []
    assert "FollowRejected" in await kinds(square)


async def test_follow_and_block_at_once_leave_no_follow(square: Square) -> None:
    anna, bjorn = square.anna, square.bjorn
    for _ in range(5):
        await asyncio.gather(
            bjorn.post(f"/api/v1/accounts/{anna.id}/follow"), anna.post(f"/api/v1/accounts/{bjorn.id}/block")
        )
        state = (await anna.get("/api/v1/accounts/relationships", params={"id": bjorn.id})).json()[0]
        assert (state["blocking"], state["followed_by"]) == (True, False)
        await anna.post(f"/api/v1/accounts/{bjorn.id}/unblock")


async def test_two_who_follow_each_other_at_once(square: Square) -> None:
    people = [square.anna, square.bjorn, square.shop, square.reporter]
    answers = await asyncio.gather(
        *(a.post(f"/api/v1/accounts/{b.id}/follow") for a in people for b in people if a is not b)
    )
    assert {answer.status_code for answer in answers} == {200}
    for person in people:
        account = (await square.nobody().get(f"/api/v1/accounts/{person.id}")).json()
        assert (account["followers_count"], account["following_count"]) == (3, 3)


async def test_blocking_and_muting_oneself_does_nothing(square: Square) -> None:
    for verb in ("block", "mute"):
        response = await square.anna.post(f"/api/v1/accounts/{square.anna.id}/{verb}")
        assert response.status_code == 200
        assert (response.json()["blocking"], response.json()["muting"]) == (False, False)


async def test_mutes_last_as_long_as_asked(square: Square) -> None:
    anna, bjorn = square.anna, square.bjorn
    muted = (await anna.post(f"/api/v1/accounts/{bjorn.id}/mute", data={"duration": "3600"})).json()
    check(muted, entities.Relationship)
    assert (muted["muting"], muted["muting_notifications"]) == (True, True)
    assert muted["muting_expires_at"] is not None
    muted = (await anna.post(f"/api/v1/accounts/{bjorn.id}/mute", json={"notifications": False})).json()
    assert (muted["muting_notifications"], muted["muting_expires_at"]) == (False, None)
    listed = (await anna.get("/api/v1/mutes")).json()
    check_list(listed, entities.MutedAccount, at_least=1)
    assert listed[0]["mute_expires_at"] is None
    async with square.services.db.system() as tx:
        await tx.run("UPDATE mutes SET expires_at = now() - interval '1 second'")
    assert (await anna.get("/api/v1/mutes")).json() == []
    state = (await anna.get("/api/v1/accounts/relationships", params={"id": bjorn.id})).json()[0]
    assert (state["muting"], state["muting_notifications"], state["muting_expires_at"]) == (False, False, None)
    assert (await anna.post(f"/api/v1/accounts/{bjorn.id}/unmute")).json()["muting"] is False


async def test_pages_of_blocks_mutes_requests_and_endorsements(square: Square) -> None:
    anna = square.anna
    people = [await square.add("acme.test", f"p{n}") for n in range(5)]
    for person in people:
        await anna.follows(person)
        assert (await anna.post(f"/api/v1/accounts/{person.id}/endorse")).json()["endorsed"] is True
    newest_first = ["p4", "p3", "p2", "p1", "p0"]
    for path in ("/api/v1/endorsements?limit=2", f"/api/v1/accounts/{anna.id}/endorsements?limit=2"):
        pages = await walk(anna, path)
        check_list(pages[0], entities.Account, at_least=2)
        assert [names(page) for page in pages] == [["p4", "p3"], ["p2", "p1"], ["p0"]]
    for verb, path in (("mute", "/api/v1/mutes?limit=2"), ("block", "/api/v1/blocks?limit=2")):
        for person in people:
            await anna.post(f"/api/v1/accounts/{person.id}/{verb}")
        pages = await walk(anna, path)
        assert [name for page in pages for name in names(page)] == newest_first
    for person in people:
        await anna.post(f"/api/v1/accounts/{person.id}/unblock")
    await change(square, anna, "locked = true")
    for person in people:
        await person.post(f"/api/v1/accounts/{anna.id}/follow")
    pages = await walk(anna, "/api/v1/follow_requests?limit=2")
    assert [name for page in pages for name in names(page)] == newest_first
    await change(square, people[4], "suspended_at = now()")
    assert names((await anna.get("/api/v1/follow_requests")).json()) == newest_first[1:]


@pytest.mark.parametrize(("on", "off"), [("endorse", "unendorse"), ("pin", "unpin")])
async def test_only_those_one_follows_are_endorsed(square: Square, on: str, off: str) -> None:
    anna, bjorn = square.anna, square.bjorn
    refused = await anna.post(f"/api/v1/accounts/{bjorn.id}/{on}")
    assert refused.status_code == 422
    check(refused.json(), entities.Error)
    await anna.follows(bjorn)
    for _ in range(2):
        assert (await anna.post(f"/api/v1/accounts/{bjorn.id}/{on}")).json()["endorsed"] is True
    shown = await square.nobody().get(f"/api/v1/accounts/{anna.id}/endorsements")
    assert names(shown.json()) == ["bjorn"]
    assert (await anna.post(f"/api/v1/accounts/{bjorn.id}/{off}")).json()["endorsed"] is False
    await anna.post(f"/api/v1/accounts/{bjorn.id}/{on}")
    assert (await anna.post(f"/api/v1/accounts/{bjorn.id}/unfollow")).json()["endorsed"] is False


async def test_notes_are_private(square: Square) -> None:
    path = f"/api/v1/accounts/{square.bjorn.id}/note"
    noted = (await square.anna.post(path, data={"comment": " met in Åre "})).json()
    check(noted, entities.Relationship)
    assert noted["note"] == "met in Åre"
    others = (await square.shop.get("/api/v1/accounts/relationships", params={"id": square.bjorn.id})).json()
    assert others[0]["note"] == ""
    assert (await square.anna.post(path, json={"comment": "x" * 2001})).status_code == 422
    assert (await square.anna.post(path)).json()["note"] == ""


async def test_blocked_servers(square: Square) -> None:
    anna, path = square.anna, "/api/v1/domain_blocks"
    for domain in ("a.example", "B.example", "bücher.example"):
        response = await anna.post(path, data={"domain": domain})
        assert (response.status_code, response.json()) == (200, {})
    pages = await walk(anna, f"{path}?limit=2")
    assert pages == [["xn--bcher-kva.example", "b.example"], ["a.example"]]
    for wrong, text in (
        ("", "Validation failed: Domain can't be blank"),
        ("a b", "Validation failed: Domain is not a valid domain name"),
    ):
        for method in (anna.post, anna.delete):
            refused = await method(path, data={"domain": wrong})
            assert (refused.status_code, refused.json()["error"]) == (422, text)
    assert (await anna.delete(path, params={"domain": "b.example"})).json() == {}
    assert (await anna.delete(path, params={"domain": "never.example"})).json() == {}
    assert (await anna.get(path)).json() == ["xn--bcher-kva.example", "a.example"]


async def test_a_blocked_server_loses_its_followers(square: Square) -> None:
    anna, far = square.anna, await square.add("acme.test", "far")
    await far.follows(anna)
    await change(square, far, "host = 'far.example'")
    await anna.post("/api/v1/domain_blocks", json={"domain": "far.example"})
    state = (await anna.get("/api/v1/accounts/relationships", params={"id": far.id})).json()[0]
    assert (state["domain_blocking"], state["followed_by"]) == (True, False)
    assert (await anna.post(f"/api/v1/accounts/{far.id}/follow")).status_code == 403
