"""Lists of what is kept out or let in, at the API: five of one shape."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.contract.entity_check import check, check_list
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Square
from torg.mastodon_api import entities
from torg.moderation import reads

ADMIN = "/api/v1/admin"
NOT_ALLOWED = (403, '{"error":"This action is not allowed"}')
NOT_FOUND = (404, '{"error":"Record not found"}')

LISTS: list[tuple[str, dict[str, Any], Any]] = [
    ("domain_allows", {"domain": "Friend.example"}, entities.AdminDomainAllow),
    ("domain_blocks", {"domain": "bad.example", "severity": "suspend"}, entities.AdminDomainBlock),
    ("email_domain_blocks", {"domain": "throwaway.example"}, entities.AdminEmailDomainBlock),
    ("canonical_email_blocks", {"email": "Foo.Bar+x@gmail.com"}, entities.AdminCanonicalEmailBlock),
    ("ip_blocks", {"ip": "192.0.2.0/24", "severity": "sign_up_block"}, entities.AdminIpBlock),
]
BY_LIST = pytest.mark.parametrize(("name", "form", "entity"), LISTS, ids=[name for name, _, _ in LISTS])


async def made(square: Square, name: str, form: dict[str, Any]) -> dict[str, Any]:
    response = await square.anna.post(f"{ADMIN}/{name}", json=form)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


@BY_LIST
async def test_life_of_an_entry(square: Square, name: str, form: dict[str, Any], entity: Any) -> None:
    first = await made(square, name, form)
    check(first, entity)
    shown = await square.anna.get(f"{ADMIN}/{name}/{first['id']}")
    assert shown.json() == first
    listed = await square.anna.get(f"{ADMIN}/{name}")
    check_list(listed.json(), entity, at_least=1)
    assert f"{ADMIN}/{name}?min_id={first['id']}" in listed.headers["link"]
    gone = await square.anna.delete(f"{ADMIN}/{name}/{first['id']}")
    assert gone.status_code == 200
    check(gone.json(), entity)
    for method in ("GET", "DELETE"):
        again = await square.anna.http.request(method, f"{ADMIN}/{name}/{first['id']}")
        assert (again.status_code, again.text) == NOT_FOUND


@BY_LIST
async def test_only_administrators(square: Square, name: str, form: dict[str, Any], entity: Any) -> None:
    first = await made(square, name, form)
    calls = [("GET", f"{ADMIN}/{name}"), ("POST", f"{ADMIN}/{name}"), ("GET", f"{ADMIN}/{name}/{first['id']}"),
             ("DELETE", f"{ADMIN}/{name}/{first['id']}")]  # fmt: skip
    for method, path in calls:
        for person in (square.bjorn, square.nobody(), square.nobody(INSIDE)):
            response = await person.http.request(method, path, json=form if method == "POST" else None)
            assert (response.status_code, response.text) == NOT_ALLOWED


@BY_LIST
async def test_the_wall(square: Square, name: str, form: dict[str, Any], entity: Any) -> None:
    first = await made(square, name, form)
    olga = await square.add(OTHER, "oskar", admin=True)
    for outsider in (square.person(INSIDE, "anna"), olga):
        assert (await outsider.get(f"{ADMIN}/{name}")).json() == []
        for method in ("GET", "DELETE"):
            answers = [
                await outsider.http.request(method, f"{ADMIN}/{name}/{id_}") for id_ in (first["id"], "123456")
            ]
            assert {(a.status_code, a.text) for a in answers} == {NOT_FOUND}
        # The same entry can be made there too: one network's lists do not show through another's
        assert (await outsider.post(f"{ADMIN}/{name}", json=form)).status_code == 200


@pytest.mark.parametrize(
    ("name", "form", "error"),
    [
        ("domain_allows", {}, "Validation failed: Domain can't be blank"),
        ("domain_blocks", {}, "Validation failed: Domain can't be blank"),
        ("domain_blocks", {"domain": "a b"}, "Validation failed: Domain is invalid, Domain is not a valid domain name"),
        ("domain_blocks", {"domain": "x.example", "severity": "mild"},
         "Validation failed: Severity is not included in the list"),
        ("email_domain_blocks", {}, "Validation failed: Domain can't be blank"),
        ("email_domain_blocks", {"domain": "ex ample.com"},
         "Validation failed: Domain is invalid, Domain is not a valid domain name"),
        ("canonical_email_blocks", {}, "Validation failed: Canonical email hash can't be blank"),
        ("canonical_email_blocks", {"canonical_email_hash": "xyz"},
         "Validation failed: Canonical email hash is invalid"),
        ("canonical_email_blocks/test", {}, "Validation failed: Email can't be blank"),
        ("ip_blocks", {"ip": "192.0.2.1"}, "Validation failed: Severity can't be blank"),
        ("ip_blocks", {"ip": "192.0.2.1", "severity": "harsh"},
         "Validation failed: Severity is not included in the list"),
        ("ip_blocks", {"ip": "somewhere", "severity": "no_access"}, "Validation failed: Ip is invalid"),
    ],
)  # fmt: skip
async def test_what_is_wrong(square: Square, name: str, form: dict[str, Any], error: str) -> None:
    response = await square.anna.post(f"{ADMIN}/{name}", json=form)
    assert (response.status_code, response.json()["error"]) == (422, error)


async def test_taken(square: Square) -> None:
    for name, form, field in (
        ("email_domain_blocks", {"domain": "x.example"}, "Domain"),
        ("canonical_email_blocks", {"email": "a@x.example"}, "Canonical email hash"),
        ("ip_blocks", {"ip": "192.0.2.7", "severity": "no_access"}, "Ip"),
    ):
        await made(square, name, form)
        again = await square.anna.post(f"{ADMIN}/{name}", json=form)
        assert (again.status_code, again.json()["error"]) == (422, f"Validation failed: {field} has already been taken")


async def test_a_domain_block_is_raised_but_never_doubled(square: Square) -> None:
    first = await made(square, "domain_blocks", {"domain": "bad.example", "private_comment": "seen"})
    assert first["severity"] == "silence"
    assert first["digest"] == hashlib.sha256(b"bad.example").hexdigest()
    stricter = await made(square, "domain_blocks", {"domain": "bad.example", "severity": "suspend"})
    assert (stricter["id"], stricter["severity"], stricter["private_comment"]) == (first["id"], "suspend", "seen")
    covered = await square.anna.post(f"{ADMIN}/domain_blocks", json={"domain": "deep.bad.example"})
    assert covered.status_code == 422
    assert covered.json()["error"] == "You have already imposed stricter limits on deep.bad.example."
    check(covered.json()["existing_domain_block"], entities.AdminDomainBlock)


async def test_changes(square: Square) -> None:
    block = await made(square, "domain_blocks", {"domain": "bad.example"})
    path = f"{ADMIN}/domain_blocks/{block['id']}"
    changed = await square.anna.put(path, json={"reject_media": "1", "public_comment": "spam"})
    check(changed.json(), entities.AdminDomainBlock)
    assert (changed.json()["reject_media"], changed.json()["severity"]) == (True, "silence")
    assert (await square.anna.put(path, json={"severity": "mild"})).status_code == 422
    ip = await made(square, "ip_blocks", {"ip": "192.0.2.9", "severity": "no_access", "expires_in": 60})
    assert ip["ip"] == "192.0.2.9/32"
    assert ip["expires_at"] is not None
    path = f"{ADMIN}/ip_blocks/{ip['id']}"
    changed = await square.anna.put(path, json={"severity": "sign_up_requires_approval", "expires_in": ""})
    check(changed.json(), entities.AdminIpBlock)
    assert (changed.json()["ip"], changed.json()["severity"]) == (ip["ip"], "sign_up_requires_approval")
    other = await made(square, "ip_blocks", {"ip": "2001:db8::/32", "severity": "no_access"})
    taken = await square.anna.put(path, json={"ip": other["ip"]})
    assert taken.status_code == 422
    for name in ("domain_blocks", "ip_blocks"):
        assert (await square.anna.put(f"{ADMIN}/{name}/123", json={})).status_code == 404
        assert (await square.bjorn.put(f"{ADMIN}/{name}/123", json={})).status_code == 403


async def test_an_address_is_found_in_all_its_disguises(square: Square) -> None:
    await made(square, "canonical_email_blocks", {"email": "foobar@gmail.com"})
    for disguise in ("Foo.Bar@gmail.com", "foobar+spam@GMAIL.com"):
        response = await square.anna.post(f"{ADMIN}/canonical_email_blocks/test", data={"email": disguise})
        check_list(response.json(), entities.AdminCanonicalEmailBlock, at_least=1)
        assert response.json()[0]["canonical_email_hash"] == hashlib.sha256(b"foobar@gmail.com").hexdigest()
    response = await square.anna.post(f"{ADMIN}/canonical_email_blocks/test", data={"email": "other@gmail.com"})
    assert response.json() == []
    assert (await square.bjorn.post(f"{ADMIN}/canonical_email_blocks/test", data={})).status_code == 403


async def test_who_may_not_sign_up(square: Square) -> None:
    await made(square, "email_domain_blocks", {"domain": "throwaway.example"})
    await made(square, "canonical_email_blocks", {"email": "troll@gmail.com"})
    await made(square, "ip_blocks", {"ip": "192.0.2.0/24", "severity": "sign_up_block"})
    await made(square, "ip_blocks", {"ip": "198.51.100.0/24", "severity": "sign_up_requires_approval"})
    expected = {
        ("203.0.113.5", "kim@good.example"): None,
        ("203.0.113.5", "kim@mail.throwaway.example"): "email",
        ("203.0.113.5", "tr.oll+1@gmail.com"): "email",
        ("192.0.2.200", "kim@good.example"): "address",
        ("198.51.100.1", "kim@good.example"): "approval",
        ("198.51.100.1", "kim@throwaway.example"): "email",
    }
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        assert {case: await reads.sign_up_barred(tx, *case) for case in expected} == expected
        await reads.note_barred(tx, "203.0.113.5", "kim@throwaway.example")
        await reads.note_barred(tx, "203.0.113.5", "kim2@throwaway.example")
    history = (await square.anna.get(f"{ADMIN}/email_domain_blocks")).json()[0]["history"]
    assert len(history) == 7
    assert (history[0]["accounts"], history[0]["uses"]) == ("1", "2")
    async with square.services.db.tx(square.networks[OTHER].scope) as tx:
        assert await reads.sign_up_barred(tx, "192.0.2.200", "kim@throwaway.example") is None


async def test_no_access_shuts_the_door_of_one_network(square: Square) -> None:
    """The tests' callers have the address 127.0.0.1."""
    block = await made(square, "ip_blocks", {"ip": "127.0.0.0/8", "severity": "no_access"})
    for person in (square.bjorn, square.nobody(), square.anna):
        for path in ("/api/v1/timelines/public", "/api/v2/instance", "/about"):
            assert (await person.get(path)).status_code == 403
    assert (await square.person(OTHER, "olga").get("/api/v1/timelines/public")).status_code == 200
    async with square.services.db.system() as tx:
        await tx.run("UPDATE blocked_ips SET expires_at = now() WHERE id = %s", (int(block["id"]),))
    square.services.door.forget(square.networks[PUBLIC].id)
    assert (await square.bjorn.get("/api/v1/timelines/public")).status_code == 200


async def test_milder_blocks_leave_the_door_open(square: Square) -> None:
    await made(square, "ip_blocks", {"ip": "127.0.0.1", "severity": "sign_up_block"})
    assert (await square.bjorn.get("/api/v1/timelines/public")).status_code == 200
