"""How long a login lasts, and what a password must be."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from tests.fixtures.cluster import TestDatabase
from tests.fixtures.town import PASSWORD, PUBLIC, Town, running
from torg.access import apps, passwords, refreshing
from torg.access.common_passwords import is_common
from torg.access.oauth_errors import InvalidGrant
from torg.kernel.ids import new_id

HOME = "/api/v1/timelines/home"


def csrf(page: httpx2.Response) -> str:
    return page.text.split('name="csrf" value="')[1].split('"')[0]


async def enter(browser: httpx2.AsyncClient, handle: str = "anna", password: str = PASSWORD) -> httpx2.Response:
    form = {"csrf": csrf(await browser.get("/auth/sign_in")), "email": f"{handle}@square.example", "password": password}
    return await browser.post("/auth/sign_in", data=form)


async def run(town: Town, statement: str) -> None:
    async with town.db.system() as tx:
        await tx.run(statement)


async def test_tokens_end_of_age_and_of_idleness(town: Town) -> None:
    await town.settle(session_hours=10, session_idle_minutes=60)
    async with town.client(token=await town.token("anna")) as app:
        assert (await app.get(HOME)).status_code == 200
        await run(town, "UPDATE tokens SET created_at = now() - interval '50 minutes'")
        assert (await app.get(HOME)).status_code == 200, "this use counts"
        await run(town, "UPDATE tokens SET created_at = now() - interval '9 hours'")
        assert (await app.get(HOME)).status_code == 200
        await run(town, "UPDATE tokens SET last_used_at = now() - interval '61 minutes'")
        idle = await app.get(HOME)
        assert (idle.status_code, idle.json()) == (401, {"error": "The access token is invalid"})
        await run(town, "UPDATE tokens SET last_used_at = now(), created_at = now() - interval '11 hours'")
        assert (await app.get(HOME)).status_code == 401
        await town.settle(session_hours=None, session_idle_minutes=None)
        assert (await app.get(HOME)).status_code == 200


async def test_sessions_end_of_age_and_of_idleness(town: Town) -> None:
    await town.settle(session_hours=10, session_idle_minutes=60)
    async with town.client() as browser:
        assert (await enter(browser)).status_code == 303
        assert (await browser.get("/settings")).status_code == 200
        await run(town, "UPDATE sessions SET last_used_at = now() - interval '61 minutes'")
        assert (await browser.get("/settings")).status_code == 303
        await run(town, "UPDATE sessions SET last_used_at = now() - interval '20 minutes'")
        assert (await browser.get("/settings")).status_code == 200
        async with town.db.system() as tx:
            assert await tx.value("SELECT last_used_at > now() - interval '1 minute' FROM sessions")
        await run(town, "UPDATE sessions SET created_at = now() - interval '11 hours'")
        assert (await browser.get("/settings")).status_code == 303


async def test_refreshing_does_not_make_a_login_older_than_it_may_grow(town: Town) -> None:
    async with town.db.tx(town.scope()) as tx:
        app = await apps.own(tx, "tests")
        first = await refreshing.pair(
            tx,
            app_id=app.id,
            account_id=town.people["anna", PUBLIC],
            scopes=["read", "offline_access"],
            grant_id=new_id(),
        )
        second = await refreshing.redeem(tx, app, first.refresh_secret or "", [], longest=36000)
        await tx.run("UPDATE refresh_tokens SET created_at = now() - interval '11 hours' WHERE used_at IS NOT NULL")
        with pytest.raises(InvalidGrant):
            await refreshing.redeem(tx, app, second.refresh_secret or "", [], longest=36000)
    await town.settle(session_hours=10)
    async with town.client(token=second.secret) as client:
        assert (await client.get(HOME)).status_code == 401
        await town.settle(session_hours=None)
        assert (await client.get(HOME)).status_code == 200


@pytest.mark.parametrize(
    "common",
    ["password", "Passw0rd!", "P@ssw0rd", "Sommar2026!", "lösenord123", "qwertyuiop", "lkjhgfdsa", "11111111",
     "12345678", "87654321", "abcabcabc", "hejhejhej1", "iloveyou99", "2026-01-01", "welcome1", "Torg2026"],
)  # fmt: skip
def test_what_everybody_tries_first_is_common(common: str) -> None:
    assert is_common(common)


@pytest.mark.parametrize(
    "good",
    [PASSWORD, "ett nytt lösenord", "en lång hemlighet", "x7Gq-pl0w", "sommaräng och sjöfågel", "19481210 21:37 Ur"],
)  # fmt: skip
def test_others_are_not(good: str) -> None:
    assert not is_common(good)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "ERR_BLANK"),
        ("elva tecken", "ERR_TOO_SHORT"),
        ("x" * 40 + "y" * 40, "ERR_TOO_LONG"),
        ("password1234", "ERR_COMMON"),
        ("my Cecilia forever", "ERR_NAME"),
        ("cecilia.ek rules ok", "ERR_NAME"),
        ("a long good one", None),
        ("bo is a short name", None),
    ],
)
def test_a_password_is_judged(password: str, code: str | None) -> None:
    wrong = passwords.mistake(password, least=12, names=("cecilia", "cecilia.ek@square.example", "bo"))
    assert (wrong[0] if wrong else None) == code


async def test_the_networks_own_length_holds_everywhere(town: Town) -> None:
    await town.settle(password_least=14)
    async with town.client() as browser:
        page = await browser.get("/auth/sign_up")
        assert "14 to 72 characters" in page.text
        form = {"csrf": csrf(page), "username": "cecilia", "email": "cecilia@square.example", "agreement": "1"}
        for weak in ("only twelve!", "cecilia is my handle", "password123456"):
            assert (await browser.post("/auth/sign_up", data={**form, "password": weak})).status_code == 422, weak
        made = await browser.post("/auth/sign_up", data={**form, "password": "a longer good one"})
        assert made.status_code in (200, 303)
    async with town.client() as browser:
        await enter(browser, "bjorn")
        page = await browser.get("/settings/login")
        form = {"csrf": csrf(page), "present": PASSWORD}
        short = await browser.post("/settings/password", data={**form, "password": "only twelve!"})
        assert (short.status_code, "14" in short.text) == (422, True)


async def test_an_old_password_is_good_for_choosing_another_one(town: Town) -> None:
    await town.settle(password_max_days=90)
    await run(town, "UPDATE persons SET password_changed_at = now() - interval '91 days'")
    async with town.client() as browser:
        sent = await enter(browser)
        assert sent.headers["location"].startswith("/auth/password/edit?reset_password_token=")
        assert (await browser.get("/settings")).status_code == 303, "no session yet"
        page = await browser.get(sent.headers["location"])
        form = {"csrf": csrf(page), "reset_password_token": sent.headers["location"].partition("=")[2]}
        same = await browser.post("/auth/password/edit", data={**form, "password": PASSWORD})
        assert (same.status_code, "have not had before" in same.text) == (422, True)
        weak = await browser.post("/auth/password/edit", data={**form, "password": "annas square"})
        assert weak.status_code == 422
        done = await browser.post("/auth/password/edit", data={**form, "password": "ett helt nytt"})
        assert done.status_code == 303
        assert (await enter(browser, password="ett helt nytt")).headers["location"] == "/"
        assert (await browser.get("/settings")).status_code == 200


async def test_an_address_is_not_tried_for_ever(fresh_database: TestDatabase, tmp_path: Path) -> None:
    async with running(fresh_database, tmp_path, rate_limits=True) as town:
        await town.settle(login_attempts=3)
        for handle in ("anna", "nobody"):
            async with town.client() as browser:
                tries = [(await enter(browser, handle, "wrong")).status_code for _ in range(3)]
                assert tries == [422, 422, 422]
                last = await enter(browser, handle)
                assert (last.status_code, "quarter of an hour" in last.text) == (429, True), handle
        async with town.client() as browser:
            assert (await enter(browser, "bjorn")).status_code == 303
