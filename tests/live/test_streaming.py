"""Streams of the running app: what arrives where, to whom, once and in order (Mastodon: methods/streaming)."""

from __future__ import annotations

import json
from typing import Any

import pytest
import websockets

from tests.fixtures.square import INSIDE, OTHER
from tests.live.readers import Harbour, Heard


def texts(heard: list[Heard]) -> list[str]:
    """What was said, in order, without markup."""
    return [one.data["content"].removeprefix("<p>").removesuffix("</p>") for one in heard if one.event == "update"]


async def test_health(harbour: Harbour) -> None:
    response = await harbour.square.nobody().get("/api/v1/streaming/health")
    assert response.text == "OK"


async def test_home_gets_posts_of_followed_accounts_and_own_ones_with_numbers(harbour: Harbour) -> None:
    square = harbour.square
    await harbour.relation("follows", square.anna, square.bjorn)
    stream = await harbour.sse(square.anna, "user")
    assert stream.headers["content-type"].startswith("text/event-stream")
    await square.shop.says("not followed")
    posted = await square.bjorn.says("one")
    await square.anna.says("two")
    await stream.until(2)  # each is heard before the next act: what is deleted meanwhile is rightly not shown any more
    edited = await square.bjorn.put(f"/api/v1/statuses/{posted['id']}", json={"status": "one, mended"})
    assert edited.status_code == 200
    await stream.until(3)
    await square.bjorn.delete(f"/api/v1/statuses/{posted['id']}")
    heard = await stream.until(4)
    assert [one.event for one in heard] == ["update", "update", "status.update", "delete"]
    assert texts(heard) == ["one", "two"]
    assert str(heard[3].data) == posted["id"]
    assert heard[0].data["account"]["username"] == "bjorn"
    assert heard[0].data["favourited"] is False
    assert heard[0].data["filtered"] == []
    numbers = [one.id or 0 for one in heard]
    assert numbers == sorted(set(numbers))


async def test_public_streams_need_no_token_in_a_public_network_only(harbour: Harbour) -> None:
    square = harbour.square
    stream = await harbour.sse(square.nobody(), "public")
    local = await harbour.sse(square.nobody(), "public/local")
    remote = await harbour.sse(square.nobody(), "public/remote")
    await square.bjorn.says("for all")
    await square.bjorn.says("unlisted", visibility="unlisted")
    await square.bjorn.says("for followers", visibility="private")
    await square.bjorn.says("for all again")
    assert texts(await stream.until(2)) == ["for all", "for all again"]
    assert texts(await local.until(2)) == ["for all", "for all again"]
    assert await remote.quiet()
    assert "favourited" not in stream.heard[0].data
    refused = await harbour.sse(square.nobody(INSIDE), "public")
    assert refused.status == 401
    for own in ("user", "user/notification", "direct", "list?list=1"):
        refused = await harbour.sse(square.nobody(), own)
        assert refused.status == 401, own
        assert "error" in json.loads(refused.body)


async def test_nothing_leaves_its_network(harbour: Harbour) -> None:
    square = harbour.square
    outside = await harbour.sse(square.anna, "public")
    other = await harbour.sse(square.person(OTHER, "olga"), "public")
    inside = await harbour.sse(square.person(INSIDE, "bjorn"), "public")
    await square.person(INSIDE, "anna").says("inside only")
    await square.anna.says("outside")
    await square.person(OTHER, "olga").says("elsewhere")
    assert texts(await inside.until(1)) == ["inside only"]
    assert texts(await outside.until(1)) == ["outside"]
    assert texts(await other.until(1)) == ["elsewhere"]


async def test_posts_for_followers_reach_followers_and_the_mentioned_only(harbour: Harbour) -> None:
    square = harbour.square
    await harbour.relation("follows", square.anna, square.bjorn)
    follower = await harbour.sse(square.anna, "user")
    stranger = await harbour.sse(square.shop, "user")
    await square.bjorn.says("among friends", visibility="private")
    await square.shop.says("own")
    assert texts(await follower.until(1)) == ["among friends"]
    assert texts(await stranger.until(1)) == ["own"]


