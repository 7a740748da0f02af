"""Roles and the hierarchy: nobody reaches up, and somebody who may do everything remains."""

from __future__ import annotations

from typing import Any

import pytest

from tests.admin_api.helpers import ADMIN, NOT_ALLOWED, acts, details, give_role, ok, refused, same_as_never
from tests.fixtures.square import INSIDE, Person, Square
from torg.kernel.actor import Permission

PATH = f"{ADMIN}/roles"
PRESS = Permission.MANAGE_ANNOUNCEMENTS | Permission.MANAGE_RULES
OFFICE = PRESS | Permission.MANAGE_ROLES


async def raise_anna(square: Square, position: int = 100) -> str:
    """Give Anna's role a place from which there is something below; its id."""
    async with square.services.db.system() as tx:
        return str(
            await tx.value(
                """UPDATE roles r SET position = %s FROM accounts a WHERE a.id = %s AND r.id = a.role_id
                   RETURNING r.id""",
                (position, square.anna.id),
            )
        )


async def make(person: Person, **form: Any) -> dict[str, Any]:
    made: dict[str, Any] = await ok(await person.post(PATH, json=form))
    return made


async def give(person: Person, to: Person, role_id: str | None) -> Any:
    return await person.put(f"{ADMIN}/accounts/{to.id}/role", json={"role_id": role_id})


async def test_a_role_is_made_given_changed_and_removed(square: Square) -> None:
    own = await raise_anna(square)
    press = await make(
        square.anna, name=" Press ", color="FF3838", permissions=int(PRESS), position=5, highlighted=True
    )
    assert (press["name"], press["color"], press["permissions"]) == ("Press", "#ff3838", str(int(PRESS)))
    assert (await square.bjorn.post(f"{ADMIN}/announcements", json={"text": "Hej"})).status_code == 403
    given = await ok(await give(square.anna, square.bjorn, press["id"]))
    assert given == {"account_id": str(square.bjorn.id), "role": {**press, "accounts_count": 1}}
    await ok(await square.bjorn.post(f"{ADMIN}/announcements", json={"text": "Hej"}))
    shown = await ok(await square.nobody().get(f"/api/v1/accounts/{square.bjorn.id}"))
    assert shown["roles"] == [{"id": press["id"], "name": "Press", "color": "#ff3838"}]
    one = f"{PATH}/{press['id']}"
    changed = await ok(await square.anna.put(one, data={"permissions": "0", "highlighted": "false"}))
    assert (changed["permissions"], changed["highlighted"], changed["name"]) == ("0", False, "Press")
    assert (await square.bjorn.post(f"{ADMIN}/announcements", json={"text": "Hej"})).status_code == 403
    listed = await ok(await square.anna.get(PATH))
    assert [role["id"] for role in listed if role["name"] in ("Admin", "Press")] == [own, press["id"]]
    assert [role["name"] for role in listed if role["name"] not in ("Admin", "Press")] == [
        "Communicator", "Community admin", "Report reader",
    ]  # fmt: skip
    assert (await ok(await give(square.anna, square.bjorn, None)))["role"] is None
    assert (await ok(await give(square.anna, square.bjorn, press["id"])))["role"]["id"] == press["id"]
    assert await ok(await square.anna.delete(one)) == {}
    assert (await square.anna.get(one)).status_code == 404
    account = await ok(await square.bjorn.get("/api/v1/accounts/verify_credentials"))
    assert account["role"]["permissions"] == "0"
    verbs = [act for act in await acts(square) if act[1] != "announcement"]
    role, change = "role", ("change_role", "account")
    assert verbs == [("create", role), change, ("update", role), change, change, ("delete", role)]


