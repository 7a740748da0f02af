"""What is in a group: conversations by their newest reply, pins, announcements, files, tags, and taking posts out."""

from __future__ import annotations

from tests.contract.entity_check import check_list
from tests.fixtures.square import Square
from tests.mastodon_api.group_helpers import GROUPS, nothing, office, ok
from tests.media.makers import encoded
from torg.mastodon_api import entities
from torg.mastodon_api.entities.torg.group import GroupFile


async def test_posts_newest_first_or_by_the_newest_reply(square: Square) -> None:
    them = await office(square)
    group = await them.group("fika")
    path = f"{GROUPS}/{group['id']}/statuses"
    one = await them.bjorn.says("!fika ett")
    two = await them.bjorn.says("!fika två")
    three = await them.bjorn.says("tre", group_id=group["id"])
    answer = await them.bjorn.says("svar", in_reply_to_id=one["id"])
    await them.bjorn.says("utanför")
    ids = [answer["id"], three["id"], two["id"], one["id"]]
    found = await them.cecilia.get(path)
    check_list(found.json(), entities.Status, at_least=4)
    assert [s["id"] for s in found.json()] == ids
    threads = await them.cecilia.get(path, params={"sort": "activity", "limit": 2})
    assert [s["id"] for s in threads.json()] == [one["id"], three["id"]]
    assert f"max_id={three['id']}" in threads.headers["Link"]
    rest = await them.cecilia.get(path, params={"sort": "activity", "max_id": three["id"]})
    assert [s["id"] for s in rest.json()] == [two["id"]]
    assert [s["id"] for s in ok(await them.cecilia.get(f"/api/v1/accounts/{group['id']}/statuses"))] == ids


async def test_staff_pins_and_everybody_sees_it_where_mastodon_looks(square: Square) -> None:
    them = await office(square)
    group = await them.group("fika")
    path = f"{GROUPS}/{group['id']}/pins"
    await them.joins(them.cecilia, group)
    post = await them.cecilia.says("!fika regler")
    other = await them.cecilia.says("inte i gruppen")
    assert (await them.cecilia.post(f"{path}/{post['id']}")).status_code == 403
    nothing(await them.bjorn.post(f"{path}/{other['id']}"))
    assert ok(await them.bjorn.post(f"{path}/{post['id']}"))["id"] == post["id"]
    ok(await them.bjorn.post(f"{path}/{post['id']}"))
    assert [s["id"] for s in ok(await them.david.get(path))] == [post["id"]]
    pinned = {"params": {"pinned": "true"}}
    shown = ok(await them.david.get(f"/api/v1/accounts/{group['id']}/statuses", **pinned))
    assert [s["id"] for s in shown] == [post["id"]]
    assert ok(await them.david.get(f"/api/v1/accounts/{them.cecilia.id}/statuses", **pinned)) == []
    ok(await them.bjorn.delete(f"{path}/{post['id']}"))
    assert ok(await them.david.get(path)) == []


async def test_an_announcement_reaches_every_member_whatever_is_muted(square: Square) -> None:
    them = await office(square)
    group = await them.group("fika")
    path = f"{GROUPS}/{group['id']}/announcements"
    for person in (them.cecilia, them.gustav):
        await them.joins(person, group)
    ok(await them.cecilia.post(f"/api/v1/accounts/{them.bjorn.id}/mute"))
    ok(await them.cecilia.patch("/api/v2/notifications/policy", json={"for_not_following": "drop"}))
    post = await them.bjorn.says("!fika Kaffet är slut")
    assert (await them.cecilia.post(f"{path}/{post['id']}")).status_code == 403
    for _ in range(2):
        ok(await them.bjorn.post(f"{path}/{post['id']}"))
    for person, told in ((them.cecilia, [post["id"]]), (them.gustav, [post["id"]]), (them.david, [])):
        seen = [n["status"]["id"] for n in await them.notices(person) if n["type"] == "status"]
        async with square.services.db.system() as tx:
            kept = await tx.column(
                "SELECT post_id FROM notices WHERE account_id = %s AND type = 'status'", (person.id,)
            )
        assert [str(id_) for id_ in kept] == told, person.handle
        if person is not them.cecilia:  # whom she mutes she does not see, but was told: unmuting shows it
            assert seen == told
    assert [s["id"] for s in ok(await them.gustav.get(path))] == [post["id"]]
    ok(await them.bjorn.delete(f"{path}/{post['id']}"))
    assert ok(await them.gustav.get(path)) == []
    nothing(await them.bjorn.delete(f"{path}/{post['id']}"))


async def test_files_and_tags_of_a_group(square: Square) -> None:
    them = await office(square)
    group = await them.group("fika", "private")
    await them.joins(them.cecilia, group)
    picture = {"file": ("a.png", encoded(".png"), "image/png")}
    file = ok(await them.bjorn.post("/api/v2/media", files=picture, data={"description": "kaka"}))
    post = await them.bjorn.says("!fika #kaka", media_ids=[file["id"]])
    await them.bjorn.says("!fika #kaka #bulle")
    found = ok(await them.cecilia.get(f"{GROUPS}/{group['id']}/files"))
    check_list(found, GroupFile, at_least=1)
    assert [(f["id"], f["status_id"], f["account"]["acct"]) for f in found] == [(file["id"], post["id"], "bjorn")]
    tags = ok(await them.cecilia.get(f"{GROUPS}/{group['id']}/topics"))
    assert [tag["name"] for tag in tags] == ["kaka", "bulle"]
    for part in ("files", "topics", "statuses"):
        assert ok(await them.david.get(f"{GROUPS}/{group['id']}/{part}")) == []


async def test_staff_takes_posts_out_and_the_log_says_so(square: Square) -> None:
    them = await office(square)
    group = await them.group("fika")
    await them.joins(them.cecilia, group)
    post = await them.cecilia.says("!fika skräp")
    outside = await them.cecilia.says("utanför")
    path = f"{GROUPS}/{group['id']}/statuses"
    assert (await them.david.delete(f"{path}/{post['id']}")).status_code == 403
    nothing(await them.bjorn.delete(f"{path}/{outside['id']}"))
    assert ok(await them.bjorn.delete(f"{path}/{post['id']}")) == {}
    nothing(await them.cecilia.get(f"/api/v1/statuses/{post['id']}"))
    async with square.services.db.system() as tx:
        row = await tx.one("SELECT actor_id, details FROM admin_log WHERE verb = 'delete_status'")
    assert row is not None
    assert (row["actor_id"], row["details"]["status_id"]) == (them.bjorn.id, post["id"])
