"""The page that other servers send our members to, and moving between servers: both with a real other server."""

from __future__ import annotations

import re

import httpx2

from tests.fixtures.fediverse import Elsewhere, Home
from tests.fixtures.town import Town
from torg.access import passwords
from torg.delivery.courier import Courier


async def test_a_stranger_is_sent_to_the_login(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    async with httpx2.AsyncClient(base_url=home.origin) as client:
        response = await client.get("/authorize_interaction", params={"uri": carol.id})
        assert (await client.get("/search", params={"q": carol.acct})).status_code == 200
    assert response.status_code == 303
    assert response.headers["location"].startswith("/auth/sign_in?next=%2Fauthorize_interaction")
    assert elsewhere.asked == [], "nobody makes us fetch anything who has no account here"


async def test_a_network_that_does_not_federate_has_no_such_page(town: Town) -> None:
    async with town.client("inside.square.example") as client:
        assert (await client.get("/authorize_interaction", params={"uri": "https://far.example/@x"})).status_code == 404


async def test_an_account_moves_to_another_server(home: Home, elsewhere: Elsewhere) -> None:
    """The target is fetched anew, must name the old account, and followers elsewhere hear of it."""
    follower = elsewhere.add("carol")
    await follower.sends(home.inbox("anna"), follower.activity("Follow", home.actor_id("anna")))
    await home.settle()
    target = elsewhere.add("anna")
    await set_password(home)
    form = {"password": "correct horse battery", "moved_to_uri": target.id}
    refused = await home.anna.post("/api/v1/accounts/move", json=form)
    assert refused.status_code == 422, refused.text
    assert "moved_to_uri" in refused.json()["details"]
    target.document["alsoKnownAs"] = [home.actor_id("anna")]
    moved = await home.anna.post("/api/v1/accounts/move", json=form)
    assert moved.status_code == 202, moved.text
    await home.settle()
    await Courier(home.services).drain()
    [move] = await elsewhere.arrived(1, "Move")
    assert move.activity["target"] == target.id
    assert move.activity["object"] == home.actor_id("anna")


async def set_password(home: Home) -> None:
    hashed = await passwords.hashed("correct horse battery")
    async with home.services.db.system() as tx:
        await tx.run(
            """UPDATE persons p SET password_hash = %s, email = 'anna@acme.test' FROM accounts a
               WHERE a.id = %s AND p.id = a.person_id""",
            (hashed, home.anna.id),
        )


async def test_a_member_follows_from_the_page(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    post = carol.note("hello")
    await set_password(home)
    async with httpx2.AsyncClient(base_url=home.origin) as client:
        form = (await client.get("/auth/sign_in")).text
        csrf = re.search(r'name="csrf" value="([^"]+)"', form)
        assert csrf
        fields = {"csrf": csrf[1], "email": "anna@acme.test", "password": "correct horse battery"}
        signed = await client.post("/auth/sign_in", data=fields)
        assert signed.status_code == 303, signed.text
        for sought in (f"@{carol.acct}", carol.acct, post["id"]):  # the search page hands on what is elsewhere
            searched = await client.get("/search", params={"q": sought})
            assert searched.headers["location"].startswith("/authorize_interaction?uri="), sought
        assert (await client.get("/search", params={"q": f"@anna@{home.host}"})).status_code == 200
        page = await client.get("/authorize_interaction", params={"uri": carol.acct})
        assert page.status_code == 200, page.text
        assert f"@{carol.acct}" in page.text
        csrf = re.search(
            r'name="csrf" value="([^"]+)"[^>]*><input type="hidden" name="account" value="(\d+)"', page.text
        )
        assert csrf
        done = await client.post("/authorize_interaction", data={"csrf": csrf[1], "account": csrf[2]})
        assert done.status_code == 200
        assert (await client.get("/search", params={"q": carol.acct})).status_code == 200, "known by now"
        read = await client.get("/authorize_interaction", params={"uri": post["id"]})
        assert read.status_code == 303
        assert read.headers["location"].startswith(f"/@{carol.acct}/")
    await home.settle()
    await Courier(home.services).drain()
    [follow] = await elsewhere.arrived(1, "Follow")
    assert follow.activity["object"] == carol.id
