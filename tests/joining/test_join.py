"""Joining the inside by a mailed link, in a browser and over the API; and that nothing tells a stranger anything."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.access.test_registration import FORM, app_token
from tests.fixtures.town import INSIDE, PUBLIC, Town
from tests.fixtures.town import PASSWORD as KNOWN
from tests.joining.helpers import PASSWORD, ask, enter, letters, link, mails, own, quiet
from tests.oauth.flow import fields
from torg.orgs import store as orgs

ME = "/api/v1/accounts/verify_credentials"
NEW = "cecilia.åkesson@square.example".replace("å", "a")


async def test_from_the_link_to_a_session(town: Town, tmp_path: Path) -> None:
    await own(town)
    async with town.client(INSIDE) as browser:
        said = await ask(browser, "Cecilia.Akesson@Square.Example")
        assert said.status_code == 200
        (letter,) = await letters(tmp_path)
        assert letter["to"] == NEW
        page = await browser.get(link(letter))
        assert 'value="cecilia_akesson"' in page.text
        assert NEW in page.text
        done = await enter(browser, link(letter), username="cecilia", display_name="Cecilia Åkesson")
        assert (done.status_code, done.headers["location"]) == (303, "/join/done"), done.text
        welcome = await browser.get("/join/done")
        assert "@cecilia" in welcome.text
        assert INSIDE in welcome.text
        assert (await browser.get("/")).status_code == 200
        again = await town.client(INSIDE).get(link(letter))
        assert again.status_code == 422, "the link works once"
    async with town.db.tx(town.scope(INSIDE)) as tx:
        row = await tx.one(
            """SELECT a.state, a.guest, a.display_name, p.email, p.email_confirmed_at FROM accounts a
               JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id WHERE a.handle = 'cecilia'"""
        )
    assert (row["state"], row["guest"], row["display_name"], row["email"]) == ("active", False, "Cecilia Åkesson", NEW)
    assert row["email_confirmed_at"] is not None


async def test_over_the_api_it_gives_a_token(town: Town, tmp_path: Path) -> None:
    await own(town)
    async with town.client(INSIDE) as client:
        app = await app_token(client)
        assert (await client.post("/api/torg/v1/join", json={"email": NEW})).json() == {}
        (letter,) = await letters(tmp_path)
        token = link(letter).partition("token=")[2]
        seen = await client.get("/api/torg/v1/join/confirm", params={"token": token}, headers=app)
        assert seen.json() == {"email": NEW, "known": False, "username": "cecilia_akesson", "display_name": ""}
        form = {"token": token, "username": "anna", "password": "kort", "agreement": False}
        wrong = await client.post("/api/torg/v1/join/confirm", json=form, headers=app)
        assert wrong.status_code == 422
        assert set(wrong.json()["details"]) == {"username", "password", "agreement"}
        form = {"token": token, "username": "cecilia", "password": PASSWORD, "agreement": True}
        assert (await client.post("/api/torg/v1/join/confirm", json=form)).status_code == 401, "an app asks"
        made = await client.post("/api/torg/v1/join/confirm", json=form, headers=app)
        assert made.status_code == 200, made.text
        mine = {"authorization": f"Bearer {made.json()['access_token']}"}
        assert (await client.get(ME, headers=mine)).json()["acct"] == "cecilia"
        post = await client.post("/api/v1/statuses", json={"status": "Hej alla!"}, headers=mine)
        assert post.status_code == 200
        assert (await client.post("/api/torg/v1/join/confirm", json=form, headers=app)).status_code == 422


ADDRESSES = [
    NEW,
    "anna@square.example",  # has an account inside
    "nobody@elsewhere.example",
    "x@gmail.com",
    "x@mail.square.example",  # below the domain, and not listed
    "blocked@square.example",
]


async def test_the_answer_is_the_same_for_every_address(town: Town, tmp_path: Path) -> None:
    await own(town)
    async with town.db.tx(town.scope(INSIDE)) as tx:
        await tx.run(
            """INSERT INTO blocked_emails (org_id, network_id, id, hash) VALUES (%s, %s, 1,
               encode(sha256('blocked@square.example'), 'hex'))""",
            (tx.scope.org_id, tx.scope.network_ids[0]),
        )
    pages, answers, work = set(), set(), set()
    async with town.client(INSIDE) as client:
        for address in ADDRESSES:
            said = await ask(client, address)
            body = re.sub(r'name="csrf" value="[^"]*"', "", said.text)
            pages.add((said.status_code, body))
            answer = await client.post("/api/torg/v1/join", json={"email": address})
            answers.add((answer.status_code, answer.text, tuple(sorted(set(answer.headers)))))
            await quiet(town)
            work.add(len(mails(tmp_path)))
        app, refused = await app_token(client), []
        for address, name in ((NEW, "cecilia"), (NEW, "anna"), (ADDRESSES[2], "cecilia"), (ADDRESSES[1], "y")):
            form = {**FORM, "email": address, "username": name}
            refused.append(await client.post("/api/v1/accounts", data=form, headers=app))
    assert len(pages) == len(answers) == 1
    assert {(answer.status_code, answer.text) for answer in refused} == {(403, refused[0].text)}
    to = sorted({letter["to"] for letter in mails(tmp_path)})
    assert to == ["anna@square.example", NEW], "only who is at the domain gets mail"
    reminder = next(letter for letter in mails(tmp_path) if letter["to"] == "anna@square.example")
    assert "@anna" in reminder.get_content()


@pytest.mark.parametrize(
    ("typed", "reached"),
    [
        ("Cecilia+Torg@square.example", "cecilia@square.example"),
        ("CECILIA@SQUARE.EXAMPLE", "cecilia@square.example"),
        ("cecilia@bücher.example", "cecilia@xn--bcher-kva.example"),
        ("cecilia@XN--BCHER-KVA.example", "cecilia@xn--bcher-kva.example"),
    ],
)
async def test_an_address_counts_in_one_form(town: Town, tmp_path: Path, typed: str, reached: str) -> None:
    await own(town)
    await own(town, "xn--bcher-kva.example")
    async with town.client(INSIDE) as client:
        await client.post("/api/torg/v1/join", json={"email": typed})
        assert [letter["to"] for letter in await letters(tmp_path)] == [reached]


@pytest.mark.parametrize("odd", ["", "x", "@", "a@b@c d", "x" * 400 + "@square.example", "å@square.example", "+@a.b"])
async def test_what_is_no_address_is_refused(town: Town, odd: str) -> None:
    await own(town)
    async with town.client(INSIDE) as client:
        assert (await client.post("/api/torg/v1/join", json={"email": odd})).status_code == 422


async def test_nobody_is_flooded_with_links(town: Town, tmp_path: Path) -> None:
    await own(town)
    async with town.client(INSIDE) as client:
        for _again in range(6):
            assert (await client.post("/api/torg/v1/join", json={"email": NEW})).status_code == 200
            await quiet(town)
    assert len(mails(tmp_path)) == 3


async def test_who_has_a_login_in_the_organisation_gives_its_password(town: Town, tmp_path: Path) -> None:
    await own(town)
    async with town.db.tx(town.scope(INSIDE)) as tx:
        await tx.run("UPDATE accounts SET state = 'deleted' WHERE id = %s", (town.people["bjorn", INSIDE],))
    async with town.client(INSIDE) as browser:
        await ask(browser, "bjorn@square.example")
        path = link((await letters(tmp_path))[0])
        assert 'autocomplete="current-password"' in (await browser.get(path)).text
        wrong = await enter(browser, path, username="bear", password="not the one")
        assert wrong.status_code == 422
        right = await enter(browser, path, username="bear", password=KNOWN)
        assert right.status_code == 303, right.text
    async with town.client(PUBLIC) as outside, town.client(INSIDE) as client:
        app = {"authorization": f"Bearer {await town.token('bjorn')}"}
        assert (await outside.get(ME, headers=app)).status_code == 200, "the other face is as it was"
        page = await client.get("/auth/sign_in")
        again = await client.post(
            "/auth/sign_in", data={**fields(page), "email": "bjorn@square.example", "password": KNOWN}
        )
        assert again.status_code == 303


async def test_whoever_registered_the_address_without_proof_is_put_out(town: Town, tmp_path: Path) -> None:
    """Somebody makes a public account with a colleague's address, and waits for the colleague to join."""
    await own(town)
    await town.settle(confirm_email=True)
    async with town.client() as client:
        app = await app_token(client)
        taken = await client.post("/api/v1/accounts", data={**FORM, "email": NEW}, headers=app)
        thief = {"authorization": f"Bearer {taken.json()['access_token']}"}
    async with town.client(INSIDE) as browser:
        await ask(browser, NEW)
        letter = next(one for one in await letters(tmp_path, 2) if "/join/" in one.get_content())
        assert 'autocomplete="new-password"' in (await browser.get(link(letter))).text
        assert (await enter(browser, link(letter), username="cecilia", password="the real one")).status_code == 303
    async with town.client() as client:
        assert (await client.get(ME, headers=thief)).status_code == 401
    async with town.client(INSIDE) as client:
        page = await client.get("/auth/sign_in")
        form = {**fields(page), "email": NEW, "password": FORM["password"]}
        assert (await client.post("/auth/sign_in", data=form)).status_code == 422


