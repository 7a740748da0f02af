"""What other servers are told, and whom exactly: every event by our people, as rows of activities and deliveries."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fixtures.outside import remote_account, remote_post
from tests.fixtures.square import INSIDE, PUBLIC, Person, Square
from tests.posts.test_groups import group
from torg.engine import outbox
from torg.federation.outgoing import marks
from torg.graph import actions as graph
from torg.graph.model import FollowOptions
from torg.kernel.actor import Actor, NetworkKind
from torg.portability import leaving, moving
from torg.posts import quotes
from torg.posts.events import QuoteAsked

ORIGIN = f"http://{PUBLIC}"
EVERYBODY = "https://www.w3.org/ns/activitystreams#Public"


async def told(square: Square) -> list[tuple[dict[str, Any], set[str], int | None]]:
    """What was put down since the last look: (activity, hosts, who signs), in order."""
    await square.settle()
    async with square.services.db.system() as tx:
        rows = await tx.all(
            """SELECT a.id, a.body, a.account_id, coalesce(array_agg(d.host) FILTER (WHERE d.host IS NOT NULL), '{}')
                 AS hosts FROM activities a LEFT JOIN deliveries d ON d.org_id = a.org_id AND d.activity_id = a.id
               GROUP BY a.org_id, a.id, a.body, a.account_id ORDER BY a.id"""
        )
        await tx.run("DELETE FROM deliveries")
        await tx.run("DELETE FROM activities")
    return [(json.loads(bytes(row["body"])), set(row["hosts"]), row["account_id"]) for row in rows]


def kinds(found: list[tuple[dict[str, Any], set[str], int | None]]) -> list[tuple[str, set[str]]]:
    return [(activity["type"], hosts) for activity, hosts, _ in found]


def acting(square: Square, account_id: int) -> Actor:
    network = square.networks[PUBLIC]
    return Actor(org_id=network.org_id, network_id=network.id, network_kind=NetworkKind.PUBLIC, account_id=account_id)


async def followed_by(square: Square, who: Person, acct: str) -> int:
    """A follower on another server, by the same action as any other."""
    id_ = await remote_account(square, acct)
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        uri = f"https://{acct.partition('@')[2]}/follows/1"
        await graph.follow(tx, acting(square, id_), who.id, FollowOptions(uri=uri))
    return id_


async def test_a_post_goes_to_followers_and_those_it_names(square: Square) -> None:
    await followed_by(square, square.anna, "elsa@far.example")
    await remote_account(square, "olof@near.example")
    await remote_account(square, "stranger@other.example")
    await told(square)
    said = await square.anna.says("@olof@near.example hej #torg")
    [(activity, hosts, signer)] = await told(square)
    assert hosts == {"far.example", "near.example"}
    assert signer == square.anna.id
    assert (activity["type"], activity["actor"]) == ("Create", f"{ORIGIN}/users/anna")
    assert activity["object"]["id"] == f"{ORIGIN}/users/anna/statuses/{said['id']}"
    assert "https://near.example/users/olof" in activity["cc"]
    await square.anna.put(f"/api/v1/statuses/{said['id']}", json={"status": "@olof@near.example hej igen"})
    [(update, hosts, _)] = await told(square)
    assert (update["type"], hosts) == ("Update", {"far.example", "near.example"})
    assert update["object"]["updated"]
    await square.anna.delete(f"/api/v1/statuses/{said['id']}")
    [(gone, hosts, _)] = await told(square)
    assert (gone["type"], gone["object"]["type"]) == ("Delete", "Tombstone")
    assert hosts == {"far.example", "near.example"}


async def test_a_post_for_followers_goes_to_their_servers_only(square: Square) -> None:
    """Exactly: not to who is answered, boosted or has liked, and to nobody's server without a follower (issue 4 §7)."""
    await followed_by(square, square.anna, "elsa@far.example")
    other = await remote_account(square, "olof@near.example")
    answered = await remote_post(square, other)
    await told(square)
    said = await square.anna.says("only you", visibility="private", in_reply_to_id=str(answered))
    [(activity, hosts, _)] = await told(square)
    assert hosts == {"far.example"}
    assert activity["to"] == [f"{ORIGIN}/users/anna/followers"]
    assert EVERYBODY not in json.dumps(activity["object"]["to"] + activity["object"]["cc"])
    await square.anna.put(f"/api/v1/statuses/{said['id']}", json={"status": "only you still"})
    await square.anna.post(f"/api/v1/statuses/{said['id']}/reblog")
    found = await told(square)
    await square.anna.post(f"/api/v1/statuses/{said['id']}/pin")
    await square.anna.delete(f"/api/v1/statuses/{said['id']}")
    found += await told(square)
    assert {kind for kind, _ in kinds(found)} == {"Update", "Announce", "Delete"}, "no Add: the pin is ours"
    assert all(hosts == {"far.example"} for _, hosts in kinds(found))
    assert all(EVERYBODY not in activity.get("to", []) for activity, _, _ in found if activity["type"] == "Delete")


