"""Making an account through an app and in a browser: the form's mistakes, policies, confirmation by mail."""

from __future__ import annotations

import asyncio
import email
import re
from collections.abc import AsyncIterator
from email import policy
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.contract.entity_check import check
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.town import INSIDE, PASSWORD, PUBLIC, Town, running
from tests.oauth.flow import fields, register, sign_in
from torg.kernel.config import Registration
from torg.mastodon_api import entities

ME = "/api/v1/accounts/verify_credentials"
FORM = {
    "username": "cecilia",
    "email": "Cecilia@Example.org",
    "password": "en lång hemlighet",
    "agreement": "true",
    "locale": "sv",
}


async def app_token(client: httpx2.AsyncClient) -> dict[str, str]:
    """The header of an app by itself, which is who registers people."""
    app = await register(client, scopes="read write follow push")
    form = {
        "grant_type": "client_credentials",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "scope": "read write",
    }
    token = (await client.post("/oauth/token", data=form)).json()["access_token"]
    return {"authorization": f"Bearer {token}"}


def bearer(answer: httpx2.Response) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    check(answer.json(), entities.Token)
    return {"authorization": f"Bearer {answer.json()['access_token']}"}


async def letters(folder: Path, least: int = 1) -> list[Any]:
    """The mails written so far, once there are enough of them."""
    for _attempt in range(300):
        found = sorted((folder / "mail").glob("*.eml")) if (folder / "mail").exists() else []
        if len(found) >= least:
            return [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in found]
        await asyncio.sleep(0.05)
    raise AssertionError(f"fewer than {least} mails came")


def link(letter: Any) -> str:
    """The path and query of the link in a mail."""
    found = re.search(rf"http://{PUBLIC}(/\S+)", letter.get_content())
    assert found is not None
    return found.group(1)


async def test_a_registrations_token_works_at_once(town: Town) -> None:
    async with town.client() as client:
        app = await app_token(client)
        mine = bearer(await client.post("/api/v1/accounts", data=FORM, headers=app))
        shown = await client.get(ME, headers=mine)
        check(shown.json(), entities.CredentialAccount)
        assert shown.json()["acct"] == "cecilia"
        said = await client.post("/api/v1/statuses", json={"status": "Hej!"}, headers=mine)
        assert said.status_code == 200, said.text
        inside = await sign_in(client, await client.get("/auth/sign_in"), "cecilia@example.org", FORM["password"])
        assert inside.status_code == 303


async def test_every_mistake_is_named_at_once(town: Town) -> None:
    async with town.client() as client:
        app = await app_token(client)
        answer = await client.post("/api/v1/accounts", data={"username": "a b", "agreement": "false"}, headers=app)
        assert answer.status_code == 422
        check(answer.json(), entities.Error)
        codes = {field: [entry["error"] for entry in found] for field, found in answer.json()["details"].items()}
        assert codes == {
            "password": ["ERR_BLANK"],
            "username": ["ERR_INVALID"],
            "email": ["ERR_BLANK"],
            "agreement": ["ERR_ACCEPTED"],
        }
        assert "Username must contain only letters, numbers and underscores" in answer.json()["error"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("username", "", "ERR_BLANK"),
        ("username", "x" * 31, "ERR_TOO_LONG"),
        ("username", "admin", "ERR_RESERVED"),
        ("username", "Webmaster", "ERR_RESERVED"),
        ("username", "ANNA", "ERR_TAKEN"),
        ("username", "åsa", "ERR_INVALID"),
        ("email", "nobody", "ERR_INVALID"),
        ("email", "two@a.example,b@c.example", "ERR_INVALID"),
        ("email", "anna@square.example", "ERR_TAKEN"),
        ("password", "short", "ERR_TOO_SHORT"),
        ("password", "x" * 73, "ERR_TOO_LONG"),
        ("locale", "klingon", "ERR_INCLUSION"),
        ("reason", "x" * 2001, "ERR_TOO_LONG"),
    ],
)
async def test_each_field_has_its_rules(town: Town, field: str, value: str, code: str) -> None:
    async with town.client() as client:
        answer = await client.post("/api/v1/accounts", data={**FORM, field: value}, headers=await app_token(client))
        assert answer.status_code == 422, answer.text
        assert [entry["error"] for entry in answer.json()["details"][field]] == [code]


async def test_only_an_app_may_register_people(town: Town) -> None:
    async with town.client() as client:
        assert (await client.post("/api/v1/accounts", data=FORM)).status_code == 401
        person = {"authorization": f"Bearer {await town.token('anna')}"}
        assert (await client.post("/api/v1/accounts", data=FORM, headers=person)).status_code == 403
    async with town.client(INSIDE) as client:
        app = await app_token(client)
        assert (await client.post("/api/v1/accounts", data=FORM, headers=app)).status_code == 403
        assert (await client.get("/auth/sign_up")).status_code == 403