async def test_nobody_reaches_up(square: Square) -> None:
    top = await raise_anna(square)
    low, high, equal = [
        await make(square.anna, name=name, permissions=int(PRESS), position=position)
        for name, position in (("Låg", 10), ("Hög", 60), ("Jämn", 50))
    ]
    mighty = await make(square.anna, name="Teknik", permissions=int(Permission.DEVOPS), position=1)
    own = await give_role(square, square.reporter, OFFICE, position=50)
    officer = square.reporter
    for above in (high["id"], equal["id"], str(own), top, mighty["id"]):
        for answer in (
            await give(officer, square.shop, above),
            await officer.put(f"{PATH}/{above}", json={"name": "Nytt"}),
            await officer.delete(f"{PATH}/{above}"),
        ):
            assert (answer.status_code, answer.json()) == (403, NOT_ALLOWED), above
    assert await details(await officer.post(PATH, json={"name": "A", "position": 50})) == {"position": "ERR_INVALID"}
    more = {"name": "B", "permissions": int(Permission.MANAGE_SETTINGS)}
    assert await details(await officer.post(PATH, json=more)) == {"permissions": "ERR_INVALID"}
    up = await officer.put(f"{PATH}/{low['id']}", json={"position": 51, "permissions": 1})
    assert await details(up) == {"position": "ERR_INVALID", "permissions": "ERR_INVALID"}
    await ok(await give(square.anna, square.bjorn, high["id"]))
    for answer in (await give(officer, square.bjorn, low["id"]), await give(officer, square.bjorn, None)):
        assert answer.status_code == 403, "whoever stands higher keeps the role"
    await ok(await give(officer, square.shop, low["id"]))
    assert (await give(officer, officer, equal["id"])).status_code == 403
    await ok(await give(officer, officer, low["id"]))
    assert (await officer.get(PATH)).status_code == 403, "given up is given up"


async def test_the_last_who_may_do_everything_stays(square: Square) -> None:
    await raise_anna(square)
    low = await make(square.anna, name="Låg", position=1)
    for role in (None, low["id"]):
        answer = await give(square.anna, square.anna, role)
        assert answer.status_code == 422, answer.text
        assert "last account" in answer.json()["error"]
    deputy = await make(square.anna, name="Vice", permissions=int(Permission.ADMINISTRATOR), position=90)
    await ok(await give(square.anna, square.bjorn, deputy["id"]))
    await ok(await give(square.anna, square.anna, None))
    assert (await square.anna.get(PATH)).status_code == 403
    assert (await give(square.bjorn, square.bjorn, None)).status_code == 422
    # From above, by a role without that bit: neither may the role lose it, nor go
    await give_role(square, square.reporter, Permission((1 << 22) - 1) & ~Permission.ADMINISTRATOR, position=500)
    assert (await give(square.reporter, square.bjorn, None)).status_code == 422
    for answer in (
        await square.reporter.put(f"{PATH}/{deputy['id']}", json={"permissions": 0}),
        await square.reporter.delete(f"{PATH}/{deputy['id']}"),
    ):
        assert answer.status_code == 403
    assert (await ok(await square.bjorn.get(f"{PATH}/{deputy['id']}")))["accounts_count"] == 1


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({}, {"name": "ERR_BLANK"}),
        ({"name": "x" * 51}, {"name": "ERR_TOO_LONG"}),
        ({"name": "admin"}, {"name": "ERR_TAKEN"}),
        ({"name": "x", "color": "red"}, {"color": "ERR_INVALID"}),
        ({"name": "x", "permissions": -1}, {"permissions": "ERR_INVALID"}),
        ({"name": "x", "permissions": 1 << 22}, {"permissions": "ERR_INVALID"}),
        ({"name": "x", "permissions": "all"}, {"permissions": "ERR_INVALID"}),
        ({"name": "x", "position": -1}, {"position": "ERR_INVALID"}),
        ({"name": "x", "position": 100}, {"position": "ERR_INVALID"}),
    ],
)
async def test_what_is_wrong_is_told(square: Square, form: dict[str, Any], wrong: dict[str, str]) -> None:
    await raise_anna(square)
    assert await details(await square.anna.post(PATH, json=form)) == wrong
    assert await acts(square) == []


async def test_only_the_office_may_and_the_wall(square: Square) -> None:
    await raise_anna(square)
    made = await make(square.anna, name="Låg")
    await refused(square, "POST", PATH, Permission.MANAGE_ROLES, json={"name": "Nej"})
    for method, rest in (
        ("GET", ""),
        ("GET", f"/{made['id']}"),
        ("PUT", f"/{made['id']}"),
        ("DELETE", f"/{made['id']}"),
    ):
        assert (await square.shop.http.request(method, PATH + rest)).status_code == 403
    assert (await give(square.shop, square.bjorn, made["id"])).status_code == 403
    for method in ("GET", "PUT", "DELETE"):
        await same_as_never(square, method, PATH + "/{id}", made["id"])
    await same_as_never(square, "PUT", ADMIN + "/accounts/{id}/role", str(square.bjorn.id), json={"role_id": None})
    inside = square.person(INSIDE, "anna")
    for role in (made["id"], "4711"):
        answer = await inside.put(f"{ADMIN}/accounts/{square.person(INSIDE, 'bjorn').id}/role", json={"role_id": role})
        assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})