async def test_boosts_and_likes_and_their_undoing(square: Square) -> None:
    await followed_by(square, square.anna, "elsa@far.example")
    author = await remote_account(square, "olof@near.example")
    post = await remote_post(square, author)
    await told(square)
    await square.anna.post(f"/api/v1/statuses/{post}/reblog")
    await square.anna.post(f"/api/v1/statuses/{post}/favourite")
    announce, like = await told(square)
    await square.anna.post(f"/api/v1/statuses/{post}/unreblog")
    await square.anna.post(f"/api/v1/statuses/{post}/unfavourite")
    unboost, unlike = await told(square)
    assert (announce[0]["type"], announce[1]) == ("Announce", {"far.example", "near.example"})
    assert announce[0]["object"] == f"https://far.example/posts/{post}"
    assert (like[0]["type"], like[1]) == ("Like", {"near.example"})
    assert (unboost[0]["type"], unboost[0]["object"]["id"]) == ("Undo", announce[0]["id"])
    assert unboost[1] == announce[1]
    assert (unlike[0]["type"], unlike[0]["object"]["id"], unlike[1]) == ("Undo", like[0]["id"], {"near.example"})


async def test_follows_are_asked_for_and_taken_back(square: Square) -> None:
    elsa = await remote_account(square, "elsa@far.example")
    await square.anna.post(f"/api/v1/accounts/{elsa}/follow")
    [(follow, hosts, _)] = await told(square)
    assert (follow["type"], follow["object"], hosts) == ("Follow", "https://far.example/users/elsa", {"far.example"})
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await graph.authorize(tx, acting(square, elsa), square.anna.id)
    assert await told(square) == [], "what came from outside is not sent on"
    await square.anna.post(f"/api/v1/accounts/{elsa}/unfollow")
    [(undo, _, _)] = await told(square)
    assert (undo["type"], undo["object"]["id"]) == ("Undo", follow["id"])
    await square.anna.post(f"/api/v1/accounts/{elsa}/follow")
    [(again, _, _)] = await told(square)
    assert again["id"] != follow["id"], "a second wish is another activity"


async def test_followers_from_elsewhere_are_answered(square: Square) -> None:
    elsa = await followed_by(square, square.anna, "elsa@far.example")
    [(accept, hosts, signer)] = await told(square)
    assert (accept["type"], hosts, signer) == ("Accept", {"far.example"}, square.anna.id)
    assert accept["object"]["id"] == "https://far.example/follows/1"
    assert accept["object"]["actor"] == "https://far.example/users/elsa"
    await square.anna.post(f"/api/v1/accounts/{elsa}/remove_from_followers")
    [(reject, _, _)] = await told(square)
    assert (reject["type"], reject["object"]["id"]) == ("Reject", "https://far.example/follows/1")
    await square.bjorn.patch("/api/v1/accounts/update_credentials", json={"locked": True})
    await told(square)
    await followed_by(square, square.bjorn, "olof@near.example")
    await followed_by(square, square.bjorn, "maja@near.example")
    assert await told(square) == []
    olof, maja = [one["id"] for one in (await square.bjorn.get("/api/v1/follow_requests")).json()][::-1]
    await square.bjorn.post(f"/api/v1/follow_requests/{olof}/authorize")
    await square.bjorn.post(f"/api/v1/follow_requests/{maja}/reject")
    assert [kind for kind, _ in kinds(await told(square))] == ["Accept", "Reject"]


