"""Home, public, tag, list and account timelines, and paging through them."""

from __future__ import annotations

from typing import Any

from tests.contract.entity_check import check_list
from tests.fixtures.square import Person, Square
from torg.mastodon_api import entities


async def texts(person: Person, path: str) -> list[str]:
    answer = await person.get(path)
    assert answer.status_code == 200, answer.text
    check_list(answer.json(), entities.Status)
    return [plain(s) for s in answer.json()]


def plain(status: dict[str, Any]) -> str:
    inner = status["reblog"] or status
    text: str = inner["content"].removeprefix("<p>").removesuffix("</p>")
    return f"boost of {text}" if status["reblog"] else text


async def test_home_holds_own_and_followed_posts_by_mastodons_rules(square: Square) -> None:
    anna, bjorn, shop, reporter = square.anna, square.bjorn, square.shop, square.reporter
    await anna.follows(bjorn)
    await anna.says("own")
    post = await bjorn.says("followed")
    other = await shop.says("not followed")
    await bjorn.says("reply to a stranger", in_reply_to_id=other["id"])
    await bjorn.says("reply to himself", in_reply_to_id=post["id"])
    await bjorn.post(f"/api/v1/statuses/{other['id']}/reblog")
    await reporter.post(f"/api/v1/statuses/{post['id']}/reblog")
    await bjorn.says("for followers", visibility="private")
    await bjorn.says("unlisted", visibility="unlisted")
    assert await texts(anna, "/api/v1/timelines/home") == [
        "unlisted",
        "for followers",
        "boost of not followed",
        "reply to himself",
        "followed",
        "own",
    ]
    await anna.post(f"/api/v1/accounts/{bjorn.id}/follow", json={"reblogs": False})
    assert "boost of not followed" not in await texts(anna, "/api/v1/timelines/home")
    await anna.post(f"/api/v1/accounts/{bjorn.id}/mute")
    assert await texts(anna, "/api/v1/timelines/home") == ["own"]
    await anna.post(f"/api/v1/accounts/{bjorn.id}/unmute")
    await anna.post(f"/api/v1/accounts/{bjorn.id}/unfollow")
    assert await texts(anna, "/api/v1/timelines/home") == ["own"], "an unfollow holds at once"


async def test_blocks_hide_both_ways(square: Square) -> None:
    await square.bjorn.follows(square.anna)
    post = await square.anna.says("seen by whom?")
    await square.anna.post(f"/api/v1/accounts/{square.bjorn.id}/block")
    assert await texts(square.bjorn, "/api/v1/timelines/home") == []
    assert await texts(square.bjorn, "/api/v1/timelines/public") == []
    assert (await square.bjorn.get(f"/api/v1/statuses/{post['id']}")).status_code == 404
    assert await texts(square.nobody(), "/api/v1/timelines/public") == ["seen by whom?"]


async def test_public_shows_listed_posts_for_everyone_only(square: Square) -> None:
    listed = await square.anna.says("listed")
    await square.anna.says("unlisted", visibility="unlisted")
    await square.anna.says("private", visibility="private")
    await square.bjorn.says("reply", in_reply_to_id=listed["id"])
    await square.anna.says("thread", in_reply_to_id=listed["id"])
    await square.bjorn.post(f"/api/v1/statuses/{listed['id']}/reblog")
    for path in ("/api/v1/timelines/public", "/api/v1/timelines/public?local=1"):
        assert await texts(square.nobody(), path) == ["thread", "listed"]
    assert await texts(square.nobody(), "/api/v1/timelines/public?remote=true") == []
    assert await texts(square.nobody(), "/api/v1/timelines/public?only_media=true") == []


async def test_tags_combine(square: Square) -> None:
    await square.anna.says("one #a")
    await square.anna.says("two #a #b")
    await square.anna.says("three #b #c")
    tag = "/api/v1/timelines/tag"

    async def count(query: str) -> list[str]:
        return [t.split(" ")[0] for t in await texts(square.nobody(), f"{tag}/{query}")]

    assert await count("A") == ["two", "one"]
    assert await count("a?any[]=c") == ["three", "two", "one"]
    assert await count("a?all[]=b") == ["two"]
    assert await count("b?none[]=c") == ["two"]
    assert await count("nothing") == []


