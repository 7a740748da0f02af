"""Groups: made, found, changed and deleted; joined, left and run."""

from __future__ import annotations

import asyncio

import pytest

from tests.contract.entity_check import check, check_list
from tests.fixtures.square import INSIDE, Square
from tests.mastodon_api.group_helpers import GROUPS, nothing, office, ok
from tests.media.makers import encoded
from torg.mastodon_api.entities.torg.group import Group, GroupMember


async def test_a_group_is_an_account_and_its_maker_runs_it(square: Square) -> None:
    them = await office(square)
    made = await them.group("fika", display_name="Fikagruppen", note="Kaffe #kaffe", aliases=["kaffe", "!Bullar"])
    check(made, Group)
    assert (made["group"], made["locked"], made["role"], made["member"]) == (True, False, "admin", True)
    assert (made["members_count"], made["followers_count"], made["aliases"]) == (1, 1, ["bullar", "kaffe"])
    plain = ok(await them.cecilia.get(f"/api/v1/accounts/{made['id']}"))
    assert (plain["acct"], plain["group"], plain["display_name"]) == ("fika", True, "Fikagruppen")
    for name in ("fika", "!fika", "Bullar", "@kaffe"):
        found = ok(await them.cecilia.get(f"{GROUPS}/lookup", params={"name": name}))
        assert (found["id"], found["role"], found["member"]) == (made["id"], None, False)
    for q in ("!fik", "@fika", "fika"):
        hits = ok(await them.cecilia.get("/api/v2/search", params={"q": q, "type": "accounts"}))["accounts"]
        assert [one["id"] for one in hits] == [made["id"]], q
    me = ok(await them.bjorn.get("/api/v1/accounts/verify_credentials"))
    assert me["following_count"] == 0, "a membership is not counted where others see the number"


@pytest.mark.parametrize(
    ("form", "field", "code"),
    [
        ({"name": "bjorn"}, "username", "ERR_TAKEN"),
        ({"name": "BJORN"}, "username", "ERR_TAKEN"),
        ({"name": ""}, "username", "ERR_BLANK"),
        ({"name": "a b"}, "username", "ERR_INVALID"),
        ({"name": "admin"}, "username", "ERR_RESERVED"),
        ({"name": "ny", "aliases": ["bjorn"]}, "aliases", "ERR_TAKEN"),
        ({"name": "ny", "aliases": ["å"]}, "aliases", "ERR_INVALID"),
        ({"name": "ny", "display_name": "x" * 31}, "display_name", "ERR_TOO_LONG"),
    ],
)
async def test_names_are_checked_as_when_registering(
    square: Square, form: dict[str, object], field: str, code: str
) -> None:
    them = await office(square)
    answer = await them.bjorn.post(GROUPS, json=form)
    assert answer.status_code == 422
    assert answer.json()["details"][field][0]["error"] == code
    assert ok(await them.bjorn.get(GROUPS)) == []


async def test_a_name_that_a_hidden_group_has_is_taken(square: Square) -> None:
    them = await office(square)
    await them.group("tyst", "hidden", aliases=["tystnad"])
    for form in ({"name": "tyst"}, {"name": "hej", "aliases": ["tyst"]}, {"name": "hej", "aliases": ["tystnad"]}):
        answer = await them.david.post(GROUPS, json=form)
        assert (answer.status_code, "ERR_TAKEN" in answer.text) == (422, True), answer.text


async def test_only_administrators_make_groups_if_the_network_says_so(square: Square) -> None:
    them = await office(square)
    assert (await them.gustav.post(GROUPS, json={"name": "gast"})).status_code == 403
    async with square.services.db.system() as tx:
        await tx.run(
            """UPDATE networks SET settings = settings || '{"group_creation": "admins"}' WHERE id = %s""",
            (square.networks[INSIDE].id,),
        )
    square.services.networks.forget()
    assert (await them.bjorn.post(GROUPS, json={"name": "fika"})).status_code == 403
    admin = await square.add(INSIDE, "chef", admin=True)
    assert ok(await admin.post(GROUPS, json={"name": "fika"}))["role"] == "admin"


