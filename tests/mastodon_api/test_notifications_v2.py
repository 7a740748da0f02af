"""Grouped notifications: what belongs together, and pages of groups."""

from __future__ import annotations

from typing import Any

from tests.contract.entity_check import check, check_list
from tests.fixtures.square import Square
from tests.mastodon_api.notice_helpers import ok
from torg.mastodon_api import entities

PATH = "/api/v2/notifications"


async def groups(square: Square, person: Any, **params: Any) -> dict[str, Any]:
    await square.settle()
    found: dict[str, Any] = await ok(await person.get(PATH, params=params))
    check(found, entities.GroupedNotificationsResults)
    return found


async def liked(square: Square) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two posts of Anna's: three favourites on the first, one on the second in between, a mention at last."""
    first, second = await square.anna.says("Ett"), await square.anna.says("Två")
    for person, post in (
        (square.bjorn, first), (square.shop, first), (square.bjorn, second), (square.reporter, first),
    ):  # fmt: skip
        await ok(await person.post(f"/api/v1/statuses/{post['id']}/favourite"))
        await square.settle()
    await square.shop.says("@anna hej")
    return first, second


async def test_favourites_of_one_post_are_one_group(square: Square) -> None:
    first, second = await liked(square)
    found = await groups(square, square.anna)
    shown = found["notification_groups"]
    assert [(g["type"], g["notifications_count"], g["status_id"]) for g in shown][1:] == [
        ("favourite", 3, first["id"]),
        ("favourite", 1, second["id"]),
    ]
    assert shown[0]["type"] == "mention"
    assert shown[0]["group_key"] == f"ungrouped-{shown[0]['most_recent_notification_id']}"
    people = [str(p.id) for p in (square.reporter, square.shop, square.bjorn)]
    assert shown[1]["sample_account_ids"] == people
    assert shown[1]["page_max_id"] == shown[1]["most_recent_notification_id"]
    assert int(shown[1]["page_min_id"]) < int(shown[2]["page_min_id"])
    assert len({a["id"] for a in found["accounts"]}) == len(found["accounts"]) == 3
    assert {s["id"] for s in found["statuses"]} >= {first["id"], second["id"]}
    assert "partial_accounts" not in found


async def test_the_pages_together_hold_every_notification_once(square: Square) -> None:
    await liked(square)
    await square.settle()
    everything = {n["id"] for n in await ok(await square.anna.get("/api/v1/notifications"))}
    covered: set[str] = set()
    url = f"{PATH}?limit=1"
    keys: list[str] = []
    while True:
        response = await square.anna.get(url)
        page = response.json()
        if not page["notification_groups"]:
            break
        assert len(page["notification_groups"]) == 1
        group = page["notification_groups"][0]
        keys.append(group["group_key"])
        covered |= {i for i in everything if int(group["page_min_id"]) <= int(i) <= int(group["page_max_id"])}
        back = await square.anna.get(response.links["prev"]["url"])
        assert all(int(g["page_min_id"]) > int(group["page_max_id"]) for g in back.json()["notification_groups"])
        url = response.links["next"]["url"]
    assert covered == everything
    assert len(keys) == 4, "the first post's group stands on two pages, with the other's between"
    upwards = await groups(square, square.anna, min_id="0", limit="2")
    assert [g["type"] for g in upwards["notification_groups"]] == ["favourite", "favourite"]


async def test_clients_choose_what_is_grouped_and_how_much_of_accounts(square: Square) -> None:
    await liked(square)
    apart = await groups(square, square.anna, **{"grouped_types[]": "follow"})
    assert len(apart["notification_groups"]) == 5
    assert all(g["group_key"].startswith("ungrouped-") for g in apart["notification_groups"])
    some = await groups(square, square.anna, expand_accounts="partial_avatars")
    assert [a["username"] for a in some["accounts"]] == ["shop", "reporter", "bjorn"]
    assert some["partial_accounts"] == []
    only = await groups(square, square.anna, expand_accounts="partial_avatars", limit="2", **{"types[]": "favourite"})
    one = await groups(square, square.anna, expand_accounts="partial_avatars", limit="1", **{"types[]": "favourite"})
    assert {a["acct"] for a in one["partial_accounts"]} == {"shop", "bjorn"}
    assert [a["acct"] for a in one["accounts"]] == ["reporter"]
    assert len(only["notification_groups"]) == 2


async def test_one_group_its_accounts_and_its_end(square: Square) -> None:
    await liked(square)
    group = (await groups(square, square.anna))["notification_groups"][1]
    path = f"{PATH}/{group['group_key']}"
    single = await ok(await square.anna.get(path))
    check(single, entities.GroupedNotificationsResults)
    assert single["notification_groups"][0]["notifications_count"] == 3
    people = await square.anna.get(f"{path}/accounts")
    check_list(await ok(people), entities.Account)
    assert [a["username"] for a in people.json()] == ["reporter", "shop", "bjorn"]
    assert await ok(await square.bjorn.post(f"{path}/dismiss")) == {}, "it is not Björn's: nothing happens"
    assert (await square.anna.get(path)).status_code == 200
    assert await ok(await square.anna.post(f"{path}/dismiss")) == {}
    assert (await square.anna.get(path)).status_code == 404
    assert (await square.anna.get(f"{path}/accounts")).status_code == 404
    left = await groups(square, square.anna)
    assert [g["type"] for g in left["notification_groups"]] == ["mention", "favourite"]
    mention = left["notification_groups"][0]["group_key"]
    await ok(await square.anna.post(f"{PATH}/{mention}/dismiss"))
    assert len((await groups(square, square.anna))["notification_groups"]) == 1


async def test_unread_groups(square: Square) -> None:
    await liked(square)
    await square.settle()
    assert await ok(await square.anna.get(f"{PATH}/unread_count")) == {"count": 3}
    assert await ok(await square.anna.get(f"{PATH}/unread_count", params={"grouped_types[]": "follow"})) == {"count": 5}
    assert await ok(await square.anna.get(f"{PATH}/unread_count", params={"limit": 2})) == {"count": 2}


async def test_follows_are_grouped(square: Square) -> None:
    for person in (square.bjorn, square.shop):
        await person.follows(square.anna)
    found = await groups(square, square.anna)
    assert [(g["type"], g["notifications_count"]) for g in found["notification_groups"]] == [("follow", 2)]
    assert found["notification_groups"][0]["group_key"].startswith("follow-")
    assert found["statuses"] == []


async def test_bad_values_are_refused_and_strange_keys_are_not_found(square: Square) -> None:
    assert (await square.anna.get(PATH, params={"expand_accounts": "some"})).status_code == 422
    for key in ("nonsense", "ungrouped-", "ungrouped-99999999999999999999", "ungrouped-x", "favourite-1-2"):
        assert (await square.anna.get(f"{PATH}/{key}")).status_code == 404