async def test_following_a_tag_brings_its_posts_home(square: Square) -> None:
    await square.anna.post("/api/v1/tags/torg/follow")
    first = await square.bjorn.says("hello #torg")
    await square.bjorn.says("reply #torg", in_reply_to_id=first["id"])
    assert len(await texts(square.anna, "/api/v1/timelines/home")) == 1


async def test_an_exclusive_list_takes_its_members_from_home(square: Square) -> None:
    await square.anna.follows(square.bjorn)
    await square.anna.follows(square.shop)
    made = (await square.anna.post("/api/v1/lists", json={"title": "L", "replies_policy": "none"})).json()
    await square.anna.post(f"/api/v1/lists/{made['id']}/accounts", json={"account_ids": [str(square.bjorn.id)]})
    post = await square.bjorn.says("from a member")
    await square.bjorn.says("to himself", in_reply_to_id=post["id"])
    other = await square.shop.says("from another")
    await square.bjorn.says("to another", in_reply_to_id=other["id"])
    path = f"/api/v1/timelines/list/{made['id']}"
    assert await texts(square.anna, path) == ["to himself", "from a member"]
    await square.anna.put(f"/api/v1/lists/{made['id']}", json={"title": "L", "replies_policy": "followed"})
    assert (await texts(square.anna, path))[0] == "to another"
    assert len(await texts(square.anna, "/api/v1/timelines/home")) == 4
    await square.anna.put(f"/api/v1/lists/{made['id']}", json={"title": "L", "exclusive": True})
    assert await texts(square.anna, "/api/v1/timelines/home") == ["from another"]
    assert (await square.bjorn.get(path)).status_code == 404, "a list is its owner's"


async def test_paging_in_both_directions_sees_everything_once(square: Square) -> None:
    ids = [(await square.anna.says(f"post {n}"))["id"] for n in range(7)]
    for path in ("/api/v1/timelines/home", "/api/v1/timelines/public", f"/api/v1/accounts/{square.anna.id}/statuses"):
        seen: list[str] = []
        url = f"{path}?limit=3"
        while url:
            page = await square.anna.get(url)
            seen += [s["id"] for s in page.json()]
            url = page.links["next"]["url"] if page.json() else ""
        assert seen == ids[::-1], path
        upwards = await square.anna.get(f"{path}?limit=3&min_id={ids[0]}")
        assert [s["id"] for s in upwards.json()] == [ids[3], ids[2], ids[1]], "directly above the cursor"
        since = await square.anna.get(f"{path}?limit=3&since_id={ids[0]}")
        assert [s["id"] for s in since.json()] == [ids[6], ids[5], ids[4]], "the newest"
        between = await square.anna.get(f"{path}?min_id={ids[1]}&max_id={ids[4]}")
        assert [s["id"] for s in between.json()] == [ids[3], ids[2]]
        assert len((await square.anna.get(f"{path}?limit=1000")).json()) == 7


async def test_an_accounts_posts_by_kind(square: Square) -> None:
    root = await square.bjorn.says("not hers")
    await square.anna.says("plain #tag")
    await square.anna.says("reply", in_reply_to_id=root["id"])
    await square.anna.post(f"/api/v1/statuses/{root['id']}/reblog")
    await square.anna.says("closed", visibility="private")
    path = f"/api/v1/accounts/{square.anna.id}/statuses"
    assert await texts(square.anna, path) != await texts(square.nobody(), path)
    assert [t[:5] for t in await texts(square.nobody(), path)] == ["boost", "reply", "plain"]
    assert [t[:5] for t in await texts(square.nobody(), f"{path}?exclude_replies=true")] == ["boost", "plain"]
    assert [t[:5] for t in await texts(square.nobody(), f"{path}?exclude_reblogs=1")] == ["reply", "plain"]
    assert [t[:5] for t in await texts(square.nobody(), f"{path}?tagged=tag")] == ["plain"]