async def test_change_pictures_archive_and_delete(square: Square) -> None:
    them = await office(square)
    group = await them.group("fika")
    path = f"{GROUPS}/{group['id']}"
    await them.joins(them.cecilia, group)
    assert (await them.cecilia.patch(path, json={"display_name": "Kupp"})).status_code == 403
    files = {"avatar": ("a.png", encoded(".png"), "image/png")}
    changed = ok(await them.bjorn.patch(path, files=files, data={"display_name": "Fika!", "posting": "admins"}))
    assert (changed["display_name"], changed["posting"], "missing" in changed["avatar"]) == ("Fika!", "admins", False)
    assert "missing" in ok(await them.bjorn.delete(f"{path}/avatar"))["avatar"]
    closed = ok(await them.bjorn.patch(path, json={"archived": True}))
    assert closed["archived"]
    assert (await them.david.post(f"/api/v1/accounts/{group['id']}/follow")).status_code == 403
    assert ok(await them.david.get(GROUPS)) == []
    assert [one["id"] for one in ok(await them.david.get(GROUPS, params={"archived": "true"}))] == [group["id"]]
    assert not ok(await them.bjorn.patch(path, json={"archived": False}))["archived"]
    post = ok(await them.bjorn.post("/api/v1/statuses", json={"status": "hej", "group_id": group["id"]}))
    assert (await them.cecilia.delete(path)).status_code == 403
    assert ok(await them.bjorn.delete(path)) == {}
    for person in (them.bjorn, them.cecilia):
        nothing(await person.get(path))
        nothing(await person.get(f"/api/v1/accounts/{group['id']}"))
    await square.settle()
    nothing(await them.bjorn.get(f"/api/v1/statuses/{post['id']}"))
    assert (await them.bjorn.post(GROUPS, json={"name": "fika"})).status_code == 422, "the name stays taken"


async def test_the_directory_is_searched_and_paged(square: Square) -> None:
    them = await office(square)
    made = [await them.group(f"grupp{n}", note="om 100% kaffe") for n in range(3)]
    await them.joins(them.cecilia, made[1])
    ids = [one["id"] for one in reversed(made)]
    first = await them.cecilia.get(GROUPS, params={"limit": 2})
    check_list(first.json(), Group, at_least=2)
    assert [one["id"] for one in first.json()] == ids[:2]
    assert [one["id"] for one in ok(await them.cecilia.get(GROUPS, params={"max_id": ids[1]}))] == ids[2:]
    assert [one["id"] for one in ok(await them.cecilia.get(GROUPS, params={"mine": "1"}))] == [made[1]["id"]]
    assert [one["id"] for one in ok(await them.cecilia.get(GROUPS, params={"q": "!GRUPP2"}))] == [made[2]["id"]]
    assert len(ok(await them.cecilia.get(GROUPS, params={"q": "100%"}))) == 3
    assert ok(await them.cecilia.get(GROUPS, params={"q": "1_0"})) == []


@pytest.mark.parametrize("kind", ["open", "moderated", "private"])
async def test_joining_is_following(square: Square, kind: str) -> None:
    them = await office(square)
    group = await them.group("fika", kind)
    assert group["locked"] == (kind != "open")
    tie = ok(await them.cecilia.post(f"/api/v1/accounts/{group['id']}/follow"))
    assert (tie["following"], tie["requested"]) == (kind == "open", kind != "open")
    if kind != "open":
        assert ok(await them.cecilia.get(f"{GROUPS}/{group['id']}"))["requested"]
        asked = [one for one in await them.notices(them.bjorn) if one["type"] == "follow_request"]
        assert [one["account"]["acct"] for one in asked] == ["cecilia"]
        waiting = ok(await them.bjorn.get(f"{GROUPS}/{group['id']}/requests"))
        assert [one["acct"] for one in waiting] == ["cecilia"]
        assert (await them.cecilia.get(f"{GROUPS}/{group['id']}/requests")).status_code == 403
        ok(await them.bjorn.post(f"{GROUPS}/{group['id']}/requests/{them.cecilia.id}/authorize"))
        assert not [one for one in await them.notices(them.bjorn) if one["type"] == "follow_request"]
    seen = ok(await them.cecilia.get(f"{GROUPS}/{group['id']}"))
    assert (seen["member"], seen["requested"], seen["members_count"]) == (True, False, 2)
    members = ok(await them.cecilia.get(f"{GROUPS}/{group['id']}/members"))
    check_list(members, GroupMember, at_least=2)
    assert [(one["acct"], one["group_role"]) for one in members] == [("cecilia", None), ("bjorn", "admin")]
    assert not ok(await them.cecilia.post(f"/api/v1/accounts/{group['id']}/unfollow"))["following"]
    assert ok(await them.bjorn.get(f"{GROUPS}/{group['id']}"))["members_count"] == 1


