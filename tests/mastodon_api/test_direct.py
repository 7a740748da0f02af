"""Direct messages: for those in them, never posts, and nothing makes them posts (T4)."""

from __future__ import annotations

from tests.contract.entity_check import check, check_list
from tests.fixtures.square import Square
from torg.mastodon_api import entities

LISTS = (
    "/api/v1/timelines/public",
    "/api/v1/timelines/home",
    "/api/v1/timelines/tag/secret",
    "/api/v1/bookmarks",
    "/api/v1/favourites",
)


async def test_a_message_reaches_those_named_and_nobody_else(square: Square) -> None:
    message = await square.anna.says("@bjorn hemligt #secret", visibility="direct")
    check(message, entities.Status)
    assert message["visibility"] == "direct"
    path = f"/api/v1/statuses/{message['id']}"
    assert (await square.bjorn.get(path)).json()["content"] == message["content"]
    for stranger in (square.shop, square.nobody()):
        for suffix in ("", "/context", "/history"):
            assert (await stranger.get(path + suffix)).status_code == 404
    for person in (square.anna, square.bjorn, square.shop, square.nobody()):
        for list_ in LISTS:
            assert "hemligt" not in (await person.get(list_)).text, list_
        posts = await person.get(f"/api/v1/accounts/{square.anna.id}/statuses")
        assert "hemligt" not in posts.text


async def test_no_act_turns_a_message_into_a_post(square: Square) -> None:
    message = await square.anna.says("@bjorn hemligt", visibility="direct")
    path = f"/api/v1/statuses/{message['id']}"
    for person in (square.anna, square.bjorn):
        for verb in ("reblog", "pin"):
            assert (await person.post(f"{path}/{verb}")).status_code == 404, verb
        quote = await person.post("/api/v1/statuses", json={"status": "x", "quoted_status_id": message["id"]})
        assert quote.status_code == 404
    edited = await square.anna.put(path, json={"status": "@bjorn ändrat", "visibility": "public"})
    assert edited.json()["visibility"] == "direct"
    answer = await square.bjorn.says("svar", in_reply_to_id=message["id"], visibility="public")
    assert answer["visibility"] == "direct", "an answer to a message is a message, whatever the client sends"
    assert (await square.nobody().get("/api/v1/timelines/public")).json() == []
    for extra in ({"poll": {"options": ["a", "b"], "expires_in": 600}}, {"scheduled_at": "2040-01-01T00:00:00Z"}):
        body = {"status": "@bjorn x", "visibility": "direct", **extra}
        refused = await square.anna.post("/api/v1/statuses", json=body)
        assert refused.status_code == 422


async def test_a_conversation_is_listed_read_hidden_and_comes_back(square: Square) -> None:
    message = await square.anna.says("@bjorn first", visibility="direct")
    conversations = (await square.bjorn.get("/api/v1/conversations")).json()
    check_list(conversations, entities.Conversation)
    assert conversations[0]["unread"] is True
    assert [a["acct"] for a in conversations[0]["accounts"]] == ["anna"]
    assert (await square.anna.get("/api/v1/conversations")).json()[0]["unread"] is False
    path = f"/api/v1/conversations/{conversations[0]['id']}"
    read = (await square.bjorn.post(f"{path}/read")).json()
    check(read, entities.Conversation)
    assert read["unread"] is False
    assert (await square.shop.post(f"{path}/read")).status_code == 404
    assert (await square.bjorn.delete(path)).json() == {}
    assert (await square.bjorn.get("/api/v1/conversations")).json() == []
    await square.anna.says("@bjorn second", visibility="direct", in_reply_to_id=message["id"])
    back = (await square.bjorn.get("/api/v1/conversations")).json()
    assert len(back) == 1
    assert "second" in back[0]["last_status"]["content"]
    thread = (await square.bjorn.get(f"/api/v1/statuses/{message['id']}/context")).json()
    check(thread, entities.Context)
    assert len(thread["descendants"]) == 1


async def test_marks_on_a_message_are_ones_own(square: Square) -> None:
    message = await square.anna.says("@bjorn x", visibility="direct")
    path = f"/api/v1/statuses/{message['id']}"
    for do, undo, flag in (
        ("favourite", "unfavourite", "favourited"),
        ("bookmark", "unbookmark", "bookmarked"),
        ("mute", "unmute", "muted"),
    ):
        assert (await square.bjorn.post(f"{path}/{do}")).json()[flag] is True
        assert (await square.anna.get(path)).json()[flag] is False
        assert (await square.bjorn.post(f"{path}/{undo}")).json()[flag] is False


async def test_a_deleted_message_is_gone_for_all(square: Square) -> None:
    message = await square.anna.says("@bjorn oops", visibility="direct")
    assert (await square.bjorn.delete(f"/api/v1/statuses/{message['id']}")).status_code == 404
    gone = (await square.anna.delete(f"/api/v1/statuses/{message['id']}")).json()
    assert gone["text"] == "@bjorn oops"
    assert (await square.bjorn.get(f"/api/v1/statuses/{message['id']}")).status_code == 404
    assert (await square.bjorn.get("/api/v1/conversations")).json() == []