async def test_hashtags_lists_and_media_streams(harbour: Harbour) -> None:
    square = harbour.square
    network = square.networks["acme.test"]
    await harbour.relation("follows", square.anna, square.bjorn)
    await harbour.sql(
        "INSERT INTO lists (org_id, network_id, id, account_id, title) VALUES (%s, %s, 77, %s, 'friends')",
        network.org_id, network.id, square.anna.id,
    )  # fmt: skip
    await harbour.sql(
        "INSERT INTO list_members (org_id, network_id, id, list_id, account_id) VALUES (%s, %s, 1, 77, %s)",
        network.org_id, network.id, square.bjorn.id,
    )  # fmt: skip
    tag = await harbour.sse(square.nobody(), "hashtag", tag="#Fika")
    tag_local = await harbour.sse(square.nobody(), "hashtag/local", tag="fika")
    listed = await harbour.sse(square.anna, "list", list="77")
    pictures = await harbour.sse(square.nobody(), "public", only_media="true")
    await square.shop.says("no tag")
    await square.shop.says("coffee #fika")
    await square.bjorn.says("tea #FIKA")
    await square.bjorn.says("@shop a reply to none", in_reply_to_id=None)
    assert len(await tag.until(2)) == 2
    assert len(await tag_local.until(2)) == 2
    assert [one.data["account"]["username"] for one in await listed.until(2)] == ["bjorn", "bjorn"]
    assert await pictures.quiet()
    refused = await harbour.sse(square.bjorn, "list", list="77")
    assert refused.status == 404
    refused = await harbour.sse(square.bjorn, "hashtag")
    assert refused.status == 400
    refused = await harbour.sse(square.bjorn, "nonsense")
    assert (refused.status, json.loads(refused.body)) == (400, {"error": "Unknown channel requested"})


async def test_muted_blocked_and_blocking_authors_are_not_shown_from_that_moment(harbour: Harbour) -> None:
    square = harbour.square
    streams = {who: await harbour.sse(who, "public") for who in (square.anna, square.shop)}
    await square.bjorn.says("before")
    for stream in streams.values():
        await stream.until(1)
    await harbour.relation("mutes", square.anna, square.bjorn)
    await harbour.relation("blocks", square.bjorn, square.shop)
    await square.bjorn.says("after")
    await square.reporter.says("someone else")
    for stream in streams.values():
        assert texts(await stream.until(2)) == ["before", "someone else"]


async def test_boosts_and_replies_at_home_follow_the_home_rules(harbour: Harbour) -> None:
    square = harbour.square
    await harbour.relation("follows", square.anna, square.bjorn, show_boosts=False)
    await harbour.relation("follows", square.shop, square.bjorn)
    anna, shop = await harbour.sse(square.anna, "user"), await harbour.sse(square.shop, "user")
    original = await square.reporter.says("news")
    await square.bjorn.post(f"/api/v1/statuses/{original['id']}/reblog")
    await square.bjorn.says("@reporter indeed", in_reply_to_id=original["id"])
    await square.bjorn.says("done")
    assert texts(await anna.until(1)) == ["done"]
    heard = await shop.until(2)
    assert heard[0].data["reblog"]["id"] == original["id"]
    assert texts(heard)[1] == "done"