async def test_a_domain_given_up_lets_nobody_in_any_more(town: Town, tmp_path: Path) -> None:
    await own(town)
    async with town.client(INSIDE) as browser:
        await ask(browser, NEW)
        path = link((await letters(tmp_path))[0])
        async with town.db.system() as tx:
            await tx.run("DELETE FROM org_domains")
        assert (await browser.get(path)).status_code == 422
        await ask(browser, "david@square.example")
        await quiet(town)
        assert len(mails(tmp_path)) == 1
        anna = {"authorization": f"Bearer {await town.token('anna', INSIDE)}"}
        assert (await browser.get(ME, headers=anna)).status_code == 200, "who is in stays in"


@pytest.mark.parametrize("change", ["expires_at = now()", "used_at = now()"])
async def test_an_old_or_used_link_opens_nothing(town: Town, tmp_path: Path, change: str) -> None:
    await own(town)
    async with town.client(INSIDE) as browser:
        await ask(browser, NEW)
        path = link((await letters(tmp_path))[0])
        page = await browser.get(path)
        async with town.db.system() as tx:
            await tx.run(f"UPDATE join_links SET {change}")
        form = {**fields(page), "username": "c", "password": PASSWORD, "agreement": "1"}
        late = await browser.post("/join/confirm", data=form)
        never = await browser.post("/join/confirm", data={**form, "token": "never-was"})
        assert late.status_code == never.status_code == 422
        assert late.text == never.text