async def test_a_block_ends_what_there_was_and_says_so(square: Square) -> None:
    elsa = await followed_by(square, square.anna, "elsa@far.example")
    await told(square)
    await square.anna.post(f"/api/v1/accounts/{elsa}/block")
    reject, block = await told(square)
    assert (reject[0]["type"], reject[1]) == ("Reject", {"far.example"})
    assert (block[0]["type"], block[0]["object"]) == ("Block", "https://far.example/users/elsa")
    await square.anna.says("@elsa@far.example not for you")
    assert await told(square) == [], "who is blocked is not sent anything"
    await square.anna.post(f"/api/v1/accounts/{elsa}/unblock")
    [(undo, _, _)] = await told(square)
    assert (undo["type"], undo["object"]["id"]) == ("Undo", block[0]["id"])


async def test_profiles_pins_and_tags_are_told_to_followers(square: Square) -> None:
    await followed_by(square, square.anna, "elsa@far.example")
    said = await square.anna.says("pin me #torg")
    await told(square)
    await square.anna.patch("/api/v1/accounts/update_credentials", json={"display_name": "Anna Ek"})
    [(update, hosts, _)] = await told(square)
    assert (update["type"], update["object"]["name"], hosts) == ("Update", "Anna Ek", {"far.example"})
    await square.anna.post(f"/api/v1/statuses/{said['id']}/pin")
    await square.anna.post(f"/api/v1/statuses/{said['id']}/unpin")
    tag = (await square.anna.post("/api/v1/featured_tags", json={"name": "torg"})).json()
    await square.anna.delete(f"/api/v1/featured_tags/{tag['id']}")
    found = await told(square)
    assert [activity["type"] for activity, _, _ in found] == ["Add", "Remove", "Add", "Remove"]
    assert [activity["target"].rsplit("/", 1)[1] for activity, _, _ in found] == [
        "featured",
        "featured",
        "tags",
        "tags",
    ]


def test_numbers_are_told_the_later_the_more_servers_hear_them() -> None:
    pauses = [marks.poll_pause(servers).total_seconds() for servers in (0, 1, 100, 10_000)]
    assert pauses == [5, 5.1, 15, 180]


async def told_later(square: Square) -> list[tuple[dict[str, Any], set[str], int | None]]:
    """What is told when the jobs that wait a while have their turn."""
    async with square.services.db.system() as tx:
        await tx.run("UPDATE jobs SET run_at = now() WHERE kind IN ('federation.tell_poll', 'federation.tell_vote')")
    return await told(square)


async def test_votes_elsewhere_and_here(square: Square) -> None:
    elsa = await followed_by(square, square.anna, "elsa@far.example")
    poll = await remote_post(square, elsa)
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        await tx.run(
            """INSERT INTO polls (org_id, network_id, id, post_id, account_id, multiple, hide_totals, options, tallies)
               VALUES (%s, %s, %s, %s, %s, true, false, '{a,b,c}', '{0,0,0}')""",
            (network.org_id, network.id, poll, poll, elsa),
        )
    await told(square)
    response = await square.bjorn.post(f"/api/v1/polls/{poll}/votes", json={"choices": [0, 2]})
    assert response.status_code == 200, response.text
    first, second = await told(square) + await told_later(square)
    assert [one[0]["object"]["name"] for one in (first, second)] == ["a", "c"]
    ids = [one[0]["object"]["id"] for one in (first, second)]
    assert ids == [f"{ORIGIN}/users/bjorn#votes/{poll}/{choice}" for choice in (0, 2)], "another one in each poll"
    assert first[0]["object"]["inReplyTo"] == f"https://far.example/posts/{poll}"
    assert first[0]["to"] == ["https://far.example/users/elsa"]
    assert "content" not in first[0]["object"]
    mine = await square.anna.says("Which?", poll={"options": ["a", "b"], "expires_in": 3600})
    await told(square)
    await square.bjorn.post(f"/api/v1/polls/{mine['poll']['id']}/votes", json={"choices": [0]})
    [(update, hosts, _)] = await told(square) + await told_later(square)
    assert (update["type"], hosts) == ("Update", {"far.example"})
    assert [one["replies"]["totalItems"] for one in update["object"]["oneOf"]] == [1, 0]


