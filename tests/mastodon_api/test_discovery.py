"""oEmbed, well-known documents, health, emoji and the small methods, with their walls."""

from __future__ import annotations

import pytest
import pyvips

from tests.contract.entity_check import check, check_list
from tests.fixtures.square import INSIDE, Square
from torg.emojis import actions as emojis
from torg.emojis.model import EmojiChange
from torg.kernel.actor import Actor
from torg.kernel.errors import Invalid
from torg.mastodon_api import entities


def picture() -> bytes:
    made: bytes = pyvips.Image.black(64, 64, bands=3).write_to_buffer(".png")
    return made


async def test_oembed(square: Square) -> None:
    post = await square.anna.says("quote <me> & more")
    found = (await square.nobody().get("/api/oembed", params={"url": post["url"], "maxwidth": 300})).json()
    check(found, entities.OEmbed)
    assert found["width"] == 300
    assert f'<iframe src="{post["url"]}/embed"' in found["html"]
    assert "sandbox=" in found["html"]
    assert 0 < found["height"] <= 900
    assert found["author_url"] == "http://acme.test/@anna"


async def test_oembed_shows_nothing_else(square: Square) -> None:
    hidden = await square.anna.says("for followers", visibility="private")
    message = await square.anna.says("@bjorn hush", visibility="direct")
    inside = await square.person(INSIDE, "anna").says("inside")
    for who, url in (
        (square.anna, hidden["url"]),
        (square.anna, message["url"]),
        (square.person(INSIDE, "anna"), inside["url"]),
        (square.nobody(INSIDE), inside["url"]),
        (square.nobody(), inside["url"]),
        (square.nobody(), f"http://acme.test/@anna/{inside['id']}"),
        (square.nobody(), "http://acme.test/@anna/1"),
        (square.nobody(), "http://acme.test/@anna"),
        (square.nobody(), "nonsense"),
        (square.nobody(), "http://[bad"),
        (square.nobody(), ""),
    ):
        response = await who.get("/api/oembed", params={"url": url or ""})
        assert (response.status_code, response.json()) == (404, {"error": "Record not found"}), url


async def test_host_meta(square: Square) -> None:
    for host in ("acme.test", INSIDE):
        xml = await square.nobody(host).get("/.well-known/host-meta")
        assert xml.headers["content-type"].startswith("application/xrd+xml")
        assert f'template="http://{host}/.well-known/webfinger?resource={{uri}}"' in xml.text
        links = (await square.nobody(host).get("/.well-known/host-meta.json")).json()["links"]
        assert links[0]["template"] == f"http://{host}/.well-known/webfinger?resource={{uri}}"


async def test_webfinger(square: Square) -> None:
    for resource in (
        "acct:anna@acme.test",
        "acct:ANNA@ACME.TEST",
        "http://acme.test/@anna",
        "http://acme.test/users/anna",
    ):
        response = await square.nobody().get("/.well-known/webfinger", params={"resource": resource})
        assert response.headers["content-type"].startswith("application/jrd+json")
        assert response.json()["subject"] == "acct:anna@acme.test"
    for host, resource in (
        ("acme.test", "acct:nobody@acme.test"),
        ("acme.test", "acct:anna@other.test"),
        ("acme.test", "anna"),
        ("acme.test", "http://[bad"),
        (INSIDE, f"acct:anna@{INSIDE}"),
    ):
        response = await square.nobody(host).get("/.well-known/webfinger", params={"resource": resource})
        assert response.status_code == 404, resource
    assert (await square.nobody().get("/.well-known/webfinger")).status_code == 400


async def test_nodeinfo(square: Square) -> None:
    await square.anna.says("one")
    await square.person(INSIDE, "anna").says("one")
    for host, posts, users in (("acme.test", 1, 4), (INSIDE, 0, 0)):
        links = (await square.nobody(host).get("/.well-known/nodeinfo")).json()["links"]
        assert [link["rel"][-3:] for link in links if "nodeinfo" in link["rel"]] == ["2.0", "2.1"]
        assert ("/actor" in str(links)) is (host != INSIDE), "only a network that federates has an instance actor"
        for link in (one for one in links if "nodeinfo" in one["rel"]):
            found = (await square.nobody(host).get(link["href"])).json()
            assert found["version"] == link["rel"][-3:]
            assert found["usage"]["localPosts"] == posts
            assert found["usage"]["users"]["total"] == users
            assert found["openRegistrations"] is (host == "acme.test")


async def test_small_methods(square: Square) -> None:
    health = await square.nobody().get("/health")
    check(health.json(), entities.Health)
    for host in ("127.0.0.1:8000", "10.0.0.7", "nowhere.example", "[::1]", ""):
        other = await square.nobody().get("/health", headers={"host": host})
        assert (other.status_code, other.json()) == (200, {"status": "UP"}), host
        assert (await square.nobody().get("/healthy", headers={"host": host})).status_code == 421
        assert (await square.nobody().post("/health", headers={"host": host})).status_code == 405
    assert (await square.nobody().get("/.well-known/change-password")).status_code == 302
    assert (await square.nobody().get("/api/proofs")).status_code == 404
    refresh = await square.anna.get("/api/v1_alpha/async_refreshes/any--thing")
    assert (refresh.status_code, refresh.json()) == (404, {"error": "Not Found"})
    assert (await square.nobody().get("/api/v1_alpha/async_refreshes/x")).status_code == 401


async def test_custom_emoji(square: Square) -> None:
    network, services = square.networks["acme.test"], square.services
    actor = Actor(org_id=network.org_id, network_id=network.id, account_id=square.anna.id)
    made = await emojis.upload(services.db, services.media, actor, ":fika:", picture(), category="Food")
    found = (await square.nobody().get("/api/v1/custom_emojis")).json()
    check_list(found, entities.CustomEmoji, at_least=1)
    assert (found[0]["shortcode"], found[0]["category"]) == ("fika", "Food")
    assert (await square.nobody().get(found[0]["url"])).status_code == 200
    post = await square.bjorn.says("time for :fika:")
    assert [e["shortcode"] for e in post["emojis"]] == ["fika"]
    with pytest.raises(Invalid):
        await emojis.upload(services.db, services.media, actor, "fika", picture())
    with pytest.raises(Invalid):
        await emojis.upload(services.db, services.media, actor, "f-", picture())
    async with services.db.tx(network.scope) as tx:
        await emojis.update(tx, actor, made.id, EmojiChange(visible=False))
    assert (await square.nobody().get("/api/v1/custom_emojis")).json()[0]["visible_in_picker"] is False
    assert (await square.nobody("other.test").get("/api/v1/custom_emojis")).json() == []
    assert (await square.nobody(INSIDE).get("/api/v1/custom_emojis")).status_code == 401
    async with services.db.tx(network.scope) as tx:
        await emojis.delete(tx, actor, made.id)
    assert (await square.nobody().get("/api/v1/custom_emojis")).json() == []
