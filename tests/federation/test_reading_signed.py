"""What a signed GET shows of posts that are not for everybody: to one of whom they are for, and to nobody beside."""

from __future__ import annotations

from tests.federation.arriving import account_of, comes, followed
from tests.fixtures.fediverse import Citizen, Elsewhere, Home


async def test_a_followers_post_is_shown_to_the_follower_and_not_to_the_neighbour(
    home: Home, elsewhere: Elsewhere
) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    await comes(home, carol, carol.activity("Follow", home.actor_id("anna")))
    closed = await home.anna.says("For those who follow", visibility="private")
    for address in (closed["uri"], f"{closed['uri']}/activity", closed["url"]):
        assert await statuses(address, carol, dave) == [200, 404]
    assert "For those who follow" in (await carol.gets(closed["uri"])).json()["content"]
    await comes(home, carol, carol.activity("Undo", carol.activity("Follow", home.actor_id("anna"))))
    assert await statuses(closed["uri"], carol, dave) == [404, 404], "no longer a follower"


async def test_who_is_mentioned_reads_along_and_who_is_blocked_does_not(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    await followed(home, dave)
    await followed(home, carol)
    closed = await home.anna.says(f"For followers and @{dave.acct}", visibility="private")
    assert await statuses(closed["uri"], carol, dave) == [404, 200]
    account = await account_of(home, dave)
    assert (await home.anna.post(f"/api/v1/accounts/{account.id}/block")).status_code == 200
    assert await statuses(closed["uri"], carol, dave) == [404, 404]


async def statuses(address: str, *readers: Citizen) -> list[int]:
    return [(await reader.gets(address)).status_code for reader in readers]
