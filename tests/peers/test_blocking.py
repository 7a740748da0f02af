"""A blocked server's people are gone from everybody's sight at once; follows end, and people learn which they lost."""

from __future__ import annotations

from typing import Any

from tests.fixtures.outside import remote_account, remote_post
from tests.fixtures.square import OTHER, PUBLIC, Person, Square
from tests.web.reader import Reader
from torg.graph import store as graph
from torg.graph.model import FollowOptions

BLOCKS = "/api/v1/admin/domain_blocks"


async def follow(square: Square, follower: int, target: int, table: Any = "follows") -> None:
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await graph.put_follow(tx, table, follower, target, FollowOptions(languages=["sv"], notify=True))


async def block(square: Square, domain: str, severity: str = "suspend", **more: Any) -> dict[str, Any]:
    answer = await square.anna.post(BLOCKS, json={"domain": domain, "severity": severity, **more})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def unblock(square: Square, made: dict[str, Any]) -> None:
    assert (await square.anna.delete(f"{BLOCKS}/{made['id']}")).status_code == 200


async def timeline(person: Person, name: str = "public") -> list[str]:
    return [status["id"] for status in (await person.get(f"/api/v1/timelines/{name}")).json()]


async def test_suspension_hides_at_once_and_unblocking_shows_again(square: Square) -> None:
    elsa = await remote_account(square, "elsa@far.example")
    deep = await remote_account(square, "dag@deep.far.example")
    other = await remote_account(square, "olle@notfar.example")
    posts = [await remote_post(square, who, "skog") for who in (elsa, deep)]
    shown = await remote_post(square, other, "skog")
    answer = await square.bjorn.says("@elsa@far.example hello", in_reply_to_id=str(posts[0]))
    await follow(square, square.bjorn.id, elsa)
    await square.settle()
    assert set(map(str, [*posts, shown])) <= set(await timeline(square.bjorn))
    assert str(posts[0]) in await timeline(square.bjorn, "home")

    made = await block(square, "far.example")
    for person in (square.bjorn, square.anna, square.nobody()):
        assert str(shown) in await timeline(person)
        for post in posts:
            assert str(post) not in await timeline(person)
            assert (await person.get(f"/api/v1/statuses/{post}")).status_code == 404
        context = (await person.get(f"/api/v1/statuses/{answer['id']}/context")).json()
        assert context["ancestors"] == []
    assert str(posts[0]) not in await timeline(square.bjorn, "home")
    found = (await square.bjorn.get("/api/v2/search", params={"q": "elsa@far.example"})).json()
    assert found["accounts"] == []
    face = (await square.bjorn.get(f"/api/v1/accounts/{elsa}")).json()
    assert (face["suspended"], face["display_name"]) == (True, "")

    await square.settle()
    await unblock(square, made)
    for post in posts:
        assert (await square.nobody().get(f"/api/v1/statuses/{post}")).status_code == 200
    assert (await square.bjorn.get(f"/api/v1/accounts/{elsa}")).json()["display_name"] == "Elsa"
    ties = (await square.bjorn.get("/api/v1/accounts/relationships", params={"id": elsa})).json()
    assert ties[0]["following"] is False  # that stays ended