async def test_a_known_address_joins_only_with_its_password(town: Town) -> None:
    """Björn leaves the public network's account behind, and comes back with a new one under the same login."""
    async with town.db.tx(town.scope()) as tx:
        await tx.run("UPDATE accounts SET state = 'deleted' WHERE id = %s", (town.people["bjorn", PUBLIC],))
    async with town.client() as client:
        app = await app_token(client)
        form = {**FORM, "username": "bear", "email": "bjorn@square.example"}
        wrong = await client.post("/api/v1/accounts", data=form, headers=app)
        taken = await client.post("/api/v1/accounts", data={**form, "email": "anna@square.example"}, headers=app)
        assert wrong.status_code == 422
        assert wrong.json() == taken.json()
        right = await client.post("/api/v1/accounts", data={**form, "password": PASSWORD}, headers=app)
        assert (await client.get(ME, headers=bearer(right))).json()["acct"] == "bear"


async def test_two_at_once_do_not_get_the_same_handle(town: Town) -> None:
    async with town.client() as client:
        app = await app_token(client)
        sent = [
            client.post("/api/v1/accounts", data={**FORM, "email": f"c{n}@example.org"}, headers=app) for n in range(4)
        ]
        answers = await asyncio.gather(*sent)
        assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422]


async def test_closed_and_approved_registration(town: Town) -> None:
    async with town.client() as client:
        app = await app_token(client)
        await town.settle(registration="approval")
        mine = bearer(await client.post("/api/v1/accounts", data={**FORM, "reason": "Jag vill"}, headers=app))
        answer = await client.get(ME, headers=mine)
        assert (answer.status_code, answer.json()["error"]) == (403, "Your login is currently pending approval")
        inside = await sign_in(client, await client.get("/auth/sign_in"), "cecilia@example.org", FORM["password"])
        assert inside.status_code == 403
        await town.settle(registration="closed")
        refused = await client.post("/api/v1/accounts", data={**FORM, "username": "d"}, headers=app)
        assert (refused.status_code, refused.json()["error"]) == (403, "This action is not allowed")
        assert (await client.get("/auth/sign_up")).status_code == 403


async def test_the_young_are_turned_away_where_there_is_an_age(town: Town) -> None:
    await town.settle(min_age=16)
    async with town.client() as client:
        app = await app_token(client)
        for born, code in (("", "ERR_BLANK"), ("2020-01-01", "ERR_BELOW_LIMIT"), ("2999-01-01", "ERR_INVALID")):
            answer = await client.post("/api/v1/accounts", data={**FORM, "date_of_birth": born}, headers=app)
            assert [entry["error"] for entry in answer.json()["details"]["date_of_birth"]] == [code]
        bearer(await client.post("/api/v1/accounts", data={**FORM, "date_of_birth": "1980-02-29"}, headers=app))


@pytest.fixture
async def strict(fresh_database: TestDatabase, tmp_path: Path) -> AsyncIterator[Town]:
    """A town where addresses are confirmed; mails land in its data folder."""
    async with running(fresh_database, tmp_path, confirm_email=True) as made:
        yield made


async def test_a_mailed_link_confirms_the_address(strict: Town, tmp_path: Path) -> None:
    async with strict.client() as client:
        app = await app_token(client)
        mine = bearer(await client.post("/api/v1/accounts", data=FORM, headers=app))
        answer = await client.get(ME, headers=mine)
        assert answer.json() == {"error": "Your login is missing a confirmed e-mail address"}
        assert answer.status_code == 403
        assert (await client.get("/api/v1/emails/check_confirmation", headers=mine)).json() is False
        letter = (await letters(tmp_path))[0]
        assert letter["To"] == "cecilia@example.org"
        assert "Välkommen" in letter.get_content()
        for _opened_first_by_a_scanner in range(2):
            assert (await client.get(link(letter))).status_code == 200
        assert (await client.get(ME, headers=mine)).status_code == 200
        assert (await client.get("/api/v1/emails/check_confirmation", headers=mine)).json() is True
        again = await client.post("/api/v1/emails/confirmations", headers=mine)
        assert again.status_code == 403
        assert "while the e-mail is awaiting confirmation" in again.json()["error"]


async def test_a_wrong_link_confirms_nothing(strict: Town) -> None:
    async with strict.client() as client:
        for secret in ("", "wrong", "å", "x" * 5000):
            answer = await client.get("/auth/confirmation", params={"confirmation_token": secret})
            assert answer.status_code == 422


async def test_the_mail_is_sent_again_and_to_another_address(strict: Town, tmp_path: Path) -> None:
    async with strict.client() as client:
        app, other = await app_token(client), await app_token(client)
        mine = bearer(await client.post("/api/v1/accounts", data=FORM, headers=app))
        first = (await letters(tmp_path))[0]
        taken = await client.post("/api/v1/emails/confirmations", data={"email": "anna@square.example"}, headers=mine)
        assert taken.status_code == 422
        sent = await client.post("/api/v1/emails/confirmations", data={"email": "c@example.net"}, headers=mine)
        assert (sent.status_code, sent.json()) == (200, {})
        second = (await letters(tmp_path, 2))[1]
        assert second["To"] == "c@example.net"
        assert (await client.get(link(first))).status_code == 422
        assert (await client.get(link(second))).status_code == 200
        assert (await client.post("/api/v1/emails/confirmations", headers=other)).status_code == 422
        assert (await client.post("/api/v1/emails/confirmations")).status_code == 401