async def test_messages_go_to_their_readers_elsewhere_only(square: Square) -> None:
    await followed_by(square, square.anna, "elsa@far.example")
    await remote_account(square, "olof@near.example")
    await told(square)
    said = await square.anna.says("@olof@near.example @bjorn psst", visibility="direct")
    [(create, hosts, _)] = await told(square)
    assert (create["type"], hosts) == ("Create", {"near.example"})
    assert sorted(create["to"]) == [f"{ORIGIN}/users/bjorn", "https://near.example/users/olof"]
    assert create["cc"] == create["object"]["cc"] == []
    assert len(create["object"]["tag"]) == 2
    await square.anna.put(f"/api/v1/statuses/{said['id']}", json={"status": "@olof@near.example @bjorn psst!"})
    assert kinds(await told(square)) == [("Update", {"near.example"})]
    await square.anna.delete(f"/api/v1/statuses/{said['id']}")
    assert kinds(await told(square)) == [("Delete", {"near.example"})]


async def test_quotes_ask_are_answered_and_taken_back(square: Square) -> None:
    """FEP-044f in both directions."""
    elsa = await remote_account(square, "elsa@far.example")
    theirs = await remote_post(square, elsa, quote_policy="public")
    await told(square)
    said = await square.anna.says("look", quoted_status_id=str(theirs))
    assert said["quote"]["state"] == "pending"
    create, request = await told(square)
    assert create[0]["type"] == "Create"
    assert "quoteAuthorization" not in create[0]["object"]
    assert (request[0]["type"], request[0]["object"]) == ("QuoteRequest", f"https://far.example/posts/{theirs}")
    assert request[0]["instrument"]["id"] == f"{ORIGIN}/users/anna/statuses/{said['id']}"
    mine = await square.anna.says("quote me")
    quoting = await remote_post(
        square, elsa, quote_of_id=int(mine["id"]), quote_of_account_id=square.anna.id, quote_state="accepted"
    )
    await told(square)
    uri = f"https://far.example/posts/{quoting}"
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await outbox.append(
            tx,
            QuoteAsked(
                account_id=square.anna.id, quoted_id=int(mine["id"]), by_id=elsa, uri="https://far.example/requests/1",
                quoting_uri=uri, accepted=True, post_id=quoting,
            ),
        )  # fmt: skip
    [(accept, hosts, _)] = await told(square)
    assert (accept["type"], accept["object"]["id"], hosts) == (
        "Accept", "https://far.example/requests/1", {"far.example"},
    )  # fmt: skip
    stamp = (await square.nobody().get(accept["result"].removeprefix(ORIGIN))).json()
    assert (stamp["type"], stamp["interactingObject"]) == ("QuoteAuthorization", uri)
    assert stamp["interactionTarget"] == f"{ORIGIN}/users/anna/statuses/{mine['id']}"
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await quotes.revoke(tx, acting(square, square.anna.id), int(mine["id"]), quoting)
    [(gone, _, _)] = await told(square)
    assert (gone["type"], gone["object"]) == ("Delete", accept["result"])
    assert (await square.nobody().get(accept["result"].removeprefix(ORIGIN))).status_code == 404


async def test_a_quote_between_members_carries_its_stamp(square: Square) -> None:
    await followed_by(square, square.anna, "elsa@far.example")
    one = await square.bjorn.says("quote me")
    await told(square)
    await square.anna.says("look", quoted_status_id=one["id"])
    [(create, _, _)] = await told(square)
    assert create["object"]["quote"] == f"{ORIGIN}/users/bjorn/statuses/{one['id']}"
    stamp = await square.nobody().get(create["object"]["quoteAuthorization"].removeprefix(ORIGIN))
    assert stamp.json()["interactingObject"] == create["object"]["id"]


async def test_a_group_announces_what_its_members_say(square: Square) -> None:
    """FEP-1b12: the activity for those that know groups, the post for all the others; nothing to the author's own."""
    await followed_by(square, square.anna, "elsa@far.example")
    place = await group(square, "garden", "open", square.anna, square.bjorn, host=PUBLIC)
    olof = await remote_account(square, "olof@near.example")
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await graph.follow(tx, acting(square, olof), place, FollowOptions(uri="https://near.example/follows/2"))
    accept = (await told(square))[-1]
    assert (accept[0]["type"], accept[2]) == ("Accept", place), "a follow is how one joins"
    said = await square.anna.says("!garden roses")
    whole, boost = [one for one in await told(square) if one[1]]
    assert whole[1] == boost[1] == {"near.example"}
    assert (whole[0]["type"], whole[0]["object"]["type"]) == ("Announce", "Create")
    assert whole[2] == boost[2] == place
    assert boost[0]["object"] == whole[0]["object"]["object"]["id"]
    await square.bjorn.post(f"/api/v1/statuses/{said['id']}/favourite")
    [(liked, _, _)] = await told(square)
    assert liked["object"]["type"] == "Like"
    theirs = await remote_post(square, olof, group_id=place, audience="group")
    assert theirs
    await square.anna.delete(f"/api/v1/statuses/{said['id']}")
    found = [one for one in await told(square) if one[1]]
    assert [(one[0]["type"], one[0]["object"]["type"]) for one in found] == [
        ("Announce", "Delete"), ("Undo", "Announce"),
    ]  # fmt: skip