async def test_people_learn_what_they_lost(square: Square) -> None:
    elsa, dag = [await remote_account(square, acct) for acct in ("elsa@far.example", "dag@deep.far.example")]
    await follow(square, square.bjorn.id, elsa)
    await follow(square, square.bjorn.id, dag)
    await follow(square, dag, square.bjorn.id)
    await follow(square, elsa, square.shop.id)
    await follow(square, elsa, square.bjorn.id, "follow_requests")
    await block(square, "far.example")
    await square.settle()
    [notice] = (await square.bjorn.get("/api/v1/notifications")).json()
    event = notice["event"]
    assert (notice["type"], notice["account"]["id"]) == ("severed_relationships", str(square.bjorn.id))
    assert (event["type"], event["target_name"], event["purged"]) == ("domain_block", "far.example", False)
    assert (event["followers_count"], event["following_count"]) == (1, 2)
    groups = (await square.shop.get("/api/v2/notifications")).json()["notification_groups"]
    assert groups[0]["event"]["followers_count"] == 1
    assert (await square.reporter.get("/api/v1/notifications")).json() == []
    for person in (square.bjorn, square.shop):
        face = (await person.get(f"/api/v1/accounts/{person.id}")).json()
        assert (face["followers_count"], face["following_count"]) == (0, 0)
    assert (await square.bjorn.get("/api/v1/follow_requests")).json() == []

    root = "/api/torg/v1/severed_relationships"
    assert (await square.bjorn.get(root)).json() == [event]
    csv = await square.bjorn.get(f"{root}/{event['id']}/following")
    assert csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert csv.text.splitlines() == [
        "Account address,Show boosts,Notify on new posts,Languages",
        "dag@deep.far.example,true,true,sv",
        "elsa@far.example,true,true,sv",
    ]
    followers = await square.bjorn.get(f"{root}/{event['id']}/followers")
    assert followers.text.splitlines() == ["Account address", "dag@deep.far.example"]
    for stranger in (square.shop, square.person(OTHER, "olga")):  # nobody else's, at whatever network
        assert (await stranger.get(f"{root}/{event['id']}/followers")).status_code == 404
    assert (await square.nobody().get(root)).status_code == 401

    reader = await Reader(square).enters("bjorn")
    assert 'href="/settings/severed"' in (await reader.open("/notifications")).text
    page = await reader.open("/settings/severed")
    assert "far.example" in page.text
    for direction, same in (("following", csv), ("followers", followers)):
        path = f"/settings/severed/{event['id']}/{direction}.csv"
        assert f'href="{path}"' in page.text
        taken = await reader.open(path)
        assert (taken.text, taken.headers["content-type"]) == (same.text, same.headers["content-type"])
        assert taken.headers["cache-control"] == "private, no-store"
        for other in (await Reader(square).enters("shop"), await Reader(square, OTHER).enters("olga")):
            assert (await other.open(path)).status_code == 404
        assert (await Reader(square).open(path)).status_code == 303
    assert (await reader.open(f"/settings/severed/{event['id']}/nonsense.csv")).status_code in (404, 422)
    reporter = await Reader(square).enters("reporter")
    assert "You have lost no follows." in (await reporter.open("/settings/severed")).text


async def test_a_silenced_server_is_limited_and_new_severity_holds(square: Square) -> None:
    elsa = await remote_account(square, "elsa@far.example")
    post = await remote_post(square, elsa)
    made = await block(square, "far.example", "silence")
    assert (await square.bjorn.get(f"/api/v1/accounts/{elsa}")).json()["limited"] is True
    assert str(post) not in await timeline(square.bjorn)
    assert (await square.bjorn.get(f"/api/v1/statuses/{post}")).status_code == 200
    await square.anna.put(f"{BLOCKS}/{made['id']}", json={"severity": "suspend"})
    face = (await square.bjorn.get(f"/api/v1/accounts/{elsa}")).json()
    assert face["suspended"] is True
    assert "limited" not in face
    await square.anna.put(f"{BLOCKS}/{made['id']}", json={"severity": "noop"})
    face = (await square.bjorn.get(f"/api/v1/accounts/{elsa}")).json()
    assert "suspended" not in face
    assert "limited" not in face


async def test_a_moderators_own_measure_outlives_the_block(square: Square) -> None:
    elsa = await remote_account(square, "elsa@far.example")
    dag = await remote_account(square, "dag@far.example")
    act = "/api/v1/admin/accounts/{}/action"
    await square.anna.post(act.format(elsa), json={"type": "suspend"})
    made = await block(square, "far.example")
    await square.anna.post(act.format(dag), json={"type": "suspend"})
    await unblock(square, made)
    for who in (elsa, dag):
        assert (await square.bjorn.get(f"/api/v1/accounts/{who}")).json()["suspended"] is True


