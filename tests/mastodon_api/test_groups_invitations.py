"""Invitations: who may send them, and what becomes of a guest's mail."""

from __future__ import annotations

import email
from email import policy
from pathlib import Path

from tests.contract.entity_check import check_list
from tests.fixtures.square import INSIDE, Square
from tests.mastodon_api.group_helpers import GROUPS, nothing, office, ok
from torg.access import registration
from torg.accounts import actions as accounts
from torg.mastodon_api.entities.torg.group import GroupInvitation


async def _settings(square: Square, settings: str) -> None:
    async with square.services.db.system() as tx:
        await tx.run(
            "UPDATE networks SET settings = settings || %s::jsonb WHERE id = %s",
            (settings, square.networks[INSIDE].id),
        )
    square.services.networks.forget()


async def test_invited_listed_withdrawn_and_accepted(square: Square) -> None:
    them = await office(square)
    group = await them.group("fika", "private")
    path = f"{GROUPS}/{group['id']}/invitations"
    assert (await them.cecilia.post(path, json={"account_ids": [them.david.id]})).status_code == 403
    assert (await them.bjorn.post(path, json={})).status_code == 422
    nothing(await them.bjorn.post(path, json={"account_ids": [1]}))
    made = ok(await them.bjorn.post(path, json={"account_ids": [them.cecilia.id, them.david.id, them.bjorn.id]}))
    check_list(made, GroupInvitation, at_least=2)
    assert [(one["account"]["acct"], one["invited_by"]["acct"]) for one in made] == [
        ("david", "bjorn"), ("cecilia", "bjorn"),
    ]  # fmt: skip
    mine = ok(await them.cecilia.get(f"{GROUPS}/invitations"))
    check_list(mine, GroupInvitation, at_least=1)
    assert [one["group"]["id"] for one in mine] == [group["id"]]
    assert (await them.cecilia.get(path)).status_code == 403
    assert (await them.cecilia.delete(f"{path}/{made[0]['id']}")).status_code == 403
    assert ok(await them.bjorn.delete(f"{path}/{made[0]['id']}")) == {}
    nothing(await them.bjorn.delete(f"{path}/{made[0]['id']}"))
    assert ok(await them.david.get(f"{GROUPS}/invitations")) == []
    nothing(await them.david.post(f"{GROUPS}/{group['id']}/invitation/accept"))
    assert ok(await them.cecilia.post(f"{GROUPS}/{group['id']}/invitation/accept"))["member"]
    assert ok(await them.cecilia.get(f"{GROUPS}/invitations")) == []


async def test_members_invite_into_an_open_group_and_who_asked_comes_in(square: Square) -> None:
    them = await office(square)
    free = await them.group("fika")
    await them.joins(them.cecilia, free)
    assert (
        ok(await them.cecilia.post(f"{GROUPS}/{free['id']}/invitations", json={"account_ids": [them.david.id]})) == []
    )
    assert ok(await them.david.get(f"{GROUPS}/{free['id']}"))["invited"]
    closed = await them.group("styrelsen", "private")
    ok(await them.david.post(f"/api/v1/accounts/{closed['id']}/follow"))
    ok(await them.bjorn.post(f"{GROUPS}/{closed['id']}/invitations", json={"account_ids": [them.david.id]}))
    assert ok(await them.david.get(f"{GROUPS}/{closed['id']}"))["member"]


async def test_a_guest_gets_a_mail_that_works_until_it_is_withdrawn(square: Square) -> None:
    them = await office(square)
    group = await them.group("fika", display_name="Fikagruppen")
    path = f"{GROUPS}/{group['id']}/invitations"
    await them.joins(them.cecilia, group)
    guest = {"emails": ["Greta@Kund.example"]}
    assert (await them.cecilia.post(path, json=guest)).status_code == 403
    made = ok(await them.bjorn.post(path, json=guest))
    assert [(one["email"], one["account"]) for one in made] == [("greta@kund.example", None)]
    await square.settle()
    letters = [
        email.message_from_bytes(file.read_bytes(), policy=policy.default)
        for file in Path(square.services.settings.data / "mail").rglob("*.eml")
    ]
    texts = [str(letter.get_body(("plain",)).get_content()) for letter in letters]  # type: ignore[union-attr]
    async with square.services.db.system() as tx:
        row = await tx.one("SELECT code, guest, group_ids, max_uses FROM invites")
    assert row is not None
    assert (row["guest"], row["group_ids"], row["max_uses"]) == (True, [int(group["id"])], 1)
    assert [letter["To"] for letter in letters] == ["greta@kund.example"]
    assert f"/auth/sign_up?invite={row['code']}" in texts[0]
    assert "Fikagruppen" in texts[0]
    assert (await them.bjorn.post(path, json={"emails": ["ingen adress"]})).status_code == 422
    ok(await them.bjorn.delete(f"{path}/{made[0]['id']}"))
    async with square.services.db.system() as tx:
        assert await tx.value("SELECT count(*) FROM invites") == 0


