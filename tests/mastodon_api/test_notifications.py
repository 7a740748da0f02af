"""Single notifications: what sets one off, what takes it back, and the lists of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.entity_check import check
from tests.fixtures.square import INSIDE, OTHER, Square
from tests.mastodon_api.notice_helpers import kinds, ok, told
from torg.accounts import actions as accounts
from torg.mastodon_api import entities


async def test_a_mention_is_told_with_its_status(square: Square) -> None:
    status = await square.anna.says("Hej @bjorn, och @anna själv")
    found = await told(square, square.bjorn)
    assert [(n["type"], n["account"]["username"], n["status"]["id"]) for n in found] == [
        ("mention", "anna", status["id"])
    ]
    assert found[0]["group_key"] == f"ungrouped-{found[0]['id']}"
    assert await told(square, square.anna) == [], "nobody is told of what he or she did"
    shown = await ok(await square.bjorn.get(f"/api/v1/notifications/{found[0]['id']}"))
    check(shown, entities.Notification)
    assert shown == found[0]


async def test_marks_are_told_and_taken_back(square: Square) -> None:
    status = await square.anna.says("Bra väder")
    path = f"/api/v1/statuses/{status['id']}"
    for act in ("favourite", "reblog"):
        await ok(await square.bjorn.post(f"{path}/{act}"))
    found = await told(square, square.anna)
    assert [n["type"] for n in found] == ["reblog", "favourite"]
    assert {n["status"]["id"] for n in found} == {status["id"]}, "a boost is told with the post that was boosted"
    for act in ("unfavourite", "unreblog"):
        await ok(await square.bjorn.post(f"{path}/{act}"))
    assert await told(square, square.anna) == []
    await ok(await square.bjorn.post(f"{path}/favourite"))
    assert await kinds(square, square.anna) == [("favourite", "bjorn")]
    await ok(await square.anna.delete(path))
    assert await told(square, square.anna) == [], "with the post goes what was told of it"


async def test_a_mark_taken_back_before_its_turn_leaves_nothing(square: Square) -> None:
    status = await square.anna.says("Snabbt")
    path = f"/api/v1/statuses/{status['id']}"
    for act in ("favourite", "unfavourite", "reblog", "unreblog"):
        await ok(await square.bjorn.post(f"{path}/{act}"))
    assert await told(square, square.anna) == []


async def test_follows_and_requests(square: Square) -> None:
    await square.bjorn.follows(square.anna)
    assert await kinds(square, square.anna) == [("follow", "bjorn")]
    await ok(await square.bjorn.post(f"/api/v1/accounts/{square.anna.id}/unfollow"))
    assert await told(square, square.anna) == []
    await ok(await square.anna.patch("/api/v1/accounts/update_credentials", json={"locked": True}))
    await square.bjorn.follows(square.anna)
    assert await kinds(square, square.anna) == [("follow_request", "bjorn")]
    await ok(await square.anna.post(f"/api/v1/follow_requests/{square.bjorn.id}/authorize"))
    assert await kinds(square, square.anna) == [("follow", "bjorn")]


async def test_the_bell_rings_for_posts_but_not_for_boosts_and_answers(square: Square) -> None:
    await ok(await square.bjorn.post(f"/api/v1/accounts/{square.anna.id}/follow", json={"notify": True}))
    first = await square.anna.says("Nytt inlägg")
    other = await square.shop.says("Rea")
    await ok(await square.anna.post(f"/api/v1/statuses/{other['id']}/reblog"))
    await square.anna.says("ett svar", in_reply_to_id=other["id"])
    await square.anna.says("@bjorn nämnd", visibility="private")
    own = await square.anna.says("eget svar", in_reply_to_id=first["id"])
    found = await told(square, square.bjorn)
    assert [(n["type"], n["status"]["id"]) for n in found if n["type"] == "status"] == [
        ("status", own["id"]),
        ("status", first["id"]),
    ]
    assert [n["type"] for n in found].count("mention") == 1, "one post is told once"


async def test_quotes_and_edits(square: Square) -> None:
    post = await square.anna.says("Ursprunget")
    await ok(await square.shop.post(f"/api/v1/statuses/{post['id']}/reblog"))
    quote = await square.bjorn.says("Läs detta", quoted_status_id=post["id"])
    assert (await kinds(square, square.anna))[0] == ("quote", "bjorn")
    for text in ("Ändrat", "Ändrat igen, med @reporter"):
        await ok(await square.anna.put(f"/api/v1/statuses/{post['id']}", json={"status": text}))
    booster = await told(square, square.shop)
    assert [(n["type"], n["status"]["id"]) for n in booster] == [("update", post["id"])], "of edits only the latest"
    quoter = await told(square, square.bjorn)
    assert [(n["type"], n["status"]["id"]) for n in quoter] == [("quoted_update", quote["id"])]
    assert await kinds(square, square.reporter) == [("mention", "anna")]


async def test_the_end_of_a_poll_is_told_to_author_and_voters(square: Square) -> None:
    status = await square.anna.says("Fika?", poll={"options": ["ja", "nej"], "expires_in": 300})
    await ok(await square.bjorn.post(f"/api/v1/polls/{status['poll']['id']}/votes", json={"choices": [0]}))
    async with square.services.db.system() as tx:
        await tx.run("UPDATE polls SET expires_at = now() - interval '1 minute'")
        await tx.run("UPDATE jobs SET run_at = now() WHERE kind = 'poll_end'")
    assert await kinds(square, square.anna) == [("poll", "anna")]
    assert await kinds(square, square.bjorn) == [("poll", "anna")]
    assert await told(square, square.shop) == []


async def test_a_message_is_a_mention_and_a_silenced_conversation_is_quiet(square: Square) -> None:
    await square.anna.follows(square.bjorn)
    message = await square.bjorn.says("@anna i förtroende", visibility="direct")
    found = await told(square, square.anna)
    assert [(n["type"], n["status"]["id"], n["status"]["visibility"]) for n in found] == [
        ("mention", message["id"], "direct")
    ]
    assert await told(square, square.shop) == []
    await ok(await square.anna.post(f"/api/v1/statuses/{message['id']}/mute"))
    await square.bjorn.says("@anna en gång till", visibility="direct", in_reply_to_id=message["id"])
    assert len(await told(square, square.anna)) == 1
    await ok(await square.bjorn.delete(f"/api/v1/statuses/{message['id']}"))
    assert await told(square, square.anna) == []


async def test_blocks_mutes_and_silenced_threads(square: Square) -> None:
    post = await square.anna.says("Start")
    await ok(await square.anna.post(f"/api/v1/accounts/{square.bjorn.id}/mute"))
    await ok(await square.anna.post(f"/api/v1/accounts/{square.shop.id}/block"))
    await ok(await square.anna.post(f"/api/v1/statuses/{post['id']}/mute"))
    await square.bjorn.says("@anna hallå")
    await square.shop.says("@anna köp")
    await square.reporter.says("@anna svara", in_reply_to_id=post["id"])
    await ok(await square.reporter.post(f"/api/v1/statuses/{post['id']}/favourite"))
    assert await told(square, square.anna) == []
    await ok(await square.anna.post(f"/api/v1/accounts/{square.bjorn.id}/mute", json={"notifications": False}))
    await square.bjorn.says("@anna hörs jag?")
    assert await kinds(square, square.anna) == [("mention", "bjorn")]
    await ok(await square.anna.post(f"/api/v1/accounts/{square.bjorn.id}/block"))
    assert await told(square, square.anna) == [], "what a blocked one did earlier is not shown either"


async def test_a_new_person_is_told_to_those_who_manage_users(square: Square) -> None:
    network = square.networks["acme.test"]
    async with square.services.db.tx(network.scope) as tx:
        person = 77
        await tx.run(
            "INSERT INTO persons (org_id, id, email) VALUES (%s, %s, 'ny@acme.test')", (network.org_id, person)
        )
        waiting = await accounts.create_account(tx, "ny", person_id=person, state="unconfirmed")
        await accounts.create_account(tx, "imported")
    assert await told(square, square.anna) == []
    async with square.services.db.tx(network.scope) as tx:
        await accounts.activate(tx, waiting.id)
    assert await kinds(square, square.anna) == [("admin.sign_up", "ny")]
    assert await told(square, square.bjorn) == []
    async with square.services.db.system() as tx:
        await tx.run("UPDATE roles SET permissions = 0")
    assert await told(square, square.anna) == [], "without the office it is none of one's business"


async def several(square: Square, count: int) -> list[dict[str, Any]]:
    for n in range(count):
        await square.anna.says(f"@bjorn nummer {n}")
    return await told(square, square.bjorn)


async def test_the_list_is_walked_by_its_links(square: Square) -> None:
    everything = [n["id"] for n in await several(square, 5)]
    seen: list[str] = []
    url, pages = "/api/v1/notifications?limit=2&types[]=mention", 0
    while True:
        page = await square.bjorn.get(url)
        if not page.json():
            break
        seen += [n["id"] for n in page.json()]
        pages += 1
        assert "types" in page.links["next"]["url"]
        newer = await square.bjorn.get(page.links["prev"]["url"])
        assert all(int(n["id"]) > int(page.json()[0]["id"]) for n in newer.json())
        url = page.links["next"]["url"]
    assert (seen, pages) == (everything, 3)
    newest = await ok(await square.bjorn.get("/api/v1/notifications", params={"since_id": everything[2]}))
    assert [n["id"] for n in newest] == everything[:2]
    upwards = await ok(await square.bjorn.get("/api/v1/notifications", params={"min_id": everything[4], "limit": 2}))
    assert [n["id"] for n in upwards] == everything[2:4]


async def test_types_and_senders_are_chosen(square: Square) -> None:
    await square.anna.says("@bjorn hej")
    await square.shop.follows(square.bjorn)
    await told(square, square.bjorn)
    assert await kinds(square, square.bjorn, **{"types[]": "follow"}) == [("follow", "shop")]
    assert await kinds(square, square.bjorn, **{"types[]": ["follow", "mention"]}) != []
    assert await kinds(square, square.bjorn, **{"exclude_types[]": "follow"}) == [("mention", "anna")]
    assert await kinds(square, square.bjorn, account_id=str(square.shop.id)) == [("follow", "shop")]
    assert await kinds(square, square.bjorn, **{"types[]": "nonsense"}) == []


async def test_unread_are_those_newer_than_the_marker(square: Square) -> None:
    found = await several(square, 4)
    path = "/api/v1/notifications/unread_count"
    assert await ok(await square.bjorn.get(path)) == {"count": 4}
    assert await ok(await square.bjorn.get(path, params={"limit": 3})) == {"count": 3}
    await ok(await square.bjorn.post("/api/v1/markers", json={"notifications": {"last_read_id": found[1]["id"]}}))
    assert await ok(await square.bjorn.get(path)) == {"count": 1}
    assert await ok(await square.bjorn.get(path, params={"exclude_types[]": "mention"})) == {"count": 0}


async def test_dismissing_and_clearing(square: Square) -> None:
    found = await several(square, 3)
    path = f"/api/v1/notifications/{found[0]['id']}"
    assert (await square.anna.post(f"{path}/dismiss")).status_code == 404, "nobody dismisses for another"
    assert await ok(await square.bjorn.post(f"{path}/dismiss")) == {}
    assert (await square.bjorn.get(path)).status_code == 404
    assert (await square.bjorn.post(f"{path}/dismiss")).status_code == 404
    assert len(await told(square, square.bjorn)) == 2
    assert await ok(await square.bjorn.post("/api/v1/notifications/clear")) == {}
    assert await told(square, square.bjorn) == []


async def test_a_fallback_only_for_clients_that_name_their_types(square: Square) -> None:
    found = await several(square, 1)
    assert "fallback" not in found[0]
    named = await told(square, square.bjorn, **{"supported_types[]": "favourite"})
    assert named[0]["fallback"]["title"] == "Anna mentioned you"
    assert "fallback" not in (await told(square, square.bjorn, **{"supported_types[]": "mention"}))[0]


PATHS = [
    ("GET", "/api/v1/notifications/{id}"),
    ("POST", "/api/v1/notifications/{id}/dismiss"),
    ("GET", "/api/v2/notifications/ungrouped-{id}"),
    ("GET", "/api/v2/notifications/ungrouped-{id}/accounts"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_the_wall(square: Square, method: str, path: str) -> None:
    found = (await several(square, 1))[0]
    there = path.format(id=found["id"])
    for stranger in (square.anna, square.person(OTHER, "olga"), square.person(INSIDE, "bjorn")):
        never = await stranger.http.request(method, path.format(id=4711))
        answer = await stranger.http.request(method, there)
        assert (answer.status_code, answer.json()) == (never.status_code, never.json())
        assert answer.status_code == 404
    assert (await square.nobody().http.request(method, there)).status_code == 401


async def test_lists_of_others_are_closed(square: Square) -> None:
    await several(square, 2)
    mute = await square.add("acme.test", "mute", scopes=["write"])
    for path in ("/api/v1/notifications", "/api/v2/notifications", "/api/v1/notifications/requests"):
        assert (await square.nobody().get(path)).status_code == 401
        olga = await ok(await square.person(OTHER, "olga").get(path))
        assert olga == [] or olga["notification_groups"] == []
        assert (await mute.get(path)).status_code == 403
