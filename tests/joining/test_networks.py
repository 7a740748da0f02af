"""A person's networks side by side, partner networks, guests, and being taken out of a network."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from tests.access.test_registration import FORM, app_token
from tests.admin_api.helpers import acts, details, ok
from tests.contract.entity_check import check
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from torg.kernel.actor import Permission
from torg.mastodon_api.entities.torg.network import PersonNetwork
from torg.orgs import rules
from torg.orgs import store as orgs
from torg.orgs.model import NetworkSettings

NETWORKS = "/api/torg/v1/networks"
ADMIN = "/api/torg/v1/admin/networks"
INVITES = "/api/torg/v1/invites"
PARTNER = "partner.acme.test"


async def same_person(square: Square, *people: Person) -> None:
    """One login behind several accounts."""
    async with square.services.db.system() as tx:
        first = await tx.value("SELECT person_id FROM accounts WHERE id = %s", (people[0].id,))
        for other in people[1:]:
            await tx.run("UPDATE accounts SET person_id = %s WHERE id = %s", (first, other.id))


@pytest.fixture
async def inner(square: Square) -> Person:
    """Björn of the inside, whose login is also that of the public Björn."""
    person = square.person(INSIDE, "bjorn")
    await same_person(square, square.bjorn, person)
    return person


async def test_ones_networks_side_by_side_with_what_waits_in_each(square: Square, inner: Person) -> None:
    await square.anna.says("@bjorn hej")
    for text in ("@bjorn ett", "@bjorn två"):
        await square.person(INSIDE, "anna").says(text)
    await square.settle()
    found = await ok(await inner.get(NETWORKS))
    for one in found:
        check(one, PersonNetwork)
    assert [one["domain"] for one in found] == [PUBLIC, INSIDE]
    assert [one["kind"] for one in found] == ["public", "inside"]
    assert [one["account"]["id"] for one in found] == [str(square.bjorn.id), str(inner.id)]
    assert [one["unread"]["notifications"] for one in found] == [1, 2]
    assert [one["domain"] for one in found if one["current"]] == [INSIDE]
    outside = await square.bjorn.get(NETWORKS)
    assert [one["domain"] for one in await ok(outside)] == [PUBLIC], "a public token does not look inside"
    assert str(inner.id) not in outside.text
    alone = await ok(await square.anna.get(NETWORKS))
    assert [one["domain"] for one in alone] == [PUBLIC], "the other Anna is somebody else"
    assert (await square.nobody().get(NETWORKS)).status_code == 401


async def test_a_network_that_one_was_taken_out_of_is_not_shown(square: Square, inner: Person) -> None:
    anna = square.person(INSIDE, "anna")
    assert (await anna.delete(f"/api/torg/v1/admin/members/{inner.id}")).status_code == 200
    assert [one["domain"] for one in await ok(await square.bjorn.get(NETWORKS))] == [PUBLIC]


async def test_an_administrator_adds_a_partner_network(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    made = await ok(await anna.post(ADMIN, json={"host": PARTNER.upper(), "name": " Acme &  vänner "}))
    assert (made["kind"], made["host"], made["name"]) == ("partner", PARTNER, "Acme & vänner")
    assert [one["host"] for one in await ok(await anna.get(ADMIN))] == [PUBLIC, INSIDE, PARTNER]
    assert (await anna.post(ADMIN, json={"host": PARTNER, "name": "x"})).status_code == 409
    assert (await anna.post(ADMIN, json={"host": "other.test", "name": "x"})).status_code == 409
    for odd in ({"host": "no host", "name": "x"}, {"host": "a.test", "name": ""}, {}):
        assert (await anna.post(ADMIN, json=odd)).status_code == 422
    assert [one["domain"] for one in await ok(await anna.get(NETWORKS))] == [INSIDE, PARTNER], "she owns it"
    path = f"{ADMIN}/{made['id']}"
    wish = {"name": "Vänner", "max_characters": 5000, "posting": "admins", "accent": "#0b5f6b", "locale": "sv",
            "retention_days": 365, "registration": "closed", "guest_invitations": "members"}  # fmt: skip
    changed = await ok(await anna.patch(path, json=wish))
    assert changed["name"] == wish.pop("name")
    assert {name: changed["settings"][name] for name in wish} == wish
    assert await ok(await anna.get(path)) == changed
    wrong = await anna.patch(path, json={"accent": "#ffff00", "locale": "fr", "retention_days": 0, "max_characters": 0})
    assert set(await details(wrong)) == {"accent", "locale", "retention_days", "max_characters"}
    assert (await anna.patch(path, json={"single_user": "anna"})).status_code == 422
    assert (await anna.patch(f"{ADMIN}/7", json={})).status_code == 404
    olga = square.networks[OTHER].id
    assert (await anna.get(f"{ADMIN}/{olga}")).status_code == 404, "another organisation's"
    assert [act for act in await acts(square, INSIDE) if act[1] == "network"] == [
        ("create", "network"), ("update", "network"),
    ]  # fmt: skip
    for stranger in (square.anna, square.person(INSIDE, "bjorn"), square.nobody(INSIDE), square.person(OTHER, "olga")):
        assert (await stranger.get(ADMIN)).status_code == 403
        assert (await stranger.get(path)).status_code == 403
        assert (await stranger.patch(path, json={})).status_code == 403


async def register(square: Square, host: str, code: str, email: str, name: str) -> httpx2.Response:
    """Sign up with an invitation, through an app."""
    async with square.nobody(host).http as client:
        form = {**FORM, "invite_code": code, "email": email, "username": name}
        return await client.post("/api/v1/accounts", data=form, headers=await app_token(client))


async def test_outsiders_are_marked_in_a_partner_network(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    made = await ok(await anna.post(ADMIN, json={"host": PARTNER, "name": "Vänner"}))
    async with square.services.db.system() as tx:
        await orgs.insert_verified_domain(tx, square.networks[INSIDE].org_id, "acme.test")
        network = await orgs.network_by_host(tx, PARTNER)
        assert network is not None
        square.networks[PARTNER] = network
        code = "kod"
        await tx.run(
            """INSERT INTO invites (org_id, network_id, id, code, company) VALUES (%s, %s, 1, %s, 'Beta AB')""",
            (network.org_id, int(made["id"]), code),
        )
    assert (await register(square, PARTNER, "wrong", "beata@beta.example", "beata")).status_code == 403
    for email, name, badges in (
        ("beata@beta.example", "beata", ["External: Beta AB"]), ("arne@acme.test", "arne", []),
    ):  # fmt: skip
        answer = await register(square, PARTNER, code, email, name)
        assert answer.status_code == 200, answer.text
        person = Person(square, PARTNER, name, 0, answer.json()["access_token"])
        me = await ok(await person.get("/api/v1/accounts/verify_credentials"))
        assert [role["name"] for role in me["roles"]] == badges
        assert (await person.get("/api/v1/timelines/public")).status_code == 200


async def test_a_member_invites_into_the_inside_by_domain_only(square: Square) -> None:
    """Whoever may invite members lets in colleagues; anybody else takes an administrator, or a guest's place."""
    host = square.networks[INSIDE]
    async with square.services.db.system() as tx:
        await orgs.insert_verified_domain(tx, host.org_id, "acme.example")
        role = await tx.value(
            """INSERT INTO roles (org_id, network_id, id, name, permissions) VALUES (%s, %s, 5, 'Värd', %s)
               RETURNING id""",
            (host.org_id, host.id, int(Permission.INVITE_USERS)),
        )
        await tx.run("UPDATE accounts SET role_id = %s WHERE id = %s", (role, square.person(INSIDE, "bjorn").id))
    code = (await ok(await square.person(INSIDE, "bjorn").post(INVITES)))["code"]
    refused = await register(square, INSIDE, code, "x@elsewhere.example", "xena")
    assert await details(refused) == {"email": "ERR_BLOCKED"}
    answer = await register(square, INSIDE, code, "cecilia@acme.example", "cecilia")
    assert answer.status_code == 200
    waiting = Person(square, INSIDE, "cecilia", 0, answer.json()["access_token"])
    assert (await waiting.get("/api/v1/timelines/public")).status_code == 403, "the address has to be proven"
    by_admin = (await ok(await square.person(INSIDE, "anna").post(INVITES)))["code"]
    assert (await register(square, INSIDE, by_admin, "y@elsewhere.example", "ylva")).status_code == 200


