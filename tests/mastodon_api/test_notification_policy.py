"""What strangers may tell: the policy, what it holds back, and the reader's word on it."""

from __future__ import annotations

import pytest

from tests.contract.entity_check import check, check_list
from tests.fixtures.square import INSIDE, OTHER, Square
from tests.mastodon_api.notice_helpers import kinds, ok, told
from torg.mastodon_api import entities

POLICY = "/api/v2/notifications/policy"
REQUESTS = "/api/v1/notifications/requests"


async def set_policy(square: Square, **wanted: str) -> None:
    answer = await square.anna.patch(POLICY, json=wanted)
    check(await ok(answer), entities.NotificationPolicy)


async def test_the_policy_is_shown_and_changed(square: Square) -> None:
    policy = await ok(await square.anna.get(POLICY))
    check(policy, entities.NotificationPolicy)
    assert policy == {
        "for_not_following": "accept",
        "for_not_followers": "accept",
        "for_new_accounts": "accept",
        "for_private_mentions": "filter",
        "for_limited_accounts": "filter",
        "summary": {"pending_requests_count": 0, "pending_notifications_count": 0},
    }
    changed = await ok(await square.anna.patch(POLICY, data={"for_not_following": "drop"}))
    assert changed == {**policy, "for_not_following": "drop"}
    assert (await square.anna.patch(POLICY, json={"for_new_accounts": "perhaps"})).status_code == 422
    assert (await ok(await square.bjorn.get(POLICY)))["for_not_following"] == "accept"


async def test_the_older_policy_says_yes_or_no(square: Square) -> None:
    path = "/api/v1/notifications/policy"
    check(await ok(await square.anna.get(path)), entities.V1NotificationPolicy)
    changed = await ok(await square.anna.put(path, data={"filter_not_followers": "1", "filter_private_mentions": "0"}))
    assert (changed["filter_not_followers"], changed["filter_private_mentions"]) == (True, False)
    assert (await ok(await square.anna.get(POLICY)))["for_not_followers"] == "filter"


