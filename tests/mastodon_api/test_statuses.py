"""Posting, reading, editing, deleting through the API, each answer checked against its documented entity."""

from __future__ import annotations

import asyncio

from tests.contract.entity_check import check, check_list
from tests.fixtures.square import INSIDE, OTHER, Square
from torg.mastodon_api import entities


async def test_a_post_is_answered_as_documented_and_read_by_anyone(square: Square) -> None:
    status = await square.anna.says("Hej @bjorn #Torg https://example.com/x & <b> å")
    check(status, entities.Status)
    assert [m["acct"] for m in status["mentions"]] == ["bjorn"]
    assert [t["name"] for t in status["tags"]] == ["torg"]
    assert "&amp; &lt;b&gt; å" in status["content"]
    shown = await square.nobody().get(f"/api/v1/statuses/{status['id']}")
    assert shown.json()["content"] == status["content"]
    assert "favourited" not in shown.json()
    home = (await square.anna.get("/api/v1/timelines/home")).json()
    assert [s["id"] for s in home] == [status["id"]]


async def test_blank_and_overlong_texts_are_refused_with_the_field(square: Square) -> None:
    blank = await square.anna.post("/api/v1/statuses", json={"status": "  "})
    assert blank.status_code == 422
    assert blank.json()["error"] == "Validation failed: Text can't be blank"
    assert blank.json()["details"]["text"][0]["error"] == "ERR_BLANK"
    long = await square.anna.post("/api/v1/statuses", json={"status": "x" * 501})
    assert long.status_code == 422
    assert "character limit of 500 exceeded" in long.json()["error"]
    links = await square.anna.post("/api/v1/statuses", json={"status": "x" * 470 + " https://example.com/" + "y" * 200})
    assert links.status_code == 200, "an address counts 23 characters, however long it is"


async def test_one_idempotency_key_makes_one_post_also_when_sent_at_once(square: Square) -> None:
    headers = {"Idempotency-Key": "abc"}
    answers = await asyncio.gather(
        *(square.anna.post("/api/v1/statuses", json={"status": "once"}, headers=headers) for _ in range(5))
    )
    assert len({a.json()["id"] for a in answers}) == 1
    assert len((await square.anna.get("/api/v1/timelines/home")).json()) == 1
    other = await square.bjorn.post("/api/v1/statuses", json={"status": "once"}, headers=headers)
    assert other.json()["id"] != answers[0].json()["id"], "another account's key is another key"


async def test_a_thread_has_its_ancestors_in_order_and_its_descendants_below(square: Square) -> None:
    root = await square.anna.says("one")
    reply = await square.bjorn.says("two", in_reply_to_id=root["id"])
    deep = await square.anna.says("three", in_reply_to_id=reply["id"])
    side = await square.shop.says("beside", in_reply_to_id=root["id"])
    context = (await square.nobody().get(f"/api/v1/statuses/{reply['id']}/context")).json()
    check(context, entities.Context)
    assert [s["id"] for s in context["ancestors"]] == [root["id"]]
    assert [s["id"] for s in context["descendants"]] == [deep["id"]]
    whole = (await square.nobody().get(f"/api/v1/statuses/{root['id']}/context")).json()
    assert [s["id"] for s in whole["descendants"]] == [reply["id"], deep["id"], side["id"]]
    assert (await square.anna.get(f"/api/v1/statuses/{root['id']}")).json()["replies_count"] == 2
    missing = await square.anna.post("/api/v1/statuses", json={"status": "x", "in_reply_to_id": "1"})
    assert missing.status_code == 404


async def test_an_edit_keeps_every_version_and_the_new_mentions(square: Square) -> None:
    status = await square.anna.says("first", spoiler_text="careful")
    changed = await square.anna.put(
        f"/api/v1/statuses/{status['id']}", json={"status": "second @shop", "spoiler_text": ""}
    )
    check(changed.json(), entities.Status)
    assert changed.json()["edited_at"]
    assert [m["acct"] for m in changed.json()["mentions"]] == ["shop"]
    history = (await square.nobody().get(f"/api/v1/statuses/{status['id']}/history")).json()
    check_list(history, entities.StatusEdit)
    assert [v["content"][:8] for v in history] == ["<p>first", "<p>secon"]
    assert [v["spoiler_text"] for v in history] == ["careful", ""]
    source = await square.anna.get(f"/api/v1/statuses/{status['id']}/source")
    check(source.json(), entities.StatusSource)
    assert source.json()["text"] == "second @shop"
    assert (await square.bjorn.put(f"/api/v1/statuses/{status['id']}", json={"status": "x"})).status_code == 404
    assert (await square.bjorn.get(f"/api/v1/statuses/{status['id']}/source")).status_code == 404