async def test_whoever_registers_with_the_mail_is_a_guest_in_that_group_alone(square: Square) -> None:
    them = await office(square)
    group, other = await them.group("tyst", "hidden"), await them.group("annat")
    ok(await them.bjorn.post(f"{GROUPS}/{group['id']}/invitations", json={"emails": ["greta@kund.example"]}))
    async with square.services.db.system() as tx:
        code = await tx.value("SELECT code FROM invites")
    wish = registration.Wish(
        username="greta", email="greta@kund.example", password="ett långt lösenord", agreement=True, invite_code=code
    )
    services, network = square.services, square.networks[INSIDE]
    greta = await registration.register(
        services.db, services.settings, network, wish, origin="http://x", ip="192.0.2.1"
    )
    async with services.db.tx(network.scope) as tx:
        await accounts.activate(tx, greta.id)
    await square.settle()
    members = ok(await them.bjorn.get(f"{GROUPS}/{group['id']}/members"))
    assert [one["acct"] for one in members] == ["greta", "bjorn"]
    async with services.db.tx(network.scope) as tx:
        row = await tx.one("SELECT guest, state FROM accounts WHERE id = %s", (greta.id,))
        follows = await tx.column("SELECT target_id FROM follows WHERE account_id = %s", (greta.id,))
    assert (row, follows) == ({"guest": True, "state": "active"}, [int(group["id"])])
    assert other["id"] != group["id"]
    assert ok(await them.bjorn.get(f"{GROUPS}/{group['id']}/invitations")) == [], "used up"


async def test_where_guests_are_not_wanted(square: Square) -> None:
    them = await office(square)
    group = await them.group("fika", guests_allowed=False)
    path = f"{GROUPS}/{group['id']}/invitations"
    assert (await them.bjorn.post(path, json={"emails": ["g@kund.example"]})).status_code == 403
    assert (await them.bjorn.post(path, json={"account_ids": [them.gustav.id]})).status_code == 422
    ok(await them.bjorn.patch(f"{GROUPS}/{group['id']}", json={"guests_allowed": True}))
    known = ok(await them.bjorn.post(path, json={"emails": [f"gustav@{INSIDE}"]}))
    assert [one["account"]["acct"] for one in known] == ["gustav"], "who is here already needs no mail"
    ok(await them.bjorn.patch(f"{GROUPS}/{group['id']}", json={"guests_allowed": False}))
    assert (await them.gustav.post(f"/api/v1/accounts/{group['id']}/follow")).status_code == 403
    await _settings(square, '{"guest_invitations": "nobody"}')
    ok(await them.bjorn.patch(f"{GROUPS}/{group['id']}", json={"guests_allowed": True}))
    assert (await them.bjorn.post(path, json={"emails": ["g@kund.example"]})).status_code == 403


async def test_a_guest_reads_in_his_groups_and_knows_of_nothing_else(square: Square) -> None:
    them = await office(square)
    room, other = await them.group("rummet"), await them.group("annat")
    await them.joins(them.cecilia, other)
    nothing(await them.gustav.post(f"/api/v1/accounts/{room['id']}/follow"))
    await them.joins(them.gustav, room)
    inside = await them.bjorn.says("!rummet välkommen")
    outside = await them.bjorn.says("till alla kollegor")
    assert [s["id"] for s in ok(await them.gustav.get(f"{GROUPS}/{room['id']}/statuses"))] == [inside["id"]]
    assert [g["id"] for g in ok(await them.gustav.get(GROUPS))] == [room["id"]]
    nothing(await them.gustav.get(f"/api/v1/statuses/{outside['id']}"))
    nothing(await them.gustav.get(f"/api/v1/accounts/{them.cecilia.id}"))
    assert ok(await them.gustav.get(f"/api/v1/accounts/{them.bjorn.id}"))["acct"] == "bjorn"


async def test_nobody_is_mailed_over_and_over(square: Square) -> None:
    them = await office(square)
    group = await them.group("fika")
    path = f"{GROUPS}/{group['id']}/invitations"
    for _ in range(2):
        made = ok(await them.bjorn.post(path, json={"emails": ["greta@kund.example"]}))
        assert len(made) == 1
    await square.settle()
    assert len(list(Path(square.services.settings.data / "mail").rglob("*.eml"))) == 1
    for n in range(0, 80, 20):
        ok(await them.bjorn.post(path, json={"emails": [f"g{n + i}@kund.example" for i in range(20)]}))
    refused = await them.bjorn.post(path, json={"emails": [f"h{i}@kund.example" for i in range(20)]})
    assert refused.status_code == 429
    ok(await them.bjorn.post(path, json={"emails": [f"h{i}@kund.example" for i in range(19)]}))