async def test_colleagues_are_no_strangers(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    assert (await ok(await anna.get(POLICY)))["for_private_mentions"] == "accept"
    await bjorn.says("@anna kan du titta?", visibility="direct")
    assert await kinds(square, anna) == [("mention", "bjorn")]


async def test_what_is_held_back_waits_as_a_request(square: Square) -> None:
    message = await square.bjorn.says("@anna okända", visibility="direct")
    await square.bjorn.says("@anna okända igen", visibility="direct")
    assert await told(square, square.anna) == []
    assert await kinds(square, square.anna, include_filtered="true") == [("mention", "bjorn")] * 2
    assert await ok(await square.anna.get("/api/v1/notifications/unread_count")) == {"count": 0}
    found = await ok(await square.anna.get(REQUESTS))
    check_list(found, entities.NotificationRequest, at_least=1)
    assert [(r["account"]["username"], r["notifications_count"]) for r in found] == [("bjorn", "2")]
    assert int(found[0]["last_status"]["id"]) > int(message["id"])
    assert await ok(await square.anna.get(f"{REQUESTS}/{found[0]['id']}")) == found[0]
    summary = (await ok(await square.anna.get(POLICY)))["summary"]
    assert summary == {"pending_requests_count": 1, "pending_notifications_count": 2}

    assert await ok(await square.anna.post(f"{REQUESTS}/{found[0]['id']}/accept")) == {}
    merged = await ok(await square.anna.get(f"{REQUESTS}/merged"))
    check(merged, entities.NotificationsMerged)
    assert merged["merged"] is True
    assert await kinds(square, square.anna) == [("mention", "bjorn")] * 2
    assert await ok(await square.anna.get(REQUESTS)) == []
    await square.bjorn.says("@anna nu känner du mig", visibility="direct")
    assert len(await told(square, square.anna)) == 3, "an accepted account is let through from then on"


async def test_a_dismissed_request_is_gone_until_there_is_more(square: Square) -> None:
    await square.bjorn.says("@anna köp", visibility="direct")
    await square.settle()
    request = (await ok(await square.anna.get(REQUESTS)))[0]
    assert await ok(await square.anna.post(f"{REQUESTS}/{request['id']}/dismiss")) == {}
    assert await ok(await square.anna.get(REQUESTS)) == []
    assert await told(square, square.anna, include_filtered="1") == []
    await square.bjorn.says("@anna köp mer", visibility="direct")
    await square.settle()
    assert len(await ok(await square.anna.get(REQUESTS))) == 1


async def test_several_requests_at_once_and_their_pages(square: Square) -> None:
    for person in (square.bjorn, square.shop, square.reporter):
        await person.says("@anna hej", visibility="direct")
    await square.settle()
    first = await square.anna.get(f"{REQUESTS}?limit=2")
    second = await square.anna.get(first.links["next"]["url"])
    everything = [*first.json(), *second.json()]
    assert [r["account"]["username"] for r in everything] == ["reporter", "shop", "bjorn"]
    assert (await square.anna.get(second.links["prev"]["url"])).json() == first.json()
    ids = [r["id"] for r in everything]
    assert (await square.bjorn.post(f"{REQUESTS}/accept", data={"id[]": ids[0]})).status_code == 404
    assert await ok(await square.anna.post(f"{REQUESTS}/accept", data={"id[]": ids[:2]})) == {}
    assert await ok(await square.anna.post(f"{REQUESTS}/dismiss", json={"id": ids[2:]})) == {}
    assert await ok(await square.anna.get(REQUESTS)) == []
    assert {who for _, who in await kinds(square, square.anna)} == {"reporter", "shop"}


async def test_each_kind_of_stranger(square: Square) -> None:
    await set_policy(square, for_not_following="drop")
    await square.bjorn.says("@anna en")
    assert await told(square, square.anna, include_filtered="true") == []
    await set_policy(square, for_not_following="accept", for_not_followers="filter")
    await square.bjorn.says("@anna två")
    await square.shop.follows(square.anna)
    await square.shop.says("@anna tre")
    assert await kinds(square, square.anna) == [("mention", "shop"), ("follow", "shop")]
    await set_policy(square, for_not_followers="accept", for_new_accounts="filter")
    await square.reporter.says("@anna fyra")
    assert ("mention", "reporter") not in await kinds(square, square.anna)
    await set_policy(square, for_new_accounts="accept")
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET silenced_at = now() WHERE id = %s", (square.reporter.id,))
    await square.reporter.says("@anna fem")
    assert ("mention", "reporter") not in await kinds(square, square.anna)
    await square.anna.follows(square.reporter)
    await square.reporter.says("@anna sex")
    assert ("mention", "reporter") in await kinds(square, square.anna)


async def test_an_answer_to_a_message_of_ones_own_is_no_intrusion(square: Square) -> None:
    message = await square.anna.says("@bjorn en fråga", visibility="direct")
    await square.settle()
    await square.bjorn.says("@anna ett svar", visibility="direct", in_reply_to_id=message["id"])
    assert await kinds(square, square.anna) == [("mention", "bjorn")]


@pytest.mark.parametrize("act", ["", "/accept", "/dismiss"])
async def test_the_wall(square: Square, act: str) -> None:
    await square.bjorn.says("@anna hej", visibility="direct")
    await square.settle()
    request = (await ok(await square.anna.get(REQUESTS)))[0]
    for stranger in (square.bjorn, square.person(OTHER, "olga"), square.person(INSIDE, "anna")):
        method = "POST" if act else "GET"
        there = await stranger.http.request(method, f"{REQUESTS}/{request['id']}{act}")
        never = await stranger.http.request(method, f"{REQUESTS}/4711{act}")
        assert (
            (there.status_code, there.json())
            == (never.status_code, never.json())
            == (404, {"error": "Record not found"})
        )
    assert (await square.nobody().get(f"{REQUESTS}/{request['id']}")).status_code == 401
    assert len(await ok(await square.anna.get(REQUESTS))) == 1
