"""Roles in the browser: made, changed and taken away below one's own; every permission has a meaning."""

from __future__ import annotations

import pytest

from tests.fixtures.square import OTHER, Square
from tests.web.reader import Reader
from tests.web.test_admin import in_office
from torg.kernel.actor import Permission
from torg.web.admin_permissions import MEANINGS

PLACE = "/admin/roles"


def test_every_permission_says_what_it_means() -> None:
    named = [one.permission for _title, list_ in MEANINGS for one in list_]
    assert sorted(named) == sorted(Permission), "each once, and none left out"


async def test_a_role_from_the_first_to_the_last(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open(f"{PLACE}/new")
    bits = [str(Permission.MANAGE_RULES.value), str(Permission.MONITOR.value)]
    made = await owner.send(page, PLACE, name="Clerk", position="7", **{"permissions[]": bits})
    assert made.headers["location"] == f"{PLACE}?done=1"
    (clerk,) = [one for one in (await square.anna.get("/api/torg/v1/admin/roles")).json() if one["name"] == "Clerk"]
    assert int(clerk["permissions"]) == Permission.MANAGE_RULES | Permission.MONITOR
    page = await owner.open(f"{PLACE}/{clerk['id']}")
    assert page.text.count(" checked") == 2
    await owner.send(page, f"{PLACE}/{clerk['id']}", name="Clerk", position="8", highlighted="1")
    again = (await square.anna.get(f"/api/torg/v1/admin/roles/{clerk['id']}")).json()
    assert (again["position"], again["permissions"], again["highlighted"]) == (8, "0", True)
    assert (await owner.send(page, f"{PLACE}/{clerk['id']}/delete")).status_code == 303
    assert (await owner.open(f"{PLACE}/{clerk['id']}")).status_code == 404
    assert "Clerk" in (await owner.open("/admin/audit?verb=delete")).text


async def test_nobody_makes_a_role_as_high_as_the_own(square: Square) -> None:
    await in_office(square, "shop", "Admin")
    admin = await Reader(square, language="sv").enters("shop")
    page = await admin.open(f"{PLACE}/new")
    for wrong in (
        {"name": " "}, {"name": "x", "position": "1000"}, {"name": "x", "color": "red"},
        {"name": "x", "permissions[]": [str(Permission.ADMINISTRATOR.value)]},
        {"name": "x", "permissions[]": [str(1 << 60)]},
    ):  # fmt: skip
        refused = await admin.send(page, PLACE, **wrong)
        assert (refused.status_code, "Det blev inte gjort" in refused.text) == (422, True), wrong
    assert (await admin.send(page, PLACE, name="x", **{"permissions[]": "many"})).status_code in (400, 422)
    owners = [one for one in (await square.anna.get("/api/torg/v1/admin/roles")).json() if one["name"] == "Admin"]
    for verb in ("", "/delete"):
        assert (await admin.send(page, f"{PLACE}/{owners[0]['id']}{verb}", name="Mine")).status_code == 403


@pytest.mark.parametrize("verb", ["", "/delete"])
async def test_the_wall(square: Square, verb: str) -> None:
    """Another organisation's role is as one that never was."""
    (role, *_) = (await square.anna.get("/api/torg/v1/admin/roles")).json()
    outside = await in_office(square, "olga", "Owner", OTHER)
    page = await outside.open(f"{PLACE}/new")
    assert (await outside.open(f"{PLACE}/{role['id']}")).status_code == 404
    assert (await outside.send(page, f"{PLACE}/{role['id']}{verb}", name="x")).status_code == 404
