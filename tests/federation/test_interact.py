"""Following or answering from one's own server: a stranger says a handle, and a real other server says where to."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from tests.fixtures.fediverse import Elsewhere, Home
from tests.fixtures.square import INSIDE, Square
from tests.web.reader import Reader
from torg.access import sessions

SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"


def offers(elsewhere: Elsewhere, template: Any) -> None:
    """The other server names a place to follow at for carol."""
    carol = elsewhere.people.get("carol") or elsewhere.add("carol")
    finger = elsewhere.fingers[f"acct:carol@{elsewhere.host}"]
    finger["links"] = [
        {"rel": "self", "type": "application/activity+json", "href": carol.id},
        {"rel": SUBSCRIBE, "template": template},
    ]


async def sends(client: httpx2.AsyncClient, uri: str, handle: str, **more: str) -> httpx2.Response:
    page = await client.get("/interact", params={"uri": uri})
    assert page.status_code == 200, page.text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf
    return await client.post("/interact", data={"csrf": csrf[1], "uri": uri, "handle": handle, **more})


async def test_one_is_sent_on_to_ones_own_server(home: Home, elsewhere: Elsewhere) -> None:
    post = await home.anna.says("hello")
    offers(elsewhere, f"{elsewhere.origin}/authorize?to={{uri}}&x=1")
    async with httpx2.AsyncClient(base_url=home.origin) as client:
        for page, goal in (("/@anna", home.actor_id("anna")), (f"/@anna/{post['id']}", post["uri"])):
            shown = (await client.get(page)).text
            [way] = re.findall(r'href="(/interact\?uri=[^"]+)"', shown)
            asked = await client.get(way)
            assert asked.status_code == 200
            assert asked.headers["cache-control"] == "no-store"
            sent = await sends(client, goal, f"@carol@{elsewhere.host.upper()}")
            assert sent.status_code == 303, sent.text
            onward = urlsplit(sent.headers["location"])
            assert (onward.netloc, onward.path) == (elsewhere.host, "/authorize")
            assert parse_qs(onward.query) == {"to": [goal], "x": ["1"]}
        assert "torg_own_server" not in client.cookies


async def test_the_handle_is_remembered_after_a_yes_and_forgotten_after_a_no(home: Home, elsewhere: Elsewhere) -> None:
    offers(elsewhere, f"{elsewhere.origin}/authorize?uri={{uri}}")
    uri, handle = home.actor_id("anna"), f"carol@{elsewhere.host}"
    async with httpx2.AsyncClient(base_url=home.origin) as client:
        await sends(client, uri, handle, remember="1")
        assert "torg_own_server" in client.cookies
        assert f'value="{handle}"' in (await client.get("/interact", params={"uri": uri})).text
        await sends(client, uri, handle)
        assert "torg_own_server" not in client.cookies


async def test_another_host_is_shown_before_one_goes_there(home: Home, elsewhere: Elsewhere) -> None:
    offers(elsewhere, "http://other.example/authorize?uri={uri}")
    async with httpx2.AsyncClient(base_url=home.origin) as client:
        shown = await sends(client, home.actor_id("anna"), f"carol@{elsewhere.host}")
    assert shown.status_code == 200
    assert "location" not in shown.headers
    assert 'href="http://other.example/authorize?uri=http%3A%2F%2F' in shown.text


async def test_odd_templates_lead_nowhere(home: Home, elsewhere: Elsewhere) -> None:
    odd: list[Any] = [
        None, 5, "", "{uri}", "javascript:alert(1)//{uri}", "ftp://x.example/{uri}", "http://{uri}/x",
        "//x.example/{uri}", "http://a@x.example/{uri}", "http://x.example/", "http://x.example/{uri}{uri}",
        "http://x.example\\@y/{uri}", "data:text/html,{uri}", "http://x.example/\r\nx: {uri}",
    ]  # fmt: skip
    async with httpx2.AsyncClient(base_url=home.origin) as client:
        for one in odd:
            offers(elsewhere, one)
            refused = await sends(client, home.actor_id("anna"), f"carol@{elsewhere.host}")
            assert refused.status_code == 422, one
            assert "does not say where one can follow" in refused.text, one
            assert home.actor_id("anna") in refused.text, "one can search for it there"


async def test_errors_are_said_and_forms_must_be_ours(home: Home, elsewhere: Elsewhere) -> None:
    uri, path = home.actor_id("anna"), "/.well-known/webfinger"
    elsewhere.add("carol")
    async with httpx2.AsyncClient(base_url=home.origin) as client:
        forged = await client.post("/interact", data={"csrf": "x", "uri": uri, "handle": f"carol@{elsewhere.host}"})
        assert forged.status_code == 403
        assert elsewhere.asked == []
        for handle in ("", "carol", "carol@", "a b@c", "carol@x/y", "carol@[::1]"):
            assert "That is no handle" in (await sends(client, uri, handle)).text, handle
        assert "knows nobody" in (await sends(client, uri, f"nobody@{elsewhere.host}")).text
        assert "does not speak" in (await sends(client, uri, "carol@10.0.0.1")).text, "no address inside the house"
        own = await sends(client, uri, f"bjorn@{home.host}")
        assert own.headers["location"].startswith("/auth/sign_in?next=%2Fauthorize_interaction")
        for lie in (b"", b"[]", b"\xff", json.dumps({"links": 5}).encode()):
            elsewhere.lie[path] = (lie, "application/jrd+json")
            assert (await sends(client, uri, f"carol@{elsewhere.host}")).status_code == 422
        elsewhere.status[path] = 503
        assert "cannot be reached" in (await sends(client, uri, f"carol@{elsewhere.host}")).text


async def test_the_page_is_of_public_things_alone(home: Home, elsewhere: Elsewhere) -> None:
    quiet = await home.anna.says("for followers", visibility="private")
    async with httpx2.AsyncClient(base_url=home.origin) as client:
        for uri in (
            "", "x", "javascript:alert(1)", quiet["uri"], f"{home.origin}/users/nobody", f"{home.origin}/about",
            "https://far.example/users/x", f"{home.origin}/users/anna/statuses/1",
        ):  # fmt: skip
            assert (await client.get("/interact", params={"uri": uri})).status_code == 404, uri
            assert (await client.post("/interact", data={"uri": uri, "handle": "a@b.example"})).status_code == 404, uri
    assert elsewhere.asked == []


async def test_members_go_to_their_own_page(home: Home) -> None:
    async with home.services.db.tx(home.network.scope) as tx:
        secret = await sessions.begin(tx, home.person(home.host, "bjorn").id, ip="192.0.2.7", user_agent="tests")
    async with httpx2.AsyncClient(base_url=home.origin, cookies={sessions.COOKIE: secret}) as client:
        answer = await client.get("/interact", params={"uri": home.actor_id("anna")})
        assert answer.headers["location"].startswith("/authorize_interaction?uri=")
        assert "/interact?" not in (await client.get("/@anna")).text


async def test_an_inside_has_no_such_page(square: Square) -> None:
    said = await square.person(INSIDE, "anna").says("inside")
    for reader in (Reader(square, INSIDE), await Reader(square, INSIDE).enters("bjorn")):
        for uri in (f"http://{INSIDE}/users/anna", said["uri"], f"http://{INSIDE}/users/nobody"):
            assert (await reader.http.get("/interact", params={"uri": uri})).status_code == 404
            assert (await reader.http.post("/interact", data={"uri": uri, "handle": "a@b.example"})).status_code == 404
    stranger = Reader(square)
    assert (await stranger.http.get("/interact", params={"uri": said["uri"]})).status_code == 404
