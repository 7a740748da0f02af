"""Favourites, boosts, bookmarks, pins, thread mutes, and the lists of them."""

from __future__ import annotations

import asyncio

import pytest

from tests.contract.entity_check import check, check_list
from tests.fixtures.square import Square
from torg.mastodon_api import entities


@pytest.mark.parametrize(
    ("do", "undo", "flag", "count"),
    [
        ("favourite", "unfavourite", "favourited", "favourites_count"),
        ("bookmark", "unbookmark", "bookmarked", None),
        ("mute", "unmute", "muted", None),
    ],
)
async def test_marks_are_set_once_and_taken_back(square: Square, do: str, undo: str, flag: str, count: str) -> None:
    status = await square.anna.says("mark me")
    for _ in range(2):
        marked = (await square.bjorn.post(f"/api/v1/statuses/{status['id']}/{do}")).json()
        check(marked, entities.Status)
        assert marked[flag] is True
        assert not count or marked[count] == 1
    assert (await square.anna.get(f"/api/v1/statuses/{status['id']}")).json()[flag] is False
    for _ in range(2):
        undone = (await square.bjorn.post(f"/api/v1/statuses/{status['id']}/{undo}")).json()
        assert undone[flag] is False
        assert not count or undone[count] == 0


async def test_a_boost_is_answered_around_its_post_and_taken_back_with_false(square: Square) -> None:
    status = await square.anna.says("boost me")
    answers = await asyncio.gather(*(square.bjorn.post(f"/api/v1/statuses/{status['id']}/reblog") for _ in range(4)))
    assert len({a.json()["id"] for a in answers}) == 1, "clicked four times at once, boosted once"
    boost = answers[0].json()
    check(boost, entities.Status)
    assert boost["reblog"]["id"] == status["id"]
    assert boost["reblogged"] is True
    assert boost["content"] == status["content"]
    people = (await square.nobody().get(f"/api/v1/statuses/{status['id']}/reblogged_by")).json()
    check_list(people, entities.Account)
    assert [a["acct"] for a in people] == ["bjorn"]
    assert (await square.anna.get(f"/api/v1/statuses/{status['id']}")).json()["reblogs_count"] == 1
    back = (await square.bjorn.post(f"/api/v1/statuses/{status['id']}/unreblog")).json()
    assert back["id"] == status["id"]
    assert back["reblogged"] is False
    assert back["reblogs_count"] == 0


async def test_acting_on_a_boost_acts_on_its_post(square: Square) -> None:
    status = await square.anna.says("the post")
    boost = (await square.bjorn.post(f"/api/v1/statuses/{status['id']}/reblog")).json()
    assert (await square.shop.post(f"/api/v1/statuses/{boost['id']}/favourite")).json()["id"] == status["id"]


async def test_lists_of_marks_page_by_the_order_of_marking(square: Square) -> None:
    posts = [await square.anna.says(f"post {n}") for n in range(5)]
    order = [posts[n]["id"] for n in (3, 0, 4, 1, 2)]
    for name, verb in (("favourites", "favourite"), ("bookmarks", "bookmark")):
        for id_ in order:
            await square.bjorn.post(f"/api/v1/statuses/{id_}/{verb}")
        seen, url = [], f"/api/v1/{name}?limit=2"
        while url:
            page = await square.bjorn.get(url)
            check_list(page.json(), entities.Status)
            seen += [s["id"] for s in page.json()]
            url = page.links.get("next", {}).get("url", "") if page.json() else ""
        assert seen == order[::-1]


async def test_only_own_posts_are_pinned_and_only_five(square: Square) -> None:
    posts = [await square.anna.says(f"post {n}") for n in range(6)]
    for post in posts[:5]:
        assert (await square.anna.post(f"/api/v1/statuses/{post['id']}/pin")).json()["pinned"] is True
    assert (await square.anna.post(f"/api/v1/statuses/{posts[5]['id']}/pin")).status_code == 422
    foreign = await square.bjorn.post(f"/api/v1/statuses/{posts[0]['id']}/pin")
    assert foreign.status_code == 422
    pinned = await square.nobody().get(f"/api/v1/accounts/{square.anna.id}/statuses?pinned=true")
    assert [s["id"] for s in pinned.json()] == [p["id"] for p in posts[4::-1]]
    unpinned = await square.anna.post(f"/api/v1/statuses/{posts[0]['id']}/unpin")
    assert unpinned.json()["pinned"] is False


async def test_quotes_ask_the_policy_and_are_revoked(square: Square) -> None:
    quoted = await square.anna.says("quote me")
    quote = await square.bjorn.says("indeed", quoted_status_id=quoted["id"])
    check(quote, entities.Status)
    assert quote["quote"]["state"] == "accepted"
    assert quote["quote"]["quoted_status"]["id"] == quoted["id"]
    listed = (await square.anna.get(f"/api/v1/statuses/{quoted['id']}/quotes")).json()
    assert [s["id"] for s in listed] == [quote["id"]]
    assert (await square.anna.get(f"/api/v1/statuses/{quoted['id']}")).json()["quotes_count"] == 1
    path = f"/api/v1/statuses/{quoted['id']}/quotes/{quote['id']}/revoke"
    assert (await square.bjorn.post(path)).status_code == 403
    revoked = (await square.anna.post(path)).json()
    assert revoked["quote"] == {"state": "revoked", "quoted_status": None}
    closed = await square.anna.put(
        f"/api/v1/statuses/{quoted['id']}/interaction_policy", json={"quote_approval_policy": "nobody"}
    )
    assert closed.json()["quote_approval"]["automatic"] == []
    refused = await square.bjorn.post("/api/v1/statuses", json={"status": "x", "quoted_status_id": quoted["id"]})
    assert refused.status_code == 422
    assert (await square.anna.says("self", quoted_status_id=quoted["id"]))["quote"]["state"] == "accepted"


async def test_a_vote_counts_once_and_by_the_rules(square: Square) -> None:
    status = await square.anna.says(
        "which?", poll={"options": ["a", "b", "c"], "expires_in": 600, "multiple": True, "hide_totals": True}
    )
    path = f"/api/v1/polls/{status['poll']['id']}"
    assert (await square.anna.post(f"{path}/votes", json={"choices": [0]})).status_code == 422, "not in one's own"
    assert (await square.bjorn.post(f"{path}/votes", json={"choices": [7]})).status_code == 422
    voted = await square.bjorn.post(f"{path}/votes", json={"choices": ["0", "2"]})
    check(voted.json(), entities.Poll)
    assert voted.json()["own_votes"] == [0, 2]
    assert voted.json()["voters_count"] == 1
    assert {o["votes_count"] for o in voted.json()["options"]} == {None}, "hidden until it ends"
    again = await square.bjorn.post(f"{path}/votes", json={"choices": [1]})
    assert again.json()["error"] == "Validation failed: You have already voted on this poll"
    seen = (await square.nobody().get(path)).json()
    check(seen, entities.Poll)
    assert "voted" not in seen


async def test_votes_at_once_are_all_counted(square: Square) -> None:
    status = await square.anna.says("which?", poll={"options": ["a", "b"], "expires_in": 600})
    path = f"/api/v1/polls/{status['poll']['id']}/votes"
    voters = (square.bjorn, square.shop, square.reporter)
    await asyncio.gather(*(v.post(path, json={"choices": [1]}) for v in voters))
    poll = (await square.anna.get(f"/api/v1/polls/{status['poll']['id']}")).json()
    assert [o["votes_count"] for o in poll["options"]] == [0, 3]
