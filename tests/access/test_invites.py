"""Invitations, single-user mode and private networks: who may come in and who may read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.access.test_registration import FORM, app_token
from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.fixtures.town import Town
from tests.oauth.flow import fields
from torg.access import invites
from torg.accounts.events import AccountActivated
from torg.engine import outbox
from torg.kernel.errors import Misused
from torg.orgs import rules
from torg.orgs import store as orgs
from torg.orgs.model import NetworkSettings

PATH = "/api/torg/v1/invites"


async def invite(town: Town, **more: Any) -> str:
    async with town.db.tx(town.scope()) as tx:
        return (await invites.create(tx, town.people["anna", "square.example"], **more)).code


async def settle(square: Square, host: str = PUBLIC, **settings: Any) -> None:
    network = square.networks[host]
    async with square.services.db.system() as tx:
        await orgs.update_settings(tx, network, msgspec.structs.replace(network.settings, **settings))
    square.services.networks.forget()


async def test_an_invitation_opens_what_is_closed_as_often_as_it_says(town: Town) -> None:
    await town.settle(registration="closed")
    code = await invite(town, max_uses=1, autofollow=True)
    async with town.client() as client:
        token = await app_token(client)
        for wrong in ({}, {"invite_code": "never-was"}, {"invite_code": ""}):
            assert (await client.post("/api/v1/accounts", data={**FORM, **wrong}, headers=token)).status_code == 403
        made = await client.post("/api/v1/accounts", data={**FORM, "invite_code": code}, headers=token)
        assert made.status_code == 200, made.text
        again = {**FORM, "username": "david", "email": "david@example.org", "invite_code": code}
        assert (await client.post("/api/v1/accounts", data=again, headers=token)).status_code == 403
    async with town.db.tx(town.scope()) as tx:
        assert await tx.value("SELECT uses FROM invites WHERE code = %s", (code,)) == 1


async def test_the_page_takes_the_code_along(town: Town) -> None:
    await town.settle(registration="closed")
    code = await invite(town)
    async with town.client() as browser:
        assert (await browser.get("/auth/sign_up?invite=never-was")).status_code == 403
        page = await browser.get("/auth/sign_up", params={"invite": code})
        assert page.status_code == 200
        sent = await browser.post("/auth/sign_up", data={**fields(page), **FORM})
        assert sent.status_code == 303, sent.text
    async with town.client() as browser:
        page = await browser.get("/auth/sign_up", params={"invite": code})
        async with town.db.tx(town.scope()) as tx:
            await tx.run("UPDATE invites SET expires_at = now() WHERE code = %s", (code,))
        other = {**FORM, "username": "david", "email": "david@example.org"}
        assert (await browser.post("/auth/sign_up", data={**fields(page), **other})).status_code == 403


async def test_only_a_role_that_may_decide_spares_the_moderators_look(town: Town) -> None:
    await town.settle(registration="approval")
    code = await invite(town)
    async with town.db.tx(town.scope()) as tx:
        from_command_line = (await invites.create(tx, None)).code
    async with town.client() as client:
        token = await app_token(client)
        for name, used, state in (("david", code, "pending"), ("eva", from_command_line, "active")):
            form = {**FORM, "username": name, "email": f"{name}@example.org", "reason": "x", "invite_code": used}
            assert (await client.post("/api/v1/accounts", data=form, headers=token)).status_code == 200
            async with town.db.tx(town.scope()) as tx:
                assert await tx.value("SELECT state FROM accounts WHERE handle = %s", (name,)) == state


async def test_a_place_of_one_takes_nobody_in_and_opens_with_the_profile(town: Town) -> None:
    await town.settle(single_user="anna")
    code = await invite(town)
    async with town.client() as client:
        front = await client.get("/")
        assert (front.status_code, front.headers["location"]) == (303, "/@anna")
        assert (await client.get(front.headers["location"])).status_code == 200
        assert (await client.get("/auth/sign_up", params={"invite": code})).status_code == 403
        form = {**FORM, "invite_code": code}
        assert (await client.post("/api/v1/accounts", data=form, headers=await app_token(client))).status_code == 403
        assert (await client.get("/api/v2/instance")).json()["registrations"]["enabled"] is False


async def test_a_private_network_shows_strangers_the_way_in_only(square: Square) -> None:
    post = await square.anna.says("for members")
    nobody = square.nobody()
    api = [
        f"/api/v1/statuses/{post['id']}", f"/api/v1/accounts/{square.anna.id}", "/api/v1/timelines/public",
        "/api/v1/accounts/lookup?acct=anna", "/api/v2/search?q=members", "/api/v1/directory",
    ]  # fmt: skip
    pages = ["/public", "/@anna", f"/@anna/{post['id']}"]
    for path in [*api, *pages]:
        assert (await nobody.get(path)).status_code in (200, 401), path
    await settle(square, private=True)
    for path in api:
        assert (await nobody.get(path)).status_code == 401, path
        assert (await square.bjorn.get(path)).status_code == 200, path
    for path in pages:
        answer = await nobody.get(path)
        assert (answer.status_code, answer.headers["location"][:13]) == (303, "/auth/sign_in"), path
    for path in ("/", "/api/v2/instance", "/robots.txt", "/.well-known/webfinger?resource=acct:anna@acme.test"):
        assert "for members\"" not in (await nobody.get(path)).text
    assert "Disallow: /\n" in (await nobody.get("/robots.txt")).text
    assert (await nobody.get("/.well-known/webfinger?resource=acct:anna@acme.test")).status_code == 404
    assert (await nobody.get(f"/api/oembed?url=http://acme.test/@anna/{post['id']}")).status_code == 404


async def test_invitations_are_made_changed_listed_and_taken_back(square: Square) -> None:
    made = (await square.anna.post(PATH, json={"max_uses": 3, "expires_in": 3600, "autofollow": True})).json()
    assert made["url"] == f"http://{PUBLIC}/auth/sign_up?invite={made['code']}"
    assert (made["max_uses"], made["uses"], made["autofollow"], made["usable"]) == (3, 0, True, True)
    path = f"{PATH}/{made['id']}"
    assert (await square.anna.put(path, data={"max_uses": "5"})).json()["max_uses"] == 5
    assert [one["id"] for one in (await square.anna.get(PATH)).json()] == [made["id"]]
    for odd in ({"max_uses": 0}, {"max_uses": -1}, {"expires_in": 0}, {"max_uses": 2**40}, {"expires_in": 2**50}):
        assert (await square.anna.post(PATH, json=odd)).status_code == 422, odd
    assert (await square.anna.delete(path)).json() == {}
    assert (await square.anna.get(path)).status_code == 404


async def test_who_may_not_invite_or_is_elsewhere_learns_nothing(square: Square) -> None:
    admin = square.person(INSIDE, "anna")
    made = (await square.anna.post(PATH)).json()
    for stranger, status in ((square.bjorn, 403), (square.nobody(), 401), (admin, 404)):
        for id_ in (made["id"], "7"):
            path = f"{PATH}/{id_}"
            for answer in (await stranger.get(path), await stranger.put(path), await stranger.delete(path)):
                assert answer.status_code == status
    assert (await admin.get(PATH)).json() == []
    assert (await square.bjorn.post(PATH)).status_code == 403


async def test_who_comes_by_an_invitation_follows_who_invited(square: Square) -> None:
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        invited = await invites.create(tx, square.anna.id, autofollow=True)
    newcomer = await square.add(PUBLIC, "newcomer")
    async with square.services.db.tx(network.scope) as tx:
        await tx.run("UPDATE accounts SET invite_id = %s WHERE id = %s", (invited.id, newcomer.id))
        for _again in range(2):
            await outbox.append(tx, AccountActivated(account_id=newcomer.id))
    await square.settle()
    followers = (await square.anna.get(f"/api/v1/accounts/{square.anna.id}/followers")).json()
    assert [one["acct"] for one in followers] == ["newcomer"]


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ({"registration": "closed"}, "registration", "closed"),
        ({"registration": "none"}, "registration", None),
        ({"private": "on"}, "private", True),
        ({"max_characters": "1000"}, "max_characters", 1000),
        ({"languages": "sv, en"}, "languages", ["sv", "en"]),
        ({"min_age": "13"}, "min_age", 13),
        ({"confirm_email": "off"}, "confirm_email", False),
        ({"single_user": "anna"}, "single_user", "anna"),
    ],
)
def test_settings_are_changed_as_written(given: dict[str, str], name: str, value: bool | str | Sequence[str]) -> None:
    assert getattr(rules.changed(NetworkSettings(registration="open"), given), name) == value


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"colour": "red"}, "There is no setting “colour”"),
        ({"registration": "sometimes"}, "registration=sometimes cannot be"),
        ({"max_characters": "many"}, "max_characters=many cannot be"),
        ({"max_characters": "0"}, "max_characters is a number"),
        ({"private": "perhaps"}, "private=perhaps cannot be"),
    ],
)
def test_wrong_settings_say_what_is_wrong(given: dict[str, str], said: str) -> None:
    with pytest.raises(Misused, match=said):
        rules.changed(NetworkSettings(), given)


def test_every_setting_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "network-settings.md").read_text("utf-8")
    assert [name for name in NetworkSettings.__struct_fields__ if f"| `{name}` |" not in page] == []