async def test_who_moves_or_leaves_says_so(square: Square) -> None:
    await followed_by(square, square.anna, "elsa@far.example")
    await remote_account(square, "stranger@other.example")
    new = await remote_account(square, "anna@new.example", also_known_as=[f"{ORIGIN}/users/anna"])
    await told(square)
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        me = acting(square, square.anna.id)
        await moving.move(tx, me, "https://new.example/users/anna", origin=ORIGIN, host=PUBLIC)
    found = {one[0]["type"]: one for one in await told(square)}
    assert found["Move"][0]["target"] == "https://new.example/users/anna"
    assert found["Move"][1] == {"far.example"}
    assert found["Update"][0]["object"]["movedTo"] == "https://new.example/users/anna"
    assert new
    async with square.services.db.tx(network.scope) as tx:
        await leaving.leave(tx, acting(square, square.anna.id))
    gone = [one for one in await told(square) if one[0]["type"] == "Delete"]
    assert len(gone) == 1, "one Delete for all that there was"
    assert gone[0][0]["object"] == f"{ORIGIN}/users/anna"
    assert gone[0][1] == {"far.example", "other.example", "new.example"}


async def test_a_forwarded_report_is_the_networks(square: Square) -> None:
    elsa = await remote_account(square, "elsa@far.example")
    post = await remote_post(square, elsa)
    await told(square)
    form = {"account_id": str(elsa), "status_ids": [str(post)], "comment": "spam"}
    await square.anna.post("/api/v1/reports", json=form)
    assert await told(square) == [], "only if the reporter wants it"
    await square.anna.post("/api/v1/reports", json={**form, "forward": True})
    [(flag, hosts, signer)] = await told(square)
    assert (flag["type"], flag["actor"], hosts, signer) == ("Flag", f"{ORIGIN}/actor", {"far.example"}, None)
    assert flag["object"] == ["https://far.example/users/elsa", f"https://far.example/posts/{post}"]
    assert "anna" not in json.dumps(flag)


@pytest.mark.parametrize("host", [INSIDE])
async def test_nothing_is_ever_put_down_for_an_inside_network(square: Square, host: str) -> None:
    """Even if rows say that somebody elsewhere follows there (issue 4 §7)."""
    anna, bjorn = square.person(host, "anna"), square.person(host, "bjorn")
    spy = await remote_account(square, "spy@far.example", network=host)
    network = square.networks[host]
    async with square.services.db.tx(network.scope) as tx:
        await tx.run(
            "INSERT INTO follows (org_id, network_id, id, account_id, target_id) VALUES (%s, %s, %s, %s, %s)",
            (network.org_id, network.id, spy + 1, spy, anna.id),
        )
    said = await anna.says("@spy@far.example hello")
    await anna.put(f"/api/v1/statuses/{said['id']}", json={"status": "@spy@far.example hello again"})
    await anna.says("@spy@far.example psst", visibility="direct")
    await bjorn.post(f"/api/v1/statuses/{said['id']}/favourite")
    await bjorn.post(f"/api/v1/statuses/{said['id']}/reblog")
    await anna.post(f"/api/v1/statuses/{said['id']}/pin")
    await anna.patch("/api/v1/accounts/update_credentials", json={"note": "hello"})
    await anna.post(f"/api/v1/accounts/{spy}/follow")
    await anna.post(f"/api/v1/accounts/{spy}/block")
    await anna.delete(f"/api/v1/statuses/{said['id']}")
    assert await told(square) == []
    async with square.services.db.system() as tx:
        assert await tx.column("SELECT kind FROM jobs WHERE kind LIKE 'federation.%%'") == []
