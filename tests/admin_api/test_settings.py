"""A network's settings, name and picture through the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.admin_api.helpers import ADMIN, acts, details, entries, give_role, ok, refused
from tests.contract.entity_check import check
from tests.fixtures.square import INSIDE, OTHER, Square
from tests.media.makers import encoded
from torg.admin_api.policies import ChangePolicies
from torg.admin_api.retention import ChangeRetention
from torg.admin_api.settings import ChangeSettings
from torg.kernel.actor import Permission
from torg.mastodon_api import entities
from torg.orgs.model import NetworkSettings

PATH = f"{ADMIN}/settings"
INSTANCE = "/api/v2/instance"


def test_every_setting_can_be_changed() -> None:
    """Here, or where their consequences are shown: policies tell whom they shut out, retention what would go."""
    here = set(ChangeSettings.__struct_fields__) - {"name", "thumbnail"}
    elsewhere = set(ChangePolicies.__struct_fields__) | set(ChangeRetention.__struct_fields__)
    assert here <= set(NetworkSettings.__struct_fields__)
    # A picture's key is made with it, and a version of the usage policy by publishing one
    own = {"thumbnail_key", "usage_policy_version"}
    assert set(NetworkSettings.__struct_fields__) - here - elsewhere == own


async def test_settings_hold_at_once(square: Square) -> None:
    await give_role(square, square.reporter, Permission.MANAGE_SETTINGS)
    officer = square.reporter
    before = await ok(await officer.get(PATH))
    assert (before["host"], before["kind"], before["max_characters"], before["registration"]) == (
        "acme.test", "public", 500, None,
    )  # fmt: skip
    form = {
        "name": " Acmes  torg ", "max_characters": 1000, "short_description": "Vi pratar", "languages": ["SV", "sv-SE"],
        "registration": "closed", "registrations_message": "Fullt", "contact_handle": "@Bjorn", "min_age": 16,
        "contact_email": "Press@Acme.example", "confirm_email": True, "private": False, "description": "# Om\r\noss",
    }  # fmt: skip
    changed = await ok(await officer.patch(PATH, json=form))
    expected = {
        **before, **form, "name": "Acmes torg", "languages": ["sv"], "contact_handle": "bjorn",
        "contact_email": "press@acme.example", "description": "# Om\noss",
    }  # fmt: skip
    assert changed == expected
    assert await ok(await officer.get(PATH)) == expected
    shown = await ok(await square.nobody().get(INSTANCE))
    check(shown, entities.Instance)
    assert (shown["title"], shown["description"], shown["languages"]) == ("Acmes torg", "Vi pratar", ["sv"])
    assert shown["configuration"]["statuses"]["max_characters"] == 1000
    assert shown["registrations"]["enabled"] is False
    assert shown["contact"]["account"]["username"] == "bjorn"
    await square.bjorn.says("x" * 1000)
    back = await ok(await officer.patch(PATH, data={"registration": "", "min_age": "", "max_characters": "500"}))
    assert (back["registration"], back["min_age"], back["short_description"]) == (None, None, "Vi pratar")
    assert (await square.bjorn.post("/api/v1/statuses", json={"status": "x" * 501})).status_code == 422
    assert await ok(await officer.patch(PATH)) == back
    assert await acts(square) == [("update", "settings")] * 2, "what changed nothing is not logged"
    changes = (await entries(square))[1].details["changes"]
    assert changes == {"registration": ["closed", None], "min_age": [16, None], "max_characters": [1000, 500]}
    assert (await ok(await square.nobody(OTHER).get(INSTANCE)))["description"] == ""


async def test_closing_a_network_holds_at_once(square: Square) -> None:
    assert (await square.nobody().get("/api/v1/timelines/public")).status_code == 200
    await ok(await square.anna.patch(PATH, json={"private": True}))
    assert (await square.nobody().get("/api/v1/timelines/public")).status_code == 401


async def test_every_version_of_the_privacy_policy_is_kept(square: Square) -> None:
    policy, path = "/api/v1/instance/privacy_policy", f"{PATH}/versions"
    before = await ok(await square.nobody().get(policy))
    for text in ("Vi sparar lite", "Vi sparar mindre", "Vi sparar mindre"):
        await ok(await square.anna.patch(PATH, json={"privacy_policy": text}))
    versions = await ok(await square.anna.get(path))
    assert [one["text"] for one in versions] == ["Vi sparar mindre", "Vi sparar lite"]
    shown = await ok(await square.nobody().get(policy))
    check(shown, entities.PrivacyPolicy)
    assert shown == {"updated_at": versions[0]["created_at"], "content": "<p>Vi sparar mindre</p>"}
    assert shown["updated_at"] > before["updated_at"]
    assert await ok(await square.anna.get(path, params={"field": "description"})) == []
    assert await details(await square.anna.get(path, params={"field": "single_user"})) == {"field": "ERR_INCLUSION"}
    assert (await square.shop.get(path)).status_code == 403
    assert await ok(await square.person(INSIDE, "anna").get(path)) == []


async def test_the_picture(square: Square) -> None:
    files = {"thumbnail": ("a.png", encoded(".png", 2400, 1200), "image/png")}
    made = await ok(await square.anna.patch(PATH, data={"name": "Bilden"}, files=files))
    assert made["name"] == "Bilden"
    assert (await square.nobody().get(made["thumbnail"])).status_code == 200
    assert (await ok(await square.nobody().get(INSTANCE)))["thumbnail"]["url"] == made["thumbnail"]
    other = await ok(await square.anna.patch(PATH, files=files))
    assert other["thumbnail"] != made["thumbnail"]
    gone = await ok(await square.anna.delete(f"{PATH}/thumbnail"))
    assert gone == {**made, "thumbnail": None}
    assert (await ok(await square.nobody().get(INSTANCE)))["thumbnail"]["url"] != other["thumbnail"]
    await ok(await square.anna.delete(f"{PATH}/thumbnail"))
    assert await acts(square) == [("update", "settings")] * 3
    bad = {"thumbnail": ("a.png", b"no picture", "image/png")}
    assert (await square.anna.patch(PATH, data={"name": "Nej"}, files=bad)).status_code == 422
    assert (await ok(await square.anna.get(PATH)))["name"] == "Bilden"


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"registration": "sometimes"}, {"registration": "ERR_INCLUSION"}),
        ({"local_live_feed": "all"}, {"local_live_feed": "ERR_INCLUSION"}),
        ({"max_characters": 0, "max_pins": 100_001}, {"max_characters": "ERR_INVALID", "max_pins": "ERR_INVALID"}),
        ({"max_media": "many", "private": "perhaps"}, {"max_media": "ERR_INVALID", "private": "ERR_INVALID"}),
        ({"min_age": 0}, {"min_age": "ERR_INVALID"}),
        ({"languages": ["sv", "klingon"]}, {"languages": "ERR_INVALID"}),
        ({"contact_email": "nobody"}, {"contact_email": "ERR_INVALID"}),
        ({"contact_handle": "nobody"}, {"contact_handle": "ERR_INVALID"}),
        ({"single_user": "olga"}, {"single_user": "ERR_INVALID"}),
        ({"short_description": "x" * 501}, {"short_description": "ERR_TOO_LONG"}),
        ({"privacy_policy": "x" * 100_001}, {"privacy_policy": "ERR_TOO_LONG"}),
        ({"name": " "}, {"name": "ERR_BLANK"}),
        ({"name": "x" * 201}, {"name": "ERR_TOO_LONG"}),
        ({"thumbnail": "x"}, {"thumbnail": "ERR_INVALID"}),
    ],
)
async def test_what_is_wrong_is_told(square: Square, form: dict[str, Any], wrong: dict[str, str]) -> None:
    before = await ok(await square.anna.get(PATH))
    assert await details(await square.anna.patch(PATH, json={**form, "description": "ny"})) == wrong
    assert await ok(await square.anna.get(PATH)) == before
    assert await acts(square) == []


async def test_only_the_office_may_and_each_network_has_its_own(square: Square) -> None:
    await refused(square, "PATCH", PATH, Permission.MANAGE_SETTINGS, json={"name": "Nej"})
    for method, rest in (("GET", ""), ("DELETE", "/thumbnail")):
        assert (await square.shop.http.request(method, PATH + rest)).status_code == 403
    inside = square.person(INSIDE, "anna")
    await ok(await inside.patch(PATH, json={"name": "Inne", "description": "Hemligt"}))
    outside = await ok(await square.anna.get(PATH))
    assert (outside["name"], outside["description"]) == ("Acme", "")
    assert await acts(square) == []
    assert await acts(square, INSIDE) == [("update", "settings")]
