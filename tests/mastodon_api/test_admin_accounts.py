"""Accounts for moderators, at the API."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.entity_check import check, check_list
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from torg.access import roles
from torg.mastodon_api import entities
from torg.moderation import log, reads

ACCOUNTS = "/api/v1/admin/accounts"
NOT_ALLOWED = (403, '{"error":"This action is not allowed"}')
NOT_FOUND = (404, '{"error":"Record not found"}')


async def mark(person: Person, assignment: str) -> None:
    async with person.square.services.db.system() as tx:
        await tx.run(f"UPDATE accounts SET {assignment} WHERE id = %s", (person.id,))


async def waiting(square: Square, handle: str = "newcomer") -> Person:
    person = await square.add(PUBLIC, handle)
    await mark(person, "state = 'pending', invite_request = 'I sell bread', sign_up_ip = '192.0.2.7'")
    return person


async def promote(person: Person, role: str) -> None:
    network = person.square.networks[person.host]
    async with person.square.services.db.tx(network.scope) as tx:
        role_id = await roles.ensure(tx, role)
        await tx.run("UPDATE accounts SET role_id = %s WHERE id = %s", (role_id, person.id))


async def names(person: Person, path: str) -> set[str]:
    response = await person.get(path)
    assert response.status_code == 200, response.text
    check_list(response.json(), entities.AdminAccount)
    return {account["username"] for account in response.json()}


async def act(square: Square, person: Person, type_: str, **more: object) -> None:
    response = await square.anna.post(f"{ACCOUNTS}/{person.id}/action", json={"type": type_, **more})
    assert (response.status_code, response.json()) == (200, {})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/{id}"),
        ("POST", "/{id}/approve"),
        ("POST", "/{id}/reject"),
        ("POST", "/{id}/action"),
        ("POST", "/{id}/enable"),
        ("POST", "/{id}/unsilence"),
        ("POST", "/{id}/unsuspend"),
        ("POST", "/{id}/unsensitive"),
        ("DELETE", "/{id}"),
    ],
)
async def test_only_moderators(square: Square, method: str, path: str) -> None:
    for person in (square.bjorn, square.nobody()):
        response = await person.http.request(method, ACCOUNTS + path.format(id=square.shop.id))
        assert (response.status_code, response.text) == NOT_ALLOWED
    if "{id}" in path:
        strangers = (square.person(INSIDE, "bjorn").id, square.person(OTHER, "olga").id, 17)
        for id_ in strangers:
            response = await square.anna.http.request(method, ACCOUNTS + path.format(id=id_), params={"type": "none"})
            assert (response.status_code, response.text) == NOT_FOUND


async def test_filters_of_the_first_generation(square: Square) -> None:
    everybody = {"anna", "bjorn", "shop", "reporter"}
    assert await names(square.anna, ACCOUNTS) == everybody
    assert await names(square.anna, f"{ACCOUNTS}?local=true") == everybody
    assert await names(square.anna, f"{ACCOUNTS}?remote=true") == set()
    assert await names(square.anna, f"{ACCOUNTS}?staff=1") == {"anna"}
    assert await names(square.anna, f"{ACCOUNTS}?username=REP") == {"reporter"}
    assert await names(square.anna, f"{ACCOUNTS}?display_name=hop") == {"shop"}
    assert await names(square.anna, f"{ACCOUNTS}?display_name=%25") == set()
    assert await names(square.anna, f"{ACCOUNTS}?email=bjorn@acme.test") == {"bjorn"}
    assert await names(square.anna, f"{ACCOUNTS}?by_domain=other.example") == set()
    await waiting(square)
    assert await names(square.anna, f"{ACCOUNTS}?pending=true") == {"newcomer"}
    assert await names(square.anna, f"{ACCOUNTS}?ip=192.0.2.0/24") == {"newcomer"}
    assert await names(square.anna, f"{ACCOUNTS}?active=true") == everybody
    for flag, column in (("silenced", "silenced_at"), ("suspended", "suspended_at"), ("sensitized", "sensitized_at"),
                         ("disabled", "disabled_at")):  # fmt: skip
        await mark(square.shop, f"{column} = now()")
        assert await names(square.anna, f"{ACCOUNTS}?{flag}=true") == {"shop"}
        await mark(square.shop, f"{column} = NULL")
    assert (await square.anna.get(f"{ACCOUNTS}?ip=nonsense")).status_code == 422


async def test_filters_of_the_second_generation(square: Square) -> None:
    v2 = "/api/v2/admin/accounts"
    await promote(square.bjorn, "moderator")
    async with square.services.db.system() as tx:
        role = await tx.value("SELECT role_id FROM accounts WHERE id = %s", (square.bjorn.id,))
    assert await names(square.anna, f"{v2}?permissions=staff") == {"anna", "bjorn"}
    assert await names(square.anna, f"{v2}?role_ids[]={role}") == {"bjorn"}
    assert await names(square.anna, f"{v2}?origin=local&status=active&username=s") == {"shop"}
    assert await names(square.anna, f"{v2}?origin=remote") == set()
    assert await names(square.anna, f"{v2}?invited_by={square.anna.id}") == set()
    assert (await square.anna.get(f"{v2}?status=asleep")).status_code == 422
    assert (await square.shop.get(v2)).status_code == 403


async def test_who_was_invited_by_whom(square: Square) -> None:
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        await tx.run(
            "INSERT INTO invites (org_id, network_id, id, account_id, code) VALUES (%s, %s, 7, %s, 'come')",
            (network.org_id, network.id, square.bjorn.id),
        )
    await mark(square.shop, "invite_id = 7")
    assert await names(square.anna, f"/api/v2/admin/accounts?invited_by={square.bjorn.id}") == {"shop"}
    shown = (await square.anna.get(f"{ACCOUNTS}/{square.shop.id}")).json()
    assert shown["invited_by_account_id"] == str(square.bjorn.id)


async def test_pages(square: Square) -> None:
    first = await square.anna.get(f"{ACCOUNTS}?limit=3")
    assert len(first.json()) == 3
    rest = await square.anna.get(first.links["next"]["url"])
    assert len(rest.json()) == 1
    assert not {a["id"] for a in first.json()} & {a["id"] for a in rest.json()}


async def test_one_account(square: Square) -> None:
    newcomer = await waiting(square)
    response = await square.anna.get(f"{ACCOUNTS}/{newcomer.id}")
    check(response.json(), entities.AdminAccount)
    body = response.json()
    assert (body["email"], body["ip"], body["approved"]) == ("newcomer@acme.test", "192.0.2.7", False)
    assert body["invite_request"] == "I sell bread"
    assert (await square.anna.get(f"{ACCOUNTS}/{square.anna.id}")).json()["role"]["name"] == "Admin"


async def test_approve(square: Square) -> None:
    newcomer = await waiting(square)
    assert (await newcomer.get("/api/v1/timelines/home")).status_code == 403
    response = await square.anna.post(f"{ACCOUNTS}/{newcomer.id}/approve")
    check(response.json(), entities.AdminAccount)
    assert response.json()["approved"] is True
    assert (await newcomer.get("/api/v1/timelines/home")).status_code == 200
    again = await square.anna.post(f"{ACCOUNTS}/{newcomer.id}/approve")
    assert (again.status_code, again.text) == NOT_ALLOWED


async def test_reject_frees_name_and_address(square: Square) -> None:
    newcomer = await waiting(square)
    response = await square.anna.post(f"{ACCOUNTS}/{newcomer.id}/reject")
    check(response.json(), entities.AdminAccount)
    assert (await square.anna.get(f"{ACCOUNTS}/{newcomer.id}")).status_code == 404
    await square.settle()
    async with square.services.db.system() as tx:
        assert await tx.value("SELECT count(*) FROM persons WHERE email = 'newcomer@acme.test'") == 0
    assert (await square.anna.post(f"{ACCOUNTS}/{square.shop.id}/reject")).status_code == 403


async def test_suspended_is_out_of_sight_and_locked_out(square: Square) -> None:
    said = await square.shop.says("Buy!")
    await act(square, square.shop, "suspend", text="Enough")
    assert (await square.bjorn.get(f"/api/v1/statuses/{said['id']}")).status_code == 404
    assert (await square.shop.get("/api/v1/timelines/home")).status_code == 403
    shown = (await square.bjorn.get(f"/api/v1/accounts/{square.shop.id}")).json()
    assert shown["suspended"] is True
    response = await square.anna.post(f"{ACCOUNTS}/{square.shop.id}/unsuspend")
    check(response.json(), entities.AdminAccount)
    assert (await square.bjorn.get(f"/api/v1/statuses/{said['id']}")).status_code == 200
    again = await square.anna.post(f"{ACCOUNTS}/{square.shop.id}/unsuspend")
    assert (again.status_code, again.text) == NOT_ALLOWED


async def test_disable_and_enable(square: Square) -> None:
    await act(square, square.shop, "disable")
    assert (await square.shop.get("/api/v1/timelines/home")).status_code == 403
    response = await square.anna.post(f"{ACCOUNTS}/{square.shop.id}/enable")
    check(response.json(), entities.AdminAccount)
    assert response.json()["disabled"] is False
    assert (await square.shop.get("/api/v1/timelines/home")).status_code == 200


async def test_silence_limits_and_sensitive_marks(square: Square) -> None:
    await act(square, square.shop, "silence")
    said = await square.shop.says("Still here")
    assert (await square.bjorn.get(f"/api/v1/accounts/{square.shop.id}")).json()["limited"] is True
    timeline = await square.bjorn.get("/api/v1/timelines/public")
    assert said["id"] not in {status["id"] for status in timeline.json()}
    assert (await square.anna.post(f"{ACCOUNTS}/{square.shop.id}/unsilence")).json()["silenced"] is False
    await act(square, square.shop, "sensitive")
    assert (await square.bjorn.get(f"/api/v1/statuses/{said['id']}")).json()["sensitive"] is False  # it has no media
    freed = await square.anna.post(f"{ACCOUNTS}/{square.shop.id}/unsensitive")
    check(freed.json(), entities.AdminAccount)
    assert freed.json()["sensitized"] is False


async def test_the_media_of_a_marked_account_are_sensitive(square: Square) -> None:
    said = await square.shop.says("Look")
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        await tx.run(
            """INSERT INTO media (org_id, network_id, id, account_id, post_id, kind, state, token, original_key)
               VALUES (%s, %s, 7, %s, %s, 'image', 'ready', 'x', 'media/7/x.png')""",
            (network.org_id, network.id, square.shop.id, int(said["id"])),
        )
        await tx.run("UPDATE posts SET has_media = true WHERE id = %s", (int(said["id"]),))
    path = f"/api/v1/statuses/{said['id']}"
    assert (await square.bjorn.get(path)).json()["sensitive"] is False
    await act(square, square.shop, "sensitive")
    assert (await square.bjorn.get(path)).json()["sensitive"] is True


async def test_a_warning_reaches_the_person_by_notice_and_mail(square: Square, tmp_path: Path) -> None:
    said = await square.shop.says("Buy!")
    report = await square.bjorn.post(
        "/api/v1/reports", json={"account_id": square.shop.id, "status_ids": [said["id"]]}
    )
    await act(square, square.shop, "none", report_id=report.json()["id"], text="Mind your tone")
    await square.settle()
    mails = [file.read_text() for file in (tmp_path / "mail").glob("*.eml")]
    assert len(mails) == 1
    assert "shop@acme.test" in mails[0]
    assert "Mind your tone" in mails[0]
    async with square.services.db.system() as tx:
        told = await tx.all("SELECT account_id, type FROM notices WHERE type = 'moderation_warning'")
    assert told == [{"account_id": square.shop.id, "type": "moderation_warning"}]
    settled = (await square.anna.get(f"/api/v1/admin/reports/{report.json()['id']}")).json()
    assert settled["action_taken"] is True


async def test_a_warning_without_mail(square: Square, tmp_path: Path) -> None:
    await act(square, square.shop, "none", send_email_notification=False)
    await square.settle()
    assert not list((tmp_path / "mail").glob("*.eml"))


async def test_what_is_wrong_with_an_action(square: Square) -> None:
    path = f"{ACCOUNTS}/{square.shop.id}/action"
    assert (await square.anna.post(path, json={})).status_code == 422
    assert (await square.anna.post(path, json={"type": "banish"})).status_code == 422
    assert (await square.anna.post(path, json={"type": "none", "text": "x" * 5001})).status_code == 422
    assert (await square.anna.post(path, json={"type": "none", "report_id": 7})).status_code == 404
    assert (await square.anna.post(path, json={"type": "none", "warning_preset_id": 7})).status_code == 404


async def test_higher_roles_are_out_of_reach(square: Square) -> None:
    await promote(square.bjorn, "moderator")
    await promote(square.anna, "owner")
    for victim in (square.anna, square.bjorn):
        response = await square.bjorn.post(f"{ACCOUNTS}/{victim.id}/action", json={"type": "suspend"})
        assert (response.status_code, response.text) == NOT_ALLOWED
    assert (await square.bjorn.post(f"{ACCOUNTS}/{square.shop.id}/action", json={"type": "silence"})).status_code == 200
    assert (await square.anna.post(f"{ACCOUNTS}/{square.bjorn.id}/action", json={"type": "disable"})).status_code == 200
    assert (await square.bjorn.delete(f"{ACCOUNTS}/{square.shop.id}")).status_code == 403


async def test_delete_only_what_is_suspended(square: Square) -> None:
    said = await square.shop.says("Buy!")
    await square.shop.follows(square.bjorn)
    secret = await square.shop.says("@bjorn psst", visibility="direct")
    early = await square.anna.delete(f"{ACCOUNTS}/{square.shop.id}")
    assert (early.status_code, early.text) == NOT_ALLOWED
    await act(square, square.shop, "suspend")
    response = await square.anna.delete(f"{ACCOUNTS}/{square.shop.id}")
    check(response.json(), entities.AdminAccount)
    await square.settle()
    async with square.services.db.system() as tx:
        assert await tx.value("SELECT count(*) FROM posts WHERE id = %s", (int(said["id"]),)) == 0
        assert await tx.value("SELECT count(*) FROM messages WHERE id = %s", (int(secret["id"]),)) == 0
        assert await tx.value("SELECT count(*) FROM persons WHERE email = 'shop@acme.test'") == 0
        row = await tx.one("SELECT followers_count FROM accounts WHERE id = %s", (square.bjorn.id,))
    assert row == {"followers_count": 0}
    async with square.services.db.tx(square.networks[PUBLIC].scope) as inner:
        assert await reads.email_barred(inner, "shop@acme.test")
    for again in ("DELETE", "POST"):
        path = f"{ACCOUNTS}/{square.shop.id}" + ("" if again == "DELETE" else "/unsuspend")
        response = await square.anna.http.request(again, path)
        assert (response.status_code, response.text) == NOT_ALLOWED


async def test_every_act_is_in_the_log(square: Square) -> None:
    await act(square, square.shop, "silence")
    await square.anna.post(f"{ACCOUNTS}/{square.shop.id}/unsilence")
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        actor = type("Where", (), {"org_id": network.org_id, "network_id": network.id})()
        entries = await log.latest(tx, actor)
    assert [(e.actor_id, e.verb, e.target_id) for e in entries] == [
        (square.anna.id, "unsilence", square.shop.id),
        (square.anna.id, "silence", square.shop.id),
    ]