async def test_a_plain_mastodon_app_answers_requests_and_invitations(square: Square) -> None:
    them = await office(square)
    group = await them.group("fika", "private")
    ok(await them.cecilia.post(f"/api/v1/accounts/{group['id']}/follow"))
    assert [one["acct"] for one in ok(await them.bjorn.get("/api/v1/follow_requests"))] == ["cecilia"]
    ok(await them.bjorn.post(f"/api/v1/follow_requests/{them.cecilia.id}/authorize"))
    assert ok(await them.cecilia.get(f"{GROUPS}/{group['id']}"))["member"]
    ok(await them.david.post(f"/api/v1/accounts/{group['id']}/follow"))
    ok(await them.bjorn.post(f"/api/v1/follow_requests/{them.david.id}/reject"))
    assert not ok(await them.david.get(f"{GROUPS}/{group['id']}"))["requested"]

    hidden = await them.group("tyst", "hidden")
    ok(await them.bjorn.post(f"{GROUPS}/{hidden['id']}/invitations", json={"account_ids": [them.david.id]}))
    told = [one for one in await them.notices(them.david) if one["type"] == "follow_request"]
    assert [one["account"]["acct"] for one in told] == ["tyst"]
    assert [one["acct"] for one in ok(await them.david.get("/api/v1/follow_requests"))] == ["tyst"]
    ok(await them.david.post(f"/api/v1/follow_requests/{hidden['id']}/authorize"))
    assert ok(await them.david.get(f"{GROUPS}/{hidden['id']}"))["member"]
    assert ok(await them.david.get("/api/v1/follow_requests")) == []
    ok(await them.bjorn.post(f"{GROUPS}/{hidden['id']}/invitations", json={"account_ids": [them.cecilia.id]}))
    ok(await them.cecilia.post(f"/api/v1/follow_requests/{hidden['id']}/reject"))
    nothing(await them.cecilia.get(f"{GROUPS}/{hidden['id']}"))


async def test_answers_by_a_plain_app_are_in_the_audit_log_as_others_are(square: Square) -> None:
    them = await office(square)
    group = await them.group("fika", "private")
    answers = (
        (them.cecilia, f"/api/v1/follow_requests/{them.cecilia.id}/authorize"),
        (them.david, f"/api/v1/follow_requests/{them.david.id}/reject"),
        (them.david, f"{GROUPS}/{group['id']}/requests/{them.david.id}/authorize"),
    )
    for asker, answer in answers:
        ok(await asker.post(f"/api/v1/accounts/{group['id']}/follow"))
        ok(await them.bjorn.post(answer))
    ok(await them.bjorn.patch("/api/v1/accounts/update_credentials", json={"locked": True}))
    ok(await them.cecilia.post(f"/api/v1/accounts/{them.bjorn.id}/follow"))
    ok(await them.bjorn.post(f"/api/v1/follow_requests/{them.cecilia.id}/authorize"))
    async with square.services.db.system() as tx:
        found = await tx.all(
            """SELECT verb, target_id, actor_id, details ->> 'account_id' AS who FROM admin_log
               WHERE target_type = 'group' AND verb IN ('authorize', 'reject') ORDER BY id"""
        )
    assert [(row["verb"], int(row["who"])) for row in found] == [
        ("authorize", them.cecilia.id), ("reject", them.david.id), ("authorize", them.david.id),
    ], "one's own followers are nobody's business"  # fmt: skip
    assert {(row["target_id"], row["actor_id"]) for row in found} == {(int(group["id"]), them.bjorn.id)}


async def test_the_last_administrator_hands_over_first(square: Square) -> None:
    them = await office(square)
    group = await them.group("fika")
    path = f"{GROUPS}/{group['id']}"
    await them.joins(them.cecilia, group)
    for leave in ("unfollow", "block"):
        answer = await them.bjorn.post(f"/api/v1/accounts/{group['id']}/{leave}")
        assert answer.status_code == 422, answer.text
    assert (await them.bjorn.patch(f"{path}/members/{them.bjorn.id}", json={"role": "none"})).status_code == 422
    nothing(await them.bjorn.patch(f"{path}/members/{them.david.id}", json={"role": "admin"}))
    assert (await them.cecilia.patch(f"{path}/members/{them.cecilia.id}", json={"role": "admin"})).status_code == 403
    ok(await them.bjorn.patch(f"{path}/members/{them.cecilia.id}", json={"role": "admin"}))
    assert not ok(await them.bjorn.post(f"/api/v1/accounts/{group['id']}/unfollow"))["following"]
    assert ok(await them.bjorn.get(path))["role"] is None, "a role ends with the membership"
    assert (await them.bjorn.patch(path, json={"note": "x"})).status_code == 403