async def test_own_marks_and_filters_are_the_viewers_own(harbour: Harbour) -> None:
    square = harbour.square
    for who in (square.anna, square.shop):
        await harbour.relation("follows", who, square.bjorn)
    made = await square.shop.post(
        "/api/v2/filters",
        json={"title": "sport", "context": ["home"], "keywords_attributes": [{"keyword": "match"}]},
    )
    if made.status_code == 404:
        pytest.fail("the filters API is not routed")
    own = await harbour.sse(square.reporter, "user")
    original = await square.reporter.says("the match")
    await own.until(1)  # out before the others watch
    await square.anna.post(f"/api/v1/statuses/{original['id']}/favourite")
    anna, shop = await harbour.sse(square.anna, "user"), await harbour.sse(square.shop, "user")
    await square.bjorn.post(f"/api/v1/statuses/{original['id']}/reblog")
    (for_anna,), (for_shop,) = await anna.until(1), await shop.until(1)
    assert for_anna.data["reblog"]["favourited"] is True
    assert for_anna.data["reblog"]["filtered"] == []
    assert for_shop.data["reblog"]["favourited"] is False
    assert for_shop.data["reblog"]["filtered"][0]["filter"]["title"] == "sport"


async def test_a_direct_message_is_a_conversation_for_its_readers_and_in_no_other_stream(harbour: Harbour) -> None:
    square = harbour.square
    await harbour.relation("follows", square.anna, square.bjorn)
    streams = {
        "bjorn": await harbour.sse(square.bjorn, "direct"),
        "anna": await harbour.sse(square.anna, "direct"),
        "home": await harbour.sse(square.anna, "user"),
        "public": await harbour.sse(square.nobody(), "public"),
    }
    sent = await square.bjorn.says("@shop psst", visibility="direct")
    await square.bjorn.says("aloud")
    (heard,) = await streams["bjorn"].until(1)
    assert heard.event == "conversation"
    assert heard.data["last_status"]["id"] == sent["id"]
    assert texts(await streams["home"].until(1)) == ["aloud"]
    assert texts(await streams["public"].until(1)) == ["aloud"]
    assert await streams["anna"].quiet()


async def test_a_change_of_filters_is_told_to_ones_own_streams(harbour: Harbour) -> None:
    square = harbour.square
    sse, socket = await harbour.sse(square.anna, "user"), await harbour.socket(square.anna, stream="user")
    other = await harbour.socket(square.bjorn, stream="user")
    await square.anna.post(
        "/api/v2/filters", json={"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": "y"}]}
    )
    await square.bjorn.says("mine")
    (heard,) = await sse.until(1)
    assert (heard.event, heard.data) == ("filters_changed", None)
    assert await socket.hear() == {"stream": ["user"], "event": "filters_changed"}
    assert (await other.hear())["event"] == "update"


async def test_one_socket_carries_many_streams_and_names_each(harbour: Harbour) -> None:
    square = harbour.square
    socket = await harbour.socket(square.anna)
    await socket.say(type="subscribe", stream="hashtag", tag="Fika")
    await socket.say(type="subscribe", stream="public:local")
    await socket.say(type="subscribe", stream="nonsense")
    assert await socket.hear() == {"error": "Unknown stream type", "status": 400}
    await socket.say(type="subscribe", stream="list", list="99")
    assert (await socket.hear())["status"] == 404
    await socket.say(type="dance")
    assert (await socket.hear())["status"] == 400
    await socket.socket.send("{nonsense")
    assert (await socket.hear())["status"] == 400
    await square.bjorn.says("coffee #fika")
    first, second = await socket.hear(), await socket.hear()
    assert sorted([first["stream"], second["stream"]]) == [["hashtag", "fika"], ["public:local"]]
    assert first["event"] == "update"
    assert first["payload"]["account"]["username"] == "bjorn"
    await socket.say(type="unsubscribe", stream="public:local")
    await socket.say(type="subscribe", stream="nonsense")
    assert "error" in await socket.hear(), "orders are obeyed in order"
    gone = await square.bjorn.says("only #fika now")
    assert (await socket.hear())["stream"] == ["hashtag", "fika"]
    await square.bjorn.delete(f"/api/v1/statuses/{gone['id']}")
    deleted = await socket.hear()
    assert (deleted["event"], str(deleted["payload"])) == ("delete", gone["id"])


