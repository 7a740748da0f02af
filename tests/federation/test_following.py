"""Follow, Accept, Reject, Undo and Block across servers, in and out of order."""

from __future__ import annotations

import time
from email.utils import formatdate

from tests.federation.arriving import account_of, comes, count, follow_of, followed, told
from tests.fixtures.fediverse import Elsewhere, Home


async def test_an_open_account_has_a_follower_at_once(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    follow = carol.activity("Follow", home.actor_id("anna"))
    await comes(home, carol, follow, inbox=home.inbox("anna"))
    assert await told(home.anna) == [("follow", carol.acct)]
    account = await account_of(home, carol)
    followers = (await home.anna.get(f"/api/v1/accounts/{home.anna.id}/followers")).json()
    assert [one["id"] for one in followers] == [str(account.id)]
    assert await count(home, "follows", f"uri = '{follow['id']}'") == 1
    await comes(home, carol, carol.activity("Follow", home.actor_id("anna")))
    assert await count(home, "follows") == 1, "asking again is the same follow"
    await comes(home, carol, carol.activity("Undo", follow["id"]))
    assert await count(home, "follows") == 1, "the follow is another one by now"
    await comes(home, carol, carol.activity("Undo", {**follow, "id": f"{carol.id}/other"}))
    assert await count(home, "follows") == 0
    assert (await home.anna.get(f"/api/v1/accounts/{home.anna.id}")).json()["followers_count"] == 0


async def test_a_locked_account_is_asked(home: Home, elsewhere: Elsewhere) -> None:
    await home.anna.patch("/api/v1/accounts/update_credentials", json={"locked": True})
    carol = elsewhere.add("carol")
    follow = carol.activity("Follow", home.actor_id("anna"))
    await comes(home, carol, follow)
    assert await told(home.anna) == [("follow_request", carol.acct)]
    account = await account_of(home, carol)
    assert (await home.anna.post(f"/api/v1/follow_requests/{account.id}/authorize")).status_code == 200
    assert await count(home, "follows", f"uri = '{follow['id']}'") == 1, "the id is kept for the Accept"
    await comes(home, carol, carol.activity("Undo", follow["id"]))
    assert await count(home, "follows") == 0


async def test_an_undo_that_comes_first_holds(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    follow = carol.activity("Follow", home.actor_id("anna"))
    await comes(home, carol, carol.activity("Undo", follow))
    await comes(home, carol, follow)
    assert await count(home, "follows") == 0
    await comes(home, carol, carol.activity("Follow", home.actor_id("anna")))
    assert await count(home, "follows") == 1, "another follow is another"


async def test_a_follow_may_come_again_with_the_id_of_the_first(home: Home, elsewhere: Elsewhere) -> None:
    """As Takahē sends it after an Undo or a Reject; each request is another by its date."""
    carol = elsewhere.add("carol")
    follow = carol.activity("Follow", home.actor_id("anna"))
    undo = {**carol.activity("Undo", follow), "id": f"{follow['id']}#undo"}
    for minutes in (10, 9, 8):
        dated = {"date": formatdate(time.time() - 60 * minutes, usegmt=True)}
        for activity, ties in ((follow, 1), (undo, 0)):
            answer = await carol.sends(home.shared_inbox, activity, headers=dated)
            assert answer.status_code == 202, answer.text
            await home.settle()
            assert await count(home, "follows") == ties, (minutes, activity["type"])


async def test_a_request_that_is_replayed_makes_no_tie_again(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    follow = carol.activity("Follow", home.actor_id("anna"))
    dated = {"date": formatdate(usegmt=True)}
    await carol.sends(home.shared_inbox, follow, headers=dated)
    await home.settle()
    assert await count(home, "follows") == 1
    await comes(home, carol, carol.activity("Undo", follow))
    assert await count(home, "follows") == 0
    await carol.sends(home.shared_inbox, follow, headers=dated)
    await home.settle()
    assert await count(home, "follows") == 0


async def test_nobody_undoes_or_answers_for_others(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    follow = carol.activity("Follow", home.actor_id("anna"))
    await comes(home, carol, follow)
    await comes(home, dave, dave.activity("Undo", follow))
    await comes(home, dave, dave.activity("Undo", follow["id"]))
    assert await count(home, "follows") == 1
    account = await account_of(home, carol)
    await home.bjorn.post(f"/api/v1/accounts/{account.id}/follow")
    await comes(home, dave, dave.activity("Accept", follow_of(home, home.bjorn, carol)))
    await comes(home, dave, dave.activity("Accept", follow_of(home, home.bjorn, dave)))
    assert await count(home, "follow_requests") == 1
    await comes(home, carol, carol.activity("Accept", f"{home.actor_id('bjorn')}#follows/1"))
    assert await count(home, "follow_requests") == 0


async def test_an_accept_that_was_not_asked_for_makes_no_follow(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await comes(home, carol, carol.activity("Accept", follow_of(home, home.anna, carol)))
    assert await count(home, "follows") == 0


async def test_a_reject_ends_a_follow_too(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    await comes(home, carol, carol.activity("Reject", follow_of(home, home.anna, carol)))
    assert await count(home, "follows") == 0


async def test_a_block_ends_follows_and_is_undone_by_its_id(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    account = await followed(home, carol, home.anna)
    await comes(home, carol, carol.activity("Follow", home.actor_id("anna")))
    block = carol.activity("Block", home.actor_id("anna"))
    await comes(home, carol, block)
    assert await count(home, "follows") == 0
    assert (await home.anna.post(f"/api/v1/accounts/{account.id}/follow")).status_code == 403
    await comes(home, carol, carol.activity("Undo", block["id"]))
    assert (await home.anna.post(f"/api/v1/accounts/{account.id}/follow")).status_code == 200


async def test_who_is_blocked_here_is_refused(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await comes(home, carol, carol.activity("Follow", home.actor_id("anna")))
    account = await account_of(home, carol)
    await home.anna.post(f"/api/v1/accounts/{account.id}/block")
    await home.settle()
    assert await count(home, "follows") == 0
    follow = carol.activity("Follow", home.actor_id("anna"))
    await comes(home, carol, follow)
    assert await count(home, "follows") == 0
    async with home.services.db.system() as tx:
        told_of = await tx.column("SELECT payload->>'uri' FROM event_log WHERE kind = 'FollowRejected'")
    assert follow["id"] in told_of, "the refusal is answered"


async def test_a_closed_group_does_not_exist_for_others(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    for kind in ("open", "private", "hidden"):
        answer = await home.anna.post("/api/torg/v1/groups", json={"name": f"{kind}choir", "kind": kind})
        assert answer.status_code == 200, answer.text
    for kind, expected in (("open", 202), ("private", 404), ("hidden", 404)):
        answer = await carol.sends(home.inbox(f"{kind}choir"), carol.activity("Follow", home.actor_id(f"{kind}choir")))
        assert answer.status_code == expected, kind
        await comes(home, carol, carol.activity("Follow", home.actor_id(f"{kind}choir")))
    account = await account_of(home, carol)
    assert await count(home, "follows", f"account_id = {account.id}") == 1
    assert await count(home, "follow_requests", f"account_id = {account.id}") == 0
    async with home.services.db.system() as tx:
        assert await tx.value("SELECT count(*) FROM event_log WHERE kind = 'FollowRejected'") == 0