async def test_moderators_run_members_but_not_each_other(square: Square) -> None:
    them = await office(square)
    group = await them.group("fika")
    path = f"{GROUPS}/{group['id']}"
    for person in (them.cecilia, them.david, them.gustav):
        await them.joins(person, group)
    assert (await them.bjorn.patch(f"{path}/members/{them.gustav.id}", json={"role": "admin"})).status_code == 422
    ok(await them.bjorn.patch(f"{path}/members/{them.cecilia.id}", json={"role": "moderator"}))
    assert (await them.cecilia.delete(f"{path}/members/{them.bjorn.id}")).status_code == 403
    assert (await them.cecilia.patch(path, json={"kind": "private"})).status_code == 403
    assert (await them.david.delete(f"{path}/members/{them.gustav.id}")).status_code == 403
    assert ok(await them.cecilia.delete(f"{path}/members/{them.gustav.id}"))["members_count"] == 3
    nothing(await them.cecilia.delete(f"{path}/members/{them.gustav.id}"))
    post = await them.david.says("!fika hej")
    ok(await them.cecilia.post(f"{path}/blocks/{them.david.id}"))
    assert [one["acct"] for one in ok(await them.bjorn.get(f"{path}/blocks"))] == ["david"]
    assert (await them.david.get(f"{path}/blocks")).status_code == 403
    assert (await them.david.post(f"/api/v1/accounts/{group['id']}/follow")).status_code == 403
    other = await them.bjorn.says("!fika utan David")
    nothing(await them.david.get(f"/api/v1/statuses/{other['id']}"))
    assert [one["id"] for one in ok(await them.david.get(f"{path}/statuses"))] in ([], [post["id"]])
    ok(await them.cecilia.delete(f"{path}/blocks/{them.david.id}"))
    assert ok(await them.david.post(f"/api/v1/accounts/{group['id']}/follow"))["following"]
    async with square.services.db.system() as tx:
        verbs = await tx.column("SELECT verb FROM admin_log WHERE target_type = 'group' ORDER BY id")
    assert {"create", "invite", "change_role", "remove_member", "block", "unblock"} <= set(verbs)


async def test_an_opened_group_lets_in_who_waits(square: Square) -> None:
    them = await office(square)
    group = await them.group("fika", "private")
    ok(await them.cecilia.post(f"/api/v1/accounts/{group['id']}/follow"))
    ok(await them.bjorn.patch(f"{GROUPS}/{group['id']}", json={"kind": "open"}))
    await square.settle()
    assert ok(await them.cecilia.get(f"{GROUPS}/{group['id']}"))["member"]


async def test_a_group_is_left_to_nobody_by_two_at_once(square: Square) -> None:
    """Two administrators turn each other out, or one leaves while the other demotes the first: one stays."""
    them = await office(square)
    for n in range(4):
        group = await them.group(f"tva{n}")
        path = f"{GROUPS}/{group['id']}/members"
        await them.joins(them.cecilia, group)
        ok(await them.bjorn.patch(f"{path}/{them.cecilia.id}", json={"role": "admin"}))
        if n % 2:
            both = (them.bjorn.delete(f"{path}/{them.cecilia.id}"), them.cecilia.delete(f"{path}/{them.bjorn.id}"))
        else:
            both = (
                them.bjorn.post(f"/api/v1/accounts/{group['id']}/unfollow"),
                them.bjorn.patch(f"{path}/{them.cecilia.id}", json={"role": "none"}),
            )
        answers = await asyncio.gather(*both)
        assert all(one.status_code in (200, 403, 404, 422) for one in answers), [one.text for one in answers]
        async with square.services.db.system() as tx:
            left = await tx.value(
                "SELECT count(*) FROM group_roles WHERE group_id = %s AND role = 'admin'", (int(group["id"]),)
            )
        assert left == 1, [one.status_code for one in answers]
