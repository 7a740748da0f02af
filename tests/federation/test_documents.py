"""Actors, posts and collections as other servers fetch them: what they say, and what they never show."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.fixtures.square import INSIDE, PUBLIC, Person, Square
from tests.posts.test_groups import group
from torg.orgs import store as orgs

JSON = {"accept": "application/activity+json"}
LD = {"accept": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'}
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
ORIGIN = f"http://{PUBLIC}"
PUBLIC_ADDRESS = "https://www.w3.org/ns/activitystreams#Public"


async def fetched(square: Square, path: str, status: int = 200, host: str = PUBLIC) -> dict[str, Any]:
    """A document as a stranger gets it."""
    response = await square.nobody(host).get(path.removeprefix(f"http://{host}"), headers=JSON)
    assert response.status_code == status, f"{path}: {response.status_code} {response.text}"
    found: dict[str, Any] = response.json()
    if status == 200:
        assert response.headers["content-type"].startswith("application/activity+json")
    return found


async def settings(square: Square, **changes: Any) -> None:
    network = square.networks[PUBLIC]
    async with square.services.db.system() as tx:
        await orgs.update_settings(tx, network, msgspec.structs.replace(network.settings, **changes))
    square.services.networks.forget()


async def test_an_actor_tells_who_somebody_is(square: Square) -> None:
    await square.anna.patch(
        "/api/v1/accounts/update_credentials",
        json={"note": "Hello #torg", "locked": True, "fields_attributes": [{"name": "Web", "value": "https://anna.example"}]},
    )  # fmt: skip
    found = await fetched(square, "/users/anna")
    assert found["id"] == f"{ORIGIN}/users/anna"
    assert found["type"] == "Person"
    assert found["preferredUsername"] == "anna"
    assert found["webfinger"] == f"anna@{PUBLIC}"
    assert found["inbox"] == f"{ORIGIN}/users/anna/inbox"
    assert found["endpoints"] == {"sharedInbox": f"{ORIGIN}/inbox"}
    assert found["publicKey"]["id"] == f"{ORIGIN}/users/anna#main-key"
    assert found["publicKey"]["owner"] == found["id"]
    assert found["publicKey"]["publicKeyPem"].startswith("-----BEGIN PUBLIC KEY-----")
    assert found["manuallyApprovesFollowers"] is True
    assert found["attachment"][0]["type"] == "PropertyValue"
    assert (await fetched(square, "/@anna")) == found
    again = await fetched(square, "/users/ANNA")
    assert again["publicKey"] == found["publicKey"], "one key, whoever asks and how"


async def test_browsers_get_the_page_and_servers_the_document(square: Square) -> None:
    post = await square.anna.says("Hello")
    nobody = square.nobody()
    for path, page in ((f"/users/anna/statuses/{post['id']}", f"/@anna/{post['id']}"), ("/users/anna", "/@anna")):
        for accept in (JSON, LD):
            response = await nobody.get(path, headers=accept)
            assert response.status_code == 200
            assert response.json()["id"] == f"{ORIGIN}{path}"
            assert "accept" in response.headers["vary"].lower()
        shown = await nobody.get(path, headers=BROWSER)
        assert (shown.status_code, shown.headers["location"]) == (302, page)
        assert "accept" in shown.headers["vary"].lower()
        assert (await nobody.get(page, headers=BROWSER)).headers["content-type"].startswith("text/html")
        by_page = await nobody.get(page, headers=JSON)
        assert by_page.json()["id"] == f"{ORIGIN}{path}"
        html = await nobody.get(page, headers={"accept": "text/html, application/activity+json;q=0.5"})
        assert html.headers["content-type"].startswith("text/html")


async def test_a_note_is_addressed_as_it_is_visible(square: Square) -> None:
    me, followers = f"{ORIGIN}/users/anna", f"{ORIGIN}/users/anna/followers"
    public = await square.anna.says("@bjorn hej #torg", language="sv")
    note = await fetched(square, f"/users/anna/statuses/{public['id']}")
    assert (note["to"], note["cc"]) == ([PUBLIC_ADDRESS], [followers, f"{ORIGIN}/users/bjorn"])
    assert note["attributedTo"] == me
    assert note["contentMap"] == {"sv": note["content"]}
    assert {"type": "Mention", "href": f"{ORIGIN}/users/bjorn", "name": f"@bjorn@{PUBLIC}"} in note["tag"]
    assert {"type": "Hashtag", "href": f"{ORIGIN}/tags/torg", "name": "#torg"} in note["tag"]
    assert note["interactionPolicy"]["canQuote"]["automaticApproval"] == [PUBLIC_ADDRESS]
    unlisted = await square.anna.says("quiet", visibility="unlisted")
    note = await fetched(square, f"/users/anna/statuses/{unlisted['id']}")
    assert (note["to"], note["cc"]) == ([followers], [PUBLIC_ADDRESS])
    create = await fetched(square, f"/users/anna/statuses/{public['id']}/activity")
    assert (create["type"], create["actor"]) == ("Create", me)
    assert create["object"]["id"] == f"{ORIGIN}/users/anna/statuses/{public['id']}"


async def test_a_poll_is_a_question(square: Square) -> None:
    said = await square.anna.says("Which?", poll={"options": ["a", "b"], "expires_in": 3600, "multiple": True})
    await square.bjorn.post(f"/api/v1/polls/{said['poll']['id']}/votes", json={"choices": [1]})
    question = await fetched(square, f"/users/anna/statuses/{said['id']}")
    assert question["type"] == "Question"
    assert [(o["name"], o["replies"]["totalItems"]) for o in question["anyOf"]] == [("a", 0), ("b", 1)]
    assert question["votersCount"] == 1
    assert question["endTime"]
    assert "closed" not in question


async def test_what_is_not_for_everybody_is_nowhere(square: Square) -> None:
    """Followers-only posts, messages and private groups are in no document and no collection (issue 4 §7)."""
    await square.bjorn.follows(square.anna)
    secret = await square.anna.says("SECRET", visibility="private")
    message = await square.anna.says("@bjorn SECRET", visibility="direct")
    hidden = await group(square, "den", "private", square.anna, host=PUBLIC)
    grouped = await square.anna.says("!den SECRET")
    first = await square.anna.says("public")
    await square.bjorn.says("SECRET answer", visibility="private", in_reply_to_id=first["id"])
    await square.anna.post(f"/api/v1/statuses/{secret['id']}/pin")
    assert hidden
    for one in (secret, message, grouped):
        for tail in ("", "/activity", "/replies", "/likes", "/shares", "/context", "/replies?page=true"):
            await fetched(square, f"/users/anna/statuses/{one['id']}{tail}", 404)
        await fetched(square, f"/@anna/{one['id']}", 404)
    for path in (
        "/users/anna/outbox?page=true", "/users/anna/collections/featured", "/users/bjorn/outbox?page=true",
        f"/users/anna/statuses/{first['id']}/replies?page=true",
        f"/users/anna/statuses/{first['id']}/context?page=true", f"/users/anna/statuses/{first['id']}",
    ):  # fmt: skip
        assert "SECRET" not in str(await fetched(square, path)), path
    assert (await fetched(square, f"/users/anna/statuses/{first['id']}/replies?page=true"))["orderedItems"] == []
    await fetched(square, "/users/den", 404)
    await fetched(square, "/.well-known/webfinger?resource=acct:den@" + PUBLIC, 404)


async def test_an_inside_network_is_no_server_at_all(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    post = await anna.says("inside")
    paths = [
        "/users/anna", "/@anna", "/actor", "/users/anna/outbox", "/users/anna/followers", "/users/anna/following",
        "/users/anna/collections/featured", "/users/anna/collections/tags", f"/users/anna/statuses/{post['id']}",
        f"/@anna/{post['id']}", f"/users/anna/statuses/{post['id']}/activity",
        f"/users/anna/statuses/{post['id']}/replies", f"/users/anna/statuses/{post['id']}/context",
    ]  # fmt: skip
    for path in paths:
        found = await fetched(square, path, 404, host=INSIDE)
        assert found == await fetched(square, path.replace("anna", "nobody").replace(post["id"], "1"), 404, host=INSIDE)
    await settings(square, federation="off")
    for path in paths[:8]:
        await fetched(square, path, 404)


async def test_collections_are_paged_and_relations_may_be_hidden(square: Square) -> None:
    posts = [await square.anna.says(f"number {n}") for n in range(23)]
    await square.bjorn.post(f"/api/v1/statuses/{posts[0]['id']}/reblog")
    outbox = await fetched(square, "/users/anna/outbox")
    assert outbox["totalItems"] == 23
    first = await fetched(square, outbox["first"])
    assert [one["type"] for one in first["orderedItems"]] == ["Create"] * 20
    rest = await fetched(square, first["next"])
    assert len(rest["orderedItems"]) == 3
    assert "next" not in rest
    [boost] = (await fetched(square, "/users/bjorn/outbox?page=true"))["orderedItems"]
    assert (boost["type"], boost["object"]) == ("Announce", f"{ORIGIN}/users/anna/statuses/{posts[0]['id']}")
    assert (await fetched(square, boost["id"]))["id"] == boost["id"]
    await square.bjorn.follows(square.anna)
    assert (await fetched(square, "/users/anna/followers?page=true"))["orderedItems"] == [f"{ORIGIN}/users/bjorn"]
    await square.anna.patch("/api/v1/accounts/update_credentials", json={"hide_collections": True})
    hidden = await fetched(square, "/users/anna/followers")
    assert hidden["totalItems"] == 1
    assert "first" not in hidden
    await fetched(square, "/users/anna/followers?page=true", 404)


async def test_a_conversation_can_be_fetched_whole(square: Square) -> None:
    first = await square.anna.says("one")
    answer = await square.bjorn.says("two", in_reply_to_id=first["id"])
    deeper = await square.shop.says("three", in_reply_to_id=answer["id"])
    uri = f"{ORIGIN}/users/anna/statuses/{first['id']}"
    note = await fetched(square, uri)
    assert note["replies"]["first"]["items"] == [f"{ORIGIN}/users/bjorn/statuses/{answer['id']}"]
    assert note["context"] == f"{uri}/context"
    whole = await fetched(square, f"{uri}/context?page=true")
    assert [one.rsplit("/", 1)[1] for one in whole["orderedItems"]] == [first["id"], answer["id"], deeper["id"]]
    reply = await fetched(square, f"/users/shop/statuses/{deeper['id']}")
    assert reply["inReplyTo"] == f"{ORIGIN}/users/bjorn/statuses/{answer['id']}"
    assert reply["context"] == f"{uri}/context"


async def test_what_is_deleted_leaves_a_tombstone(square: Square) -> None:
    post = await square.anna.says("gone soon")
    private = await square.anna.says("never seen", visibility="private")
    for one in (post, private):
        await square.anna.delete(f"/api/v1/statuses/{one['id']}")
    gone = await fetched(square, f"/users/anna/statuses/{post['id']}", 410)
    assert (gone["type"], gone["id"]) == ("Tombstone", f"{ORIGIN}/users/anna/statuses/{post['id']}")
    await fetched(square, f"/users/anna/statuses/{private['id']}", 404)
    await fetched(square, f"/users/bjorn/statuses/{post['id']}", 404)
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        await tx.run("UPDATE accounts SET state = 'deleted' WHERE id = %s", (square.shop.id,))
    assert (await fetched(square, "/users/shop", 410))["type"] == "Tombstone"


async def test_groups_that_all_may_read_are_actors(square: Square) -> None:
    for kind, status in (("open", 200), ("moderated", 200), ("private", 404), ("hidden", 404)):
        await group(square, kind, kind, square.anna, host=PUBLIC)
        await fetched(square, f"/users/{kind}", status)
    said = await square.anna.says("!open hello all")
    assert (await fetched(square, "/users/open"))["type"] == "Group"
    note = await fetched(square, f"/users/anna/statuses/{said['id']}")
    assert note["audience"] == f"{ORIGIN}/users/open"
    assert note["to"] == [f"{ORIGIN}/users/open", PUBLIC_ADDRESS]
    [announced] = (await fetched(square, "/users/open/outbox?page=true"))["orderedItems"]
    assert announced["object"] == note["id"]
    assert (await fetched(square, announced["id"]))["actor"] == f"{ORIGIN}/users/open"


async def test_the_network_itself_is_an_actor(square: Square) -> None:
    found = await fetched(square, "/actor")
    assert (found["type"], found["preferredUsername"]) == ("Application", PUBLIC)
    finger = await fetched_json(square.nobody(), f"/.well-known/webfinger?resource=acct:{PUBLIC}@{PUBLIC}")
    assert {"rel": "self", "type": "application/activity+json", "href": found["id"]} in finger["links"]
    nodeinfo = await fetched_json(square.nobody(), "/.well-known/nodeinfo")
    assert {"rel": "https://www.w3.org/ns/activitystreams#Application", "href": found["id"]} in nodeinfo["links"]
    await settings(square, authorised_fetch=True)
    assert (await fetched(square, "/actor")) == found, "whoever checks our signature needs its key"
    for path in ("/users/anna", "/users/anna/outbox", "/users/anna/followers"):
        await fetched(square, path, 401)


async def fetched_json(person: Person, path: str) -> dict[str, Any]:
    response = await person.get(path)
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


@pytest.mark.parametrize("path", ["/users/anna/statuses/1", "/users/nobody", "/@nobody/1", "/emojis/1"])
async def test_what_never_was_is_a_plain_404(square: Square, path: str) -> None:
    assert await fetched(square, path, 404) == {"error": "Record not found"}