async def test_a_token_may_come_as_subprotocol_or_query_and_must_be_good(harbour: Harbour) -> None:
    square = harbour.square
    socket = await harbour.socket(square.anna, subprotocol=True, stream="user")
    assert socket.socket.subprotocol == square.anna.token
    nobody = square.nobody()
    by_query = await harbour.socket(nobody, access_token=square.anna.token or "", stream="user")
    await square.anna.says("hello")
    assert (await socket.hear())["stream"] == ["user"]
    assert (await by_query.hear())["stream"] == ["user"]
    with pytest.raises(websockets.InvalidStatus) as refused:
        await harbour.socket(nobody, access_token="wrong")
    assert refused.value.response.status_code == 401
    anonymous = await harbour.socket(nobody, stream="user")
    assert (await anonymous.hear())["status"] == 401


async def test_a_token_without_the_scope_is_refused_and_notifications_need_their_own(harbour: Harbour) -> None:
    square = harbour.square
    reader = await square.add("acme.test", "reader", scopes=["read:statuses"])
    writer = await square.add("acme.test", "writer", scopes=["write"])
    assert (await harbour.sse(reader, "user")).status == 200
    assert (await harbour.sse(reader, "user/notification")).status == 401
    assert (await harbour.sse(writer, "user")).status == 401


async def test_a_revoked_token_and_a_suspended_account_end_their_streams(harbour: Harbour) -> None:
    square = harbour.square
    revoked, suspended = await harbour.sse(square.anna, "user"), await harbour.sse(square.bjorn, "user")
    staying, socket = await harbour.sse(square.shop, "user"), await harbour.socket(square.anna, stream="user")
    await harbour.sql("UPDATE tokens SET revoked_at = now() WHERE account_id = %s", square.anna.id)
    await harbour.sql("UPDATE accounts SET suspended_at = now() WHERE id = %s", square.bjorn.id)
    await square.services.hub.sweep()
    await revoked.until_end()
    await suspended.until_end()
    with pytest.raises(websockets.ConnectionClosed) as closed:
        await socket.hear()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008
    await square.shop.says("still here")
    assert texts(await staying.until(1)) == ["still here"]


async def test_a_payload_is_the_status_as_the_api_gives_it(harbour: Harbour) -> None:
    """The state after an event is the state fetched afresh."""
    square = harbour.square
    await harbour.relation("follows", square.anna, square.bjorn)
    stream = await harbour.sse(square.anna, "user")
    posted = await square.bjorn.says("same #tag @anna", spoiler_text="cw", language="sv")
    # The notice of the mention comes as well, before or after it
    heard = next(one for one in await stream.until(2) if one.event == "update")
    fetched: dict[str, Any] = (await square.anna.get(f"/api/v1/statuses/{posted['id']}")).json()
    assert heard.data == fetched


async def test_a_server_that_stops_ends_its_streams_at_once(harbour: Harbour) -> None:
    """Without a grace period set, a stream that did not end would keep the server from stopping for ever."""
    square = harbour.square
    stream, socket = await harbour.sse(square.anna, "user"), await harbour.socket(square.anna, stream="user")
    await square.anna.says("last words")
    await stream.until(1)
    await socket.hear()
    square.services.hub.close()
    await stream.until_end()
    assert stream.ended, "a proper end, not a cut"
    with pytest.raises(websockets.ConnectionClosed) as closed:
        await socket.hear()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001


async def test_notifications_come_to_ones_own_streams_once(harbour: Harbour) -> None:
    square = harbour.square
    both, only = await harbour.sse(square.anna, "user"), await harbour.sse(square.anna, "user/notification")
    other = await harbour.sse(square.shop, "user/notification")
    await square.bjorn.says("hello @anna")
    (heard,) = await only.until(1)
    assert heard.event == "notification"
    assert heard.data["type"] == "mention"
    assert heard.data["status"]["account"]["username"] == "bjorn"
    assert [one.data for one in await both.until(1)] == [heard.data]
    assert await other.quiet()