async def test_a_form_from_elsewhere_is_refused(town: Town) -> None:
    async with town.client(INSIDE) as browser:
        for path in ("/join", "/join/confirm", "/join/domain"):
            assert (await browser.post(path, data={"email": NEW})).status_code == 403


async def test_a_public_network_has_no_such_door(town: Town, tmp_path: Path) -> None:
    await own(town)
    async with town.client() as client:
        for path in ("/join", "/join/confirm?token=x", "/join/done", "/join/domain?token=x"):
            assert (await client.get(path)).status_code == 404, path
        assert (await client.post("/api/torg/v1/join", json={"email": NEW})).status_code == 404


async def test_the_page_is_in_swedish_too(town: Town) -> None:
    async with town.client(INSIDE) as client:
        page: Any = await client.get("/join?lang=sv")
        assert "Gå med" in page.text
        assert 'lang="sv"' in page.text


async def test_asking_for_a_new_password_tells_nothing_either(town: Town, tmp_path: Path) -> None:
    pages = set()
    async with town.client(INSIDE) as browser:
        for address in ("nobody@square.example", "anna@square.example", "x"):
            form = fields(await browser.get("/auth/password/new"))
            said = await browser.post("/auth/password/new", data={**form, "email": address})
            pages.add((said.status_code, re.sub(r'name="csrf" value="[^"]*"', "", said.text)))
    await quiet(town)
    assert len(pages) == 1
    (letter,) = mails(tmp_path)
    assert letter["to"] == "anna@square.example"
    assert f"http://{INSIDE}/auth/password/edit" in letter.get_content()


async def test_a_network_has_a_language_for_who_asks_for_none(town: Town) -> None:
    network = town.networks[INSIDE]
    async with town.db.system() as tx:
        await orgs.update_settings(tx, network, msgspec.structs.replace(network.settings, locale="sv"))
    town.services.networks.forget()
    async with town.client(INSIDE) as client:
        assert 'lang="sv"' in (await client.get("/join")).text
        assert 'lang="en"' in (await client.get("/join", headers={"accept-language": "en-GB"})).text