async def test_only_the_app_of_the_registration_may_ask_again(strict: Town) -> None:
    async with strict.client() as client:
        bearer(await client.post("/api/v1/accounts", data=FORM, headers=await app_token(client)))
        async with strict.db.tx(strict.scope()) as tx:
            found = await tx.value("SELECT id FROM accounts WHERE handle = 'cecilia'")
        strict.people["cecilia", PUBLIC] = found
        stranger = {"authorization": f"Bearer {await strict.token('cecilia')}"}
        answer = await client.post("/api/v1/emails/confirmations", headers=stranger)
        assert answer.status_code == 403
        assert "originally signed-up with" in answer.json()["error"]


async def test_a_browser_signs_up_without_scripts(town: Town) -> None:
    async with town.client() as browser:
        page = await browser.get("/auth/sign_up", headers={"accept-language": "sv"})
        assert 'name="date_of_birth"' not in page.text
        form = {**fields(page), **FORM, "agreement": "1"}
        wrong = await browser.post("/auth/sign_up", data={**form, "username": "anna"})
        assert wrong.status_code == 422
        assert "Det är redan upptaget." in wrong.text
        assert FORM["password"] not in wrong.text
        assert (await browser.post("/auth/sign_up", data={**form, "csrf": "x"})).status_code == 403
        made = await browser.post("/auth/sign_up", data=form)
        assert made.status_code == 303
        assert "@cecilia@" in (await browser.get("/auth/sign_out")).text


async def test_a_new_password_ends_every_session_and_token(town: Town, tmp_path: Path) -> None:
    async with town.client() as browser, town.client(INSIDE) as inside:
        await sign_in(browser, await browser.get("/auth/sign_in"))
        token = {"authorization": f"Bearer {await town.token('anna', INSIDE)}"}
        assert (await inside.get(ME, headers=token)).status_code == 200
        asked = await browser.get("/auth/password/new")
        for address in ("nobody@square.example", "anna@square.example"):
            sent = await browser.post("/auth/password/new", data={**fields(asked), "email": address})
            assert sent.status_code == 200
        mails = await letters(tmp_path)
        assert [letter["To"] for letter in mails] == ["anna@square.example"]
        form = await browser.get(link(mails[0]))
        short = await browser.post("/auth/password/edit", data={**fields(form), "password": "short"})
        assert short.status_code == 422
        done = await browser.post("/auth/password/edit", data={**fields(form), "password": "ett nytt lösenord"})
        assert done.status_code == 303
        assert (await inside.get(ME, headers=token)).status_code == 401
        assert (await browser.get("/auth/sign_out")).headers["location"] == "/auth/sign_in"
        again = await browser.post("/auth/password/edit", data={**fields(form), "password": "ett annat lösenord"})
        assert again.status_code == 422
        page = await browser.get("/auth/sign_in")
        assert (await sign_in(browser, page)).status_code == 422
        assert (await sign_in(browser, page, password="ett nytt lösenord")).status_code == 303


async def test_the_stricter_setting_wins(fresh_database: TestDatabase, tmp_path: Path) -> None:
    async with running(fresh_database, tmp_path, registration=Registration.CLOSED) as town:
        await town.settle(registration="open")
        async with town.client() as client:
            answer = await client.post("/api/v1/accounts", data=FORM, headers=await app_token(client))
            assert answer.status_code == 403


async def test_blocked_addresses_are_turned_away_and_watched_ones_wait(town: Town) -> None:
    network = town.networks[PUBLIC]
    keys = (network.org_id, network.id)
    async with town.client() as client:
        app = await app_token(client)
        async with town.db.tx(town.scope()) as tx:
            await tx.run(
                "INSERT INTO blocked_email_domains (org_id, network_id, id, domain) VALUES (%s, %s, 1, 'spam.example')",
                keys,
            )
        form = {**FORM, "email": "x@mail.spam.example"}
        answer = await client.post("/api/v1/accounts", data=form, headers=app)
        assert [entry["error"] for entry in answer.json()["details"]["email"]] == ["ERR_BLOCKED"]
        block = "INSERT INTO blocked_ips (org_id, network_id, id, ip, severity) VALUES (%s, %s, 1, '127.0.0.0/8', %s)"
        async with town.db.tx(town.scope()) as tx:
            await tx.run(block, (*keys, "sign_up_requires_approval"))
        mine = bearer(await client.post("/api/v1/accounts", data=FORM, headers=app))
        assert "pending approval" in (await client.get(ME, headers=mine)).json()["error"]
        async with town.db.tx(town.scope()) as tx:
            await tx.run("UPDATE blocked_ips SET severity = 'sign_up_block'")
        refused = await client.post("/api/v1/accounts", data={**FORM, "username": "d"}, headers=app)
        assert (refused.status_code, refused.json()) == (403, {"error": "This action is not allowed"})