async def test_an_edit_in_form_encoding_changes_a_poll_and_drops_its_votes(square: Square) -> None:
    status = await square.anna.says("which?", poll={"options": ["a", "b"], "expires_in": 600})
    await square.bjorn.post(f"/api/v1/polls/{status['poll']['id']}/votes", data={"choices[]": "1"})
    form = {"status": "which?", "poll[options][]": ["a", "c"], "poll[expires_in]": "600"}
    changed = (await square.anna.put(f"/api/v1/statuses/{status['id']}", data=form)).json()
    check(changed, entities.Status)
    assert [o["title"] for o in changed["poll"]["options"]] == ["a", "c"]
    assert changed["poll"]["votes_count"] == 0
    history = (await square.anna.get(f"/api/v1/statuses/{status['id']}/history")).json()
    assert [o["title"] for o in history[0]["poll"]["options"]] == ["a", "b"]


async def test_a_deleted_post_comes_back_for_redrafting_and_is_gone(square: Square) -> None:
    status = await square.anna.says("mistake")
    await square.bjorn.post(f"/api/v1/statuses/{status['id']}/reblog")
    assert (await square.bjorn.delete(f"/api/v1/statuses/{status['id']}")).status_code == 404
    gone = await square.anna.delete(f"/api/v1/statuses/{status['id']}")
    assert gone.json()["text"] == "mistake"
    check(gone.json(), entities.Status)
    assert (await square.anna.get(f"/api/v1/statuses/{status['id']}")).status_code == 404
    assert (await square.bjorn.get("/api/v1/timelines/home")).json() == [], "its boosts go with it"
    me = (await square.anna.get("/api/v1/accounts/verify_credentials")).json()
    assert me["statuses_count"] == 0


async def test_several_posts_by_id_leave_out_what_may_not_be_read(square: Square) -> None:
    open_ = await square.anna.says("open")
    closed = await square.anna.says("closed", visibility="private")
    query = f"/api/v1/statuses?id[]={open_['id']}&id[]={closed['id']}&id[]=17"
    assert [s["id"] for s in (await square.nobody().get(query)).json()] == [open_["id"]]
    assert len((await square.anna.get(query)).json()) == 2


async def test_followers_only_posts_are_404_to_all_others(square: Square) -> None:
    await square.bjorn.follows(square.anna)
    closed = await square.anna.says("for followers", visibility="private")
    path = f"/api/v1/statuses/{closed['id']}"
    assert (await square.bjorn.get(path)).json()["visibility"] == "private"
    for stranger in (square.shop, square.nobody()):
        for verb in ("", "/context", "/reblogged_by", "/favourited_by", "/history", "/card"):
            assert (await stranger.get(path + verb)).status_code == 404, verb
    for verb in ("favourite", "reblog", "bookmark", "mute", "translate"):
        assert (await square.shop.post(f"{path}/{verb}")).status_code == 404, verb
    assert (await square.bjorn.post(f"{path}/reblog")).status_code == 404, "only its author may boost it"
    assert (await square.anna.post(f"{path}/reblog")).status_code == 200


async def test_the_wall_an_id_of_another_network_is_as_if_it_never_was(square: Square) -> None:
    inside = square.person(INSIDE, "anna")
    secret = await inside.says("inside only")
    never = int(secret["id"]) + 1
    for caller in (square.anna, square.nobody(), square.person(OTHER, "olga")):
        for suffix in ("", "/context", "/history", "/reblogged_by", "/favourited_by", "/source", "/quotes"):
            real = await caller.get(f"/api/v1/statuses/{secret['id']}{suffix}")
            fake = await caller.get(f"/api/v1/statuses/{never}{suffix}")
            assert (real.status_code, real.content) == (fake.status_code, fake.content), suffix
            assert real.status_code in (401, 404)
    for path in (f"/api/v1/statuses/{secret['id']}", "/api/v1/timelines/public", f"/api/v1/statuses/{never}"):
        assert (await square.nobody(INSIDE).get(path)).status_code == 401
    token_elsewhere = await square.nobody(INSIDE).get(
        f"/api/v1/statuses/{secret['id']}", headers={"Authorization": f"Bearer {square.anna.token}"}
    )
    assert token_elsewhere.status_code == 401, "a token of one network is worthless on another"
    for body in ({"in_reply_to_id": secret["id"]}, {"quoted_status_id": secret["id"]}):
        assert (await square.anna.post("/api/v1/statuses", json={"status": "x", **body})).status_code == 404


async def test_translation_without_a_provider_is_501(square: Square) -> None:
    status = await square.anna.says("hej")
    answer = await square.bjorn.post(f"/api/v1/statuses/{status['id']}/translate")
    assert answer.status_code == 501
    assert "provider" in answer.json()["error"]