async def group(person: Person, name: str, kind: str = "open") -> dict[str, Any]:
    made = await person.post("/api/torg/v1/groups", json={"name": name, "kind": kind})
    assert made.status_code == 200, made.text
    return dict(made.json())


async def test_a_guest_comes_into_the_groups_of_the_invitation_and_sees_nothing_else(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    project, other = await group(anna, "projektet", "private"), await group(anna, "annat")
    await anna.says("till alla")
    wish = {"guest": True, "group_ids": [project["id"]]}
    assert (await bjorn.post(INVITES, json=wish)).status_code == 403, "administrators only, by default"
    assert (await anna.post(INVITES, json={"guest": True})).status_code == 422, "a guest of nothing"
    assert (await anna.post(INVITES, json={**wish, "group_ids": ["7"]})).status_code == 422
    assert (await square.anna.post(INVITES, json=wish)).status_code == 403, "nobody is a guest of a public network"
    made = await ok(await anna.post(INVITES, json=wish))
    assert (made["guest"], made["group_ids"]) == (True, [project["id"]])
    answer = await register(square, INSIDE, made["code"], "gunnar@elsewhere.example", "gunnar")
    assert answer.status_code == 200, answer.text
    await square.settle()
    guest = Person(square, INSIDE, "gunnar", 0, answer.json()["access_token"])
    me = await ok(await guest.get("/api/v1/accounts/verify_credentials"))
    assert [role["name"] for role in me["roles"]] == ["Guest"]
    following = await ok(await guest.get(f"/api/v1/accounts/{me['id']}/following"))
    assert [one["id"] for one in following] == [project["id"]]
    assert (await guest.get(f"/api/v1/accounts/{project['id']}")).status_code == 200
    assert (await guest.get(f"/api/v1/accounts/{other['id']}")).status_code == 404
    assert await ok(await guest.get("/api/v1/timelines/public")) == []
    for path, form in ((INVITES, {}), (INVITES, wish), ("/api/torg/v1/groups", {"name": "g"})):
        assert (await guest.post(path, json=form)).status_code == 403, path
    assert (await guest.get(INVITES)).status_code == 403


@pytest.mark.parametrize(
    ("setting", "permissions", "guest", "may"),
    [
        ("admins", Permission.NONE, False, False),
        ("admins", Permission.MANAGE_USERS, False, True),
        ("members", Permission.NONE, False, True),
        ("members", Permission.NONE, True, False),
        ("nobody", Permission.ADMINISTRATOR, False, False),
    ],
)
def test_who_may_invite_guests(setting: Any, permissions: Permission, guest: bool, may: bool) -> None:
    settings = NetworkSettings(guest_invitations=setting)
    assert rules.may_invite_guests(settings, permissions, guest=guest) is may


@pytest.mark.parametrize(
    ("posting", "permissions", "may"),
    [
        ("members", Permission.NONE, True),
        ("admins", Permission.NONE, False),
        ("admins", Permission.INVITE_USERS, False),
        ("admins", Permission.BROADCAST, True),
        ("admins", Permission.ADMINISTRATOR, True),
    ],
)
def test_who_may_post(posting: Any, permissions: Permission, may: bool) -> None:
    assert rules.may_post(NetworkSettings(posting=posting), permissions) is may


async def test_who_is_taken_out_loses_every_way_in_at_once(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    post = await bjorn.says("från förr")
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        await tx.run(
            """INSERT INTO sessions (org_id, network_id, id, secret_hash, account_id, expires_at)
               VALUES (%s, %s, 1, sha256('kaka'), %s, now() + interval '1 day')""",
            (tx.scope.org_id, tx.scope.network_ids[0], bjorn.id),
        )
    browser = square.nobody(INSIDE)
    browser.http.cookies.set("torg_session", "kaka", domain=INSIDE)
    assert (await browser.get("/public")).status_code == 200
    path = f"/api/torg/v1/admin/members/{bjorn.id}"
    for stranger in (square.anna, bjorn, square.person(OTHER, "olga"), square.nobody(INSIDE)):
        assert (await stranger.delete(path)).status_code in (403, 404)
    assert (await anna.delete(f"/api/torg/v1/admin/members/{anna.id}")).status_code == 403, "not oneself"
    assert (await anna.delete("/api/torg/v1/admin/members/7")).status_code == 404
    assert await ok(await anna.delete(path)) == {}
    for place in ("/api/v1/accounts/verify_credentials", "/api/v1/timelines/home", f"/api/v1/statuses/{post['id']}"):
        assert (await bjorn.get(place)).status_code == 401
    async with asyncio.timeout(10):
        assert (await bjorn.get("/api/v1/streaming/user")).status_code == 401
    assert (await browser.get("/public")).status_code == 303, "the session is over"
    assert (await anna.get(f"/api/v1/accounts/{bjorn.id}")).status_code == 404
    assert (await anna.delete(path)).status_code == 404
    assert ("remove", "account") in await acts(square, INSIDE)
    assert (await square.bjorn.get("/api/v1/accounts/verify_credentials")).status_code == 200, "elsewhere all is well"
    async with square.services.db.system() as tx:
        for table in ("sessions", "push_subscriptions", "grants"):
            assert await tx.value(f"SELECT count(*) FROM {table} WHERE account_id = %s", (bjorn.id,)) == 0