async def test_an_allow_list_shuts_out_all_others(square: Square) -> None:
    elsa, dag = [await remote_account(square, acct) for acct in ("elsa@far.example", "dag@near.example")]
    await follow(square, square.bjorn.id, elsa)
    allows = "/api/v1/admin/domain_allows"
    allowed = (await square.anna.post(allows, json={"domain": "near.example"})).json()
    await square.anna.patch("/api/torg/v1/admin/settings", json={"federation": "allowed"})

    async def hidden() -> list[bool]:
        faces = [(await square.bjorn.get(f"/api/v1/accounts/{who}")).json() for who in (elsa, dag)]
        return [face.get("suspended", False) for face in faces]

    assert await hidden() == [True, False]
    await square.settle()
    [notice] = (await square.bjorn.get("/api/v1/notifications")).json()
    assert notice["event"]["target_name"] == "far.example"
    await square.anna.delete(f"{allows}/{allowed['id']}")
    assert await hidden() == [True, True]
    await square.anna.post(allows, json={"domain": "far.example"})
    assert await hidden() == [False, True]
    await square.anna.patch("/api/torg/v1/admin/settings", json={"federation": "open"})
    assert await hidden() == [False, False]


async def test_ones_own_block_of_a_server_tells_which_followers_it_cost(square: Square) -> None:
    elsa, dag = [await remote_account(square, acct) for acct in ("elsa@far.example", "dag@near.example")]
    for who in (elsa, dag):
        await follow(square, who, square.bjorn.id)
    await follow(square, square.bjorn.id, elsa)
    await square.bjorn.post("/api/v1/domain_blocks", json={"domain": "far.example"})
    await square.settle()
    [notice] = (await square.bjorn.get("/api/v1/notifications")).json()
    event = notice["event"]
    assert (event["type"], event["followers_count"], event["following_count"]) == ("user_domain_block", 1, 0)
    ties = (await square.bjorn.get("/api/v1/accounts/relationships", params={"id[]": [elsa, dag]})).json()
    assert [(one["following"], one["followed_by"]) for one in ties] == [(True, False), (False, True)]


async def test_one_suspended_account_is_lost_too(square: Square) -> None:
    elsa, dag = [await remote_account(square, acct) for acct in ("elsa@far.example", "dag@far.example")]
    for who in (elsa, dag):
        await follow(square, square.bjorn.id, who)
    await follow(square, elsa, square.bjorn.id)
    await square.anna.post(f"/api/v1/admin/accounts/{elsa}/action", json={"type": "suspend"})
    await square.anna.post(f"/api/v1/admin/accounts/{square.shop.id}/action", json={"type": "suspend"})
    await square.settle()
    [notice] = (await square.bjorn.get("/api/v1/notifications")).json()
    event = notice["event"]
    assert (event["type"], event["target_name"]) == ("account_suspension", "elsa@far.example")
    assert (event["followers_count"], event["following_count"]) == (1, 1)
    ties = (await square.bjorn.get("/api/v1/accounts/relationships", params={"id[]": [dag]})).json()
    assert ties[0]["following"] is True


async def test_what_another_process_took_in_meanwhile_is_caught(square: Square) -> None:
    """An account that came by a policy which was remembered a moment too long."""
    await block(square, "far.example")
    elsa = await remote_account(square, "elsa@far.example")
    await follow(square, square.bjorn.id, elsa)
    await square.settle()
    assert (await square.bjorn.get(f"/api/v1/accounts/{elsa}")).json()["suspended"] is True
    late = await remote_account(square, "dag@far.example")
    await square.settle()
    assert "suspended" not in (await square.bjorn.get(f"/api/v1/accounts/{late}")).json()
    async with square.services.db.system() as tx:  # half a minute later
        await tx.run("UPDATE jobs SET run_at = now() WHERE kind = 'peers.enforce'")
    await square.settle()
    assert (await square.bjorn.get(f"/api/v1/accounts/{late}")).json()["suspended"] is True


async def test_a_block_of_one_network_is_none_of_anothers(square: Square) -> None:
    here = await remote_account(square, "elsa@far.example")
    there = await remote_account(square, "elsa@far.example", network=OTHER)
    await block(square, "far.example")
    await square.settle()
    assert (await square.bjorn.get(f"/api/v1/accounts/{here}")).json()["suspended"] is True
    olga = square.person(OTHER, "olga")
    assert "suspended" not in (await olga.get(f"/api/v1/accounts/{there}")).json()
