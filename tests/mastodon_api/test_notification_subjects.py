"""Notifications about reports, warnings and collections, in both generations of the lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.contract.entity_check import check
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from tests.mastodon_api.notice_helpers import ok, told
from torg.access import roles
from torg.accounts import store as account_store
from torg.accounts.model import AccountSettings
from torg.administration import appeals
from torg.engine import outbox
from torg.kernel.actor import Actor, Permission
from torg.mastodon_api import entities
from torg.moderation.events import AppealFiled


async def group(person: Person) -> dict[str, Any]:
    """The newest group."""
    found = await ok(await person.get("/api/v2/notifications"))
    check(found, entities.GroupedNotificationsResults)
    newest: dict[str, Any] = found["notification_groups"][0]
    return newest


async def test_a_report_is_told_to_those_who_deal_with_reports(square: Square) -> None:
    form = {"account_id": str(square.shop.id), "comment": "reklam"}
    report = await ok(await square.bjorn.post("/api/v1/reports", json=form))
    found = await told(square, square.anna)
    assert [(n["type"], n["account"]["username"], n["report"]["id"]) for n in found] == [
        ("admin.report", "bjorn", report["id"])
    ]
    assert (await group(square.anna))["report"]["id"] == report["id"]
    assert await told(square, square.shop) == [], "whom it is about does not hear of it"


async def test_a_warning_is_told_to_the_one_it_is_for(square: Square) -> None:
    act = {"type": "none", "text": "Lugn nu"}
    answer = await square.anna.post(f"/api/v1/admin/accounts/{square.shop.id}/action", json=act)
    assert answer.status_code == 200, answer.text
    found = await told(square, square.shop)
    assert [(n["type"], n["moderation_warning"]["text"]) for n in found] == [("moderation_warning", "Lugn nu")]
    assert (await group(square.shop))["moderation_warning"]["action"] == "none"
    assert await told(square, square.bjorn) == []


async def test_an_objection_is_told_to_those_who_decide_about_it(square: Square, tmp_path: Path) -> None:
    """The wall: only to those of the network who hold the right, and while they hold it; a mail does not say what."""
    for host, handle, role in ((INSIDE, "anna", "Owner"), (OTHER, "olga", "Owner"), (PUBLIC, "reporter", "Moderator")):
        async with square.services.db.tx(square.networks[host].scope) as tx:
            role_id = await roles.ensure(tx, role)
            await tx.run("UPDATE roles SET permissions = permissions & ~%s WHERE id = %s AND name = 'Moderator'",
                         (int(Permission.MANAGE_APPEALS), role_id))  # fmt: skip
            await account_store.update(tx, square.person(host, handle).id, {"role_id": role_id})
    act = {"type": "none", "text": "Lugn nu", "send_email_notification": False}
    await ok(await square.anna.post(f"/api/v1/admin/accounts/{square.shop.id}/action", json=act))
    (warning,) = await told(square, square.shop)
    network = square.networks[PUBLIC]
    shop = Actor(
        org_id=network.org_id, network_id=network.id, network_kind=network.kind, account_id=square.shop.id
    )  # fmt: skip
    async with square.services.db.tx(network.scope) as tx:
        await appeals.appeal(tx, shop, int(warning["moderation_warning"]["id"]), "Jag var lugn")
    (objection,) = await told(square, square.anna)
    assert (objection["type"], objection["account"]["username"]) == ("torg.appeal", "shop")
    assert objection["moderation_warning"]["appeal"] == {"text": "Jag var lugn", "state": "pending"}
    assert (await group(square.anna))["moderation_warning"]["text"] == "Lugn nu"
    for stranger in (square.bjorn, square.reporter, square.person(INSIDE, "anna"), square.person(OTHER, "olga")):
        assert await told(square, stranger) == []
    assert [one["type"] for one in await told(square, square.shop)] == ["moderation_warning"]
    (mail,) = [file.read_text() for file in (tmp_path / "mail").glob("*.eml")]
    assert "To: anna@acme.test" in mail
    assert f"/admin/members/{square.shop.id}" in mail
    assert "lugn" not in mail
    async with square.services.db.tx(network.scope) as tx:
        await account_store.update(tx, square.anna.id, {"settings": AccountSettings(appeal_mails=False)})
        await outbox.append(tx, AppealFiled(warning_id=int(warning["moderation_warning"]["id"]), account_id=shop.me))
    assert len(await told(square, square.anna)) == 1
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 1, "who wants no mail gets none"
    async with square.services.db.tx(network.scope) as tx:
        await account_store.update(tx, square.anna.id, {"role_id": None})
    assert await told(square, square.anna) == [], "who does not hold the right any more hears nothing of it"


async def test_a_collection_is_told_to_those_in_it(square: Square) -> None:
    made = await ok(await square.anna.post("/api/v1/collections", json={"name": "Vänner"}))
    path = f"/api/v1/collections/{made['collection']['id']}/items"
    await ok(await square.anna.post(path, json={"account_id": str(square.bjorn.id)}))
    found = await told(square, square.bjorn)
    assert [(n["type"], n["collection"]["name"]) for n in found] == [("added_to_collection", "Vänner")]
    assert (await group(square.bjorn))["type"] == "added_to_collection"
    await ok(await square.anna.delete(f"/api/v1/collections/{made['collection']['id']}"))
    assert await told(square, square.bjorn) == [], "with the collection goes what was told of it"
